// Prints a digest of what every kernel gives for fixed arguments, a line each: the same on every machine.
//
//   answers plain|avx2|avx512
//
// No header of an operating system is needed but for printing, so that it runs wherever C does.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

static uint64_t state;

static uint64_t bits(void) {  // splitmix64
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static double number(double scale) { return ((double)(bits() >> 11) * 0x1p-53 * 2 - 1) * scale; }

static void report(const char *type, const char *name, uint64_t digest) {
  printf("%s %-30s %016llx\n", type, name, (unsigned long long)digest);
}

enum { ROWS = 150, STRIDE = 152, IN = 19, OUT = 43, COUNT = 4001 };

#define TYPED(T, MIXTURE, TABLE, TYPE, FIRST) \
  static uint64_t digest_##TYPE(uint64_t hash, ptrdiff_t count, const T *x) { \
    for (ptrdiff_t k = 0; k < count; k++) { \
      T value = x[k]; \
      unsigned char bytes[sizeof(T)]; \
      memcpy(bytes, &value, sizeof bytes); \
      if (value != value) memset(bytes, 0x7f, sizeof bytes); /* sign and payload may differ */ \
      for (size_t b = 0; b < sizeof(T); b++) hash = (hash ^ bytes[b]) * 0x100000001B3u; \
    } \
    return hash; \
  } \
  static T *numbers_##TYPE(ptrdiff_t count, double scale) { \
    T *x = aligned_alloc(64, ((size_t)count * sizeof(T) + 127) / 64 * 64); \
    for (ptrdiff_t k = 0; k < count; k++) x[k] = (T)number(scale); \
    return x; \
  } \
  static void rows_##TYPE(const char *name, ptrdiff_t features, const T *x) { \
    uint64_t hash = FIRST; \
    for (ptrdiff_t f = 0; f < features; f++) hash = digest_##TYPE(hash, ROWS, x + f * STRIDE); \
    report(#TYPE, name, hash); \
  } \
  static void array_##TYPE(const char *name, void (*f)(ptrdiff_t, const T *, T *), double scale) { \
    state = 7; \
    T *x = numbers_##TYPE(COUNT, scale), *y = numbers_##TYPE(COUNT, 1); \
    x[0] = 0, x[1] = (T)-0.0, x[2] = (T)INFINITY, x[3] = (T)-INFINITY, x[4] = (T)NAN; \
    for (int k = 0; k < 900; k++) x[5 + k] = (T)ldexp((double)x[5 + k], k % 300 - 150); \
    f(COUNT, x, y); \
    report(#TYPE, name, digest_##TYPE(FIRST, COUNT, y)); \
    free(x), free(y); \
  } \
  static void answers_##TYPE(const TABLE *t) { \
    SW_ELEMENTARY_FUNCTIONS(ARRAY_##TYPE) \
    state = 11; \
    T *kernel = numbers_##TYPE(IN * OUT, 1), *bias = numbers_##TYPE(OUT, 1); \
    T *x = numbers_##TYPE(IN * STRIDE, 2), *g = numbers_##TYPE(OUT * STRIDE, 2); \
    T *y = numbers_##TYPE(OUT * STRIDE, 0), *dx = numbers_##TYPE(OUT * STRIDE, 0); \
    T *scratch = numbers_##TYPE(1 << 16, 0), *packed = numbers_##TYPE(1 << 12, 0); \
    T *dw = numbers_##TYPE(IN * OUT, 1), *db = numbers_##TYPE(OUT, 1); \
    t->dense_forward(IN, OUT, 0, OUT, STRIDE, kernel, 0, bias, x, STRIDE, 16, y, STRIDE, 16); \
    rows_##TYPE("dense_forward", OUT, y); \
    t->dense_pack(IN, OUT, kernel, 0, 0, (OUT + 5) / 6, packed); \
    t->dense_forward(IN, OUT, 0, OUT, STRIDE, kernel, packed, 0, x, STRIDE, 16, y, STRIDE, 16); \
    rows_##TYPE("dense_forward, packed", OUT, y); \
    t->dense_input_gradient(IN, OUT, 0, IN, STRIDE, kernel, 0, g, STRIDE, 16, 0, dx, STRIDE, 16); \
    rows_##TYPE("dense_input_gradient", IN, dx); \
    t->dense_pack(IN, OUT, kernel, 1, 0, (IN + 5) / 6, packed); \
    t->dense_input_gradient(IN, OUT, 0, IN, STRIDE, kernel, packed, g, STRIDE, 16, x, dx, STRIDE, 16); \
    rows_##TYPE("dense_input_gradient, times", IN, dx); \
    for (int lanes = 0; lanes < 2; lanes++) { \
      t->dense_weight_gradient(IN, OUT, lanes, ROWS, x, STRIDE, 16, g, STRIDE, 16, lanes, scratch, dw, \
                               OUT, db); \
      report(#TYPE, lanes ? "dense_weight_gradient, added" : "dense_weight_gradient", digest_##TYPE(digest_##TYPE(FIRST, OUT, db), IN * OUT, dw)); \
    } \
    t->vector_forward(IN, OUT, kernel, bias, x, y); \
    report(#TYPE, "vector_forward", digest_##TYPE(FIRST, OUT, y)); \
    t->vector_input_gradient(IN, OUT, kernel, g, dx); \
    report(#TYPE, "vector_input_gradient", digest_##TYPE(FIRST, IN, dx)); \
    t->vector_weight_gradient(IN, OUT, x, g, dw); \
    report(#TYPE, "vector_weight_gradient", digest_##TYPE(FIRST, IN * OUT, dw)); \
    for (int features = 1; features <= 2; features++) { \
      t->shallow_jvp(features, 40, STRIDE, kernel, bias, kernel + 90, bias, x, STRIDE, g, STRIDE, y, \
                     STRIDE, dx, STRIDE); \
      rows_##TYPE(features == 1 ? "shallow_jvp of 1" : "shallow_jvp of 2", features, y); \
      rows_##TYPE(features == 1 ? "shallow_jvp of 1 along v" : "shallow_jvp of 2 along v", features, dx); \
      t->shallow_forward(features, 40, STRIDE, kernel, bias, kernel + 90, bias, x, STRIDE, y, STRIDE); \
      rows_##TYPE(features == 1 ? "shallow_forward of 1" : "shallow_forward of 2", features, y); \
      t->shallow_gradient(features, 40, 100, kernel, bias, kernel + 90, x, STRIDE, g, STRIDE, x + STRIDE, \
                          STRIDE, g + STRIDE, STRIDE, dw, dw + 100, dw + 200, dw + 300); \
      report(#TYPE, features == 1 ? "shallow_gradient of 1" : "shallow_gradient of 2", digest_##TYPE(FIRST, 302, dw)); \
    } \
    for (int activation = 0; activation < 4; activation++) { \
      t->activate(activation, IN * STRIDE, x, y, dx, scratch); \
      uint64_t hash = digest_##TYPE(FIRST, IN * STRIDE, y); \
      hash = digest_##TYPE(hash, IN * STRIDE, dx); \
      const char *names[] = {"activate softplus", "activate relu", "activate silu", "activate tanh"}; \
      report(#TYPE, names[activation], digest_##TYPE(hash, IN * STRIDE, scratch)); \
    } \
    for (int activation = 0; activation < 4; activation++) { \
      const char *values[] = {"value of softplus", "value of relu", "value of silu", "value of tanh"}; \
      const char *slopes[] = {"slope of softplus", "slope of relu", "slope of silu", "slope of tanh"}; \
      t->value(activation, IN * STRIDE, x, y); \
      report(#TYPE, values[activation], digest_##TYPE(FIRST, IN * STRIDE, y)); \
      memcpy(y, x, IN * STRIDE * sizeof(T)); \
      t->slope(activation, IN * STRIDE, y, dx); \
      report(#TYPE, slopes[activation], digest_##TYPE(FIRST, IN * STRIDE, dx)); \
    } \
    t->dense_forward(IN, OUT, 0, OUT, 8, kernel, 0, bias, x, 8, 8 * IN, y, 8, 8 * OUT); \
    report(#TYPE, "dense_forward of 8 rows", digest_##TYPE(FIRST, OUT * 8, y)); \
    t->dense_input_gradient(IN, OUT, 0, IN, 8, kernel, 0, g, 8, 8 * OUT, x, dx, 8, 8 * IN); \
    report(#TYPE, "dense_input_gradient of 8 rows", digest_##TYPE(FIRST, IN * 8, dx)); \
    t->multiply(COUNT, g, g + 5, y); \
    report(#TYPE, "multiply", digest_##TYPE(FIRST, COUNT, y)); \
    t->multiply_add2(COUNT, g, g + 5, g + 9, g + 11, g + 2, y); \
    report(#TYPE, "multiply_add2", digest_##TYPE(FIRST, COUNT, y)); \
    t->normals(0x123456789abcdef0u, 3, 17, 9u << 24, 5, COUNT, y); \
    report(#TYPE, "normals", digest_##TYPE(FIRST, COUNT, y)); \
    for (uint64_t row = 4; row < 8; row++) { \
      t->normals_row(0x123456789abcdef0u, 3, COUNT / 2, 17, 9u << 24, row, y, 2); \
      report(#TYPE, "normals_row", digest_##TYPE(FIRST, COUNT - 1, y)); \
    } \
    t->uniforms(0x123456789abcdef0u, 3, 17, 9u << 24, 5, COUNT, y); \
    report(#TYPE, "uniforms", digest_##TYPE(FIRST, COUNT, y)); \
    const T offsets[3] = {(T)-1, (T)-0.5, (T)-2}, halves[3] = {(T)0.5, (T)2, (T)1}; \
    for (int components = 2; components <= 3; components++) { \
      const MIXTURE mixture = {components - 1, components, offsets, bias, halves, 1, 0}; \
      t->mixture_score(&mixture, ROWS, x, STRIDE, y, STRIDE, dx, scratch); \
      rows_##TYPE("mixture_score", components - 1, y); \
      report(#TYPE, "mixture densities", digest_##TYPE(FIRST, ROWS, dx)); \
      t->mixture_langevin(&mixture, (T)0.1, (T)0.4, 99, 0xfffffffeu, 7, 12, ROWS, 5, x, STRIDE, scratch); \
      rows_##TYPE("mixture_langevin", components - 1, x); \
    } \
    const ptrdiff_t widths[4] = {2, 10, 9, 1}; \
    t->chain_pack(3, widths, kernel, packed); \
    T position[2] = {(T)0.3, (T)-1}; \
    t->chain_energy(3, widths, 0, packed, (T)0.1, (T)0.4, 50, g, 1, position, y, scratch); \
    report(#TYPE, "chain_energy", digest_##TYPE(FIRST, 100, y)); \
    t->adam(OUT, bias, (T)0.9, (T)0.1, (T)0.999, (T)0.001, (T)0.3, (T)0.01, (T)1e-8, 0, (T)0.1, (T)-0.01, dw, \
            db, y); \
    report(#TYPE, "adam", digest_##TYPE(digest_##TYPE(FIRST, OUT, dw), OUT, y)); \
    const double squares = t->sum_of_squares(COUNT, g); \
    uint64_t word; \
    memcpy(&word, &squares, sizeof word); \
    report(#TYPE, "sum_of_squares", word); \
    t->langevin_move(COUNT, (T)0.1, (T)0.4, g, g + 5, y); \
    report(#TYPE, "langevin_move", digest_##TYPE(FIRST, COUNT, y)); \
  }

#define ARRAY_f64(name) array_f64(#name, t->name##_array, 30);
#define ARRAY_f32(name) array_f32(#name, t->name##_array, 30);
TYPED(double, sw_mixture_f64, sw_kernels_f64, f64, 0xCBF29CE484222325u)
TYPED(float, sw_mixture_f32, sw_kernels_f32, f32, 0xCBF29CE484222325u)

int main(int count, char **arguments) {
  const char *name = count > 1 ? arguments[1] : "plain";
  const int isa = !strcmp(name, "avx2") ? SW_ISA_AVX2 : !strcmp(name, "avx512") ? SW_ISA_AVX512 : SW_ISA_PLAIN;
  const sw_kernels_f64 *wide = sw_kernels_f64_for(isa);
  const sw_kernels_f32 *narrow = sw_kernels_f32_for(isa);
  if (!wide || !narrow) {
    fprintf(stderr, "this machine has no %s\n", name);
    return 2;
  }
  answers_f64(wide);
  answers_f32(narrow);
  return 0;
}
