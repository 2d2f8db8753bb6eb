OPENQASM 3.0;
// A GHZ state of three qubits, measured after every qubit was turned by theta about x.
input float theta;
qubit[3] q;
bit[3] c;

h q[0];
cnot q[0], q[1];
cnot q[1], q[2];
rx(theta) q[0];
rx(theta) q[1];
rx(theta) q[2];

c = measure q;
