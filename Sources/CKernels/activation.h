// Activations with their derivatives, for one scalar type.
//
// `value` may be `z` itself: every element is read before it is written, and none depends on another,
// which is what assume_safety tells the vectoriser. `first` and `second` overlap with nothing.

#define SW_PRAGMA(text) _Pragma(#text)
#define SW_INTERLEAVED(vectors) \
  SW_PRAGMA(clang loop vectorize(assume_safety) interleave_count(vectors))

// for (ptrdiff_t k = 0; k < count; k++), some vectors side by side, then single ones for the rest.
#define ELEMENTS_BY(vectors, k, count, ...) \
  { \
    const ptrdiff_t whole = (count) & ~((vectors) * LANES - 1); \
    SW_INTERLEAVED(vectors) \
    for (ptrdiff_t k = 0; k < whole; k++) __VA_ARGS__ \
    SW_INTERLEAVED(1) \
    for (ptrdiff_t k = whole; k < (count); k++) __VA_ARGS__ \
  }
#define ELEMENTS(k, count, ...) ELEMENTS_BY(4, k, count, __VA_ARGS__)

// e^-|z|, of which sigmoid and softplus are made, in a loop of its own: with what comes after it, it would be one long
// chain of operations, of which a core holds too few at a time to run two side by side.
static inline __attribute__((always_inline)) void NAME(activate_exponential)(
    ptrdiff_t count, const REAL *z, REAL *restrict e) {
  ELEMENTS_BY(16 / (ptrdiff_t)sizeof(REAL), k, count, { e[k] = NAME(exp_minus_abs)(z[k]); })
}

// value = log(1 + exp z), first = sigmoid(z), second = sigmoid(z) sigmoid(-z): one exponential.
static void NAME(activate_softplus)(
    ptrdiff_t count, const REAL *z, REAL *value, REAL *restrict first,
    REAL *restrict second) {
  NAME(activate_exponential)(count, z, first);
  if (second) {
    ELEMENTS_BY(2, k, count, {
      const REAL x = z[k], e = first[k];
      NAME(softplus_with)(x, e, &value[k], &first[k], &second[k]);
    })
  } else {
    ELEMENTS_BY(2, k, count, {
      const REAL x = z[k], e = first[k];
      REAL unused;
      NAME(softplus_with)(x, e, &value[k], &first[k], &unused);
    })
  }
}

// value = z and first = 1 where z > 0, both 0 elsewhere; a NaN stays one.
static void NAME(activate_relu)(
    ptrdiff_t count, const REAL *z, REAL *value, REAL *restrict first,
    REAL *restrict second) {
  ELEMENTS(k, count, {
    const REAL x = z[k];
    value[k] = x <= 0 ? 0 : x;
    first[k] = x > 0 ? 1 : 0;
  })
  if (second) {
    for (ptrdiff_t k = 0; k < count; k++) second[k] = 0;
  }
}

// With s = sigmoid(z), t = s(1 - s): value = z s, first = s + z t, second = t (2 + z (1 - 2 s)).
static void NAME(activate_silu)(
    ptrdiff_t count, const REAL *z, REAL *value, REAL *restrict first,
    REAL *restrict second) {
  NAME(activate_exponential)(count, z, first);
  if (second) {
    ELEMENTS(k, count, {
      const REAL x = z[k], e = first[k];
      REAL s, t;
      NAME(sigmoid_with)(x, e, &s, &t);
      value[k] = x * s;
      first[k] = FMA(x, t, s);
      second[k] = t * FMA(x, FMA((REAL)-2, s, (REAL)1), (REAL)2);
    })
  } else {
    ELEMENTS(k, count, {
      const REAL x = z[k], e = first[k];
      REAL s, t;
      NAME(sigmoid_with)(x, e, &s, &t);
      value[k] = x * s;
      first[k] = FMA(x, t, s);
    })
  }
}

