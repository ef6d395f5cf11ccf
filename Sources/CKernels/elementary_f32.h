// Elementary functions in float32. Those that networks and chains apply to arrays, tanh, sigmoid
// and softplus, are float32 throughout; the others are computed in float64 and rounded once, so
// that they are correctly rounded but for results within 2^-28 of the middle between two floats.

static inline float exp_f32(float x) {
  double clamped = x > 100 ? 100 : x;
  clamped = clamped < -120 ? -120 : clamped;
  const double shifted = __builtin_fma(clamped, INVERSE_LN2, SHIFTER);
  const double n = shifted - SHIFTER;
  const double r = __builtin_fma(-n, LN2_2, __builtin_fma(-n, LN2_1, clamped));
  const double y = 1 + __builtin_fma(r * r, POLYNOMIAL(EXP_SHORT, r), r);
  return (float)(y * double_of((bits_of(shifted) << 52) + (UINT64_C(1023) << 52)));
}

#define SHIFTER_FLOAT 0x1.8p23f

// e^-|x|: the scale is at most 1, so 2^(n + 64) then 2^-64 serve every n. The first part of log 2
// has 16 bits, so n times it is exact.
static inline __attribute__((always_inline)) float exp_minus_abs_f32(float x) {
  const float size = -__builtin_fabsf(x);
  const float negative = -104 > size ? -104 : size;  // a NaN passes
  const float shifted = __builtin_fmaf(negative, (float)INVERSE_LN2, SHIFTER_FLOAT);
  const float n = shifted - SHIFTER_FLOAT;
  const float r = __builtin_fmaf(-n, LN2_FLOAT_2, __builtin_fmaf(-n, LN2_FLOAT_1, negative));
  const float y = 1 + __builtin_fmaf(r * r, POLYNOMIAL_FLOAT(EXP_FLOAT, r), r);
  return y * float_of((bits_of_float(shifted) << 23) + ((127u + 64) << 23)) * 0x1p-64f;
}

// tanh |x| = t / (t + 2), t = e^(2|x|) - 1, which is 1 above 9.02; near 0 a polynomial, because
// there the rounded quotient is off by more than 2 ulp.
static inline float tanh_f32(float x) {
  const float size = __builtin_fabsf(x);
  const float twice = 2 * (size > 10 ? 10 : size);
  const float shifted = __builtin_fmaf(twice, (float)INVERSE_LN2, SHIFTER_FLOAT);
  const float n = shifted - SHIFTER_FLOAT;
  const float r = __builtin_fmaf(-n, LN2_FLOAT_2, __builtin_fmaf(-n, LN2_FLOAT_1, twice));
  const float y = __builtin_fmaf(r * r, POLYNOMIAL_FLOAT(EXP_FLOAT, r), r);
  const float scale = float_of((bits_of_float(shifted) << 23) + (127u << 23));
  const float t = __builtin_fmaf(scale, y, scale - 1);
  const float far = t / (t + 2);
  const float z = size * size;
  const float near = __builtin_fmaf(size * z, POLYNOMIAL_FLOAT(TANH_FLOAT, z), size);
  return __builtin_copysignf(size < 0.5f ? near : far, x);
}

// With e = e^-|x|: the smaller of sigmoid(x) and sigmoid(-x) is e - e (e / (1 + e)), the larger
// 1 minus it.
static inline __attribute__((always_inline)) float sigmoid_of_f32(
    float x, float e, float *slope) {
  const float small = __builtin_fmaf(-e, e / (1 + e), e);
  const float large = 1 - small;
  *slope = small * large;
  return x >= 0 ? large : small;
}

static inline float sigmoid_f32(float x) {
  float slope;
  return sigmoid_of_f32(x, exp_minus_abs_f32(x), &slope);
}

// log(1 + e) = 2 atanh(s) = 2 s + s^3 L(s^2), s = e / (2 + e), for e in [0, 1]; 2 s = e - e s.
static inline __attribute__((always_inline)) float log1p_unit_f32(float e) {
  const float s = e / (2 + e);
  const float z = s * s;
  return __builtin_fmaf(s, __builtin_fmaf(z, POLYNOMIAL_FLOAT(LOG1P_FLOAT, z), -e), e);
}

static inline float softplus_f32(float x) {
  return (x > 0 ? x : 0) + log1p_unit_f32(exp_minus_abs_f32(x));
}

// Of an x whose e = e^-|x| is known, here and below.
static inline __attribute__((always_inline)) void sigmoid_with_f32(
    float x, float e, float *value, float *slope) {
  *value = sigmoid_of_f32(x, e, slope);
}

static inline __attribute__((always_inline)) void softplus_with_f32(
    float x, float e, float *value, float *first, float *second) {
  *value = (x > 0 ? x : 0) + log1p_unit_f32(e);
  *first = sigmoid_of_f32(x, e, second);
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
