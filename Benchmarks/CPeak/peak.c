#include "CPeak.h"

#if defined(__x86_64__)
typedef float vector __attribute__((vector_size(32)));

__attribute__((target("avx2,fma"), noinline)) static float run(long rounds) {
  vector a[14];
  const vector x = (vector){0} + 0.999f;
  const vector y = (vector){0} + 1e-3f;
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 14; i++) a[i] = (vector){0} + (float)i;
  for (long k = 0; k < rounds; k++) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 14; i++) {
      a[i] = __builtin_elementwise_fma(a[i], x, y);
      __asm__ volatile("" : "+x"(a[i]));
    }
  }
  float sum = 0;
  for (int i = 0; i < 14; i++) sum += a[i][0] + a[i][7];
  return sum;
}

float cpeak_fma(long rounds) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? run(rounds) : 0;
}
#else
float cpeak_fma(long rounds) {
  (void)rounds;
  return 0;
}
#endif
