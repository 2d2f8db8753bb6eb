OPENQASM 3.0;
qubit[2] q;
bit[2] c;
h q[0];
#pragma braket noise depolarizing(0.05) q[0]
cnot q[0], q[1];
#pragma braket noise bit_flip(0.02) q[1]
c = measure q;
