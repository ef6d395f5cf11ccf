// Scores of mixtures of normal laws with diagonal covariances, and Langevin chains on them, for
// one scalar type: rows in the lanes, a tile of them at a time,
// which has TILE rows, or half as many where there are no more.
//
// With d = m_k - x and h_k half a precision, the term of component k is
// offset_k - sum_f (h_kf d_f) d_f, fused over ascending features; its weight w_k is
// exp(term_k - the largest term), added up over ascending k from 0. The score in feature f is
// (sum_k w_k (h_kf d_f)) (2 / sum_k w_k), fused over ascending k from 0.

_Static_assert(TILE <= SW_MIXTURE_ROWS, "the scratch holds a tile");

// Weights, 2 over their sum, and where wanted log densities, of a tile [dimension, TILE].
static inline __attribute__((always_inline)) void NAME(mixture_weights)(
    const int tile, const NAME(sw_mixture) * mixture, const ptrdiff_t dimension,
    const ptrdiff_t components, const REAL *restrict x, REAL *restrict weights,
    REAL *restrict inverse, REAL *restrict densities) {
  REAL largest[TILE], total[TILE];
  SW_LANES(r, tile, { largest[r] = -__builtin_inff(); })
  for (ptrdiff_t k = 0; k < components; k++) {
    REAL term[TILE];
    SW_LANES(r, tile, { term[r] = mixture->offsets[k]; })
    for (ptrdiff_t f = 0; f < dimension; f++) {
      const REAL mean = mixture->means[k * dimension + f];
      const REAL half = mixture->halves[k * mixture->component_step + f * mixture->feature_step];
      SW_LANES(r, tile, {
        const REAL difference = mean - x[f * TILE + r];
        term[r] = FMA(-(half * difference), difference, term[r]);
      })
    }
    SW_LANES(r, tile, {
      weights[k * TILE + r] = term[r];
      largest[r] = term[r] > largest[r] ? term[r] : largest[r];
    })
  }
  SW_LANES(r, tile, { total[r] = 0; })
  for (ptrdiff_t k = 0; k < components; k++) {
    SW_LANES(r, tile, {
      const REAL weight = NAME(exp_minus_abs)(weights[k * TILE + r] - largest[r]);
      weights[k * TILE + r] = weight;
      total[r] += weight;
    })
  }
  SW_LANES(r, tile, { inverse[r] = 2 / total[r]; })
  if (densities) {
    SW_LANES(r, tile, { densities[r] = largest[r] + NAME(log)(total[r]); })
  }
}

// The score of one feature.
static inline __attribute__((always_inline)) void NAME(mixture_feature)(
    const int tile, const NAME(sw_mixture) * mixture, const ptrdiff_t dimension,
    const ptrdiff_t components, ptrdiff_t f, const REAL *restrict x, const REAL *restrict weights,
    const REAL *restrict inverse, REAL *restrict score) {
  REAL sum[TILE];
  SW_LANES(r, tile, { sum[r] = 0; })
  for (ptrdiff_t k = 0; k < components; k++) {
    const REAL mean = mixture->means[k * dimension + f];
    const REAL half = mixture->halves[k * mixture->component_step + f * mixture->feature_step];
    SW_LANES(r, tile, {
      sum[r] = FMA(weights[k * TILE + r], half * (mean - x[r]), sum[r]);
    })
  }
  SW_LANES(r, tile, { score[r] = sum[r] * inverse[r]; })
}

// Steps of langevin_moved.
static inline __attribute__((always_inline)) void NAME(mixture_move)(
    const int tile, const NAME(sw_mixture) * mixture, REAL drift, REAL diffusion,
    sw_counter counter, uint64_t row, REAL *restrict x, REAL *restrict weights) {
  const ptrdiff_t dimension = mixture->dimension, components = mixture->components;
  REAL inverse[TILE], score[TILE], noise[TILE];
  NAME(mixture_weights)(tile, mixture, dimension, components, x, weights, inverse, 0);
  for (ptrdiff_t f = 0; f < dimension; f++) {
    REAL *coordinate = x + f * TILE;
    counter.column = (uint32_t)f;
    NAME(normals_tile)(counter, row / GROUP_ROWS, tile / GROUP_ROWS, noise);
    NAME(mixture_feature)(
        tile, mixture, dimension, components, f, coordinate, weights, inverse, score);
    SW_LANES(r, tile, {
      coordinate[r] = NAME(langevin_moved)(coordinate[r], drift, score[r], diffusion, noise[r]);
    })
  }
}

