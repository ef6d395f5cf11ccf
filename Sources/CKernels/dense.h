// Dense layers, for one scalar type (REAL, VEC, LANES, NAME, FMA come from unit.h).
//
// One micro-kernel serves all: C[m, n] = init + sum_k A[m, k] B[k, n] as one chain of fused
// multiply-adds in ascending k, n in the lanes, A broadcast. Lanes never meet, so the width of
// the vectors and the tiling cannot change a bit.

static inline __attribute__((always_inline)) void NAME(block)(
    const int mr, const int nv, ptrdiff_t depth, const REAL *restrict a, ptrdiff_t a_row,
    ptrdiff_t a_depth, const REAL *restrict b, ptrdiff_t b_depth, const REAL *restrict init,
    REAL *restrict c, ptrdiff_t c_row) {
  VEC sum[4][4];
  _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
    const REAL start = init ? init[m] : 0;
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
      sum[m][v] = (VEC){0} + start;
    }
  }
  for (ptrdiff_t k = 0; k < depth; k++) {
    VEC right[4];
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
      __builtin_memcpy(&right[v], b + k * b_depth + v * LANES, sizeof(VEC));
    }
    _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
      const VEC left = (VEC){0} + a[m * a_row + k * a_depth];
      _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
        sum[m][v] = __builtin_elementwise_fma(left, right[v], sum[m][v]);
      }
    }
  }
  _Pragma("clang loop unroll(full)") for (int m = 0; m < mr; m++) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
      __builtin_memcpy(c + m * c_row + v * LANES, &sum[m][v], sizeof(VEC));
    }
  }
}

// `mr` rows of C, columns [begin, end), whose number is a multiple of 8.
static inline __attribute__((always_inline)) void NAME(panel)(
    const int mr, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t depth, const REAL *a, ptrdiff_t a_row,
    ptrdiff_t a_depth, const REAL *b, ptrdiff_t b_depth, const REAL *init, REAL *c,
    ptrdiff_t c_row) {
  ptrdiff_t n = begin;
  if (mr <= 2) {  // few rows: more columns, so that enough chains run side by side
    for (; n + 4 * LANES <= end; n += 4 * LANES) {
      NAME(block)(mr, 4, depth, a, a_row, a_depth, b + n, b_depth, init, c + n, c_row);
    }
  }
  for (; n + 2 * LANES <= end; n += 2 * LANES) {
    NAME(block)(mr, 2, depth, a, a_row, a_depth, b + n, b_depth, init, c + n, c_row);
  }
  for (; n + LANES <= end; n += LANES) {
    NAME(block)(mr, 1, depth, a, a_row, a_depth, b + n, b_depth, init, c + n, c_row);
  }
}

// Tiles of 64 columns keep the four broadcast rows of A in the first cache.
static void NAME(product)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth, const REAL *a, ptrdiff_t a_row,
    ptrdiff_t a_depth, const REAL *b, ptrdiff_t b_depth, const REAL *init, REAL *c,
    ptrdiff_t c_row) {
  for (ptrdiff_t begin = 0; begin < columns; begin += 64) {
    const ptrdiff_t end = begin + 64 < columns ? begin + 64 : columns;
    ptrdiff_t m = 0;
    for (; m + 4 <= rows; m += 4) {
      NAME(panel)(4, begin, end, depth, a + m * a_row, a_row, a_depth, b, b_depth,
                  init ? init + m : 0, c + m * c_row, c_row);
    }
    for (; m + 2 <= rows; m += 2) {
      NAME(panel)(2, begin, end, depth, a + m * a_row, a_row, a_depth, b, b_depth,
                  init ? init + m : 0, c + m * c_row, c_row);
    }
    for (; m < rows; m++) {
      NAME(panel)(1, begin, end, depth, a + m * a_row, a_row, a_depth, b, b_depth,
                  init ? init + m : 0, c + m * c_row, c_row);
    }
  }
}

static void NAME(dense_forward)(
    ptrdiff_t in, ptrdiff_t out, ptrdiff_t rows, const REAL *kernel, const REAL *bias,
    const REAL *x, ptrdiff_t x_stride, REAL *y, ptrdiff_t y_stride) {
  NAME(product)(out, rows, in, kernel, 1, out, x, x_stride, bias, y, y_stride);
}

