#include "CPeak.h"

#if defined(__x86_64__)
// Fourteen chains of fused multiply-adds in vectors of 32 or 64 bytes.
#define RUN(name, bytes, instructions) \
  typedef float name##_vector __attribute__((vector_size(bytes))); \
  __attribute__((target(instructions), noinline)) static float name(long rounds) { \
    name##_vector a[14]; \
    const name##_vector x = (name##_vector){0} + 0.999f; \
    const name##_vector y = (name##_vector){0} + 1e-3f; \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 14; i++) { \
      a[i] = (name##_vector){0} + (float)i; \
    } \
    for (long k = 0; k < rounds; k++) { \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < 14; i++) { \
        a[i] = __builtin_elementwise_fma(a[i], x, y); \
        __asm__ volatile("" : "+v"(a[i])); \
      } \
    } \
    float sum = 0; \
    for (int i = 0; i < 14; i++) sum += a[i][0] + a[i][7]; \
    return sum; \
  }
RUN(run_avx2, 32, "avx2,fma")
RUN(run_avx512, 64, "avx512f,avx512vl")

// With the widest vectors of this CPU, half as many rounds where they are twice as wide.
float cpeak_fma(long rounds) {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
    return run_avx512((rounds + 1) / 2);
  }
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? run_avx2(rounds) : 0;
}
#else
float cpeak_fma(long rounds) {
  (void)rounds;
  return 0;
}
#endif
