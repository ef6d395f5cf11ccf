// Dense layers, for one scalar type (REAL, VEC, LANES, NAME, FMA come from unit.h).
//
// One micro-kernel serves all: C[m, n] = init + sum_k A[m, k] B[k, n] as one chain of fused
// multiply-adds in ascending k, n in the lanes, A broadcast; times factor[m, n] where there is one.
// Lanes never meet, so the width of the vectors, the tiling and the packing cannot change a bit.
//
// Six rows of A by two vectors of B are twelve chains: more than latency times ports, and with two
// vectors of B and one of A they fill sixteen registers. Half a tile has one vector of B: twelve rows
// of A.

// `mr` rows of C, `width` columns: 16, or 8.
static inline __attribute__((always_inline)) void NAME(strip)(
    const int mr, ptrdiff_t width, ptrdiff_t depth, const NAME(sw_left) a, const REAL *b,
    ptrdiff_t b_depth, const REAL *init, const REAL *factor, REAL *c, ptrdiff_t c_row) {
  ptrdiff_t n = 0;
  if (mr <= 3) {  // few rows: more columns, so that enough chains run side by side
    for (; n + 4 * LANES <= width; n += 4 * LANES) {
      LANED(block)(mr, 4, depth, a, b + n, b_depth, init, factor ? factor + n : 0, c + n, c_row);
    }
  }
  if (mr <= SW_PANEL) {
    for (; n + 2 * LANES <= width; n += 2 * LANES) {
      LANED(block)(mr, 2, depth, a, b + n, b_depth, init, factor ? factor + n : 0, c + n, c_row);
    }
  }
  for (; n + LANES <= width; n += LANES) {
    LANED(block)(mr, 1, depth, a, b + n, b_depth, init, factor ? factor + n : 0, c + n, c_row);
  }
#ifdef HALF_LANES
  if (n < width) NAME(half_block)(mr, 1, depth, a, b + n, b_depth, init, factor ? factor + n : 0, c + n, c_row);
#endif
}

// One tile: all rows of A, `width` columns.
static inline __attribute__((always_inline)) void NAME(tile)(
    ptrdiff_t rows, ptrdiff_t width, ptrdiff_t depth, NAME(sw_left) a, const REAL *b,
    ptrdiff_t b_depth, const REAL *init, const REAL *factor, REAL *c, ptrdiff_t c_row) {
  ptrdiff_t m = 0;
  if (width < 2 * LANES) {
    for (; m + 2 * SW_PANEL <= rows; m += 2 * SW_PANEL) {
      NAME(strip)(2 * SW_PANEL, width, depth, a, b, b_depth, init ? init + m : 0,
                  factor ? factor + m * c_row : 0, c + m * c_row, c_row);
      a.pointer += 2 * a.panel;
    }
  }
  for (; m + SW_PANEL <= rows; m += SW_PANEL) {
    NAME(strip)(SW_PANEL, width, depth, a, b, b_depth, init ? init + m : 0,
                factor ? factor + m * c_row : 0, c + m * c_row, c_row);
    a.pointer += a.panel;
  }
  const REAL *rest = init ? init + m : 0;
  const REAL *by = factor ? factor + m * c_row : 0;
  REAL *target = c + m * c_row;
  switch (rows - m) {
    case 5: NAME(strip)(5, width, depth, a, b, b_depth, rest, by, target, c_row); break;
    case 4: NAME(strip)(4, width, depth, a, b, b_depth, rest, by, target, c_row); break;
    case 3: NAME(strip)(3, width, depth, a, b, b_depth, rest, by, target, c_row); break;
    case 2: NAME(strip)(2, width, depth, a, b, b_depth, rest, by, target, c_row); break;
    case 1: NAME(strip)(1, width, depth, a, b, b_depth, rest, by, target, c_row); break;
    default: break;
  }
}

// All tiles of B and C. Where A is small, tile after tile; where it would not stay in the second
// cache, each panel of it serves a group of tiles before the next comes.
enum { NAME(SW_LARGE) = (1 << 19) / sizeof(REAL), NAME(SW_GROUP) = 4 };