static void NAME(dense_input_gradient)(
    ptrdiff_t in, ptrdiff_t out, ptrdiff_t rows, const REAL *kernel, const REAL *g,
    ptrdiff_t g_stride, REAL *dx, ptrdiff_t dx_stride) {
  NAME(product)(in, rows, out, kernel, out, 1, g, g_stride, 0, dx, dx_stride);
}

// [feature, row] to [row, feature], four by four; features past the last are zeros. Rows are read
// and written up to a multiple of 4, which strides allow.
static void NAME(transpose)(
    ptrdiff_t features, ptrdiff_t padded, ptrdiff_t rows, const REAL *source, ptrdiff_t stride,
    REAL *target, ptrdiff_t pitch) {
  for (ptrdiff_t f = 0; f < padded; f += 4) {
    for (ptrdiff_t r = 0; r < rows; r += 4) {
      QUAD a = {0}, b = {0}, c = {0}, d = {0};
      const REAL *block = source + f * stride + r;
      if (f < features) __builtin_memcpy(&a, block, sizeof a);
      if (f + 1 < features) __builtin_memcpy(&b, block + stride, sizeof b);
      if (f + 2 < features) __builtin_memcpy(&c, block + 2 * stride, sizeof c);
      if (f + 3 < features) __builtin_memcpy(&d, block + 3 * stride, sizeof d);
      const QUAD even_ab = __builtin_shufflevector(a, b, 0, 4, 2, 6);
      const QUAD odd_ab = __builtin_shufflevector(a, b, 1, 5, 3, 7);
      const QUAD even_cd = __builtin_shufflevector(c, d, 0, 4, 2, 6);
      const QUAD odd_cd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
      const QUAD row0 = __builtin_shufflevector(even_ab, even_cd, 0, 1, 4, 5);
      const QUAD row1 = __builtin_shufflevector(odd_ab, odd_cd, 0, 1, 4, 5);
      const QUAD row2 = __builtin_shufflevector(even_ab, even_cd, 2, 3, 6, 7);
      const QUAD row3 = __builtin_shufflevector(odd_ab, odd_cd, 2, 3, 6, 7);
      REAL *out = target + r * pitch + f;
      __builtin_memcpy(out, &row0, sizeof row0);
      __builtin_memcpy(out + pitch, &row1, sizeof row1);
      __builtin_memcpy(out + 2 * pitch, &row2, sizeof row2);
      __builtin_memcpy(out + 3 * pitch, &row3, sizeof row3);
    }
  }
}

// The wider side goes into the lanes: its chunk is transposed to [row, feature], padded with
// zeros to a multiple of 8; the other side is broadcast. Rows lie sw_weight_gradient_pitch apart.
static void NAME(dense_weight_gradient)(
    ptrdiff_t in, ptrdiff_t out, ptrdiff_t rows, const REAL *x, ptrdiff_t x_stride, const REAL *g,
    ptrdiff_t g_stride, REAL *scratch, REAL *dw) {
  const int outputs_in_lanes = out >= in;
  const REAL *wide = outputs_in_lanes ? g : x;
  const REAL *narrow = outputs_in_lanes ? x : g;
  const ptrdiff_t wide_stride = outputs_in_lanes ? g_stride : x_stride;
  const ptrdiff_t narrow_stride = outputs_in_lanes ? x_stride : g_stride;
  const ptrdiff_t wide_count = outputs_in_lanes ? out : in;
  const ptrdiff_t narrow_count = outputs_in_lanes ? in : out;
  const ptrdiff_t padded = (wide_count + 7) / 8 * 8;
  const ptrdiff_t pitch = sw_weight_gradient_pitch(padded);
  REAL *transposed = scratch;
  REAL *sums = scratch + SW_CHUNK_ROWS * pitch;
  const ptrdiff_t in_step = outputs_in_lanes ? padded : 1;
  const ptrdiff_t out_step = outputs_in_lanes ? 1 : padded;
  for (ptrdiff_t first = 0; first < rows; first += SW_CHUNK_ROWS) {
    const ptrdiff_t count = rows - first < SW_CHUNK_ROWS ? rows - first : SW_CHUNK_ROWS;
    NAME(transpose)(wide_count, padded, count, wide + first, wide_stride, transposed, pitch);
    NAME(product)(narrow_count, padded, count, narrow + first, narrow_stride, 1, transposed,
                  pitch, 0, sums, padded);
    for (ptrdiff_t i = 0; i < in; i++) {
      for (ptrdiff_t o = 0; o < out; o++) {
        dw[i * out + o] += sums[i * in_step + o * out_step];
      }
    }
  }
}

