// Uniforms and normals in float32: element (row, column) is lane row & 3 of the block of row
// group row >> 2, whose words are w0 ... w3. A tile at a time; rows.h cuts rows out of tiles.

enum { SW_TILE_F32 = 4 * SW_GROUPS };

typedef float sw_f32x8 __attribute__((vector_size(32)));

// u = (w >> 8) 2^-24, one word a lane: in [0, 1).
static inline __attribute__((always_inline)) void uniforms_tile_f32(
    sw_counter counter, uint64_t group, const int groups, float *y) {
  uint32_t first[2 * SW_GROUPS], second[2 * SW_GROUPS];
  philox_tile(counter, group, groups, 0, first, second);
  for (int k = 0; k < groups; k++) {
    y[4 * k] = (float)(int32_t)(first[2 * k] >> 8) * 0x1p-24f;
    y[4 * k + 1] = (float)(int32_t)(first[2 * k + 1] >> 8) * 0x1p-24f;
    y[4 * k + 2] = (float)(int32_t)(second[2 * k] >> 8) * 0x1p-24f;
    y[4 * k + 3] = (float)(int32_t)(second[2 * k + 1] >> 8) * 0x1p-24f;
  }
}

// Box and Muller (1958) on (w0, w1) for lanes 0 and 1, on (w2, w3) for lanes 2 and 3:
// r = sqrt(-2 log u), u = (a + 1/2) 2^-32 rounded to float32, in (0, 1], so that r <= 6.77;
// the first lane is r cos t, the second r sin t, t = 2 pi (b + 1/2) 2^-32.
static inline __attribute__((always_inline)) void normals_tile_f32(
    sw_counter counter, uint64_t group, const int groups, float *y) {
  uint32_t first[2 * SW_GROUPS], second[2 * SW_GROUPS];
  float radii[2 * SW_GROUPS], cosines[2 * SW_GROUPS], sines[2 * SW_GROUPS];
  philox_tile(counter, group, groups, 1, first, second);
  SW_LANES(k, 2 * groups, { radii[k] = radius_f32(first[k]); })
  SW_LANES(k, 2 * groups, {
    direction_f32(second[k], radii[k], &cosines[k], &sines[k]);
  })
  for (int k = 0; k < 2 * groups; k += 8) {
    sw_f32x8 c, s;
    __builtin_memcpy(&c, cosines + k, sizeof c);
    __builtin_memcpy(&s, sines + k, sizeof s);
    const sw_f32x8 low = __builtin_shufflevector(c, s, 0, 8, 1, 9, 2, 10, 3, 11);
    const sw_f32x8 high = __builtin_shufflevector(c, s, 4, 12, 5, 13, 6, 14, 7, 15);
    __builtin_memcpy(y + 2 * k, &low, sizeof low);
    __builtin_memcpy(y + 2 * k + 8, &high, sizeof high);
  }
}

// The normals of one row of columns counter.column ... counter.column + 7, columns in the lanes.
static inline __attribute__((always_inline)) void normals_columns_f32(
    sw_counter counter, uint64_t row, float *y) {
  sw_words w0, w1, w2, w3;
  philox_columns(counter, row >> 2, &w0, &w1, &w2, &w3);
  uint32_t first[8], second[8];
  float radii[8], cosines[8], sines[8];
  for (int k = 0; k < 8; k++) {
    first[k] = (uint32_t)(row & 2 ? w2[k] : w0[k]);
    second[k] = (uint32_t)(row & 2 ? w3[k] : w1[k]);
  }
  SW_LANES(k, 8, { radii[k] = radius_f32(first[k]); })
  SW_LANES(k, 8, {
    direction_f32(second[k], radii[k], &cosines[k], &sines[k]);
  })
  for (int k = 0; k < 8; k++) y[k] = row & 1 ? sines[k] : cosines[k];
}
