OPENQASM 3.0;
// include "comments.inc"; is no problem
include "stdgates.inc";
qubit[2] q;
h q[0];
cnot q[0], q[1];
