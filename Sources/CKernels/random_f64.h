// Uniforms and normals in float64: element (row, column) is lane row & 1 of the block of row
// group row >> 1. The block's words make two integers, a = w0 | w1 << 32 and b = w2 | w3 << 32.

// Cuts rows [row, row + count) out of the tile that starts at row `first`.
static inline void store_rows_f64(
    const double *tile, uint64_t first, ptrdiff_t tile_rows, uint64_t row, ptrdiff_t count,
    double *y) {
  for (ptrdiff_t k = 0; k < tile_rows; k++) {
    const ptrdiff_t at = (ptrdiff_t)(first - row) + k;
    if (at >= 0 && at < count) y[at] = tile[k];
  }
}

// u = (a >> 11) 2^-53 for lane 0, (b >> 11) 2^-53 for lane 1: in [0, 1).
static void uniforms_f64(
    uint64_t key, uint32_t column, uint32_t c2, uint32_t c3, uint64_t row, ptrdiff_t count,
    double *y) {
  const uint64_t end = row + (uint64_t)count;
  for (uint64_t group = row >> 1; group << 1 < end; group += SW_GROUPS) {
    uint64_t w0[SW_GROUPS], w1[SW_GROUPS], w2[SW_GROUPS], w3[SW_GROUPS];
    double tile[2 * SW_GROUPS];
    const uint64_t left = ((end + 1) >> 1) - group;
    const ptrdiff_t groups = left < SW_GROUPS ? (ptrdiff_t)left : SW_GROUPS;
    philox_groups(key, column, c2, c3, group, groups, w0, w1, w2, w3);
    for (ptrdiff_t k = 0; k < groups; k++) {
      tile[2 * k] = (double)(int64_t)((w1[k] << 32 | w0[k]) >> 11) * 0x1p-53;
      tile[2 * k + 1] = (double)(int64_t)((w3[k] << 32 | w2[k]) >> 11) * 0x1p-53;
    }
    store_rows_f64(tile, group << 1, 2 * groups, row, count, y);
  }
}

// Box and Muller (1958): r = sqrt(-2 log u), u = ((a >> 12) + 1/2) 2^-52 in (0, 1), so that
// r <= 8.58; lane 0 is r cos t, lane 1 r sin t, t = 2 pi ((b >> 12) + 1/2) 2^-52.
static void normals_f64(
    uint64_t key, uint32_t column, uint32_t c2, uint32_t c3, uint64_t row, ptrdiff_t count,
    double *y) {
  const uint64_t end = row + (uint64_t)count;
  for (uint64_t group = row >> 1; group << 1 < end; group += SW_GROUPS) {
    uint64_t w0[SW_GROUPS], w1[SW_GROUPS], w2[SW_GROUPS], w3[SW_GROUPS];
    double tile[2 * SW_GROUPS], cosines[SW_GROUPS], sines[SW_GROUPS];
    const uint64_t left = ((end + 1) >> 1) - group;
    const ptrdiff_t groups = left < SW_GROUPS ? (ptrdiff_t)left : SW_GROUPS;
    philox_groups(key, column, c2, c3, group, groups, w0, w1, w2, w3);
    for (ptrdiff_t k = 0; k < groups; k++) {
      box_muller_f64(w1[k] << 32 | w0[k], w3[k] << 32 | w2[k], &cosines[k], &sines[k]);
    }
    for (ptrdiff_t k = 0; k < groups; k++) {
      tile[2 * k] = cosines[k];
      tile[2 * k + 1] = sines[k];
    }
    store_rows_f64(tile, group << 1, 2 * groups, row, count, y);
  }
}
