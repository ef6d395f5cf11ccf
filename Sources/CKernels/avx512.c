// The kernels with AVX-512; the same source as plain.c.
#if defined(__x86_64__)
#include "tables.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#define SW_UNIT avx512
#define SW_VECTOR_BYTES 64
#include "unit.h"
#pragma clang attribute pop

#else
// Nothing to compile elsewhere; a translation unit must not be empty.
typedef int sw_no_avx512;
#endif
