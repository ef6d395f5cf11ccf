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
      LANED(block)(mr, 4, depth, a, b + n, b_depth, LANES, init, factor ? factor + n : 0, c + n, c_row, LANES);
    }
  }
  if (mr <= SW_PANEL) {
    for (; n + 2 * LANES <= width; n += 2 * LANES) {
      LANED(block)(mr, 2, depth, a, b + n, b_depth, LANES, init, factor ? factor + n : 0, c + n, c_row, LANES);
    }
  }
  for (; n + LANES <= width; n += LANES) {
    LANED(block)(mr, 1, depth, a, b + n, b_depth, LANES, init, factor ? factor + n : 0, c + n, c_row, LANES);
  }
#ifdef HALF_LANES
  if (n < width) {
    NAME(half_block)(mr, 1, depth, a, b + n, b_depth, HALF_LANES, init, factor ? factor + n : 0, c + n, c_row,
                     HALF_LANES);
  }
#endif
}

// The rows of A that are no whole panel.
#define SW_REST(count, name, ...) \
  switch (count) { \
    case 5: name(5, __VA_ARGS__); break; \
    case 4: name(4, __VA_ARGS__); break; \
    case 3: name(3, __VA_ARGS__); break; \
    case 2: name(2, __VA_ARGS__); break; \
    case 1: name(1, __VA_ARGS__); break; \
    default: break; \
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
  SW_REST(rows - m, NAME(strip), width, depth, a, b, b_depth, init ? init + m : 0,
          factor ? factor + m * c_row : 0, c + m * c_row, c_row)
}

// nv tiles side by side, each of one vector.
static inline __attribute__((always_inline)) void NAME(vectors)(
    const int mr, const int nv, ptrdiff_t depth, const NAME(sw_left) a, const REAL *b, ptrdiff_t b_depth,
    ptrdiff_t b_tile, const REAL *init, const REAL *factor, REAL *c, ptrdiff_t c_row, ptrdiff_t c_tile) {
  LANED(block)(mr, nv, depth, a, b, b_depth, b_tile, init, factor, c, c_row, c_tile);
}

static inline __attribute__((always_inline)) void NAME(tiles)(
    const int nv, ptrdiff_t rows, ptrdiff_t depth, NAME(sw_left) a, const REAL *b, ptrdiff_t b_depth,
    ptrdiff_t b_tile, const REAL *init, const REAL *factor, REAL *c, ptrdiff_t c_row, ptrdiff_t c_tile) {
  ptrdiff_t m = 0;
  for (; m + SW_PANEL <= rows; m += SW_PANEL) {
    NAME(vectors)(SW_PANEL, nv, depth, a, b, b_depth, b_tile, init ? init + m : 0,
                  factor ? factor + m * c_row : 0, c + m * c_row, c_row, c_tile);
    a.pointer += a.panel;
  }
  SW_REST(rows - m, NAME(vectors), nv, depth, a, b, b_depth, b_tile, init ? init + m : 0,
          factor ? factor + m * c_row : 0, c + m * c_row, c_row, c_tile)
}
#undef SW_REST

// Whole tiles [first, last) of B and C. Where a tile is one vector, two are taken together, so that a row of A that
// is loaded serves two multiply-adds; four where there are few rows.
static inline __attribute__((always_inline)) void NAME(all_tiles)(
    ptrdiff_t first, ptrdiff_t last, ptrdiff_t rows, ptrdiff_t depth, const NAME(sw_left) a, const REAL *b,
    ptrdiff_t b_depth, ptrdiff_t b_tile, const REAL *init, const REAL *factor, REAL *c, ptrdiff_t c_row,
    ptrdiff_t c_tile) {
  ptrdiff_t t = first;
  if (SW_TILE_ROWS == LANES) {
    if (rows <= 3) {
      for (; t + 4 <= last; t += 4) {
        NAME(tiles)(4, rows, depth, a, b + t * b_tile, b_depth, b_tile, init, factor ? factor + t * c_tile : 0,
                    c + t * c_tile, c_row, c_tile);
      }
    }
    for (; t + 2 <= last; t += 2) {
      NAME(tiles)(2, rows, depth, a, b + t * b_tile, b_depth, b_tile, init, factor ? factor + t * c_tile : 0,
                  c + t * c_tile, c_row, c_tile);
    }
  }
  for (; t < last; t++) {
    NAME(tile)(rows, SW_TILE_ROWS, depth, a, b + t * b_tile, b_depth, init, factor ? factor + t * c_tile : 0,
               c + t * c_tile, c_row);
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
    NAME(all_tiles)(0, whole, rows, depth, a, b, b_depth, b_tile, init, factor, c, c_row, c_tile);
  } else {
    for (ptrdiff_t first = 0; first < whole; first += NAME(SW_GROUP)) {
      const ptrdiff_t last = first + NAME(SW_GROUP) < whole ? first + NAME(SW_GROUP) : whole;
      // Two panels, so that a tile of one vector alone has twelve chains.
      const ptrdiff_t step = SW_TILE_ROWS == LANES ? 2 * SW_PANEL : SW_PANEL;
      for (ptrdiff_t m = 0; m < rows; m += step) {
        NAME(sw_left) panel = a;
        panel.pointer += m / SW_PANEL * a.panel;
        NAME(all_tiles)(first, last, rows - m < step ? rows - m : step, depth, panel, b, b_depth, b_tile,
                        init ? init + m : 0, factor ? factor + m * c_row : 0, c + m * c_row, c_row, c_tile);
      }
    }
  }
  if (width > 0) {
    NAME(tile)(rows, width, depth, a, b + whole * b_tile, b_depth, init,
               factor ? factor + whole * c_tile : 0, c + whole * c_tile, c_row);
  }
}

