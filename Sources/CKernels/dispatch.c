// Which table of kernels this CPU can run.
#include "CKernels.h"
#include "tables.h"

#if defined(__x86_64__)
static int has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#endif

const sw_kernels_f64 *sw_kernels_f64_for(int isa) {
#if defined(__x86_64__)
  if (isa == SW_ISA_AVX2) return has_avx2() ? &sw_kernels_f64_avx2 : NULL;
  if (isa == SW_ISA_AVX512) return has_avx512() ? &sw_kernels_f64_avx512 : NULL;
#endif
  return isa == SW_ISA_PLAIN ? &sw_kernels_f64_plain : NULL;
}

const sw_kernels_f32 *sw_kernels_f32_for(int isa) {
#if defined(__x86_64__)
  if (isa == SW_ISA_AVX2) return has_avx2() ? &sw_kernels_f32_avx2 : NULL;
  if (isa == SW_ISA_AVX512) return has_avx512() ? &sw_kernels_f32_avx512 : NULL;
#endif
  return isa == SW_ISA_PLAIN ? &sw_kernels_f32_plain : NULL;
}

ptrdiff_t sw_weight_gradient_scratch(ptrdiff_t features) {
  return SW_CHUNK_ROWS * sw_weight_gradient_pitch((features + 7) / 8 * 8);
}

ptrdiff_t sw_packed_size(ptrdiff_t features, ptrdiff_t depth) {
  return (features + SW_PANEL - 1) / SW_PANEL * SW_PANEL * depth;
}

ptrdiff_t sw_chain_size(ptrdiff_t layers, const ptrdiff_t *widths, ptrdiff_t size, int is_scratch) {
  const ptrdiff_t lanes = SW_CHAIN_BYTES / size;
  ptrdiff_t packed = 0, records = 0, widest = 0;
  for (ptrdiff_t l = 0; l <= layers; l++) {
    const ptrdiff_t padded = (widths[l] + lanes - 1) / lanes * lanes;
    widest = padded > widest ? padded : widest;
    records += 2 * padded;
    if (l > 0) packed += padded + widths[l - 1] * padded;
    if (l < layers) packed += widths[l + 1] * padded;
  }
  return is_scratch ? 3 * widest + records : packed;
}

void sw_philox_4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t block[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)0xD2511F53u * c0;
    const uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}
