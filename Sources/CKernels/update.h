// Element-wise updates, for one scalar type.

// x <- fma(c, z, fma(a, s, x)): a step of Langevin dynamics with drift a s and noise c z.
static void NAME(langevin)(
    ptrdiff_t count, REAL a, REAL c, const REAL *restrict s, const REAL *restrict z,
    REAL *restrict x) {
  for (ptrdiff_t k = 0; k < count; k++) x[k] = FMA(c, z[k], FMA(a, s[k], x[k]));
}

// Adam in optax's order (Kingma & Ba 2015, algorithm 1), no fused operations:
//   m <- (1 - b1) g + b1 m,  v <- (1 - b2) g^2 + b2 v,
//   update = (m / bias1) / (sqrt(v / bias2 + epsilon_root) + epsilon),  bias_i = 1 - b_i^t.
// The caller multiplies by minus the learning rate.
static void NAME(adam)(
    ptrdiff_t count, const REAL *restrict g, REAL beta1, REAL one_minus_beta1, REAL beta2,
    REAL one_minus_beta2, REAL bias1, REAL bias2, REAL epsilon, REAL epsilon_root,
    REAL *restrict m, REAL *restrict v, REAL *restrict update) {
  for (ptrdiff_t k = 0; k < count; k++) {
    m[k] = one_minus_beta1 * g[k] + beta1 * m[k];
    v[k] = one_minus_beta2 * (g[k] * g[k]) + beta2 * v[k];
    update[k] = (m[k] / bias1) / (SQRT(v[k] / bias2 + epsilon_root) + epsilon);
  }
}
