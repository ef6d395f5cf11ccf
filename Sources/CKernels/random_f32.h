// Uniforms and normals in float32: element (row, column) is lane row & 3 of the block of row
// group row >> 2, whose words are w0 ... w3.

// Cuts rows [row, row + count) out of the tile that starts at row `first`.
static inline void store_rows_f32(
    const float *tile, uint64_t first, ptrdiff_t tile_rows, uint64_t row, ptrdiff_t count,
    float *y) {
  for (ptrdiff_t k = 0; k < tile_rows; k++) {
    const ptrdiff_t at = (ptrdiff_t)(first - row) + k;
    if (at >= 0 && at < count) y[at] = tile[k];
  }
}

// u = (w >> 8) 2^-24, one word a lane: in [0, 1).
static void uniforms_f32(
    uint64_t key, uint32_t column, uint32_t c2, uint32_t c3, uint64_t row, ptrdiff_t count,
    float *y) {
  const uint64_t end = row + (uint64_t)count;
  for (uint64_t group = row >> 2; group << 2 < end; group += SW_GROUPS) {
    uint64_t w0[SW_GROUPS], w1[SW_GROUPS], w2[SW_GROUPS], w3[SW_GROUPS];
    float tile[4 * SW_GROUPS];
    const uint64_t left = ((end + 3) >> 2) - group;
    const ptrdiff_t groups = left < SW_GROUPS ? (ptrdiff_t)left : SW_GROUPS;
    philox_groups(key, column, c2, c3, group, groups, w0, w1, w2, w3);
    for (ptrdiff_t k = 0; k < groups; k++) {
      tile[4 * k] = (float)(int32_t)(w0[k] >> 8) * 0x1p-24f;
      tile[4 * k + 1] = (float)(int32_t)(w1[k] >> 8) * 0x1p-24f;
      tile[4 * k + 2] = (float)(int32_t)(w2[k] >> 8) * 0x1p-24f;
      tile[4 * k + 3] = (float)(int32_t)(w3[k] >> 8) * 0x1p-24f;
    }
    store_rows_f32(tile, group << 2, 4 * groups, row, count, y);
  }
}

// Box and Muller (1958) on (w0, w1) for lanes 0 and 1, on (w2, w3) for lanes 2 and 3:
// r = sqrt(-2 log u), u = (a + 1/2) 2^-32 rounded to float32, in (0, 1], so that r <= 6.77;
// the first lane is r cos t, the second r sin t, t = 2 pi (b + 1/2) 2^-32.
static void normals_f32(
    uint64_t key, uint32_t column, uint32_t c2, uint32_t c3, uint64_t row, ptrdiff_t count,
    float *y) {
  const uint64_t end = row + (uint64_t)count;
  for (uint64_t group = row >> 2; group << 2 < end; group += SW_GROUPS) {
    uint64_t w0[SW_GROUPS], w1[SW_GROUPS], w2[SW_GROUPS], w3[SW_GROUPS];
    uint32_t first[2 * SW_GROUPS], second[2 * SW_GROUPS];
    float tile[4 * SW_GROUPS], cosines[2 * SW_GROUPS], sines[2 * SW_GROUPS];
    const uint64_t left = ((end + 3) >> 2) - group;
    const ptrdiff_t groups = left < SW_GROUPS ? (ptrdiff_t)left : SW_GROUPS;
    philox_groups(key, column, c2, c3, group, groups, w0, w1, w2, w3);
    for (ptrdiff_t k = 0; k < groups; k++) {
      first[2 * k] = (uint32_t)w0[k];
      first[2 * k + 1] = (uint32_t)w2[k];
      second[2 * k] = (uint32_t)w1[k];
      second[2 * k + 1] = (uint32_t)w3[k];
    }
    for (ptrdiff_t k = 0; k < 2 * groups; k++) {
      box_muller_f32(first[k], second[k], &cosines[k], &sines[k]);
    }
    for (ptrdiff_t k = 0; k < 2 * groups; k++) {
      tile[2 * k] = cosines[k];
      tile[2 * k + 1] = sines[k];
    }
    store_rows_f32(tile, group << 2, 4 * groups, row, count, y);
  }
}
