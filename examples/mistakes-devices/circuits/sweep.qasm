OPENQASM 3.0;
input float theta;
qubit[2] q;
bit[2] c;
rx(theta) q[0];
barrier q;
cnot q[0], q[1];
c = measure q;
