// Logarithms in float64.

// x = 2^n (1 + f), 1 + f in [sqrt(1/2), sqrt(2)), for a positive normal x.
static inline __attribute__((always_inline)) double log_reduced(double x, double *n) {
  const uint64_t bits = bits_of(x);
  const uint64_t root_half = bits_of(ROOT_HALF_1);
  const uint64_t biased = (bits - root_half + (UINT64_C(2048) << 52)) >> 52;  // n + 2048
  *n = double_of(bits_of(0x1p52) + biased) - (0x1p52 + 2048);
  return double_of(bits - ((biased - 2048) << 52)) - 1;
}

// n log 2 + log(1 + f) + c, as in fdlibm: f - (f^2/2 - (s (f^2/2 + R(s^2)) + small parts)).
static inline __attribute__((always_inline)) double log_assembled(double n, double f, double c) {
  const double s = f / (2 + f);
  const double z = s * s;
  const double half_square = 0.5 * f * f;
  const double rest = __builtin_fma(s, __builtin_fma(z, POLYNOMIAL(LOG, z), half_square),
                                    __builtin_fma(n, LN2_2, c));
  const double high = n * LN2_1;  // exact
  // f - half_square in two parts, then the sum with the exact multiple of log 2
  const double main = f - half_square;
  const double lost = (f - main) - half_square;
  const double sum = high + main;
  const double big = __builtin_fabs(high) > __builtin_fabs(main) ? high : main;
  const double little = __builtin_fabs(high) > __builtin_fabs(main) ? main : high;
  return sum + ((big - sum) + little + (lost + rest));
}

static inline double log_f64(double x) {
  const int subnormal = x < 0x1p-1022;
  double n;
  const double f = log_reduced(subnormal ? x * 0x1p54 : x, &n);
  double value = log_assembled(subnormal ? n - 54 : n, f, 0);
  value = x == 0 ? -__builtin_inf() : value;
  value = x < 0 ? __builtin_nan("") : value;
  return x - x == 0 ? value : (x > 0 ? x : __builtin_nan(""));
}

// u = 1 + x rounded, and c = (1 + x - u) / u mends the rounding to first order.
static inline double log1p_f64(double x) {
  const double u = 1 + x;
  const double lost = x >= 1 ? 1 - (u - x) : x - (u - 1);
  double n;
  const double f = log_reduced(u, &n);
  double value = log_assembled(n, f, lost / u);
  value = __builtin_fabs(x) < 0x1p-54 ? x : value;
  value = x == -1 ? -__builtin_inf() : value;
  value = x < -1 ? __builtin_nan("") : value;
  return x - x == 0 ? value : (x > 0 ? x : __builtin_nan(""));
}
