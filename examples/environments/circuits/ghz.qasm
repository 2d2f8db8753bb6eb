OPENQASM 3.0;
input float theta;
qubit[3] q;
bit[3] c;
ry(theta) q[0];
cnot q[0], q[1];
cnot q[1], q[2];
c = measure q;