static void NAME(product)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth, const NAME(sw_left) a, const REAL *b,
    ptrdiff_t b_depth, ptrdiff_t b_tile, const REAL *init, const REAL *factor, REAL *c,
    ptrdiff_t c_row, ptrdiff_t c_tile) {
  const ptrdiff_t whole = columns / SW_TILE_ROWS;
  const ptrdiff_t width = columns % SW_TILE_ROWS;
  if (rows * depth < NAME(SW_LARGE) || rows < SW_PANEL) {
    for (ptrdiff_t t = 0; t < whole; t++) {
      NAME(tile)(rows, SW_TILE_ROWS, depth, a, b + t * b_tile, b_depth, init,
                 factor ? factor + t * c_tile : 0, c + t * c_tile, c_row);
    }
  } else {
    for (ptrdiff_t first = 0; first < whole; first += NAME(SW_GROUP)) {
      const ptrdiff_t last = first + NAME(SW_GROUP) < whole ? first + NAME(SW_GROUP) : whole;
      // Two panels where a tile is one vector, so that there are twelve chains.
      const ptrdiff_t step = SW_TILE_ROWS < 2 * LANES ? 2 * SW_PANEL : SW_PANEL;
      for (ptrdiff_t m = 0; m < rows; m += step) {
        NAME(sw_left) panel = a;
        panel.pointer += m / SW_PANEL * a.panel;
        const ptrdiff_t count = rows - m < step ? rows - m : step;
        for (ptrdiff_t t = first; t < last; t++) {
          const ptrdiff_t at = t * c_tile + m * c_row;
          NAME(tile)(count, SW_TILE_ROWS, depth, panel, b + t * b_tile, b_depth, init ? init + m : 0,
                     factor ? factor + at : 0, c + at, c_row);
        }
      }
    }
  }
  if (width > 0) {
    NAME(tile)(rows, width, depth, a, b + whole * b_tile, b_depth, init,
               factor ? factor + whole * c_tile : 0, c + whole * c_tile, c_row);
  }
}

// `first` is a multiple of SW_PANEL.
static void NAME(dense_forward)(
    ptrdiff_t in, ptrdiff_t out, ptrdiff_t first, ptrdiff_t last, ptrdiff_t rows,
    const REAL *kernel, int is_packed, const REAL *bias, const REAL *x, ptrdiff_t x_feature,
    ptrdiff_t x_tile, REAL *y, ptrdiff_t y_feature, ptrdiff_t y_tile) {
  const NAME(sw_left) packed = {kernel + first * in, 1, SW_PANEL, SW_PANEL * in};
  const NAME(sw_left) plain = {kernel + first, 1, out, SW_PANEL};
  NAME(product)(last - first, rows, in, is_packed ? packed : plain, x, x_feature, x_tile,
                bias ? bias + first : 0, 0, y + first * y_feature, y_feature, y_tile);
}

static void NAME(dense_input_gradient)(
    ptrdiff_t in, ptrdiff_t out, ptrdiff_t first, ptrdiff_t last, ptrdiff_t rows,
    const REAL *kernel, int is_packed, const REAL *g, ptrdiff_t g_feature, ptrdiff_t g_tile,
    const REAL *factor, REAL *dx, ptrdiff_t dx_feature, ptrdiff_t dx_tile) {
  const NAME(sw_left) packed = {kernel + first * out, 1, SW_PANEL, SW_PANEL * out};
  const NAME(sw_left) plain = {kernel + first * out, out, 1, SW_PANEL * out};
  NAME(product)(last - first, rows, out, is_packed ? packed : plain, g, g_feature, g_tile, 0,
                factor ? factor + first * dx_feature : 0, dx + first * dx_feature, dx_feature, dx_tile);
}

// Panels [first, last) of six outputs for dense_forward, or of six inputs for
// dense_input_gradient; what lies past the last output or input is zeros.
static void NAME(dense_pack)(
    ptrdiff_t in, ptrdiff_t out, const REAL *restrict kernel, int by_inputs, ptrdiff_t first,
    ptrdiff_t last, REAL *restrict packed) {
  const ptrdiff_t features = by_inputs ? in : out;
  const ptrdiff_t depth = by_inputs ? out : in;
  const ptrdiff_t row = by_inputs ? out : 1;
  const ptrdiff_t step = by_inputs ? 1 : out;
  for (ptrdiff_t panel = first; panel < last; panel++) {
    const ptrdiff_t count =
        features - panel * SW_PANEL < SW_PANEL ? features - panel * SW_PANEL : SW_PANEL;
    const REAL *source = kernel + panel * SW_PANEL * row;
    REAL *target = packed + panel * SW_PANEL * depth;
    if (count == SW_PANEL) {
      for (ptrdiff_t k = 0; k < depth; k++) {
        for (ptrdiff_t m = 0; m < SW_PANEL; m++) {
          target[k * SW_PANEL + m] = source[m * row + k * step];
        }
      }
    } else {
      for (ptrdiff_t k = 0; k < depth; k++) {
        for (ptrdiff_t m = 0; m < SW_PANEL; m++) {
          target[k * SW_PANEL + m] = m < count ? source[m * row + k * step] : 0;
        }
      }
    }
  }
}

