// Rows [row, row + count) of one column, tile by tile: whole tiles go straight to where they
// belong, the others are cut.

#define SW_ROWS(name) \
  static void NAME(name)( \
      uint64_t key, uint32_t column, uint32_t c2, uint32_t c3, uint64_t row, ptrdiff_t count, \
      REAL *y) { \
    const sw_counter counter = {key, column, c2, c3}; \
    const uint64_t end = row + (uint64_t)count; \
    for (uint64_t first = row & ~(uint64_t)(GROUP_ROWS - 1); first < end; first += TILE) { \
      const uint64_t group = first / GROUP_ROWS; \
      if (first >= row && end - first >= TILE) { \
        NAME(SW_JOIN(name, _tile))(counter, group, SW_GROUPS, y + (first - row)); \
        continue; \
      } \
      REAL tile[TILE]; \
      if (end - first > TILE / 2) { \
        NAME(SW_JOIN(name, _tile))(counter, group, SW_GROUPS, tile); \
      } else { \
        NAME(SW_JOIN(name, _tile))(counter, group, SW_GROUPS / 2, tile); \
      } \
      for (uint64_t k = first < row ? row - first : 0; k < TILE && first + k < end; k++) { \
        y[first + k - row] = tile[k]; \
      } \
    } \
  }
SW_ROWS(uniforms)
SW_ROWS(normals)
#undef SW_ROWS

// One row of columns [column, column + columns): the number of column c goes to y[(c - column) stride].
static void NAME(normals_row)(
    uint64_t key, uint32_t column, ptrdiff_t columns, uint32_t c2, uint32_t c3, uint64_t row, REAL *y,
    ptrdiff_t stride) {
  for (ptrdiff_t first = 0; first < columns; first += 8) {
    REAL tile[8];
    const sw_counter counter = {key, column + (uint32_t)first, c2, c3};
    NAME(normals_columns)(counter, row, tile);
    for (ptrdiff_t k = 0; k < 8 && first + k < columns; k++) y[(first + k) * stride] = tile[k];
  }
}
