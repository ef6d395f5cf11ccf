// What the kernels of layers do with one vector at a time, for one width of it: VEC, IVEC, LANES and LANED
// come from unit.h.

static inline __attribute__((always_inline)) VEC LANED(broadcast)(const REAL *x) {
  return *x - (VEC){0};  // the bits of x in every lane
}

// mr rows of C, nv vectors of columns, which lie b_vector apart in B and c_vector in C; `factor` lies like C, or is
// NULL.
static inline __attribute__((always_inline)) void LANED(block)(
    const int mr, const int nv, ptrdiff_t depth, const NAME(sw_left) a, const REAL *restrict b,
    ptrdiff_t b_depth, ptrdiff_t b_vector, const REAL *restrict init, const REAL *restrict factor,
    REAL *restrict c, ptrdiff_t c_row, ptrdiff_t c_vector) {
  VEC sum[2 * SW_PANEL][4];
  _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
    const VEC start = init ? LANED(broadcast)(init + m) : (VEC){0};
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) sum[m][v] = start;
  }
  for (ptrdiff_t k = 0; k < depth; k++) {
    VEC right[4];
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
      __builtin_memcpy(&right[v], b + k * b_depth + v * b_vector, sizeof(VEC));
    }
    _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
      const VEC left = LANED(broadcast)(
          a.pointer + m / SW_PANEL * a.panel + m % SW_PANEL * a.row + k * a.depth);
      _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
        sum[m][v] = __builtin_elementwise_fma(left, right[v], sum[m][v]);
      }
    }
  }
  if (factor) {
    _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
      _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
        VEC by;
        __builtin_memcpy(&by, factor + m * c_row + v * c_vector, sizeof(VEC));
        sum[m][v] *= by;
      }
    }
  }
  _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
      __builtin_memcpy(c + m * c_row + v * c_vector, &sum[m][v], sizeof(VEC));
    }
  }
}

// One row: outputs in the lanes.
static inline __attribute__((always_inline)) void LANED(vector_block)(
    const int nv, ptrdiff_t in, ptrdiff_t out, const REAL *restrict kernel,
    const REAL *restrict bias, const REAL *restrict x, REAL *restrict y) {
  VEC sum[8];
  _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
    sum[v] = (VEC){0};
    if (bias) __builtin_memcpy(&sum[v], bias + v * LANES, sizeof(VEC));
  }
  for (ptrdiff_t i = 0; i < in; i++) {
    const VEC value = LANED(broadcast)(x + i);
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
      VEC weights;
      __builtin_memcpy(&weights, kernel + i * out + v * LANES, sizeof(VEC));
      sum[v] = __builtin_elementwise_fma(weights, value, sum[v]);
    }
  }
  _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
    __builtin_memcpy(y + v * LANES, &sum[v], sizeof(VEC));
  }
}

// A block of a chunk's weight gradient: mr features of the narrow side, nv vectors of the wide one, of
// which `count` features are left; added to `target`, or where `is_first` to zeros. Unless it is NULL, the sums of the
// wide side go to `wide_sums`.
static inline __attribute__((always_inline)) void LANED(gradient_block)(
    const int mr, const int nv, ptrdiff_t rows, const REAL *restrict narrow, ptrdiff_t feature,
    ptrdiff_t tile, const REAL *restrict wide, ptrdiff_t pitch, ptrdiff_t count, int is_first,
    REAL *restrict target, ptrdiff_t target_narrow, ptrdiff_t target_wide, REAL *restrict wide_sums) {
  VEC sum[2 * SW_PANEL][4], alone[4] = {{0}, {0}, {0}, {0}};
  _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) sum[m][v] = (VEC){0};
  }
  for (ptrdiff_t first = 0; first < rows; first += SW_TILE_ROWS) {
    const REAL *left = narrow + first / SW_TILE_ROWS * tile;
    const ptrdiff_t left_rows = rows - first < SW_TILE_ROWS ? rows - first : SW_TILE_ROWS;
    for (ptrdiff_t k = 0; k < left_rows; k++) {
      VEC right[4];
      _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
        __builtin_memcpy(&right[v], wide + (first + k) * pitch + v * LANES, sizeof(VEC));
        if (wide_sums) alone[v] += right[v];
      }
      _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
        const VEC value = LANED(broadcast)(left + m * feature + k);
        _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
          sum[m][v] = __builtin_elementwise_fma(value, right[v], sum[m][v]);
        }
      }
    }
  }
  if (wide_sums) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
      __builtin_memcpy(wide_sums + v * LANES, &alone[v], sizeof(VEC));
    }
  }
  if (target_wide == 1 && count >= nv * LANES) {
    _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
      _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
        VEC old = {0};
        REAL *place = target + m * target_narrow + v * LANES;
        if (!is_first) __builtin_memcpy(&old, place, sizeof old);
        old += sum[m][v];
        __builtin_memcpy(place, &old, sizeof old);
      }
    }
  } else {
    REAL edge[2 * SW_PANEL][4 * LANES];
    _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
      _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
        __builtin_memcpy(&edge[m][v * LANES], &sum[m][v], sizeof(VEC));
      }
    }
    for (int m = 0; m < mr; m++) {
      for (ptrdiff_t n = 0; n < nv * LANES && n < count; n++) {
        REAL *place = target + m * target_narrow + n * target_wide;
        *place = (is_first ? 0 : *place) + edge[m][n];
      }
    }
  }
}