// Four rows of four numbers: element (i, j) to target[j * pitch + i].
static inline __attribute__((always_inline)) void NAME(transposed)(
    const QUAD rows[4], REAL *target, ptrdiff_t pitch) {
  const QUAD even_ab = __builtin_shufflevector(rows[0], rows[1], 0, 4, 2, 6);
  const QUAD odd_ab = __builtin_shufflevector(rows[0], rows[1], 1, 5, 3, 7);
  const QUAD even_cd = __builtin_shufflevector(rows[2], rows[3], 0, 4, 2, 6);
  const QUAD odd_cd = __builtin_shufflevector(rows[2], rows[3], 1, 5, 3, 7);
  const QUAD row0 = __builtin_shufflevector(even_ab, even_cd, 0, 1, 4, 5);
  const QUAD row1 = __builtin_shufflevector(odd_ab, odd_cd, 0, 1, 4, 5);
  const QUAD row2 = __builtin_shufflevector(even_ab, even_cd, 2, 3, 6, 7);
  const QUAD row3 = __builtin_shufflevector(odd_ab, odd_cd, 2, 3, 6, 7);
  __builtin_memcpy(target, &row0, sizeof row0);
  __builtin_memcpy(target + pitch, &row1, sizeof row1);
  __builtin_memcpy(target + 2 * pitch, &row2, sizeof row2);
  __builtin_memcpy(target + 3 * pitch, &row3, sizeof row3);
}

// Tiles of [feature, 16 rows] to [row, feature], four by four; features past the last are zeros.
// Rows are read and written up to a multiple of 4, which tiles allow.
static void NAME(transpose)(
    ptrdiff_t features, ptrdiff_t padded, ptrdiff_t rows, const REAL *source, ptrdiff_t feature,
    ptrdiff_t tile, REAL *target, ptrdiff_t pitch) {
  for (ptrdiff_t r = 0; r < rows; r += 4) {
    const REAL *rows4 = source + r / SW_TILE_ROWS * tile + r % SW_TILE_ROWS;
    for (ptrdiff_t f = 0; f < padded; f += 4) {
      QUAD block[4] = {{0}};
      _Pragma("clang loop unroll(full)") for (int k = 0; k < 4; k++) {
        if (f + k < features) __builtin_memcpy(&block[k], rows4 + (f + k) * feature, sizeof(QUAD));
      }
      NAME(transposed)(block, target + r * pitch + f, pitch);
    }
  }
}

#ifdef HALF_LANES
// At most eight rows, which fill half a vector: outputs in the lanes, nv vectors of them, rows side by side.
static inline __attribute__((always_inline)) void NAME(forward_block)(
    const int nv, ptrdiff_t in, ptrdiff_t out, const REAL *restrict kernel, const REAL *restrict bias,
    const REAL *restrict x, ptrdiff_t x_feature, REAL *restrict y, ptrdiff_t y_feature) {
  VEC sum[8][2];
  _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
    const VEC start = bias ? LANED(load)(bias + v * LANES) : (VEC){0};
    _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) sum[r][v] = start;
  }
  for (ptrdiff_t i = 0; i < in; i++) {
    VEC weights[2];
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
      weights[v] = LANED(load)(kernel + i * out + v * LANES);
    }
    _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) {
      const VEC value = LANED(broadcast)(x + i * x_feature + r);
      _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) {
        sum[r][v] = __builtin_elementwise_fma(weights[v], value, sum[r][v]);
      }
    }
  }
  REAL rows[8][2 * LANES];
  _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < nv; v++) LANED(store)(sum[r][v], &rows[r][v * LANES]);
  }
  for (ptrdiff_t o = 0; o < nv * LANES; o += 4) {
    for (ptrdiff_t r = 0; r < 8; r += 4) {
      QUAD block[4];
      _Pragma("clang loop unroll(full)") for (int k = 0; k < 4; k++) {
        __builtin_memcpy(&block[k], &rows[r + k][o], sizeof(QUAD));
      }
      NAME(transposed)(block, y + o * y_feature + r, y_feature);
    }
  }
}

