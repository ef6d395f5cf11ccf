// Sine and cosine in float64, for every finite argument.

static inline void two_sum(double a, double b, double *sum, double *lost) {
  *sum = a + b;
  const double t = *sum - a;
  *lost = (a - (*sum - t)) + (b - t);
}

// Payne and Hanek (1983): 192 bits of 2/pi, from the first that counts modulo 4.
// x = sign M 2^e with a 64-bit M; low 192 bits of M W 2^(2 - 192) are x 2/pi modulo 4.
static inline int reduce_large(double x, double *r, double *low) {
  const uint64_t bits = bits_of(x);
  const int exponent = (int)((bits >> 52) & 0x7ff) - 1075 - 11;
  const uint64_t mantissa = ((bits & 0xfffffffffffffu) | 0x10000000000000u) << 11;
  const int start = exponent - 2 + 64;  // the table begins with 64 zeros
  const int word = start >> 6, shift = start & 63;
  uint64_t w[3];
  for (int k = 0; k < 3; k++) {
    const uint64_t head = TWO_OVER_PI_BITS[word + k], next = TWO_OVER_PI_BITS[word + k + 1];
    w[k] = shift ? head << shift | next >> (64 - shift) : head;
  }
  const unsigned __int128 last = (unsigned __int128)mantissa * w[2];
  const unsigned __int128 middle = (unsigned __int128)mantissa * w[1] + (uint64_t)(last >> 64);
  const uint64_t top = mantissa * w[0] + (uint64_t)(middle >> 64);
  const unsigned __int128 product = (unsigned __int128)top << 64 | (uint64_t)middle;
  int quadrant = (int)(product >> 126);
  __int128 fraction = (__int128)(product << 2);  // of a quadrant, as a signed number 2^-128
  if (fraction < 0) quadrant++;
  const double high = (double)fraction;
  const double rest = (double)(fraction - (__int128)high);
  const double a = high * 0x1p-128, b = rest * 0x1p-128;
  *r = a * WHOLE_HALF_PI_1;
  *low = __builtin_fma(a, WHOLE_HALF_PI_1, -*r)
      + __builtin_fma(a, WHOLE_HALF_PI_2, b * WHOLE_HALF_PI_1);
  if (bits >> 63) {
    *r = -*r;
    *low = -*low;
    quadrant = -quadrant;
  }
  return quadrant & 3;
}

// x = quadrant pi/2 + r + low, |r| <= pi/4. Below 2^19 by Cody and Waite (1980): three parts of
// pi/2 of 33 bits, whose multiples are exact, and a fourth.
static inline int reduce(double x, double *r, double *low) {
  if (!(__builtin_fabs(x) < 0x1p19)) return reduce_large(x, r, low);
  const double shifted = __builtin_fma(x, TWO_OVER_PI, SHIFTER);
  const double n = shifted - SHIFTER;
  double sum, lost1, lost2, sum2;
  const double first = __builtin_fma(-n, HALF_PI_1, x);
  two_sum(first, -n * HALF_PI_2, &sum, &lost1);
  two_sum(sum, -n * HALF_PI_3, &sum2, &lost2);
  const double tail = lost1 + (lost2 - n * HALF_PI_4);
  *r = sum2 + tail;
  *low = (sum2 - *r) + tail;
  return (int)(bits_of(shifted) & 3);
}

static inline __attribute__((always_inline)) double sin_reduced(double r, double low) {
  const double z = r * r;
  // sin(r + low) = r + (r^3 S(z) + low (1 - z/2))
  return r + __builtin_fma(r * z, POLYNOMIAL(SIN, z), __builtin_fma(-0.5 * z, low, low));
}

static inline __attribute__((always_inline)) double cos_reduced(double r, double low) {
  const double z = r * r;
  const double half = 0.5 * z;
  const double main = 1 - half;
  // cos(r + low) = 1 - z/2 + (z^2 C(z) - r low), with what 1 - z/2 and z/2 lost
  const double lost = (1 - main) - half - 0.5 * __builtin_fma(r, r, -z);
  return main + (lost + __builtin_fma(z * z, POLYNOMIAL(COS, z), -r * low));
}

static inline double sin_f64(double x) {
  if (!(__builtin_fabs(x) < __builtin_inf())) return x - x;
  if (__builtin_fabs(x) < 0x1p-27) return x;
  double r, low;
  const int quadrant = reduce(x, &r, &low);
  const double value = quadrant & 1 ? cos_reduced(r, low) : sin_reduced(r, low);
  return quadrant & 2 ? -value : value;
}

static inline double cos_f64(double x) {
  if (!(__builtin_fabs(x) < __builtin_inf())) return x - x;
  double r, low;
  const int quadrant = reduce(x, &r, &low);
  const double value = quadrant & 1 ? sin_reduced(r, low) : cos_reduced(r, low);
  return (quadrant + 1) & 2 ? -value : value;
}
