// Networks with one hidden layer of ReLU between few features, for one scalar type: the numbers of the
// dense kernels, bit for bit, without storing what the hidden layer holds. A hidden value costs a
// multiplication an input; to compute it anew is cheaper than to write it and read it back.

typedef struct {
  ptrdiff_t in, hidden, out;
  const REAL *kernel0, *bias0, *kernel1, *bias1;
} NAME(sw_shallow);

// x where it is above 0, else 0; a NaN stays one.
static inline __attribute__((always_inline)) VEC NAME(rectified)(VEC x) {
  return (VEC)((IVEC)x & ~(IVEC)(x <= (VEC){0}));
}

static inline __attribute__((always_inline)) VEC NAME(where_positive)(VEC condition, VEC value) {
  return (VEC)((IVEC)value & (IVEC)(condition > (VEC){0}));
}

static inline __attribute__((always_inline)) VEC NAME(load)(const REAL *x) {
  VEC value;
  __builtin_memcpy(&value, x, sizeof value);
  return value;
}

static inline __attribute__((always_inline)) void NAME(store)(VEC value, REAL *x) {
  __builtin_memcpy(x, &value, sizeof value);
}

// Outputs, and where `has_tangents` their derivatives along v, of nv vectors of rows: rows in the
// lanes, hidden features one after the other.
static inline __attribute__((always_inline)) void NAME(shallow_rows)(
    const int in, const int out, const int nv, const int has_tangents,
    const NAME(sw_shallow) network, const REAL *x, ptrdiff_t x_stride, const REAL *v,
    ptrdiff_t v_stride, REAL *y, ptrdiff_t y_stride, REAL *dy, ptrdiff_t dy_stride) {
  VEC points[2][4], tangents[2][4], sums[2][4], slopes[2][4];
  _Pragma("clang loop unroll(full)") for (int n = 0; n < nv; n++) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
      points[i][n] = NAME(load)(x + i * x_stride + n * LANES);
      if (has_tangents) tangents[i][n] = NAME(load)(v + i * v_stride + n * LANES);
    }
    _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
      sums[o][n] = NAME(broadcast)(network.bias1 + o);
      slopes[o][n] = (VEC){0};
    }
  }
  for (ptrdiff_t h = 0; h < network.hidden; h++) {
    _Pragma("clang loop unroll(full)") for (int n = 0; n < nv; n++) {
      VEC z = NAME(broadcast)(network.bias0 + h);
      VEC dz = {0};
      _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
        const VEC weight = NAME(broadcast)(network.kernel0 + i * network.hidden + h);
        z = __builtin_elementwise_fma(weight, points[i][n], z);
        if (has_tangents) dz = __builtin_elementwise_fma(weight, tangents[i][n], dz);
      }
      const VEC a = NAME(rectified)(z);
      const VEC da = NAME(where_positive)(z, dz);
      _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
        const VEC weight = NAME(broadcast)(network.kernel1 + h * out + o);
        sums[o][n] = __builtin_elementwise_fma(weight, a, sums[o][n]);
        if (has_tangents) slopes[o][n] = __builtin_elementwise_fma(weight, da, slopes[o][n]);
      }
    }
  }
  _Pragma("clang loop unroll(full)") for (int n = 0; n < nv; n++) {
    _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
      NAME(store)(sums[o][n], y + o * y_stride + n * LANES);
      if (has_tangents) NAME(store)(slopes[o][n], dy + o * dy_stride + n * LANES);
    }
  }
}

