// Philox 4x32-10 over consecutive row groups, blocks in the lanes.
//
// Counter words: c0 = column, c1 = row group, c2 = low 32 bits of the step,
// c3 = purpose << 24 | bits 32..<56 of the step. Key: low and high word of the stream's key.
// The words are the low halves of 64-bit lanes, for which AVX2 has the 32 x 32 -> 64
// multiplication; it reads no high half, so what gathers there is never cleared.

enum { SW_GROUPS = 16 };  // groups of a tile; there are also tiles of half as many

// Eight blocks go through the rounds side by side: fewer would wait for their own products.
typedef uint64_t sw_words __attribute__((vector_size(64)));

// What is the same for all groups.
typedef struct {
  uint64_t key;
  uint32_t column, c2, c3;
} sw_counter;

// The words of groups group ... group + 7, in the low halves. The first round is the same for all
// groups, and so is half of the next two.
static inline __attribute__((always_inline)) void philox_blocks(
    sw_counter counter, uint64_t group, sw_words *w0, sw_words *w1, sw_words *w2,
    sw_words *w3) {
  const uint64_t low = 0xffffffffu, m0 = 0xD2511F53u, m1 = 0xCD9E8D57u;
  uint32_t k0[10], k1[10];
  for (uint32_t round = 0; round < 10; round++) {
    k0[round] = (uint32_t)counter.key + round * 0x9E3779B9u;
    k1[round] = (uint32_t)(counter.key >> 32) + round * 0xBB67AE85u;
  }
  const uint64_t column = m0 * counter.column, step = m1 * counter.c2;
  const uint64_t second = m1 * (uint32_t)(column >> 32 ^ counter.c3 ^ k1[0]);
  const uint64_t third = m0 * (uint32_t)(second >> 32 ^ step ^ k0[1]);
  sw_words x0 = (sw_words){0, 1, 2, 3, 4, 5, 6, 7} + group;
  sw_words p0 = ((x0 ^ (step >> 32 ^ k0[0])) & low) * m0;
  sw_words p1 = ((p0 >> 32 ^ (uint32_t)(column ^ k1[1])) & low) * m1;
  x0 = p1 >> 32 ^ (uint32_t)(second ^ k0[2]);
  sw_words x1 = p1, x2 = p0 ^ (third >> 32 ^ k1[2]), x3 = (sw_words){0} + (uint32_t)third;
  _Pragma("clang loop unroll(full)") for (int round = 3; round < 10; round++) {
    p0 = (x0 & low) * m0;
    p1 = (x2 & low) * m1;
    x0 = p1 >> 32 ^ (x1 ^ (uint64_t)k0[round]);
    x1 = p1;
    x2 = p0 >> 32 ^ (x3 ^ (uint64_t)k1[round]);
    x3 = p0;
  }
  *w0 = x0;
  *w1 = x1;
  *w2 = x2;
  *w3 = x3;
}

// The words of columns counter.column ... counter.column + 7 of one group, in the low halves.
static inline __attribute__((always_inline)) void philox_columns(
    sw_counter counter, uint64_t group, sw_words *w0, sw_words *w1, sw_words *w2, sw_words *w3) {
  const uint64_t low = 0xffffffffu, m0 = 0xD2511F53u, m1 = 0xCD9E8D57u;
  uint32_t k0 = (uint32_t)counter.key, k1 = (uint32_t)(counter.key >> 32);
  sw_words x0 = (sw_words){0, 1, 2, 3, 4, 5, 6, 7} + counter.column, x1 = (sw_words){0} + group;
  sw_words x2 = (sw_words){0} + counter.c2, x3 = (sw_words){0} + counter.c3;
  _Pragma("clang loop unroll(full)") for (int round = 0; round < 10; round++) {
    const sw_words p0 = (x0 & low) * m0, p1 = (x2 & low) * m1;
    x0 = p1 >> 32 ^ (x1 ^ (uint64_t)k0);
    x1 = p1;
    x2 = p0 >> 32 ^ (x3 ^ (uint64_t)k1);
    x3 = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  *w0 = x0;
  *w1 = x1;
  *w2 = x2;
  *w3 = x3;
}

// The blocks of a tile of groups from `group` on, two words a number: w0 below w1, w2 below w3, or
// where `is_crossed` w0 below w2, w1 below w3; `groups` numbers of 64 bits each.
static inline __attribute__((always_inline)) void philox_tile(
    sw_counter counter, uint64_t group, const int groups, const int is_crossed, void *first,
    void *second) {
  _Pragma("clang loop unroll(disable)") for (int k = 0; k < groups; k += 8) {
    sw_words w0, w1, w2, w3;
    philox_blocks(counter, group + (uint64_t)k, &w0, &w1, &w2, &w3);
    const sw_words above = is_crossed ? w2 : w1, below = is_crossed ? w1 : w2;
    const sw_words a = (w0 & 0xffffffffu) | above << 32, b = (below & 0xffffffffu) | w3 << 32;
    __builtin_memcpy((char *)first + 8 * k, &a, sizeof a);
    __builtin_memcpy((char *)second + 8 * k, &b, sizeof b);
  }
}
