// Element-wise updates, for one scalar type.

// A step of a Langevin chain, x + (drift s + diffusion z). Drift and noise may both be small beside x, whose rounding
// then takes away a part of their sum that is as random as z. Added to x before the noise, a drift below half a unit
// in the last place of x would be lost at every step, and the chain would diffuse freely.
static inline __attribute__((always_inline)) REAL NAME(langevin_moved)(
    REAL x, REAL drift, REAL s, REAL diffusion, REAL z) {
  return x + FMA(drift, s, diffusion * z);
}

static void NAME(langevin_move)(
    ptrdiff_t count, REAL drift, REAL diffusion, const REAL *restrict s, const REAL *restrict z,
    REAL *restrict x) {
  for (ptrdiff_t k = 0; k < count; k++) {
    x[k] = NAME(langevin_moved)(x[k], drift, s[k], diffusion, z[k]);
  }
}

// Whether numbers are finite is found out on the way: x 0 is 0 for finite x alone, and which sum of such zeros finds
// one that is not makes no difference. Four sums of vectors, and one of what fills no vector.
enum { NAME(SW_SUMS) = 4 };

static inline __attribute__((always_inline)) int NAME(are_zeros)(const VEC sums[NAME(SW_SUMS)], REAL rest) {
  const VEC sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  int zeros = rest == 0;
  for (int lane = 0; lane < LANES; lane++) zeros &= sum[lane] == 0;
  return zeros;
}

// theta <- theta + step g, the product rounded.
static int NAME(add_scaled)(
    ptrdiff_t count, REAL step, const REAL *restrict g, REAL *restrict parameters) {
  VEC sums[NAME(SW_SUMS)] = {{0}, {0}, {0}, {0}};
  REAL rest = 0;
  ptrdiff_t k = 0;
  for (; k + NAME(SW_SUMS) * LANES <= count; k += NAME(SW_SUMS) * LANES) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < NAME(SW_SUMS); v++) {
      const ptrdiff_t at = k + v * LANES;
      const VEC moved = LANED(load)(parameters + at) + step * LANED(load)(g + at);
      LANED(store)(moved, parameters + at);
      sums[v] += moved * 0;
    }
  }
  for (; k < count; k++) {
    parameters[k] += step * g[k];
    rest += parameters[k] * 0;
  }
  return NAME(are_zeros)(sums, rest);
}

// Adam in optax's order (Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019 with decay), no fused operations:
//   m <- (1 - b1) g + b1 m,  v <- (1 - b2) g^2 + b2 v,
//   u = (m / bias1) / (sqrt(v / bias2 + epsilon_root) + epsilon) + decay theta,  bias_i = 1 - b_i^t,
//   theta <- theta + step u.
static int NAME(adam)(
    ptrdiff_t count, const REAL *restrict g, REAL beta1, REAL one_minus_beta1, REAL beta2,
    REAL one_minus_beta2, REAL bias1, REAL bias2, REAL epsilon, REAL epsilon_root, REAL decay,
    REAL step, REAL *restrict m, REAL *restrict v, REAL *restrict parameters) {
  VEC sums[NAME(SW_SUMS)] = {{0}, {0}, {0}, {0}};
  REAL rest = 0;
  ptrdiff_t k = 0;
  for (; k + LANES <= count; k += LANES) {
    const VEC slope = LANED(load)(g + k), theta = LANED(load)(parameters + k);
    const VEC first = one_minus_beta1 * slope + beta1 * LANED(load)(m + k);
    const VEC second = one_minus_beta2 * (slope * slope) + beta2 * LANED(load)(v + k);
    const VEC u = (first / bias1) / (SQRT(second / bias2 + epsilon_root) + epsilon);
    const VEC moved = theta + step * (u + decay * theta);
    LANED(store)(first, m + k);
    LANED(store)(second, v + k);
    LANED(store)(moved, parameters + k);
    sums[0] += first * 0;
    sums[1] += second * 0;
    sums[2] += moved * 0;
  }
  for (; k < count; k++) {
    m[k] = one_minus_beta1 * g[k] + beta1 * m[k];
    v[k] = one_minus_beta2 * (g[k] * g[k]) + beta2 * v[k];
    const REAL u = (m[k] / bias1) / (SQRT(v[k] / bias2 + epsilon_root) + epsilon);
    parameters[k] += step * (u + decay * parameters[k]);
    rest += m[k] * 0 + v[k] * 0 + parameters[k] * 0;
  }
  return NAME(are_zeros)(sums, rest);
}

// The sum of squares in double precision: eight interleaved partial sums, added in order.
static double NAME(sum_of_squares)(ptrdiff_t count, const REAL *x) {
  double sums[8] = {0};
  ptrdiff_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (int lane = 0; lane < 8; lane++) {
      const double value = x[k + lane];
      sums[lane] += value * value;
    }
  }
  for (int lane = 0; k < count; k++, lane++) {
    const double value = x[k];
    sums[lane] += value * value;
  }
  double total = 0;
  for (int lane = 0; lane < 8; lane++) total += sums[lane];
  return total;
}

// Whether all of an array is finite.
static int NAME(all_finite)(ptrdiff_t count, const REAL *x) {
  VEC sums[NAME(SW_SUMS)] = {{0}, {0}, {0}, {0}};
  ptrdiff_t k = 0;
  for (; k + NAME(SW_SUMS) * LANES <= count; k += NAME(SW_SUMS) * LANES) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < NAME(SW_SUMS); v++) {
      sums[v] += LANED(load)(x + k + v * LANES) * 0;
    }
  }
  REAL rest = 0;
  for (; k < count; k++) rest += x[k] * 0;
  return NAME(are_zeros)(sums, rest);
}