// Sixteen rows of sixteen numbers: element (i, j) to (j, i). Of each pair of rows `step` apart, blocks of so many
// lanes change places.
static inline __attribute__((always_inline)) void NAME(transpose_vectors)(VEC rows[16]) {
#define EXCHANGED(step, l, own) (((l) & (step)) == 0 ? (own ? (l) : (l) + (step)) : (own ? 16 + (l) - (step) : 16 + (l)))
#define LANES_OF(step, own) \
  EXCHANGED(step, 0, own), EXCHANGED(step, 1, own), EXCHANGED(step, 2, own), EXCHANGED(step, 3, own), \
      EXCHANGED(step, 4, own), EXCHANGED(step, 5, own), EXCHANGED(step, 6, own), EXCHANGED(step, 7, own), \
      EXCHANGED(step, 8, own), EXCHANGED(step, 9, own), EXCHANGED(step, 10, own), EXCHANGED(step, 11, own), \
      EXCHANGED(step, 12, own), EXCHANGED(step, 13, own), EXCHANGED(step, 14, own), EXCHANGED(step, 15, own)
#define STAGE(step) \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) { \
    if (i & (step)) continue; \
    const VEC a = rows[i], b = rows[i + (step)]; \
    rows[i] = __builtin_shufflevector(a, b, LANES_OF(step, 1)); \
    rows[i + (step)] = __builtin_shufflevector(a, b, LANES_OF(step, 0)); \
  }
  STAGE(8) STAGE(4) STAGE(2) STAGE(1)
#undef EXCHANGED
#undef LANES_OF
#undef STAGE
}

// Cotangents of sixteen inputs, these in the lanes, of at most eight rows. Blocks of the weights are transposed in
// registers: a weight that is broadcast would serve half a vector.
static inline __attribute__((always_inline)) void NAME(backward_block)(
    ptrdiff_t out, const REAL *restrict kernel, const REAL *restrict g, ptrdiff_t g_feature, const REAL *factor,
    REAL *restrict dx, ptrdiff_t dx_feature) {
  VEC sum[8];
  _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) sum[r] = (VEC){0};
  ptrdiff_t o = 0;
  for (; o + 16 <= out; o += 16) {
    VEC weights[16];
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) weights[i] = LANED(load)(kernel + i * out + o);
    NAME(transpose_vectors)(weights);
    _Pragma("clang loop unroll(full)") for (int k = 0; k < 16; k++) {
      _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) {
        sum[r] = __builtin_elementwise_fma(weights[k], LANED(broadcast)(g + (o + k) * g_feature + r), sum[r]);
      }
    }
  }
  for (; o < out; o++) {
    VEC weights;
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) weights[i] = kernel[i * out + o];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) {
      sum[r] = __builtin_elementwise_fma(weights, LANED(broadcast)(g + o * g_feature + r), sum[r]);
    }
  }
  REAL rows[8][16];
  _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) LANED(store)(sum[r], rows[r]);
  for (ptrdiff_t i = 0; i < 16; i += 4) {
    for (ptrdiff_t r = 0; r < 8; r += 4) {
      QUAD block[4];
      _Pragma("clang loop unroll(full)") for (int k = 0; k < 4; k++) {
        __builtin_memcpy(&block[k], &rows[r + k][i], sizeof(QUAD));
      }
      NAME(transposed)(block, dx + i * dx_feature + r, dx_feature);
    }
  }
  if (!factor) return;
  for (ptrdiff_t i = 0; i < 16; i++) {
    NAME(half_store)(NAME(half_load)(dx + i * dx_feature) * NAME(half_load)(factor + i * dx_feature),
                     dx + i * dx_feature);
  }
}

