// The tables, one per instruction set and scalar type; constants, each defined by its unit.
#ifndef SW_TABLES_H
#define SW_TABLES_H

#include "CKernels.h"

extern const sw_kernels_f64 sw_kernels_f64_plain;
extern const sw_kernels_f32 sw_kernels_f32_plain;
#if defined(__x86_64__)
extern const sw_kernels_f64 sw_kernels_f64_avx2;
extern const sw_kernels_f32 sw_kernels_f32_avx2;
#endif

#endif
