// Networks with one hidden layer of ReLU between few features, for one scalar type: the numbers of the
// dense kernels, bit for bit, without storing what the hidden layer holds. A hidden value costs a
// multiplication an input; to compute it anew is cheaper than to write it and read it back.

static inline __attribute__((always_inline)) void NAME(shallow_batch)(
    const int in, const int out, const int has_tangents, ptrdiff_t rows,
    const NAME(sw_shallow) network, const REAL *x, ptrdiff_t x_stride, const REAL *v,
    ptrdiff_t v_stride, REAL *y, ptrdiff_t y_stride, REAL *dy, ptrdiff_t dy_stride) {
  // As many vectors as there are registers for.
  const int wide = in + out <= 2 ? 4 : 2;
  ptrdiff_t r = 0;
  for (; r + wide * LANES <= rows; r += wide * LANES) {
    LANED(shallow_rows)(in, out, wide, has_tangents, network, x + r, x_stride, v + r, v_stride, y + r,
                        y_stride, dy + r, dy_stride);
  }
  for (; r + LANES <= rows; r += LANES) {
    LANED(shallow_rows)(in, out, 1, has_tangents, network, x + r, x_stride, v + r, v_stride, y + r,
                        y_stride, dy + r, dy_stride);
  }
#ifdef HALF_LANES
  if (r < rows) {
    NAME(half_shallow_rows)(in, out, 1, has_tangents, network, x + r, x_stride, v + r, v_stride, y + r,
                            y_stride, dy + r, dy_stride);
  }
#endif
}

static void NAME(shallow_forward)(
    ptrdiff_t features, ptrdiff_t hidden, ptrdiff_t rows, const REAL *kernel0, const REAL *bias0,
    const REAL *kernel1, const REAL *bias1, const REAL *x, ptrdiff_t x_stride, REAL *y,
    ptrdiff_t y_stride) {
  const NAME(sw_shallow) network = {features, hidden, features, kernel0, bias0, kernel1, bias1};
  if (features == 1) {
    NAME(shallow_batch)(1, 1, 0, rows, network, x, x_stride, x, x_stride, y, y_stride, y, y_stride);
  } else {
    NAME(shallow_batch)(2, 2, 0, rows, network, x, x_stride, x, x_stride, y, y_stride, y, y_stride);
  }
}

static void NAME(shallow_jvp)(
    ptrdiff_t features, ptrdiff_t hidden, ptrdiff_t rows, const REAL *kernel0, const REAL *bias0,
    const REAL *kernel1, const REAL *bias1, const REAL *x, ptrdiff_t x_stride, const REAL *v,
    ptrdiff_t v_stride, REAL *y, ptrdiff_t y_stride, REAL *dy, ptrdiff_t dy_stride) {
  const NAME(sw_shallow) network = {features, hidden, features, kernel0, bias0, kernel1, bias1};
  if (features == 1) {
    NAME(shallow_batch)(1, 1, 1, rows, network, x, x_stride, v, v_stride, y, y_stride, dy, dy_stride);
  } else {
    NAME(shallow_batch)(2, 2, 1, rows, network, x, x_stride, v, v_stride, y, y_stride, dy, dy_stride);
  }
}

// Gradients of the vector of hidden features from `h` on, by the form of the network.
#define SHALLOW_GRADIENTS(name, in, has_delta) \
  name(in, in, has_delta, rows, network, h, x, x_stride, v, v_stride, delta, delta_stride, tau, \
       tau_stride, dkernel0, dbias0, dkernel1)
#define SHALLOW_FORMS(name) \
  if (features == 1) { \
    if (delta) SHALLOW_GRADIENTS(name, 1, 1); \
    else SHALLOW_GRADIENTS(name, 1, 0); \
  } else { \
    if (delta) SHALLOW_GRADIENTS(name, 2, 1); \
    else SHALLOW_GRADIENTS(name, 2, 0); \
  }

// `hidden` is a multiple of 8, `rows` at most one chunk.
static void NAME(shallow_gradient)(
    ptrdiff_t features, ptrdiff_t hidden, ptrdiff_t rows, const REAL *kernel0, const REAL *bias0,
    const REAL *kernel1, const REAL *x, ptrdiff_t x_stride, const REAL *v, ptrdiff_t v_stride,
    const REAL *delta, ptrdiff_t delta_stride, const REAL *tau, ptrdiff_t tau_stride,
    REAL *dkernel0, REAL *dbias0, REAL *dkernel1, REAL *dbias1) {
  const NAME(sw_shallow) network = {features, hidden, features, kernel0, bias0, kernel1, 0};
  ptrdiff_t h = 0;
  for (; h + LANES <= hidden; h += LANES) {
    SHALLOW_FORMS(LANED(shallow_gradients))
  }
#ifdef HALF_LANES
  if (h < hidden) {
    SHALLOW_FORMS(NAME(half_shallow_gradients))
  }
#endif
  if (!delta) return;
  for (ptrdiff_t o = 0; o < features; o++) {
    REAL sum = 0;
    for (ptrdiff_t r = 0; r < rows; r++) sum += delta[o * delta_stride + r];
    dbias1[o] += sum;
  }
}
#undef SHALLOW_GRADIENTS
#undef SHALLOW_FORMS