// As dense_input_gradient has it, of `count` inputs from the kernel's first on; returns how many are done.
static ptrdiff_t NAME(backward_eight)(
    ptrdiff_t out, ptrdiff_t count, const REAL *kernel, const REAL *g, ptrdiff_t g_feature, const REAL *factor,
    REAL *dx, ptrdiff_t dx_feature) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    NAME(backward_block)(out, kernel + i * out, g, g_feature, factor ? factor + i * dx_feature : 0,
                         dx + i * dx_feature, dx_feature);
  }
  return i;
}

// As dense_forward has it, of `count` outputs from the kernel's first on; returns how many are done.
static ptrdiff_t NAME(forward_eight)(
    ptrdiff_t in, ptrdiff_t out, ptrdiff_t count, const REAL *kernel, const REAL *bias, const REAL *x,
    ptrdiff_t x_feature, REAL *y, ptrdiff_t y_feature) {
  ptrdiff_t o = 0;
  for (; o + 2 * LANES <= count; o += 2 * LANES) {
    NAME(forward_block)(2, in, out, kernel + o, bias ? bias + o : 0, x, x_feature, y + o * y_feature, y_feature);
  }
  for (; o + LANES <= count; o += LANES) {
    NAME(forward_block)(1, in, out, kernel + o, bias ? bias + o : 0, x, x_feature, y + o * y_feature, y_feature);
  }
  return o;
}
#endif

// `first` is a multiple of SW_PANEL where there are packed weights.
static void NAME(dense_forward)(
    ptrdiff_t in, ptrdiff_t out, ptrdiff_t first, ptrdiff_t last, ptrdiff_t rows,
    const REAL *kernel, const REAL *packed, const REAL *bias, const REAL *x, ptrdiff_t x_feature,
    ptrdiff_t x_tile, REAL *y, ptrdiff_t y_feature, ptrdiff_t y_tile) {
  const NAME(sw_left) panels = {packed ? packed + first * in : 0, 1, SW_PANEL, SW_PANEL * in};
  const NAME(sw_left) plain = {kernel + first, 1, out, SW_PANEL};
#ifdef HALF_LANES
  if (rows % SW_TILE_ROWS > 0 && (!packed || in * out < NAME(SW_LARGE))) {
    rows -= HALF_LANES;
    const REAL *x_rest = x + rows / SW_TILE_ROWS * x_tile;
    REAL *y_rest = y + rows / SW_TILE_ROWS * y_tile + first * y_feature;
    const ptrdiff_t done = NAME(forward_eight)(in, out, last - first, kernel + first, bias ? bias + first : 0, x_rest,
                                               x_feature, y_rest, y_feature);
    const NAME(sw_left) rest = {plain.pointer + done, 1, out, SW_PANEL};
    NAME(product)(last - first - done, HALF_LANES, in, rest, x_rest, x_feature, x_tile,
                  bias ? bias + first + done : 0, 0, y_rest + done * y_feature, y_feature, y_tile);
  }
#endif
  NAME(product)(last - first, rows, in, packed ? panels : plain, x, x_feature, x_tile,
                bias ? bias + first : 0, 0, y + first * y_feature, y_feature, y_tile);
}