// x where it is above 0, else +0, which the addition makes of -0; a NaN stays one. One maximum.
static inline __attribute__((always_inline)) VEC LANED(rectified)(VEC x) {
  return ((VEC){0} > x ? (VEC){0} : x) + (VEC){0};
}

static inline __attribute__((always_inline)) VEC LANED(where_positive)(VEC condition, VEC value) {
  return condition > (VEC){0} ? value : (VEC){0};
}

static inline __attribute__((always_inline)) VEC LANED(load)(const REAL *x) {
  VEC value;
  __builtin_memcpy(&value, x, sizeof value);
  return value;
}

static inline __attribute__((always_inline)) void LANED(store)(VEC value, REAL *x) {
  __builtin_memcpy(x, &value, sizeof value);
}

// Outputs, and where `has_tangents` their derivatives along v, of nv vectors of rows: rows in the
// lanes, hidden features one after the other.
static inline __attribute__((always_inline)) void LANED(shallow_rows)(
    const int in, const int out, const int nv, const int has_tangents,
    const NAME(sw_shallow) network, const REAL *x, ptrdiff_t x_stride, const REAL *v,
    ptrdiff_t v_stride, REAL *y, ptrdiff_t y_stride, REAL *dy, ptrdiff_t dy_stride) {
  VEC points[2][4], tangents[2][4], sums[2][4], slopes[2][4];
  _Pragma("clang loop unroll(full)") for (int n = 0; n < nv; n++) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
      points[i][n] = LANED(load)(x + i * x_stride + n * LANES);
      if (has_tangents) tangents[i][n] = LANED(load)(v + i * v_stride + n * LANES);
    }
    _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
      sums[o][n] = LANED(broadcast)(network.bias1 + o);
      slopes[o][n] = (VEC){0};
    }
  }
  for (ptrdiff_t h = 0; h < network.hidden; h++) {
    _Pragma("clang loop unroll(full)") for (int n = 0; n < nv; n++) {
      VEC z = LANED(broadcast)(network.bias0 + h);
      VEC dz = {0};
      _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
        const VEC weight = LANED(broadcast)(network.kernel0 + i * network.hidden + h);
        z = __builtin_elementwise_fma(weight, points[i][n], z);
        if (has_tangents) dz = __builtin_elementwise_fma(weight, tangents[i][n], dz);
      }
      const VEC a = LANED(rectified)(z);
      const VEC da = LANED(where_positive)(z, dz);
      _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
        const VEC weight = LANED(broadcast)(network.kernel1 + h * out + o);
        sums[o][n] = __builtin_elementwise_fma(weight, a, sums[o][n]);
        if (has_tangents) slopes[o][n] = __builtin_elementwise_fma(weight, da, slopes[o][n]);
      }
    }
  }
  _Pragma("clang loop unroll(full)") for (int n = 0; n < nv; n++) {
    _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
      LANED(store)(sums[o][n], y + o * y_stride + n * LANES);
      if (has_tangents) LANED(store)(slopes[o][n], dy + o * dy_stride + n * LANES);
    }
  }
}

