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

// theta <- theta + step g, the product rounded.
static void NAME(add_scaled)(
    ptrdiff_t count, REAL step, const REAL *restrict g, REAL *restrict parameters) {
  for (ptrdiff_t k = 0; k < count; k++) parameters[k] += step * g[k];
}

// Adam in optax's order (Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019 with decay), no fused operations:
//   m <- (1 - b1) g + b1 m,  v <- (1 - b2) g^2 + b2 v,
//   u = (m / bias1) / (sqrt(v / bias2 + epsilon_root) + epsilon) + decay theta,  bias_i = 1 - b_i^t,
//   theta <- theta + step u.
static void NAME(adam)(
    ptrdiff_t count, const REAL *restrict g, REAL beta1, REAL one_minus_beta1, REAL beta2,
    REAL one_minus_beta2, REAL bias1, REAL bias2, REAL epsilon, REAL epsilon_root, REAL decay,
    REAL step, REAL *restrict m, REAL *restrict v, REAL *restrict parameters) {
  for (ptrdiff_t k = 0; k < count; k++) {
    m[k] = one_minus_beta1 * g[k] + beta1 * m[k];
    v[k] = one_minus_beta2 * (g[k] * g[k]) + beta2 * v[k];
    const REAL u = (m[k] / bias1) / (SQRT(v[k] / bias2 + epsilon_root) + epsilon);
    parameters[k] += step * (u + decay * parameters[k]);
  }
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

// Whether all of an array is finite: x 0 is 0 for finite x alone. Which sum finds out makes no difference.
static int NAME(all_finite)(ptrdiff_t count, const REAL *x) {
  VEC sums[4] = {{0}, {0}, {0}, {0}};
  ptrdiff_t k = 0;
  for (; k + 4 * LANES <= count; k += 4 * LANES) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < 4; v++) {
      sums[v] += NAME(load)(x + k + v * LANES) * 0;
    }
  }
  REAL rest = 0;
  for (; k < count; k++) rest += x[k] * 0;
  const VEC sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  int finite = rest == 0;
  for (int lane = 0; lane < LANES; lane++) finite &= sum[lane] == 0;
  return finite;
}
