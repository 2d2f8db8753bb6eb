OPENQASM 3.0;
input float theta;
qubit q;
bit c;
rx(theta) q;
c = measure q;
