// Activations with their derivatives, for one scalar type.
//
// `value` may be `z` itself: every element is read before it is written, and none depends on another,
// which is what assume_safety tells the vectoriser. `first` and `second` overlap with nothing.

// for (ptrdiff_t k = 0; k < count; k++), four vectors side by side, then single ones for the rest.
#define ELEMENTS(k, count, ...) \
  { \
    const ptrdiff_t whole = (count) & ~(4 * LANES - 1); \
    _Pragma("clang loop vectorize(assume_safety) interleave_count(4)") \
    for (ptrdiff_t k = 0; k < whole; k++) __VA_ARGS__ \
    _Pragma("clang loop vectorize(assume_safety) interleave_count(1)") \
    for (ptrdiff_t k = whole; k < (count); k++) __VA_ARGS__ \
  }

// value = log(1 + exp z), first = sigmoid(z), second = sigmoid(z) sigmoid(-z): one exponential.
static void NAME(activate_softplus)(
    ptrdiff_t count, const REAL *z, REAL *value, REAL *restrict first,
    REAL *restrict second) {
  if (second) {
    ELEMENTS(k, count, {
      NAME(softplus_all)(z[k], &value[k], &first[k], &second[k]);
    })
  } else {
    ELEMENTS(k, count, {
      REAL unused;
      NAME(softplus_all)(z[k], &value[k], &first[k], &unused);
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
  if (second) {
    ELEMENTS(k, count, {
      const REAL x = z[k];
      REAL s, t;
      NAME(sigmoid_all)(x, &s, &t);
      value[k] = x * s;
      first[k] = FMA(x, t, s);
      second[k] = t * FMA(x, FMA((REAL)-2, s, (REAL)1), (REAL)2);
    })
  } else {
    ELEMENTS(k, count, {
      const REAL x = z[k];
      REAL s, t;
      NAME(sigmoid_all)(x, &s, &t);
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

#undef ELEMENTS

static void NAME(multiply)(
    ptrdiff_t count, const REAL *a, const REAL *b, REAL *y) {
  for (ptrdiff_t k = 0; k < count; k++) y[k] = a[k] * b[k];
}

static void NAME(multiply_add2)(
    ptrdiff_t count, const REAL *a, const REAL *b, const REAL *c, const REAL *d, const REAL *e,
    REAL *y) {
  for (ptrdiff_t k = 0; k < count; k++) y[k] = FMA(c[k], d[k] * e[k], a[k] * b[k]);
}
