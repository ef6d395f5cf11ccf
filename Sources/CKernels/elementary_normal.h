// Box and Muller (1958), doi:10.1214/aoms/1177706645: two normal numbers of two integers.

typedef uint64_t sw_word_f64;
typedef uint32_t sw_word_f32;

// u = ((a >> 12) + 1/2) 2^-52; the angle's first two bits choose the quadrant, the other 50 an
// angle within pi/4 of its middle axis, exactly.
static inline __attribute__((always_inline)) void box_muller_f64(
    uint64_t a, uint64_t b, double *cosine, double *sine) {
  const double u = (double_of(bits_of(0x1p52) | a >> 12) - (0x1p52 - 0.5)) * 0x1p-52;
  double n;
  const double f = log_reduced(u, &n);
  const double r = __builtin_elementwise_sqrt(-2 * log_assembled(n, f, 0));
  const uint64_t quadrant = b >> 62;
  const uint64_t rest = (b >> 12) & 0x3ffffffffffffu;
  const double turn = (double_of(bits_of(0x1p52) | rest) - (0x1p52 + 0x1p49 - 0.5)) * 0x1p-50;
  const double angle = turn * WHOLE_HALF_PI_1;
  const double z = angle * angle;
  const double c = __builtin_fma(z * z, POLYNOMIAL(COS, z), __builtin_fma(-0.5, z, 1));
  const double s = __builtin_fma(angle * z, POLYNOMIAL(SIN, z), angle);
  const int swapped = (quadrant & 1) != 0;
  const double x = swapped ? s : c;
  const double y = swapped ? c : s;
  // quadrants: (c, s), (-s, c), (-c, -s), (s, -c)
  const uint64_t flip_x = ((quadrant + 1) & 2) << 62, flip_y = (quadrant & 2) << 62;
  *cosine = r * double_of(bits_of(x) ^ flip_x);
  *sine = r * double_of(bits_of(y) ^ flip_y);
}

// All in float32: u = (a + 1/2) 2^-32 rounded once, quadrant and angle from b as above. Where u
// rounds to 1 the radius is 0.
static inline __attribute__((always_inline)) void box_muller_f32(
    uint32_t a, uint32_t b, float *cosine, float *sine) {
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
  const float r = __builtin_elementwise_sqrt(log_u < 0 ? -2 * log_u : 0);
  const uint32_t quadrant = b >> 30;
  const int32_t rest = (int32_t)((b >> 6) & 0xffffffu) - 0x800000;
  const float angle = ((float)rest + 0.5f) * (float)(WHOLE_HALF_PI_1 * 0x1p-24);
  const float square = angle * angle;
  const float c = __builtin_fmaf(square * square, POLYNOMIAL_FLOAT(COS_FLOAT, square),
                                 __builtin_fmaf(-0.5f, square, 1));
  const float s = __builtin_fmaf(angle * square, POLYNOMIAL_FLOAT(SIN_FLOAT, square), angle);
  const int swapped = (quadrant & 1) != 0;
  const float x = swapped ? s : c;
  const float y = swapped ? c : s;
  const uint32_t flip_x = ((quadrant + 1) & 2) << 30, flip_y = (quadrant & 2) << 30;
  *cosine = r * float_of(bits_of_float(x) ^ flip_x);
  *sine = r * float_of(bits_of_float(y) ^ flip_y);
}
