// Exponential, hyperbolic tangent, sigmoid and softplus in float64.

// x = n log 2 + r + low, |r| <= log(2)/2: n as an integer and the value e^(r + low) - 1, with
// what its rounding lost. Needs |x| < 2^20; the first part of log 2 has 42 bits, so n times it is
// exact.
static inline __attribute__((always_inline)) double exp_reduced(
    double x, int64_t *n, double *lost) {
  const double shifted = __builtin_fma(x, INVERSE_LN2, SHIFTER);
  *n = (int64_t)(bits_of(shifted) - bits_of(SHIFTER));
  const double nf = shifted - SHIFTER;
  const double start = __builtin_fma(-nf, LN2_1, x);
  const double r = __builtin_fma(-nf, LN2_2, start);
  const double low = __builtin_fma(-nf, LN2_2, start - r);
  const double rest = __builtin_fma(r * r, POLYNOMIAL(EXP, r), low);
  const double y = r + rest;
  *lost = (r - y) + rest;
  return y;
}

// 2^n for -1022 <= n <= 1023.
static inline double power_of_two(int64_t n) { return double_of((uint64_t)(n + 1023) << 52); }

// n / 2 rounded down, for -4096 <= n: without an arithmetic shift, which AVX2 lacks.
static inline int64_t half_of(int64_t n) {
  return (int64_t)((((uint64_t)n + 4096) >> 1) - 2048);
}

// n - half; n may be anything where it came from a NaN.
static inline int64_t rest_of(int64_t n, int64_t half) {
  return (int64_t)((uint64_t)n - (uint64_t)half);
}

static inline double exp_f64(double x) {
  double clamped = x > 710 ? 710 : x;  // a NaN passes both
  clamped = clamped < -746 ? -746 : clamped;
  int64_t n;
  double lost;
  const double y = 1 + exp_reduced(clamped, &n, &lost);
  const int64_t half = half_of(n);
  return y * power_of_two(half) * power_of_two(rest_of(n, half));  // the first product is exact
}

// 2^n y + (2^n - 1), with 2^(n-1) so that n = 1024 passes.
static inline double expm1_f64(double x) {
  double clamped = x > 710 ? 710 : x;
  clamped = clamped < -50 ? -50 : clamped;
  int64_t n;
  double lost;
  const double y = exp_reduced(clamped, &n, &lost);
  const double half = power_of_two(n - 1);
  const double value = 2 * __builtin_fma(half, lost, __builtin_fma(half, y, half - 0.5));
  return __builtin_fabs(x) < 0x1p-54 ? x : value;
}

// e^-|x|, same bits as exp: the scale is at most 1, so 2^(n + 64) then 2^-64 serve every n.
static inline __attribute__((always_inline)) double exp_minus_abs_f64(double x) {
  const double negative = -__builtin_fabs(x);
  int64_t n;
  double lost;
  const double y = 1 + exp_reduced(-746 > negative ? -746 : negative, &n, &lost);  // a NaN passes
  return y * double_of((uint64_t)(n + 1023 + 64) << 52) * 0x1p-64;
}

// t = e^(2|x|) - 1, tanh |x| = t / (t + 2).
static inline double tanh_f64(double x) {
  const double size = __builtin_fabs(x);
  const double clamped = size > 20 ? 20 : size;
  int64_t n;
  double lost;
  const double y = exp_reduced(2 * clamped, &n, &lost);
  const double scale = power_of_two(n);
  const double t = __builtin_fma(scale, lost, __builtin_fma(scale, y, scale - 1));
  return __builtin_copysign(t / (t + 2), x);
}

// With e = e^-|x|: the smaller of sigmoid(x) and sigmoid(-x) is e / (1 + e), the larger 1 minus it.
static inline __attribute__((always_inline)) double sigmoid_of(double x, double e, double *slope) {
  const double small = e / (1 + e);
  const double large = 1 - small;
  *slope = small * large;
  return x >= 0 ? large : small;
}

static inline double sigmoid_f64(double x) {
  double slope;
  return sigmoid_of(x, exp_minus_abs_f64(x), &slope);
}

// log(1 + e) = 2 atanh(s), s = e / (2 + e), for e in [0, 1]; e itself where it is tiny, so that
// subnormal numbers are not halved.
static inline __attribute__((always_inline)) double log1p_unit(double e) {
  const double s = e / (2 + e);
  const double z = s * s;
  const double value = __builtin_fma(s * z, POLYNOMIAL(LOG1P, z), 2 * s);
  return e < 0x1p-60 ? e : value;
}

static inline double softplus_f64(double x) {
  return (x > 0 ? x : 0) + log1p_unit(exp_minus_abs_f64(x));
}

// Both of an x whose e = e^-|x| is known.
static inline __attribute__((always_inline)) void sigmoid_with_f64(
    double x, double e, double *value, double *slope) {
  *value = sigmoid_of(x, e, slope);
}

static inline __attribute__((always_inline)) void softplus_with_f64(
    double x, double e, double *value, double *first, double *second) {
  *value = (x > 0 ? x : 0) + log1p_unit(e);
  *first = sigmoid_of(x, e, second);
}
