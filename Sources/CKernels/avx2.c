// The kernels with AVX2 and FMA; the same source as plain.c.
#if defined(__x86_64__)
#include "tables.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define SW_UNIT avx2
#define SW_VECTOR_BYTES 32
#include "unit.h"
#pragma clang attribute pop

#else
// Nothing to compile elsewhere; a translation unit must not be empty.
typedef int sw_no_avx2;
#endif
