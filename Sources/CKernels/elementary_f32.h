// Elementary functions in float32: computed in float64 and rounded once, so that they are
// correctly rounded but for results within 2^-28 of the middle between two floats. Functions that
// networks apply to arrays have shorter polynomials (relative error below 2^-32).

static inline __attribute__((always_inline)) double exp_short(double x) {
  double clamped = x > 100 ? 100 : x;
  clamped = clamped < -120 ? -120 : clamped;
  const double shifted = __builtin_fma(clamped, INVERSE_LN2, SHIFTER);
  const double n = shifted - SHIFTER;
  const double r = __builtin_fma(-n, LN2_2, __builtin_fma(-n, LN2_1, clamped));
  const double y = 1 + __builtin_fma(r * r, POLYNOMIAL(EXP_SHORT, r), r);
  return y * double_of((bits_of(shifted) << 52) + (UINT64_C(1023) << 52));
}

static inline __attribute__((always_inline)) double log1p_unit_short(double e) {
  const double s = e / (2 + e);
  const double z = s * s;
  return __builtin_fma(s * z, POLYNOMIAL(LOG1P_SHORT, z), 2 * s);
}

static inline __attribute__((always_inline)) double exp_minus_abs_short(double x) {
  return exp_short(-__builtin_fabs(x));
}

static inline float exp_f32(float x) { return (float)exp_short(x); }

static inline float sigmoid_f32(float x) {
  double slope;
  return (float)sigmoid_of(x, exp_minus_abs_short(x), &slope);
}

static inline float softplus_f32(float x) {
  return (float)((x > 0 ? (double)x : 0) + log1p_unit_short(exp_minus_abs_short(x)));
}

// Near 0 the difference 1 - e loses digits of a short exponential: the full reduction instead.
static inline float tanh_f32(float x) { return (float)tanh_f64(x); }

static inline __attribute__((always_inline)) void sigmoid_all_f32(
    float x, float *value, float *slope) {
  double t;
  *value = (float)sigmoid_of(x, exp_minus_abs_short(x), &t);
  *slope = (float)t;
}

static inline __attribute__((always_inline)) void softplus_all_f32(
    float x, float *value, float *first, float *second) {
  const double e = exp_minus_abs_short(x);
  double t;
  *value = (float)((x > 0 ? (double)x : 0) + log1p_unit_short(e));
  *first = (float)sigmoid_of(x, e, &t);
  *second = (float)t;
}

#define SW_BY_DOUBLE(name) \
  static inline float name##_f32(float x) { return (float)name##_f64(x); }
SW_BY_DOUBLE(expm1)
SW_BY_DOUBLE(log)
SW_BY_DOUBLE(log1p)
SW_BY_DOUBLE(sin)
SW_BY_DOUBLE(cos)
SW_BY_DOUBLE(erf)
SW_BY_DOUBLE(erfc)
SW_BY_DOUBLE(erfinv)
SW_BY_DOUBLE(normal_cdf)
SW_BY_DOUBLE(normal_quantile)
#undef SW_BY_DOUBLE
