OPENQASM 3.0;
bit[2] c;
h $3;
#pragma braket verbatim
box {
  prx(1.5708, 0) $1;
  h $2;
  cz $1, $9;
  cz $20, $21;
}
c[0] = measure $1;
c[1] = measure $9;