// Tiles of [feature, 16 rows] to [row, feature], four by four; features past the last are zeros.
// Rows are read and written up to a multiple of 4, which tiles allow.
static void NAME(transpose)(
    ptrdiff_t features, ptrdiff_t padded, ptrdiff_t rows, const REAL *source, ptrdiff_t feature,
    ptrdiff_t tile, REAL *target, ptrdiff_t pitch) {
  for (ptrdiff_t r = 0; r < rows; r += 4) {
    const REAL *rows4 = source + r / SW_TILE_ROWS * tile + r % SW_TILE_ROWS;
    for (ptrdiff_t f = 0; f < padded; f += 4) {
      QUAD a = {0}, b = {0}, c = {0}, d = {0};
      const REAL *block = rows4 + f * feature;
      if (f < features) __builtin_memcpy(&a, block, sizeof a);
      if (f + 1 < features) __builtin_memcpy(&b, block + feature, sizeof b);
      if (f + 2 < features) __builtin_memcpy(&c, block + 2 * feature, sizeof c);
      if (f + 3 < features) __builtin_memcpy(&d, block + 3 * feature, sizeof d);
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

static inline __attribute__((always_inline)) void NAME(gradient_strip)(
    const int mr, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t wide_count, ptrdiff_t rows,
    const REAL *narrow, ptrdiff_t feature, ptrdiff_t tile, const REAL *wide, ptrdiff_t pitch,
    int is_first, REAL *target, ptrdiff_t target_narrow, ptrdiff_t target_wide) {
  ptrdiff_t n = begin;
  if (mr <= 3) {
    for (; n + 4 * LANES <= end; n += 4 * LANES) {
      LANED(gradient_block)(mr, 4, rows, narrow, feature, tile, wide + n, pitch, wide_count - n,
                            is_first, target + n * target_wide, target_narrow, target_wide);
    }
  }
  for (; n + 2 * LANES <= end; n += 2 * LANES) {
    LANED(gradient_block)(mr, 2, rows, narrow, feature, tile, wide + n, pitch, wide_count - n,
                          is_first, target + n * target_wide, target_narrow, target_wide);
  }
  for (; n + LANES <= end; n += LANES) {
    LANED(gradient_block)(mr, 1, rows, narrow, feature, tile, wide + n, pitch, wide_count - n,
                          is_first, target + n * target_wide, target_narrow, target_wide);
  }
#ifdef HALF_LANES
  if (n < end) {
    NAME(half_gradient_block)(mr, 1, rows, narrow, feature, tile, wide + n, pitch, wide_count - n,
                              is_first, target + n * target_wide, target_narrow, target_wide);
  }
#endif
}

// The wider side goes into the lanes: its chunk is transposed to [row, feature], padded with
// zeros to a multiple of 8; the other side is broadcast. Rows lie sw_weight_gradient_pitch apart.
static void NAME(dense_weight_gradient)(
    ptrdiff_t in, ptrdiff_t out, int outputs_in_lanes, ptrdiff_t rows, const REAL *x,
    ptrdiff_t x_feature, ptrdiff_t x_tile, const REAL *g, ptrdiff_t g_feature, ptrdiff_t g_tile,
    int is_added, REAL *scratch, REAL *dw, ptrdiff_t dw_stride, REAL *db) {
  const REAL *wide = outputs_in_lanes ? g : x;
  const REAL *narrow = outputs_in_lanes ? x : g;
  const ptrdiff_t wide_feature = outputs_in_lanes ? g_feature : x_feature;
  const ptrdiff_t wide_tile = outputs_in_lanes ? g_tile : x_tile;
  const ptrdiff_t feature = outputs_in_lanes ? x_feature : g_feature;
  const ptrdiff_t tile = outputs_in_lanes ? x_tile : g_tile;
  const ptrdiff_t wide_count = outputs_in_lanes ? out : in;
  const ptrdiff_t narrow_count = outputs_in_lanes ? in : out;
  const ptrdiff_t padded = (wide_count + 7) / 8 * 8;
  const ptrdiff_t pitch = sw_weight_gradient_pitch(padded);
  const ptrdiff_t target_narrow = outputs_in_lanes ? dw_stride : 1;
  const ptrdiff_t target_wide = outputs_in_lanes ? 1 : dw_stride;
  for (ptrdiff_t first = 0; first < rows; first += SW_CHUNK_ROWS) {
    const ptrdiff_t count = rows - first < SW_CHUNK_ROWS ? rows - first : SW_CHUNK_ROWS;
    const int is_first = first == 0 && !is_added;
    NAME(transpose)(wide_count, padded, count, wide + first / SW_TILE_ROWS * wide_tile, wide_feature,
                    wide_tile, scratch, pitch);
    const REAL *chunk = narrow + first / SW_TILE_ROWS * tile;
    // 16 features of the wide side stay in the first cache while the narrow side passes.
    for (ptrdiff_t begin = 0; begin < padded; begin += 16) {
      const ptrdiff_t end = begin + 16 < padded ? begin + 16 : padded;
      ptrdiff_t m = 0;
      if (end - begin < 2 * LANES) {  // one vector: twice the features, so that enough chains run side by side
        for (; m + 2 * SW_PANEL <= narrow_count; m += 2 * SW_PANEL) {
          NAME(gradient_strip)(2 * SW_PANEL, begin, end, wide_count, count, chunk + m * feature,
                               feature, tile, scratch, pitch, is_first, dw + m * target_narrow,
                               target_narrow, target_wide);
        }
      }
      for (; m + SW_PANEL <= narrow_count; m += SW_PANEL) {
        NAME(gradient_strip)(SW_PANEL, begin, end, wide_count, count, chunk + m * feature, feature,
                             tile, scratch, pitch, is_first, dw + m * target_narrow, target_narrow,
                             target_wide);
      }
      for (; m + 2 <= narrow_count; m += 2) {
        NAME(gradient_strip)(2, begin, end, wide_count, count, chunk + m * feature, feature, tile,
                             scratch, pitch, is_first, dw + m * target_narrow, target_narrow,
                             target_wide);
      }
      for (; m < narrow_count; m++) {
        NAME(gradient_strip)(1, begin, end, wide_count, count, chunk + m * feature, feature, tile,
                             scratch, pitch, is_first, dw + m * target_narrow, target_narrow,
                             target_wide);
      }
    }
    if (!db) continue;
    if (outputs_in_lanes) {
      for (ptrdiff_t begin = 0; begin < padded; begin += 8) {
        REAL sum[8] = {0};
        for (ptrdiff_t r = 0; r < count; r++) {
          for (int o = 0; o < 8; o++) sum[o] += scratch[r * pitch + begin + o];
        }
        for (int o = 0; o < 8 && begin + o < out; o++) {
          db[begin + o] = (is_first ? 0 : db[begin + o]) + sum[o];
        }
      }
    } else {
      for (ptrdiff_t o = 0; o < out; o++) {
        REAL sum = 0;
        for (ptrdiff_t r = 0; r < count; r++) {
          sum += chunk[o * feature + r / SW_TILE_ROWS * tile + r % SW_TILE_ROWS];
        }
        db[o] = (is_first ? 0 : db[o]) + sum;
      }
    }
  }
}

static void NAME(vector_forward)(
    ptrdiff_t in, ptrdiff_t out, const REAL *kernel, const REAL *bias, const REAL *x, REAL *y) {
  ptrdiff_t o = 0;
  for (; o + 8 * LANES <= out; o += 8 * LANES) {
    LANED(vector_block)(8, in, out, kernel + o, bias ? bias + o : 0, x, y + o);
  }
  for (; o + 2 * LANES <= out; o += 2 * LANES) {
    LANED(vector_block)(2, in, out, kernel + o, bias ? bias + o : 0, x, y + o);
  }
  for (; o + LANES <= out; o += LANES) {
    LANED(vector_block)(1, in, out, kernel + o, bias ? bias + o : 0, x, y + o);
  }
#ifdef HALF_LANES
  for (; o + HALF_LANES <= out; o += HALF_LANES) {
    NAME(half_vector_block)(1, in, out, kernel + o, bias ? bias + o : 0, x, y + o);
  }
#endif
  for (; o + 2 <= out; o += 2) {
    REAL s0 = bias ? bias[o] : 0, s1 = bias ? bias[o + 1] : 0;
    for (ptrdiff_t i = 0; i < in; i++) {
      s0 = FMA(kernel[i * out + o], x[i], s0);
      s1 = FMA(kernel[i * out + o + 1], x[i], s1);
    }
    y[o] = s0;
    y[o + 1] = s1;
  }
  for (; o < out; o++) {
    REAL sum = bias ? bias[o] : 0;
    for (ptrdiff_t i = 0; i < in; i++) sum = FMA(kernel[i * out + o], x[i], sum);
    y[o] = sum;
  }
}

// Four chains side by side.
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
