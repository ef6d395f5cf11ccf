// First version over libm; replaced by functions of our own.
static double softplus_f64(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }
static double sigmoid_f64(double x) { return 1 / (1 + exp(-x)); }
static double exp_f64(double x) { return exp(x); }
static double expm1_f64(double x) { return expm1(x); }
static double log_f64(double x) { return log(x); }
static double log1p_f64(double x) { return log1p(x); }
static double sin_f64(double x) { return sin(x); }
static double cos_f64(double x) { return cos(x); }
static double tanh_f64(double x) { return tanh(x); }
static double erf_f64(double x) { return erf(x); }
static double erfc_f64(double x) { return erfc(x); }
static double normal_cdf_f64(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }
static double normal_quantile_f64(double p) {
  double low = -40, high = 40;
  if (!(p >= 0 && p <= 1)) return NAN;
  if (p == 0) return -INFINITY;
  if (p == 1) return INFINITY;
  for (int k = 0; k < 200; k++) {
    double middle = (low + high) / 2;
    if (normal_cdf_f64(middle) < p) low = middle; else high = middle;
  }
  return (low + high) / 2;
}
static double erfinv_f64(double x) {
  return normal_quantile_f64((1 + x) / 2) * 0.70710678118654752440;
}
static void sigmoid_all_f64(double x, double *s, double *t) {
  *s = sigmoid_f64(x);
  *t = *s * sigmoid_f64(-x);
}
static void softplus_all_f64(double x, double *v, double *d, double *s) {
  *v = softplus_f64(x);
  sigmoid_all_f64(x, d, s);
}
static void box_muller_f64(uint64_t a, uint64_t b, double *c, double *s) {
  double r = sqrt(-2 * log(((double)(int64_t)(a >> 12) + 0.5) * 0x1p-52));
  double t = 6.283185307179586 * (((double)(int64_t)(b >> 12) + 0.5) * 0x1p-52);
  *c = r * cos(t);
  *s = r * sin(t);
}
#define SW_FLOAT(name) static float name##_f32(float x) { return (float)name##_f64(x); }
SW_ELEMENTARY_FUNCTIONS(SW_FLOAT)
#undef SW_FLOAT
static void sigmoid_all_f32(float x, float *s, float *t) {
  double a, b;
  sigmoid_all_f64(x, &a, &b);
  *s = (float)a;
  *t = (float)b;
}
static void softplus_all_f32(float x, float *v, float *d, float *s) {
  *v = softplus_f32(x);
  sigmoid_all_f32(x, d, s);
}
static void box_muller_f32(uint32_t a, uint32_t b, float *c, float *s) {
  double r = sqrt(-2 * log((a + 0.5) * 0x1p-32));
  double t = 6.283185307179586 * ((b + 0.5) * 0x1p-32);
  *c = (float)(r * cos(t));
  *s = (float)(r * sin(t));
}
