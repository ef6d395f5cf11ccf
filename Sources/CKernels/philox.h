// Philox 4x32-10 over consecutive row groups, blocks in the lanes.
//
// Counter words: c0 = column, c1 = row group, c2 = low 32 bits of the step,
// c3 = purpose << 24 | bits 32..<56 of the step. Key: low and high word of the stream's key.
// The words are kept in 64-bit lanes, for which AVX2 has the 32 x 32 -> 64 multiplication.

enum { SW_GROUPS = 32 };  // groups of one tile

static void philox_groups(
    uint64_t key, uint32_t column, uint32_t c2, uint32_t c3, uint64_t group, ptrdiff_t count,
    uint64_t *restrict w0, uint64_t *restrict w1, uint64_t *restrict w2, uint64_t *restrict w3) {
  const uint64_t low = 0xffffffffu;
  for (ptrdiff_t k = 0; k < count; k++) {
    uint64_t x0 = column, x1 = (group + (uint64_t)k) & low, x2 = c2, x3 = c3;
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    _Pragma("clang loop unroll(full)") for (int round = 0; round < 10; round++) {
      const uint64_t p0 = (uint64_t)0xD2511F53u * x0;
      const uint64_t p1 = (uint64_t)0xCD9E8D57u * x2;
      x0 = (p1 >> 32) ^ x1 ^ k0;
      x1 = p1 & low;
      x2 = (p0 >> 32) ^ x3 ^ k1;
      x3 = p0 & low;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    w0[k] = x0;
    w1[k] = x1;
    w2[k] = x2;
    w3[k] = x3;
  }
}
