// What the kernels of layers read, for one scalar type.

// Element (m, k) of A is at (m / SW_PANEL) * panel + (m % SW_PANEL) * row + k * depth.
typedef struct {
  const REAL *pointer;
  ptrdiff_t row;
  ptrdiff_t depth;
  ptrdiff_t panel;
} NAME(sw_left);

// A network with one hidden layer.
typedef struct {
  ptrdiff_t in, hidden, out;
  const REAL *kernel0, *bias0, *kernel1, *bias1;
} NAME(sw_shallow);