static void NAME(dense_bias_gradient)(
    ptrdiff_t out, ptrdiff_t rows, const REAL *g, ptrdiff_t g_stride, REAL *db) {
  for (ptrdiff_t first = 0; first < rows; first += SW_CHUNK_ROWS) {
    const ptrdiff_t last = rows - first < SW_CHUNK_ROWS ? rows : first + SW_CHUNK_ROWS;
    for (ptrdiff_t block = 0; block < out; block += 8) {
      const ptrdiff_t width = out - block < 8 ? out - block : 8;
      REAL sum[8] = {0};
      if (width == 8) {
        for (ptrdiff_t r = first; r < last; r++) {
          for (int o = 0; o < 8; o++) sum[o] += g[(block + o) * g_stride + r];
        }
      } else {
        for (ptrdiff_t o = 0; o < width; o++) {
          for (ptrdiff_t r = first; r < last; r++) sum[o] += g[(block + o) * g_stride + r];
        }
      }
      for (ptrdiff_t o = 0; o < width; o++) db[block + o] += sum[o];
    }
  }
}

// One row: outputs in the lanes forward, four chains side by side backward.
static void NAME(vector_forward)(
    ptrdiff_t in, ptrdiff_t out, const REAL *restrict kernel, const REAL *restrict bias,
    const REAL *restrict x, REAL *restrict y) {
  ptrdiff_t o = 0;
  for (; o + LANES <= out; o += LANES) {
    VEC sum = {0};
    if (bias) __builtin_memcpy(&sum, bias + o, sizeof(VEC));
    for (ptrdiff_t i = 0; i < in; i++) {
      VEC weights;
      __builtin_memcpy(&weights, kernel + i * out + o, sizeof(VEC));
      sum = __builtin_elementwise_fma(weights, (VEC){0} + x[i], sum);
    }
    __builtin_memcpy(y + o, &sum, sizeof(VEC));
  }
  for (; o < out; o++) {
    REAL sum = bias ? bias[o] : 0;
    for (ptrdiff_t i = 0; i < in; i++) sum = FMA(kernel[i * out + o], x[i], sum);
    y[o] = sum;
  }
}

static void NAME(vector_input_gradient)(
    ptrdiff_t in, ptrdiff_t out, const REAL *restrict kernel, const REAL *restrict g,
    REAL *restrict dx) {
  ptrdiff_t i = 0;
  for (; i + 4 <= in; i += 4) {
    REAL s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    const REAL *w = kernel + i * out;
    for (ptrdiff_t o = 0; o < out; o++) {
      s0 = FMA(w[o], g[o], s0);
      s1 = FMA(w[out + o], g[o], s1);
      s2 = FMA(w[2 * out + o], g[o], s2);
      s3 = FMA(w[3 * out + o], g[o], s3);
    }
    dx[i] = s0;
    dx[i + 1] = s1;
    dx[i + 2] = s2;
    dx[i + 3] = s3;
  }
  for (; i < in; i++) {
    REAL sum = 0;
    for (ptrdiff_t o = 0; o < out; o++) sum = FMA(kernel[i * out + o], g[o], sum);
    dx[i] = sum;
  }
}

// fma(x, g, 0) is the rounded product but for the sign of a zero, which the addition settles.
static void NAME(vector_weight_gradient)(
    ptrdiff_t in, ptrdiff_t out, const REAL *restrict x, const REAL *restrict g,
    REAL *restrict dw) {
  for (ptrdiff_t i = 0; i < in; i++) {
    for (ptrdiff_t o = 0; o < out; o++) dw[i * out + o] += FMA(x[i], g[o], (REAL)0);
  }
}
