// Uniforms and normals in float64: element (row, column) is lane row & 1 of the block of row
// group row >> 1. The block's words make two integers, a = w0 | w1 << 32 and b = w2 | w3 << 32.
// A tile at a time; rows.h cuts rows out of tiles.

enum { SW_TILE_F64 = 2 * SW_GROUPS };

// u = (a >> 11) 2^-53 for lane 0, (b >> 11) 2^-53 for lane 1: in [0, 1).
static inline __attribute__((always_inline)) void uniforms_tile_f64(
    sw_counter counter, uint64_t group, const int groups, double *y) {
  uint64_t first[SW_GROUPS], second[SW_GROUPS];
  philox_tile(counter, group, groups, 0, first, second);
  for (int k = 0; k < groups; k++) {
    y[2 * k] = (double)(int64_t)(first[k] >> 11) * 0x1p-53;
    y[2 * k + 1] = (double)(int64_t)(second[k] >> 11) * 0x1p-53;
  }
}

// Box and Muller (1958): r = sqrt(-2 log u), u = ((a >> 12) + 1/2) 2^-52 in (0, 1), so that
// r <= 8.58; lane 0 is r cos t, lane 1 r sin t, t = 2 pi ((b >> 12) + 1/2) 2^-52.
static inline __attribute__((always_inline)) void normals_tile_f64(
    sw_counter counter, uint64_t group, const int groups, double *y) {
  uint64_t first[SW_GROUPS], second[SW_GROUPS];
  double radii[SW_GROUPS], cosines[SW_GROUPS], sines[SW_GROUPS];
  philox_tile(counter, group, groups, 0, first, second);
  SW_LANES(k, groups, { radii[k] = radius_f64(first[k]); })
  SW_LANES(k, groups, {
    direction_f64(second[k], radii[k], &cosines[k], &sines[k]);
  })
  for (int k = 0; k < groups; k++) {
    y[2 * k] = cosines[k];
    y[2 * k + 1] = sines[k];
  }
}

// The normals of one row of columns counter.column ... counter.column + 7, columns in the lanes.
static inline __attribute__((always_inline)) void normals_columns_f64(
    sw_counter counter, uint64_t row, double *y) {
  sw_words w0, w1, w2, w3;
  philox_columns(counter, row >> 1, &w0, &w1, &w2, &w3);
  uint64_t first[8], second[8];
  const sw_words a = (w0 & 0xffffffffu) | w1 << 32, b = (w2 & 0xffffffffu) | w3 << 32;
  __builtin_memcpy(first, &a, sizeof a);
  __builtin_memcpy(second, &b, sizeof b);
  double radii[8], cosines[8], sines[8];
  SW_LANES(k, 8, { radii[k] = radius_f64(first[k]); })
  SW_LANES(k, 8, {
    direction_f64(second[k], radii[k], &cosines[k], &sines[k]);
  })
  for (int k = 0; k < 8; k++) y[k] = row & 1 ? sines[k] : cosines[k];
}