// Weight and bias gradients of one vector of hidden features: those in the lanes, rows one after the
// other. `delta` are the cotangents of the outputs, `tau` those of their derivatives along v.
static inline __attribute__((always_inline)) void LANED(shallow_gradients)(
    const int in, const int out, const int has_delta, ptrdiff_t rows,
    const NAME(sw_shallow) network, ptrdiff_t h, const REAL *x, ptrdiff_t x_stride, const REAL *v,
    ptrdiff_t v_stride, const REAL *delta, ptrdiff_t delta_stride, const REAL *tau,
    ptrdiff_t tau_stride, REAL *dkernel0, REAL *dbias0, REAL *dkernel1) {
  VEC weight0[2], weight1[2], bias = LANED(load)(network.bias0 + h);
  VEC sum0[2], sum0_tangent[2], sum1[2], sum1_tangent[2], sum_bias = {0};
  _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
    weight0[i] = LANED(load)(network.kernel0 + i * network.hidden + h);
    sum0[i] = sum0_tangent[i] = (VEC){0};
  }
  _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
    REAL gathered[sizeof(VEC) / sizeof(REAL)];
    for (int lane = 0; lane < LANES; lane++) {
      gathered[lane] = network.kernel1[(h + lane) * out + o];
    }
    weight1[o] = LANED(load)(gathered);
    sum1[o] = sum1_tangent[o] = (VEC){0};
  }
  for (ptrdiff_t r = 0; r < rows; r++) {
    VEC z = bias, dz = {0}, back = {0}, back_tangent = {0};
    _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
      z = __builtin_elementwise_fma(weight0[i], LANED(broadcast)(x + i * x_stride + r), z);
      dz = __builtin_elementwise_fma(weight0[i], LANED(broadcast)(v + i * v_stride + r), dz);
    }
    const VEC a = LANED(rectified)(z);
    const VEC da = LANED(where_positive)(z, dz);
    _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
      const VEC t = LANED(broadcast)(tau + o * tau_stride + r);
      back_tangent = __builtin_elementwise_fma(weight1[o], t, back_tangent);
      sum1_tangent[o] = __builtin_elementwise_fma(da, t, sum1_tangent[o]);
      if (has_delta) {
        const VEC d = LANED(broadcast)(delta + o * delta_stride + r);
        back = __builtin_elementwise_fma(weight1[o], d, back);
        sum1[o] = __builtin_elementwise_fma(a, d, sum1[o]);
      }
    }
    back = LANED(where_positive)(z, back);
    back_tangent = LANED(where_positive)(z, back_tangent);
    if (has_delta) sum_bias += back;
    _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
      if (has_delta) {
        sum0[i] = __builtin_elementwise_fma(LANED(broadcast)(x + i * x_stride + r), back, sum0[i]);
      }
      sum0_tangent[i] = __builtin_elementwise_fma(LANED(broadcast)(v + i * v_stride + r),
                                                  back_tangent, sum0_tangent[i]);
    }
  }
  _Pragma("clang loop unroll(full)") for (int i = 0; i < in; i++) {
    REAL *target = dkernel0 + i * network.hidden + h;
    VEC old = LANED(load)(target);
    if (has_delta) old += sum0[i];
    LANED(store)(old + sum0_tangent[i], target);
  }
  if (has_delta) LANED(store)(LANED(load)(dbias0 + h) + sum_bias, dbias0 + h);
  _Pragma("clang loop unroll(full)") for (int o = 0; o < out; o++) {
    REAL first[sizeof(VEC) / sizeof(REAL)], second[sizeof(VEC) / sizeof(REAL)];
    LANED(store)(sum1[o], first);
    LANED(store)(sum1_tangent[o], second);
    for (int lane = 0; lane < LANES; lane++) {
      REAL *target = dkernel1 + (h + lane) * out + o;
      if (has_delta) *target += first[lane];
      *target += second[lane];
    }
  }
}
