// Elementary functions of our own, for float64 and float32, and Box-Muller.
//
// Written without branches where arrays of them matter, so that clang puts the elements of an
// array into lanes; every fused multiply-add is explicit and nothing else is fused, so scalar,
// array and vector versions agree in every bit. Error bounds: README.md.
#include "coefficients.h"

// The polynomial sum_k table[k] x^k in Estrin's order (pairs, then pairs of pairs), at most 32
// coefficients: a short chain of dependent operations, always the same one.
#define POLYNOMIAL(table, x) polynomial(table, (int)(sizeof(table) / sizeof(table[0])), x)
static inline __attribute__((always_inline)) double polynomial(
    const double *table, const int count, double x) {
  double sum[16];
  int terms = (count + 1) / 2;
  _Pragma("clang loop unroll(full)") for (int k = 0; k < (count + 1) / 2; k++) {
    sum[k] = 2 * k + 1 < count ? __builtin_fma(table[2 * k + 1], x, table[2 * k]) : table[2 * k];
  }
  _Pragma("clang loop unroll(full)") for (int level = 0; level < 4; level++) {
    x *= x;
    _Pragma("clang loop unroll(full)") for (int k = 0; k < (terms + 1) / 2; k++) {
      sum[k] = 2 * k + 1 < terms ? __builtin_fma(sum[2 * k + 1], x, sum[2 * k]) : sum[2 * k];
    }
    terms = (terms + 1) / 2;
  }
  return sum[0];
}
#define POLYNOMIAL_FLOAT(table, x) \
  polynomial_float(table, (int)(sizeof(table) / sizeof(table[0])), x)
static inline __attribute__((always_inline)) float polynomial_float(
    const float *table, const int count, float x) {
  float sum[16];
  int terms = (count + 1) / 2;
  _Pragma("clang loop unroll(full)") for (int k = 0; k < (count + 1) / 2; k++) {
    sum[k] = 2 * k + 1 < count ? __builtin_fmaf(table[2 * k + 1], x, table[2 * k]) : table[2 * k];
  }
  _Pragma("clang loop unroll(full)") for (int level = 0; level < 4; level++) {
    x *= x;
    _Pragma("clang loop unroll(full)") for (int k = 0; k < (terms + 1) / 2; k++) {
      sum[k] = 2 * k + 1 < terms ? __builtin_fmaf(sum[2 * k + 1], x, sum[2 * k]) : sum[2 * k];
    }
    terms = (terms + 1) / 2;
  }
  return sum[0];
}

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
static inline double double_of(uint64_t bits) {
  double x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}
static inline uint32_t bits_of_float(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
static inline float float_of(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

// for (int k = 0; k < count; k++) of independent elements, `count` a constant of at least 64 bytes:
// four vectors side by side where there are as many, because a chain of dependent operations leaves
// most of a core idle.
#define SW_LANES(k, count, ...) \
  if ((count) * sizeof(REAL) >= 128) { \
    _Pragma("clang loop interleave_count(4) unroll(disable)") for (int k = 0; k < (count); k++) \
      __VA_ARGS__ \
  } else { \
    _Pragma("clang loop interleave_count(2) unroll(disable)") for (int k = 0; k < (count); k++) \
      __VA_ARGS__ \
  }

// Adding it rounds to an integer, whose two's complement is then in the low bits.
#define SHIFTER 0x1.8p52

#include "elementary_exp.h"
#include "elementary_log.h"
#include "elementary_sin.h"
#include "elementary_erf.h"
#include "elementary_f32.h"
#include "elementary_normal.h"
