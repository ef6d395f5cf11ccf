// Box and Muller (1958), doi:10.1214/aoms/1177706645: two normal numbers of two integers,
// a radius and a direction, each for itself so that arrays of them go through the lanes.

typedef uint64_t sw_word_f64;
typedef uint32_t sw_word_f32;

// r = sqrt(-2 log u), u = ((a >> 12) + 1/2) 2^-52.
static inline __attribute__((always_inline)) double radius_f64(uint64_t a) {
  const double u = (double_of(bits_of(0x1p52) | a >> 12) - (0x1p52 - 0.5)) * 0x1p-52;
  double n;
  const double f = log_reduced(u, &n);
  return __builtin_elementwise_sqrt(-2 * log_assembled(n, f, 0));
}

// The first two bits of b choose the quadrant, the other 50 an angle within pi/4 of its middle
// axis, exactly; (r cos t, r sin t).
static inline __attribute__((always_inline)) void direction_f64(
    uint64_t b, double radius, double *cosine, double *sine) {
  const uint64_t rest = (b >> 12) & 0x3ffffffffffffu;
  const double turn = (double_of(bits_of(0x1p52) | rest) - (0x1p52 + 0x1p49 - 0.5)) * 0x1p-50;
  const double angle = turn * WHOLE_HALF_PI_1;
  const double z = angle * angle;
  const double c = __builtin_fma(z * z, POLYNOMIAL(COS, z), __builtin_fma(-0.5, z, 1));
  const double s = __builtin_fma(angle * z, POLYNOMIAL(SIN, z), angle);
  // quadrants: (c, s), (-s, c), (-c, -s), (s, -c)
  const int swapped = (int64_t)(b << 1) < 0;
  const double x = swapped ? s : c;
  const double y = swapped ? c : s;
  const uint64_t sign = UINT64_C(1) << 63;
  const uint64_t flip_x = (b + (UINT64_C(1) << 62)) & sign, flip_y = b & sign;
  *cosine = radius * double_of(bits_of(x) ^ flip_x);
  *sine = radius * double_of(bits_of(y) ^ flip_y);
}

// All in float32: u = (a + 1/2) 2^-32 rounded once; where u rounds to 1 the radius is 0.
static inline __attribute__((always_inline)) float radius_f32(uint32_t a) {
  const float high = (float)(int32_t)(a >> 16), low = (float)(int32_t)(a & 0xffff);
  const float u = __builtin_fmaf(high, 0x1p-16f, (low + 0.5f) * 0x1p-32f);
  const uint32_t bits = bits_of_float(u);
  const uint32_t offset = bits - bits_of_float((float)ROOT_HALF_1) + (256u << 23);
  const int32_t n = (int32_t)(offset >> 23) - 256;
  const float f = float_of(bits - ((uint32_t)n << 23)) - 1;
  const float ratio = f / (2 + f);
  const float z = ratio * ratio;
  const float half_square = 0.5f * f * f;
  const float tail = ratio * __builtin_fmaf(z, POLYNOMIAL_FLOAT(LOG_FLOAT, z), half_square);
  const float log_mantissa = f - (half_square - tail);
  const float log_u = __builtin_fmaf((float)n, (float)(LN2_1 + LN2_2), log_mantissa);
  return __builtin_elementwise_sqrt(log_u < 0 ? -2 * log_u : 0);
}

// Quadrant and angle from b as above.
static inline __attribute__((always_inline)) void direction_f32(
    uint32_t b, float radius, float *cosine, float *sine) {
  const int32_t rest = (int32_t)((b >> 6) & 0xffffffu) - 0x800000;
  const float angle = ((float)rest + 0.5f) * (float)(WHOLE_HALF_PI_1 * 0x1p-24);
  const float square = angle * angle;
  const float c = __builtin_fmaf(square * square, POLYNOMIAL_FLOAT(COS_FLOAT, square),
                                 __builtin_fmaf(-0.5f, square, 1));
  const float s = __builtin_fmaf(angle * square, POLYNOMIAL_FLOAT(SIN_FLOAT, square), angle);
  const int swapped = (int32_t)(b << 1) < 0;
  const float x = swapped ? s : c;
  const float y = swapped ? c : s;
  const uint32_t flip_x = (b + (1u << 30)) & (1u << 31), flip_y = b & (1u << 31);
  *cosine = radius * float_of(bits_of_float(x) ^ flip_x);
  *sine = radius * float_of(bits_of_float(y) ^ flip_y);
}