static inline __attribute__((always_inline)) void NAME(shallow_batch)(
    const int in, const int out, const int has_tangents, ptrdiff_t rows,
    const NAME(sw_shallow) network, const REAL *x, ptrdiff_t x_stride, const REAL *v,
    ptrdiff_t v_stride, REAL *y, ptrdiff_t y_stride, REAL *dy, ptrdiff_t dy_stride) {
  // As many vectors as there are registers for.
  const int wide = in + out <= 2 ? 4 : 2;
  ptrdiff_t r = 0;
  for (; r + wide * LANES <= rows; r += wide * LANES) {
    NAME(shallow_rows)(in, out, wide, has_tangents, network, x + r, x_stride, v + r, v_stride, y + r,
                       y_stride, dy + r, dy_stride);
  }
  for (; r < rows; r += LANES) {
    NAME(shallow_rows)(in, out, 1, has_tangents, network, x + r, x_stride, v + r, v_stride, y + r,
                       y_stride, dy + r, dy_stride);
  }
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

// Weight and bias gradients of one vector of hidden features: those in the lanes, rows one after the
// other. `delta` are the cotangents of the outputs, `tau` those of their derivatives along v.
static inline __attribute__((always_inline)) void NAME(shallow_gradients)(
    const int in, const int out, const int has_delta, ptrdiff_t rows,
    const NAME(sw_shallow) network, ptrdiff_t h, const REAL *x, ptrdiff_t x_stride, const REAL *v,
    ptrdiff_t v_stride, const REAL *delta, ptrdiff_t delta_stride, const REAL *tau,
    ptrdiff_t tau_stride, REAL *dkernel0, REAL *dbias0, REAL *dkernel1) {
  VEC weight0[2], weight1[2], bias = NAME(load)(network.bias0 + h);
  VEC sum0[2], sum0_tangent[2], sum1[2], sum1_tangent[2], sum_bias = {0};
  _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
    weight0[i] = NAME(load)(network.kernel0 + i * network.hidden + h);
    sum0[i] = sum0_tangent[i] = (VEC){0};
  }
  _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
    REAL gathered[SW_VECTOR_BYTES / sizeof(REAL)];
    for (int lane = 0; lane < LANES; lane++) {
      gathered[lane] = network.kernel1[(h + lane) * out + o];
    }
    weight1[o] = NAME(load)(gathered);
    sum1[o] = sum1_tangent[o] = (VEC){0};
  }
  for (ptrdiff_t r = 0; r < rows; r++) {
    VEC z = bias, dz = {0}, back = {0}, back_tangent = {0};
    _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
      z = __builtin_elementwise_fma(weight0[i], NAME(broadcast)(x + i * x_stride + r), z);
      dz = __builtin_elementwise_fma(weight0[i], NAME(broadcast)(v + i * v_stride + r), dz);
    }
    const VEC a = NAME(rectified)(z);
    const VEC da = NAME(where_positive)(z, dz);
    _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
      const VEC t = NAME(broadcast)(tau + o * tau_stride + r);
      back_tangent = __builtin_elementwise_fma(weight1[o], t, back_tangent);
      sum1_tangent[o] = __builtin_elementwise_fma(da, t, sum1_tangent[o]);
      if (has_delta) {
        const VEC d = NAME(broadcast)(delta + o * delta_stride + r);
        back = __builtin_elementwise_fma(weight1[o], d, back);
        sum1[o] = __builtin_elementwise_fma(a, d, sum1[o]);
      }
    }
    back = NAME(where_positive)(z, back);
    back_tangent = NAME(where_positive)(z, back_tangent);
    if (has_delta) sum_bias += back;
    _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
      if (has_delta) {
        sum0[i] = __builtin_elementwise_fma(NAME(broadcast)(x + i * x_stride + r), back, sum0[i]);
      }
      sum0_tangent[i] = __builtin_elementwise_fma(NAME(broadcast)(v + i * v_stride + r),
                                                  back_tangent, sum0_tangent[i]);
    }
  }
  _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
    REAL *target = dkernel0 + i * network.hidden + h;
    VEC old = NAME(load)(target);
    if (has_delta) old += sum0[i];
    NAME(store)(old + sum0_tangent[i], target);
  }
  if (has_delta) NAME(store)(NAME(load)(dbias0 + h) + sum_bias, dbias0 + h);
  _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
    REAL first[SW_VECTOR_BYTES / sizeof(REAL)], second[SW_VECTOR_BYTES / sizeof(REAL)];
    NAME(store)(sum1[o], first);
    NAME(store)(sum1_tangent[o], second);
    for (int lane = 0; lane < LANES; lane++) {
      REAL *target = dkernel1 + (h + lane) * out + o;
      if (has_delta) *target += first[lane];
      *target += second[lane];
    }
  }
}

// `hidden` is a multiple of 8, `rows` at most one chunk.
static void NAME(shallow_gradient)(
    ptrdiff_t features, ptrdiff_t hidden, ptrdiff_t rows, const REAL *kernel0, const REAL *bias0,
    const REAL *kernel1, const REAL *x, ptrdiff_t x_stride, const REAL *v, ptrdiff_t v_stride,
    const REAL *delta, ptrdiff_t delta_stride, const REAL *tau, ptrdiff_t tau_stride,
    REAL *dkernel0, REAL *dbias0, REAL *dkernel1, REAL *dbias1) {
  const NAME(sw_shallow) network = {features, hidden, features, kernel0, bias0, kernel1, 0};
  for (ptrdiff_t h = 0; h < hidden; h += LANES) {
    if (features == 1 && delta) {
      NAME(shallow_gradients)(1, 1, 1, rows, network, h, x, x_stride, v, v_stride, delta,
                              delta_stride, tau, tau_stride, dkernel0, dbias0, dkernel1);
    } else if (features == 1) {
      NAME(shallow_gradients)(1, 1, 0, rows, network, h, x, x_stride, v, v_stride, delta,
                              delta_stride, tau, tau_stride, dkernel0, dbias0, dkernel1);
    } else if (delta) {
      NAME(shallow_gradients)(2, 2, 1, rows, network, h, x, x_stride, v, v_stride, delta,
                              delta_stride, tau, tau_stride, dkernel0, dbias0, dkernel1);
    } else {
      NAME(shallow_gradients)(2, 2, 0, rows, network, h, x, x_stride, v, v_stride, delta,
                              delta_stride, tau, tau_stride, dkernel0, dbias0, dkernel1);
    }
  }
  if (!delta) return;
  for (ptrdiff_t o = 0; o < features; o++) {
    REAL sum = 0;
    for (ptrdiff_t r = 0; r < rows; r++) sum += delta[o * delta_stride + r];
    dbias1[o] += sum;
  }
}
