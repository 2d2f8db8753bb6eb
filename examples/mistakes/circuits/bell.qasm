OPENQASM 3.0;
// include "comments.inc"; is no problem
include "mygates.inc";
qubit[2] q;
h q[0];
cnot q[0], q[1];
