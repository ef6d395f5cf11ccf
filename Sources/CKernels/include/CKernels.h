// Kernels of Scorewalk: elementary functions, dense layers, activations, random numbers, updates.
//
// Every function is pure: pointers, sizes and strides in, numbers out. Sizes are element counts.
// A batch is feature-major: element (feature f, row r) is at f * stride + r, and stride is a
// multiple of 8. Functions that run over rows in the lanes take `rows` rounded up to a multiple
// of 8 and read and write that many: rows past the last are scratch.
// The order of every sum is fixed (see README.md), so all tables give the same bits.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Instruction sets that a table of kernels can be compiled for.
enum { SW_ISA_PLAIN = 0, SW_ISA_AVX2 = 1, SW_ISA_AVX512 = 2 };

/// Activations, numbered as in Scorewalk's `Activation`.
enum {
  SW_ACTIVATION_SOFTPLUS = 0,
  SW_ACTIVATION_RELU = 1,
  SW_ACTIVATION_SILU = 2,
  SW_ACTIVATION_TANH = 3
};

/// Rows of one chunk of a weight gradient; chunks are added in order.
enum { SW_CHUNK_ROWS = 128 };

/// Rows of a tile of a batch, and outputs or inputs of a panel of packed weights.
enum { SW_TILE_ROWS = 16, SW_PANEL = 6 };

/// To a multiple of it rows of weights are padded for single chains.
enum { SW_CHAIN_BYTES = 64 };

/// Rows of scratch of the kernels of mixtures, each of dimension + components elements.
enum { SW_MIXTURE_ROWS = 64 };

/// Rows of scratch of noised_score, each of components + 2 dimension elements.
enum { SW_NOISED_ROWS = 32 };

/// Every elementary function: a table has `NAME(x)` and `NAME_array(n, x, y)` for each.
#define SW_ELEMENTARY_FUNCTIONS(X) \
  X(exp) X(expm1) X(log) X(log1p) X(sin) X(cos) X(tanh) X(softplus) X(sigmoid) \
  X(erf) X(erfc) X(erfinv) X(normal_cdf) X(normal_quantile)

