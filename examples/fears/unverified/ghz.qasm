OPENQASM 3.0;
qubit[3] q;
bit[3] c;
h q[0];
cnot q[0], q[1];
cnot q[2], q[1];
c = measure q;