// value = t = tanh z, first = 1 - t^2, second = -2 t (1 - t^2).
static void NAME(activate_tanh)(
    ptrdiff_t count, const REAL *z, REAL *value, REAL *restrict first,
    REAL *restrict second) {
  ELEMENTS(k, count, {
    const REAL t = NAME(tanh)(z[k]);
    value[k] = t;
    first[k] = FMA(-t, t, (REAL)1);
  })
  if (second) {
    for (ptrdiff_t k = 0; k < count; k++) second[k] = (REAL)-2 * value[k] * first[k];
  }
}

static void NAME(activate)(
    int activation, ptrdiff_t count, const REAL *z, REAL *value, REAL *first, REAL *second) {
  switch (activation) {
    case SW_ACTIVATION_SOFTPLUS: NAME(activate_softplus)(count, z, value, first, second); break;
    case SW_ACTIVATION_RELU: NAME(activate_relu)(count, z, value, first, second); break;
    case SW_ACTIVATION_SILU: NAME(activate_silu)(count, z, value, first, second); break;
    case SW_ACTIVATION_TANH: NAME(activate_tanh)(count, z, value, first, second); break;
    default: break;
  }
}

// The value alone. Exponentials stand in between, some vectors at a time.
static void NAME(value)(int activation, ptrdiff_t count, const REAL *z, REAL *value) {
  enum { STRETCH = 512 };
  REAL between[STRETCH];
  for (ptrdiff_t start = 0; start < count; start += STRETCH) {
    const ptrdiff_t some = count - start < STRETCH ? count - start : STRETCH;
    const REAL *from = z + start;
    REAL *to = value + start;
    switch (activation) {
      case SW_ACTIVATION_SOFTPLUS:
        NAME(activate_exponential)(some, from, between);
        ELEMENTS_BY(2, k, some, {
          const REAL x = from[k], e = between[k];
          REAL first, second;
          NAME(softplus_with)(x, e, &to[k], &first, &second);
        })
        break;
      case SW_ACTIVATION_RELU:
        ELEMENTS(k, some, {
          const REAL x = from[k];
          to[k] = x <= 0 ? 0 : x;
        })
        break;
      case SW_ACTIVATION_SILU:
        NAME(activate_exponential)(some, from, between);
        ELEMENTS(k, some, {
          const REAL x = from[k], e = between[k];
          REAL s, t;
          NAME(sigmoid_with)(x, e, &s, &t);
          to[k] = x * s;
        })
        break;
      case SW_ACTIVATION_TANH:
        ELEMENTS(k, some, { to[k] = NAME(tanh)(from[k]); })
        break;
      default: break;
    }
  }
}

// The first derivative alone; what z holds afterwards is nothing.
static void NAME(slope)(int activation, ptrdiff_t count, REAL *z, REAL *restrict first) {
  if (activation != SW_ACTIVATION_SOFTPLUS) {
    NAME(activate)(activation, count, z, z, first, 0);
    return;
  }
  NAME(activate_exponential)(count, z, first);
  ELEMENTS_BY(2, k, count, {
    const REAL x = z[k], e = first[k];
    REAL unused;
    NAME(sigmoid_with)(x, e, &first[k], &unused);
  })
}

#undef ELEMENTS
#undef ELEMENTS_BY
#undef SW_INTERLEAVED
#undef SW_PRAGMA

static void NAME(multiply)(
    ptrdiff_t count, const REAL *a, const REAL *b, REAL *y) {
  for (ptrdiff_t k = 0; k < count; k++) y[k] = a[k] * b[k];
}

static void NAME(multiply_add2)(
    ptrdiff_t count, const REAL *a, const REAL *b, const REAL *c, const REAL *d, const REAL *e,
    REAL *y) {
  for (ptrdiff_t k = 0; k < count; k++) y[k] = FMA(c[k], d[k] * e[k], a[k] * b[k]);
}