#define SW_FIELD_F64(name) \
  double (*name)(double); \
  void (*name##_array)(ptrdiff_t count, const double *x, double *y);
#define SW_FIELD_F32(name) \
  float (*name)(float); \
  void (*name##_array)(ptrdiff_t count, const float *x, float *y);

/// A mixture of normal laws with diagonal covariances, for scalars of type T.
///
/// The precision of component k in feature f is twice
/// halves[k * component_step + f * feature_step].
#define SW_MIXTURE_FIELDS(T) \
  ptrdiff_t dimension, components; \
  const T *offsets; /* log of weight and normalizer, [components] */ \
  const T *means;   /* [components, dimension] */ \
  const T *halves; \
  ptrdiff_t component_step, feature_step;

typedef struct sw_mixture_f64 {
  SW_MIXTURE_FIELDS(double)
} sw_mixture_f64;

typedef struct sw_mixture_f32 {
  SW_MIXTURE_FIELDS(float)
} sw_mixture_f32;

/// A mixture of normal laws with diagonal covariances to which noise is added, or of atoms where all variances are 0.
typedef struct sw_noised_mixture {
  ptrdiff_t dimension, components;
  const double *log_weights; /* [components] */
  const double *means;       /* [components, dimension] */
  const double *variances;   /* [components, dimension] */
  int has_common_variances;  /* whether all components have the same */
} sw_noised_mixture;

/// Fields of a table for scalars of type T. Kernel of a layer: `[in, out]` row-major.
///
/// A batch of a dense kernel has element (feature f, row r) at
/// f * feature + r / SW_TILE_ROWS * tile + r % SW_TILE_ROWS; `rows` is rounded up to a multiple of 8.
/// So a feature-major batch has tile = SW_TILE_ROWS; tiles of their own have feature = SW_TILE_ROWS.
///
/// The first two compute outputs, or inputs, [first, last). Beside the weights as they are they take what dense_pack made
/// of them for many rows, or NULL; `first` is then a multiple of SW_PANEL.
///
/// - dense_forward: y[o] = bias[o] + sum_i w[i, o] x[i] (bias NULL: from 0), fma over ascending i.
/// - dense_input_gradient: dx[i] = factor[i] sum_o w[i, o] g[o], fma over ascending o; factor lies like
///   dx (NULL: 1).
/// - dense_pack: the weights in panels of SW_PANEL outputs, or inputs, in the order in which the two
///   above read them as `packed`; sw_packed_size elements.
/// - dense_weight_gradient: dw[i, o] += sum_r x[i, r] g[o, r]; fma over ascending rows of a chunk
///   from 0, chunks added in order; db[o] += sum_r g[o, r] (db may be NULL), plain additions, chunks
///   likewise; both overwritten, as if they had been zeros, unless `is_added`. Outputs or inputs in the lanes: the same bits. Rows of dw are dw_stride apart. `rows`
///   exact; `scratch` as sw_weight_gradient_scratch says.
/// - vector_*: the same for one row whose features are contiguous, same bits.
/// - shallow_*: a network of one hidden ReLU layer between 1 or 2 features, whole; batches are
///   feature-major; the bits of the dense kernels. shallow_gradient adds the parameters' gradient of
///   sum delta y + sum tau dy for at most SW_CHUNK_ROWS rows (delta may be NULL), and `hidden` is a
///   multiple of 8.
/// - chain_pack, chain_energy: Langevin steps of one chain on an energy network with `layers` layers of
///   `widths` [layers + 1]; the bits of vector_*, see chain.h and sw_chain_size.
/// - activate: value, first and second derivative of `count` numbers; second may be NULL.
/// - value: the value of `count` numbers alone, as activate has it; may be z.
/// - slope: the first derivative of `count` numbers alone, as activate has it; z may be overwritten.
/// - multiply: y = a b. multiply_add2: y = fma(c, d * e, a * b).
/// - normal_pair: two normal numbers of two integers (Box and Muller); float32 uses the low halves.
/// - normals, uniforms: rows [row, row + count) of one column; see philox.h for the counter.
/// - normals_row: one row of columns [column, column + columns), `stride` apart; the bits of normals.
/// - mixture_score: scores of rows [0, rows) and, unless NULL, log densities; see mixture.h.
/// - mixture_langevin: steps c2, c2 + 1, ... of rows [row, row + rows) at x, each
///   x = x + fma(drift, s, diffusion z) with the z of normals; the s of mixture_score.
/// - noised_score: scores of rows [0, rows) at noise levels of their own and, unless NULL, divergences; in float64
///   whatever T is, and rounded once; see noised.h.
/// - langevin_move: x += fma(drift, s, diffusion z), see update.h; of all kernels that move chains.
/// - adam, add_scaled: see update.h; 1 where all that they wrote is finite, else 0.
/// - sum_of_squares, all_finite: see update.h.
#define SW_TABLE_FIELDS(T, MIXTURE) \
  void (*dense_forward)(ptrdiff_t in, ptrdiff_t out, ptrdiff_t first, ptrdiff_t last, \
                        ptrdiff_t rows, const T *kernel, const T *packed, const T *bias, \
                        const T *x, ptrdiff_t x_feature, ptrdiff_t x_tile, T *y, \
                        ptrdiff_t y_feature, ptrdiff_t y_tile); \
  void (*dense_input_gradient)(ptrdiff_t in, ptrdiff_t out, ptrdiff_t first, ptrdiff_t last, \
                               ptrdiff_t rows, const T *kernel, const T *packed, const T *g, \
                               ptrdiff_t g_feature, ptrdiff_t g_tile, const T *factor, T *dx, \
                               ptrdiff_t dx_feature, ptrdiff_t dx_tile); \
  void (*dense_pack)(ptrdiff_t in, ptrdiff_t out, const T *kernel, int by_inputs, ptrdiff_t first, \
                     ptrdiff_t last, T *packed); \
  void (*dense_weight_gradient)(ptrdiff_t in, ptrdiff_t out, int outputs_in_lanes, ptrdiff_t rows, \
                                const T *x, ptrdiff_t x_feature, ptrdiff_t x_tile, const T *g, \
                                ptrdiff_t g_feature, ptrdiff_t g_tile, int is_added, T *scratch, \
                                T *dw, ptrdiff_t dw_stride, T *db); \
  void (*vector_forward)(ptrdiff_t in, ptrdiff_t out, const T *kernel, const T *bias, \
                         const T *x, T *y); \
  void (*vector_input_gradient)(ptrdiff_t in, ptrdiff_t out, const T *kernel, const T *g, T *dx); \
  void (*vector_weight_gradient)(ptrdiff_t in, ptrdiff_t out, const T *x, const T *g, T *dw); \
  void (*shallow_forward)(ptrdiff_t features, ptrdiff_t hidden, ptrdiff_t rows, const T *kernel0, \
                          const T *bias0, const T *kernel1, const T *bias1, const T *x, \
                          ptrdiff_t x_stride, T *y, ptrdiff_t y_stride); \
  void (*shallow_jvp)(ptrdiff_t features, ptrdiff_t hidden, ptrdiff_t rows, const T *kernel0, \
                      const T *bias0, const T *kernel1, const T *bias1, const T *x, \
                      ptrdiff_t x_stride, const T *v, ptrdiff_t v_stride, T *y, \
                      ptrdiff_t y_stride, T *dy, ptrdiff_t dy_stride); \
  void (*shallow_gradient)(ptrdiff_t features, ptrdiff_t hidden, ptrdiff_t rows, \
                           const T *kernel0, const T *bias0, const T *kernel1, const T *x, \
                           ptrdiff_t x_stride, const T *v, ptrdiff_t v_stride, const T *delta, \
                           ptrdiff_t delta_stride, const T *tau, ptrdiff_t tau_stride, \
                           T *dkernel0, T *dbias0, T *dkernel1, T *dbias1); \
  void (*chain_pack)(ptrdiff_t layers, const ptrdiff_t *widths, const T *parameters, T *packed); \
  void (*chain_energy)(ptrdiff_t layers, const ptrdiff_t *widths, int activation, \
                       const T *packed, T drift, T diffusion, ptrdiff_t steps, const T *noise, \
                       ptrdiff_t noise_stride, T *x, T *path, T *scratch); \
  void (*activate)(int activation, ptrdiff_t count, const T *z, T *value, T *first, T *second); \
  void (*value)(int activation, ptrdiff_t count, const T *z, T *value); \
  void (*slope)(int activation, ptrdiff_t count, T *z, T *first); \
  void (*multiply)(ptrdiff_t count, const T *a, const T *b, T *y); \
  void (*multiply_add2)(ptrdiff_t count, const T *a, const T *b, const T *c, const T *d, \
                        const T *e, T *y); \
  void (*normal_pair)(uint64_t a, uint64_t b, T *first, T *second); \
  void (*normals)(uint64_t key, uint32_t column, uint32_t c2, uint32_t c3, uint64_t row, \
                  ptrdiff_t count, T *y); \
  void (*normals_row)(uint64_t key, uint32_t column, ptrdiff_t columns, uint32_t c2, uint32_t c3, \
                      uint64_t row, T *y, ptrdiff_t stride); \
  void (*uniforms)(uint64_t key, uint32_t column, uint32_t c2, uint32_t c3, uint64_t row, \
                   ptrdiff_t count, T *y); \
  void (*mixture_score)(const MIXTURE *mixture, ptrdiff_t rows, const T *x, \
                        ptrdiff_t x_stride, T *s, ptrdiff_t s_stride, T *densities, T *scratch); \
  void (*mixture_langevin)(const MIXTURE *mixture, T drift, T diffusion, uint64_t key, \
                           uint32_t c2, uint32_t c3, uint64_t row, ptrdiff_t rows, \
                           ptrdiff_t steps, T *x, ptrdiff_t x_stride, T *scratch); \
  void (*noised_score)(const sw_noised_mixture *mixture, ptrdiff_t rows, const T *x, \
                       ptrdiff_t x_stride, const double *noise_levels, T *s, ptrdiff_t s_stride, \
                       double *divergences, double *scratch); \
  void (*langevin_move)(ptrdiff_t count, T drift, T diffusion, const T *s, const T *z, T *x); \
  int (*adam)(ptrdiff_t count, const T *g, T beta1, T one_minus_beta1, T beta2, \
              T one_minus_beta2, T bias1, T bias2, T epsilon, T epsilon_root, T decay, T step, \
              T *m, T *v, T *parameters); \
  int (*add_scaled)(ptrdiff_t count, T step, const T *g, T *parameters); \
  double (*sum_of_squares)(ptrdiff_t count, const T *x); \
  int (*all_finite)(ptrdiff_t count, const T *x);

typedef struct sw_kernels_f64 {
  SW_ELEMENTARY_FUNCTIONS(SW_FIELD_F64)
  SW_TABLE_FIELDS(double, sw_mixture_f64)
} sw_kernels_f64;

typedef struct sw_kernels_f32 {
  SW_ELEMENTARY_FUNCTIONS(SW_FIELD_F32)
  SW_TABLE_FIELDS(float, sw_mixture_f32)
} sw_kernels_f32;

/// The table for an instruction set, or NULL when this CPU or this build lacks it.
const sw_kernels_f64 *sw_kernels_f64_for(int isa);
const sw_kernels_f32 *sw_kernels_f32_for(int isa);

/// Elements of scratch that dense_weight_gradient needs with so many features in the lanes.
ptrdiff_t sw_weight_gradient_scratch(ptrdiff_t features);
/// Elements of the packed weights of so many outputs (or inputs) of `depth` inputs (or outputs).
ptrdiff_t sw_packed_size(ptrdiff_t features, ptrdiff_t depth);

/// Elements of what chain_pack makes, or of the scratch of chain_energy, of scalars of `size` bytes.
ptrdiff_t sw_chain_size(ptrdiff_t layers, const ptrdiff_t *widths, ptrdiff_t size, int is_scratch);

/// One block of Philox 4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405).
void sw_philox_4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t block[4]);

/// Threads that wait for work. Thread t begins with the parts t, t + threads, ...; what others have not begun
/// it does as well.
typedef struct sw_pool sw_pool;
/// Starts `threads - 1` threads (the caller is the first); NULL when they cannot be had.
sw_pool *sw_pool_create(int threads);
/// Runs body(context, part) once for each part, of which there are fewer than 4,194,304 a thread; returns when all are
/// done. One caller at a time.
void sw_pool_run(sw_pool *pool, int parts, void (*body)(void *context, int part), void *context);
void sw_pool_destroy(sw_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