static void NAME(dense_input_gradient)(
    ptrdiff_t in, ptrdiff_t out, ptrdiff_t first, ptrdiff_t last, ptrdiff_t rows,
    const REAL *kernel, const REAL *packed, const REAL *g, ptrdiff_t g_feature, ptrdiff_t g_tile,
    const REAL *factor, REAL *dx, ptrdiff_t dx_feature, ptrdiff_t dx_tile) {
  const NAME(sw_left) panels = {packed ? packed + first * out : 0, 1, SW_PANEL, SW_PANEL * out};
  const NAME(sw_left) plain = {kernel + first * out, out, 1, SW_PANEL * out};
#ifdef HALF_LANES
  if (rows % SW_TILE_ROWS > 0 && out >= 16 && (!packed || in * out < NAME(SW_LARGE))) {
    rows -= HALF_LANES;
    const REAL *g_rest = g + rows / SW_TILE_ROWS * g_tile;
    const ptrdiff_t at = rows / SW_TILE_ROWS * dx_tile + first * dx_feature;
    const ptrdiff_t done = NAME(backward_eight)(out, last - first, plain.pointer, g_rest, g_feature,
                                                factor ? factor + at : 0, dx + at, dx_feature);
    const ptrdiff_t from = at + done * dx_feature;
    const NAME(sw_left) rest = {plain.pointer + done * out, out, 1, SW_PANEL * out};
    NAME(product)(last - first - done, HALF_LANES, out, rest, g_rest, g_feature, g_tile, 0,
                  factor ? factor + from : 0, dx + from, dx_feature, dx_tile);
  }
#endif
  NAME(product)(last - first, rows, out, packed ? panels : plain, g, g_feature, g_tile, 0,
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

static inline __attribute__((always_inline)) void NAME(gradient_strip)(
    const int mr, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t wide_count, ptrdiff_t rows,
    const REAL *narrow, ptrdiff_t feature, ptrdiff_t tile, const REAL *wide, ptrdiff_t pitch,
    int is_first, REAL *target, ptrdiff_t target_narrow, ptrdiff_t target_wide, REAL *wide_sums) {
  ptrdiff_t n = begin;
#define BLOCK(laned, nv) \
  laned(gradient_block)(mr, nv, rows, narrow, feature, tile, wide + n, pitch, wide_count - n, is_first, \
                        target + n * target_wide, target_narrow, target_wide, wide_sums ? wide_sums + (n - begin) : 0)
  if (mr <= 3) {
    for (; n + 4 * LANES <= end; n += 4 * LANES) BLOCK(LANED, 4);
  }
  for (; n + 2 * LANES <= end; n += 2 * LANES) BLOCK(LANED, 2);
  for (; n + LANES <= end; n += LANES) BLOCK(LANED, 1);
#ifdef HALF_LANES
  if (n < end) BLOCK(HALVED, 1);
#endif
#undef BLOCK
}

// Features of the wide side that pass together: two vectors, or a tile's width.
enum { NAME(SW_WIDE) = 2 * LANES > 16 ? 2 * LANES : 16 };

// All features of the narrow side, [begin, end) of the wide one, whose sums the last few of the narrow side find.
static inline __attribute__((always_inline)) void NAME(gradient_features)(
    ptrdiff_t narrow_count, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t wide_count, ptrdiff_t rows,
    const REAL *chunk, ptrdiff_t feature, ptrdiff_t tile, const REAL *wide, ptrdiff_t pitch, int is_first,
    REAL *dw, ptrdiff_t target_narrow, ptrdiff_t target_wide, REAL *wide_sums) {
#define STRIP(mr, sums) \
  NAME(gradient_strip)(mr, begin, end, wide_count, rows, chunk + m * feature, feature, tile, wide, pitch, is_first, \
                       dw + m * target_narrow, target_narrow, target_wide, sums)
  ptrdiff_t m = 0;
  // Few rows leave registers for sums, and chains too short to fill a core: what is left is at least one.
  const ptrdiff_t whole = wide_sums ? narrow_count - 1 : narrow_count;
  if (end - begin < 2 * LANES) {  // one vector: twice the features, so that enough chains run side by side
    for (; m + 2 * SW_PANEL <= whole; m += 2 * SW_PANEL) STRIP(2 * SW_PANEL, 0);
  }
  for (; m + SW_PANEL <= whole; m += SW_PANEL) STRIP(SW_PANEL, 0);
  switch (narrow_count - m) {
    case 6: STRIP(3, 0); m += 3; STRIP(3, wide_sums); break;
    case 5: STRIP(5, wide_sums); break;
    case 4: STRIP(4, wide_sums); break;
    case 3: STRIP(3, wide_sums); break;
    case 2: STRIP(2, wide_sums); break;
    case 1: STRIP(1, wide_sums); break;
    default: break;
  }
#undef STRIP
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
    // Some features of the wide side stay in the first cache while the narrow side passes.
    for (ptrdiff_t begin = 0; begin < padded; begin += NAME(SW_WIDE)) {
      const ptrdiff_t end = begin + NAME(SW_WIDE) < padded ? begin + NAME(SW_WIDE) : padded;
      REAL sums[NAME(SW_WIDE)];
      const int has_sums = db && outputs_in_lanes;
      NAME(gradient_features)(narrow_count, begin, end, wide_count, count, chunk, feature, tile, scratch, pitch,
                              is_first, dw, target_narrow, target_wide, has_sums ? sums : 0);
      for (ptrdiff_t o = begin; has_sums && o < end && o < out; o++) {
        db[o] = (is_first ? 0 : db[o]) + sums[o - begin];
      }
    }
    if (!db || outputs_in_lanes) continue;
    for (ptrdiff_t o = 0; o < out; o++) {
      REAL sum = 0;
      for (ptrdiff_t r = 0; r < count; r++) {
        sum += chunk[o * feature + r / SW_TILE_ROWS * tile + r % SW_TILE_ROWS];
      }
      db[o] = (is_first ? 0 : db[o]) + sum;
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
