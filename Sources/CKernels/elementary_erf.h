// Error functions, the normal law and their inverses in float64.

// exp(a^2) erfc(a) for a in [0.45, 28]: a polynomial in q = (a - 4)/(a + 4) over 1 + 2a; `rest` is
// what the roundings of the last steps lost.
static inline __attribute__((always_inline)) double erfcx_f64(double a, double *rest) {
  const double sum = a + 4;
  double q = (a - 4) / sum;
  const double sum_lost = a - (sum - 4);
  q += (__builtin_fma(-q, sum, a - 4) - q * sum_lost) / sum;
  const double inner = polynomial(ERFCX + 1, (int)(sizeof(ERFCX) / sizeof(ERFCX[0])) - 1, q);
  const double numerator = __builtin_fma(q, inner, ERFCX[0]);
  const double numerator_lost = __builtin_fma(q, inner, ERFCX[0] - numerator);
  const double denominator = __builtin_fma(2, a, 1);
  const double denominator_lost = __builtin_fma(2, a, 1 - denominator);
  const double quotient = numerator / denominator;
  const double remainder = __builtin_fma(-quotient, denominator, numerator);
  *rest = (remainder + (numerator_lost - quotient * denominator_lost)) / denominator;
  return quotient;
}

// The same of a + low: the derivative of erfcx is 2a erfcx(a) - 2/sqrt(pi).
static inline __attribute__((always_inline)) double erfcx_sum(double a, double low, double *rest) {
  const double value = erfcx_f64(a, rest);
  *rest += low * __builtin_fma(2 * a, value, -TWO_OVER_ROOT_PI_1);
  return value;
}

// e^-(s + low), s >= 0, times factor + rest: the exponential's rounding to 1 + y is put off.
static inline __attribute__((always_inline)) double exp_minus_times(
    double s, double low, double factor, double rest) {
  int64_t n;
  double lost;
  const double clamped = s > 800 ? 800 : s;
  const double y = exp_reduced(-clamped, &n, &lost);
  const double mended = __builtin_fma(1 + y, rest, (lost - low * (1 + y)) * factor);
  const double whole = __builtin_fma(y, factor, mended) + factor;
  const int64_t half = half_of(n);
  return whole * power_of_two(half) * power_of_two(rest_of(n, half));
}

// erf on [-1, 1].
static inline __attribute__((always_inline)) double erf_small(double x) {
  const double z = x * x;
  return __builtin_fma(x, TWO_OVER_ROOT_PI_1,
                       x * __builtin_fma(z, POLYNOMIAL(ERF, z), TWO_OVER_ROOT_PI_2));
}

// erfc on [0.45, infinity].
static inline __attribute__((always_inline)) double erfc_tail(double a) {
  const double clamped = a > 28 ? 28 : a;
  const double s = clamped * clamped;
  double rest;
  const double factor = erfcx_f64(clamped, &rest);
  return exp_minus_times(s, __builtin_fma(clamped, clamped, -s), factor, rest);
}

static inline double erf_f64(double x) {
  const double size = __builtin_fabs(x);
  const double far = __builtin_copysign(1 - erfc_tail(size < 0.5 ? 0.5 : size), x);
  // below 2^-1000 the product of x and its small parts would underflow
  const double tiny = x * TWO_OVER_ROOT_PI_1;
  const double near = size < 0x1p-500 ? tiny : erf_small(size > 1 ? 1 : x);
  return size < 1 ? near : (x != x ? x : far);
}

static inline double erfc_f64(double x) {
  const double size = __builtin_fabs(x);
  const double tail = erfc_tail(size < 0.5 ? 0.5 : size);
  const double near = 1 - erf_small(size > 1 ? 1 : x);
  const double far = x > 0 ? tail : 2 - tail;
  return size < 0.5 ? near : (x != x ? x : far);
}

