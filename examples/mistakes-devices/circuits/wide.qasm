OPENQASM 3.0;
qubit[40] q;
h q[0];
cnot q[0], q[2];
#pragma braket result probability all
#pragma braket result state_vector
#pragma braket result expectation hermitian([[1, 0], [0, -1]]) q[0]