// The same for two components on a line, bit for bit: the larger term has weight e^0 = 1, so one
// exponential is enough.
static inline __attribute__((always_inline)) void NAME(mixture_move_two)(
    const int tile, const NAME(sw_mixture) * mixture, REAL drift, REAL diffusion,
    sw_counter counter, uint64_t row, REAL *restrict x) {
  const REAL mean0 = mixture->means[0], mean1 = mixture->means[1];
  const REAL half0 = mixture->halves[0], half1 = mixture->halves[mixture->component_step];
  REAL noise[TILE];
  counter.column = 0;
  NAME(normals_tile)(counter, row / GROUP_ROWS, tile / GROUP_ROWS, noise);
  const REAL offset0 = mixture->offsets[0], offset1 = mixture->offsets[1];
  SW_LANES(r, tile, {
    const REAL difference0 = mean0 - x[r], difference1 = mean1 - x[r];
    const REAL pull0 = half0 * difference0, pull1 = half1 * difference1;
    const REAL term0 = FMA(-pull0, difference0, offset0);
    const REAL term1 = FMA(-pull1, difference1, offset1);
    const REAL weight = NAME(exp_minus_abs)(term1 - term0);
    const int is_first = term0 >= term1;
    const REAL weight0 = is_first ? 1 : weight, weight1 = is_first ? weight : 1;
    const REAL sum = FMA(weight1, pull1, FMA(weight0, pull0, (REAL)0));
    const REAL score = sum * (2 / (1 + weight));
    x[r] = NAME(langevin_moved)(x[r], drift, score, diffusion, noise[r]);
  })
}

// Rows [first, first + count) of a batch as a tile; zeros where it has more.
static inline void NAME(mixture_load)(
    ptrdiff_t dimension, ptrdiff_t first, ptrdiff_t count, const REAL *restrict x,
    ptrdiff_t x_stride, REAL *restrict tile) {
  for (ptrdiff_t f = 0; f < dimension; f++) {
    for (ptrdiff_t r = 0; r < count; r++) tile[f * TILE + r] = x[f * x_stride + first + r];
    for (ptrdiff_t r = count; r < TILE; r++) tile[f * TILE + r] = 0;
  }
}

static void NAME(mixture_score)(
    const NAME(sw_mixture) * mixture, ptrdiff_t rows, const REAL *x, ptrdiff_t x_stride, REAL *s,
    ptrdiff_t s_stride, REAL *densities, REAL *scratch) {
  const ptrdiff_t dimension = mixture->dimension, components = mixture->components;
  REAL *weights = scratch + dimension * TILE;
  for (ptrdiff_t first = 0; first < rows; first += TILE) {
    const ptrdiff_t count = rows - first < TILE ? rows - first : TILE;
    REAL inverse[TILE], density[TILE], score[TILE];
    NAME(mixture_load)(dimension, first, count, x, x_stride, scratch);
    NAME(mixture_weights)(
        TILE, mixture, dimension, components, scratch, weights, inverse, densities ? density : 0);
    for (ptrdiff_t r = 0; densities && r < count; r++) densities[first + r] = density[r];
    for (ptrdiff_t f = 0; f < dimension; f++) {
      NAME(mixture_feature)(TILE, mixture, dimension, components, f, scratch + f * TILE, weights,
                            inverse, score);
      for (ptrdiff_t r = 0; r < count; r++) s[f * s_stride + first + r] = score[r];
    }
  }
}