// erfcx(z / sqrt 2).
static inline __attribute__((always_inline)) double normal_erfcx(double z, double *rest) {
  const double a = z * ROOT_HALF_1;
  const double low = __builtin_fma(z, ROOT_HALF_2, __builtin_fma(z, ROOT_HALF_1, -a));
  return erfcx_sum(a, low, rest);
}

// Phi(-z), z >= 0.63: erfcx(z / sqrt 2) e^(-z^2 / 2) / 2, the exponent without the root.
static inline __attribute__((always_inline)) double normal_tail(double z) {
  const double clamped = z > 39 ? 39 : z;
  const double s = 0.5 * clamped * clamped;
  const double low = __builtin_fma(0.5 * clamped, clamped, -s);
  double rest;
  const double factor = normal_erfcx(clamped, &rest);
  return exp_minus_times(s, low, 0.5 * factor, 0.5 * rest);
}

static inline double normal_cdf_f64(double x) {
  const double size = __builtin_fabs(x);
  const double tail = normal_tail(size < 0.64 ? 0.64 : size);
  const double inside = size > 1 ? 1 : x;
  const double scaled = inside * ROOT_HALF_1;
  const double near = __builtin_fma(0.5, erf_small(scaled), 0.5);
  const double far = x > 0 ? 1 - tail : tail;
  return size < 0.65 ? near : (x != x ? x : far);
}

// erfinv on [-3/4, 3/4].
static inline __attribute__((always_inline)) double erfinv_small(double x) {
  const double z = x * x;
  return __builtin_fma(x, HALF_ROOT_PI_1,
                       x * __builtin_fma(z, POLYNOMIAL(ERFINV, z), HALF_ROOT_PI_2));
}

// The z with Phi(-z) = p, p in (0, 0.135]: a polynomial, then one step of Halley's method on
// F(z) = log Phi(-z) - log p, whose derivative is -h, h = sqrt(2/pi) / erfcx(z / sqrt 2), and
// h' = h (h - z).
static inline __attribute__((always_inline)) double tail_quantile(double p) {
  const double log_p = log_f64(p);
  const double s = __builtin_elementwise_sqrt(-2 * log_p);
  const double start = s * POLYNOMIAL(QUANTILE, (s - 6) / (s + 6));
  double rest;
  const double scaled = normal_erfcx(start, &rest);
  const double square = 0.5 * start * start;
  const double lost = __builtin_fma(0.5 * start, start, -square);
  const double h = ROOT_TWO_OVER_PI / scaled;
  // log(erfcx / 2) - z^2/2 - log p; one logarithm where the quotient cannot overflow
  const double difference = p > 0x1p-900 ? log_f64(0.5 * scaled / p) - square
                                         : log_f64(0.5 * scaled) - (log_p + square);
  const double u = (difference + (rest / scaled - lost)) / h;
  return start + u / __builtin_fma(0.5 * u, h - start, 1);
}

static inline double normal_quantile_f64(double p) {
  if (!(p >= 0 && p <= 1)) return __builtin_nan("");
  if (p == 0) return -__builtin_inf();
  if (p == 1) return __builtin_inf();
  const double centred = 2 * p - 1;  // exact from 1/4 up; error 2^-55 of p below
  if (p >= 0.135 && p <= 0.865) {
    const double y = erfinv_small(centred);
    return __builtin_fma(y, ROOT_TWO_1, y * ROOT_TWO_2);
  }
  return p < 0.5 ? -tail_quantile(p) : tail_quantile(1 - p);
}

static inline double erfinv_f64(double x) {
  const double size = __builtin_fabs(x);
  if (!(size <= 1)) return __builtin_nan("");
  if (size == 1) return __builtin_copysign(__builtin_inf(), x);
  if (size < 0x1p-500) return x * HALF_ROOT_PI_1;
  if (size <= 0.75) return erfinv_small(x);
  const double z = tail_quantile(0.5 * (1 - size));
  return __builtin_copysign(__builtin_fma(z, ROOT_HALF_1, z * ROOT_HALF_2), x);
}
