// Runs on the local simulator; a QPU takes none of this.
OPENQASM 3.0;
qubit[2] q;
qubit[1] helper;
bit[2] c;
h q[0];
ctrl @ x q[0], q[1];
for int i in [0:1] {
  rz(0.5) q[i];
}
#pragma braket noise bit_flip(0.1) q[0]
iswapp q[0], q[1];
c[0] = measure q[0];
x q[0];
