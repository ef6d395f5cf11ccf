// Scores of mixtures with noise, of each row at a noise level of its own, in float64 for scalars of either type: rows
// in the lanes, a tile of them at a time.
//
// X + sigma N has the components of X with variances v_kf + sigma^2. With d = m_k - y and p = 1 / (v_kf + sigma^2),
// the term of component k is log w_k - (log det + sum_f d (d p)) / 2, and its share r_k is e^(term_k - the largest)
// over the sum of these. The score is sum_k r_k d p in each feature, its divergence
// sum_k r_k (sum_f (d p)^2 - sum_f p) - |s|^2. All sums are plain additions from 0, over ascending features and
// components. Where all components have the same variances no determinant is taken.

// for (int r = 0; r < count; r++), two vectors of doubles side by side.
#define SW_NOISED_LANES(r, count, ...) \
  _Pragma("clang loop interleave_count(2) unroll(disable)") for (int r = 0; r < (count); r++) \
    __VA_ARGS__

// log det of the covariance so far, where the product of its eigenvalues leaves the range in which it has a place.
static inline __attribute__((always_inline)) void noised_fold(
    const int tile, double *restrict product, double *restrict determinant) {
  int is_any = 0;
  SW_NOISED_LANES(r, tile, { is_any |= (product[r] > 1e100) | (product[r] < 1e-100); })
  if (!is_any) return;
  SW_NOISED_LANES(r, tile, {
    const int is_out = (product[r] > 1e100) | (product[r] < 1e-100);
    determinant[r] += is_out ? log_f64(product[r]) : 0;
    product[r] = is_out ? 1 : product[r];
  })
}

// The terms of all components of a tile y [dimension, SW_NOISED_ROWS], and the largest.
static inline __attribute__((always_inline)) void noised_terms(
    const int tile, const sw_noised_mixture *mixture, const double *restrict y,
    const double *restrict noise, double *restrict terms, double *restrict largest) {
  const ptrdiff_t dimension = mixture->dimension;
  double total[SW_NOISED_ROWS], inverse[SW_NOISED_ROWS];
  double last = -1;  // often all directions have one variance
  SW_NOISED_LANES(r, tile, { largest[r] = -__builtin_inf(); })
  for (ptrdiff_t k = 0; k < mixture->components; k++) {
    double square[SW_NOISED_ROWS], product[SW_NOISED_ROWS], determinant[SW_NOISED_ROWS];
    SW_NOISED_LANES(r, tile, {
      square[r] = 0;
      product[r] = 1;
      determinant[r] = 0;
    })
    for (ptrdiff_t f = 0; f < dimension; f++) {
      const double mean = mixture->means[k * dimension + f];
      const double variance = mixture->variances[k * dimension + f];
      if (variance != last) {
        last = variance;
        SW_NOISED_LANES(r, tile, {
          total[r] = variance + noise[r];
          inverse[r] = 1 / total[r];
        })
      }
      SW_NOISED_LANES(r, tile, {
        const double difference = mean - y[f * SW_NOISED_ROWS + r];
        square[r] += difference * (difference * inverse[r]);
      })
      if (!mixture->has_common_variances) {
        SW_NOISED_LANES(r, tile, { product[r] *= total[r]; })
        noised_fold(tile, product, determinant);
      }
    }
    if (!mixture->has_common_variances) {
      SW_NOISED_LANES(r, tile, { determinant[r] += log_f64(product[r]); })
    }
    const double log_weight = mixture->log_weights[k];
    double *restrict term = terms + k * SW_NOISED_ROWS;
    SW_NOISED_LANES(r, tile, {
      term[r] = log_weight - 0.5 * (determinant[r] + square[r]);
      largest[r] = term[r] >= largest[r] ? term[r] : largest[r];
    })
  }
}

// Terms to shares, up to their sum.
static inline __attribute__((always_inline)) void noised_shares(
    const int tile, ptrdiff_t components, const double *restrict largest, double *restrict terms,
    double *restrict sum) {
  if (components == 2) {  // one exponential: that of the larger term is 1
    double *restrict other = terms + SW_NOISED_ROWS;
    SW_NOISED_LANES(r, tile, {
      const double share = exp_minus_abs_f64(other[r] - terms[r]);
      terms[r] = terms[r] == largest[r] ? 1 : share;
      other[r] = other[r] == largest[r] ? 1 : share;
      sum[r] = terms[r] + other[r];
    })
    return;
  }
  SW_NOISED_LANES(r, tile, { sum[r] = 0; })
  for (ptrdiff_t k = 0; k < components; k++) {
    double *restrict term = terms + k * SW_NOISED_ROWS;
    SW_NOISED_LANES(r, tile, {
      const double share = exp_minus_abs_f64(term[r] - largest[r]);
      term[r] = term[r] == largest[r] ? 1 : share;
      sum[r] += term[r];
    })
  }
}

// Scores s [dimension, SW_NOISED_ROWS] of a tile at noise levels whose squares are `noise`, and where wanted divergences.
static inline __attribute__((always_inline)) void noised_tile(
    const int tile, const sw_noised_mixture *mixture, const double *restrict y,
    const double *restrict noise, double *restrict s, double *restrict divergences,
    double *restrict terms) {
  const ptrdiff_t dimension = mixture->dimension;
  double largest[SW_NOISED_ROWS], sum[SW_NOISED_ROWS], inverse[SW_NOISED_ROWS];
  noised_terms(tile, mixture, y, noise, terms, largest);
  noised_shares(tile, mixture->components, largest, terms, sum);
  for (ptrdiff_t f = 0; f < dimension; f++) {
    SW_NOISED_LANES(r, tile, { s[f * SW_NOISED_ROWS + r] = 0; })
  }
  if (divergences) {
    SW_NOISED_LANES(r, tile, { divergences[r] = 0; })
  }
  double last = -1;
  for (ptrdiff_t k = 0; k < mixture->components; k++) {
    double share[SW_NOISED_ROWS], square[SW_NOISED_ROWS], trace[SW_NOISED_ROWS];
    SW_NOISED_LANES(r, tile, {
      share[r] = terms[k * SW_NOISED_ROWS + r] / sum[r];
      square[r] = 0;
      trace[r] = 0;
    })
    for (ptrdiff_t f = 0; f < dimension; f++) {
      const double mean = mixture->means[k * dimension + f];
      const double variance = mixture->variances[k * dimension + f];
      if (variance != last) {
        last = variance;
        SW_NOISED_LANES(r, tile, { inverse[r] = 1 / (variance + noise[r]); })
      }
      SW_NOISED_LANES(r, tile, {
        const double gradient = (mean - y[f * SW_NOISED_ROWS + r]) * inverse[r];
        s[f * SW_NOISED_ROWS + r] += share[r] * gradient;
        square[r] += gradient * gradient;
        trace[r] += inverse[r];
      })
    }
    if (divergences) {
      SW_NOISED_LANES(r, tile, { divergences[r] += share[r] * (square[r] - trace[r]); })
    }
  }
  if (!divergences) return;
  double square[SW_NOISED_ROWS];
  SW_NOISED_LANES(r, tile, { square[r] = 0; })
  for (ptrdiff_t f = 0; f < dimension; f++) {
    SW_NOISED_LANES(r, tile, {
      square[r] += s[f * SW_NOISED_ROWS + r] * s[f * SW_NOISED_ROWS + r];
    })
  }
  SW_NOISED_LANES(r, tile, { divergences[r] -= square[r]; })
}