static inline __attribute__((always_inline)) void NAME(mixture_moves)(
    const int tile, const NAME(sw_mixture) * mixture, REAL drift, REAL diffusion,
    sw_counter counter, uint64_t row, ptrdiff_t steps, REAL *restrict scratch) {
  const int is_two = mixture->dimension == 1 && mixture->components == 2;
  for (ptrdiff_t step = 0; step < steps; step++) {
    if (is_two) {
      NAME(mixture_move_two)(tile, mixture, drift, diffusion, counter, row, scratch);
    } else {
      NAME(mixture_move)(tile, mixture, drift, diffusion, counter, row, scratch,
                         scratch + mixture->dimension * TILE);
    }
    counter.c2 += 1;
    if (counter.c2 == 0) counter.c3 += 1;
  }
}

static void NAME(mixture_langevin)(
    const NAME(sw_mixture) * mixture, REAL drift, REAL diffusion, uint64_t key, uint32_t c2,
    uint32_t c3, uint64_t row, ptrdiff_t rows, ptrdiff_t steps, REAL *x, ptrdiff_t x_stride,
    REAL *scratch) {
  const sw_counter counter = {key, 0, c2, c3};
  for (ptrdiff_t first = 0; first < rows; first += TILE) {
    const ptrdiff_t count = rows - first < TILE ? rows - first : TILE;
    NAME(mixture_load)(mixture->dimension, first, count, x, x_stride, scratch);
    if (count > TILE / 2) {
      NAME(mixture_moves)(TILE, mixture, drift, diffusion, counter, row + (uint64_t)first, steps,
                          scratch);
    } else {
      NAME(mixture_moves)(TILE / 2, mixture, drift, diffusion, counter, row + (uint64_t)first,
                          steps, scratch);
    }
    for (ptrdiff_t f = 0; f < mixture->dimension; f++) {
      for (ptrdiff_t r = 0; r < count; r++) x[f * x_stride + first + r] = scratch[f * TILE + r];
    }
  }
}

// Rows of a batch at noise levels of their own, a tile at a time; see noised.h.
static void NAME(noised_score)(
    const sw_noised_mixture *mixture, ptrdiff_t rows, const REAL *x, ptrdiff_t x_stride,
    const double *noise_levels, REAL *s, ptrdiff_t s_stride, double *divergences, double *scratch) {
  const ptrdiff_t dimension = mixture->dimension;
  double *points = scratch, *scores = points + dimension * SW_NOISED_ROWS;
  double *terms = scores + dimension * SW_NOISED_ROWS;
  for (ptrdiff_t first = 0; first < rows; first += SW_NOISED_ROWS) {
    const ptrdiff_t count = rows - first < SW_NOISED_ROWS ? rows - first : SW_NOISED_ROWS;
    double noise[SW_NOISED_ROWS], divergence[SW_NOISED_ROWS];
    for (ptrdiff_t r = 0; r < count; r++) noise[r] = noise_levels[first + r] * noise_levels[first + r];
    for (ptrdiff_t r = count; r < SW_NOISED_ROWS; r++) noise[r] = 1;
    for (ptrdiff_t f = 0; f < dimension; f++) {
      double *point = points + f * SW_NOISED_ROWS;
      for (ptrdiff_t r = 0; r < count; r++) point[r] = x[f * x_stride + first + r];
      for (ptrdiff_t r = count; r < SW_NOISED_ROWS; r++) point[r] = 0;
    }
    if (count > SW_NOISED_ROWS / 2) {
      noised_tile(SW_NOISED_ROWS, mixture, points, noise, scores, divergences ? divergence : 0, terms);
    } else {
      noised_tile(SW_NOISED_ROWS / 2, mixture, points, noise, scores, divergences ? divergence : 0,
                  terms);
    }
    for (ptrdiff_t f = 0; f < dimension; f++) {
      const double *score = scores + f * SW_NOISED_ROWS;
      for (ptrdiff_t r = 0; r < count; r++) s[f * s_stride + first + r] = (REAL)score[r];
    }
    for (ptrdiff_t r = 0; divergences && r < count; r++) divergences[first + r] = divergence[r];
  }
}
