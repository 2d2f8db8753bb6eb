OPENQASM 3.0;
bit[2] c;
#pragma braket verbatim
box {
  prx(1.5707963, 0.0) $1;
  cnot $1, $2;
  cz $1, $9;
}
c[0] = measure $1;
c[1] = measure $2;
