// The tables, one per instruction set and scalar type; constants, each defined by its unit.
#ifndef SW_TABLES_H
#define SW_TABLES_H

#include "CKernels.h"

extern const sw_kernels_f64 sw_kernels_f64_plain;
extern const sw_kernels_f32 sw_kernels_f32_plain;
#if defined(__x86_64__)
extern const sw_kernels_f64 sw_kernels_f64_avx2;
extern const sw_kernels_f32 sw_kernels_f32_avx2;
extern const sw_kernels_f64 sw_kernels_f64_avx512;
extern const sw_kernels_f32 sw_kernels_f32_avx512;
#endif

/// The distance between the rows of a transposed chunk: not a multiple of 256 bytes where many rows would
/// otherwise fall on the same few lines of a cache.
static inline ptrdiff_t sw_weight_gradient_pitch(ptrdiff_t padded) {
  return padded % 64 == 0 ? padded + 16 : padded;
}

#endif
