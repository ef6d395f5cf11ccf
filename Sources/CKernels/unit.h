// Everything a translation unit of one instruction set holds: set SW_UNIT and SW_VECTOR_BYTES,
// then include this once. No header of the system may be included from here on.
#pragma STDC FP_CONTRACT OFF

#define SW_JOIN2(a, b) a##b
#define SW_JOIN(a, b) SW_JOIN2(a, b)

#include "elementary.h"
#include "philox.h"
#include "noised.h"

#define REAL double
#define NAME(name) SW_JOIN(name, _f64)
#define FMA(a, b, c) __builtin_fma((a), (b), (c))
#define SQRT(a) __builtin_elementwise_sqrt(a)
#define LANES ((ptrdiff_t)(SW_VECTOR_BYTES / sizeof(double)))
typedef double sw_vector_f64 __attribute__((ext_vector_type(LANES)));
typedef double sw_quad_f64 __attribute__((vector_size(4 * sizeof(double))));
#define VEC sw_vector_f64
#define QUAD sw_quad_f64
typedef int64_t sw_integers_f64 __attribute__((ext_vector_type(LANES)));
#define IVEC sw_integers_f64
#define LANED NAME
#include "operands.h"
#include "lanes.h"
#include "dense.h"
#include "shallow.h"
#include "activation.h"
#include "update.h"
#include "chain.h"
#include "random_f64.h"
#define TILE SW_TILE_F64
#define GROUP_ROWS 2
#include "rows.h"
#include "mixture.h"
#undef TILE
#undef GROUP_ROWS
#include "table.h"
#undef REAL
#undef NAME
#undef FMA
#undef SQRT
#undef LANES
#undef VEC
#undef QUAD
#undef IVEC
#undef LANED

#define REAL float
#define NAME(name) SW_JOIN(name, _f32)
#define FMA(a, b, c) __builtin_fmaf((a), (b), (c))
#define SQRT(a) __builtin_elementwise_sqrt(a)
typedef float sw_quad_f32 __attribute__((vector_size(4 * sizeof(float))));
#define QUAD sw_quad_f32
#include "operands.h"
#if SW_VECTOR_BYTES > 32
// Rows come in eights: half a vector for what a whole one is too wide for.
typedef float sw_half_f32 __attribute__((ext_vector_type(8)));
typedef int32_t sw_half_integers_f32 __attribute__((ext_vector_type(8)));
#define HALF_LANES 8
#define HALVED(name) NAME(half_##name)
#define LANES HALF_LANES
#define VEC sw_half_f32
#define IVEC sw_half_integers_f32
#define LANED(name) NAME(half_##name)
#include "lanes.h"
#undef LANES
#undef VEC
#undef IVEC
#undef LANED
#endif
#define LANES ((ptrdiff_t)(SW_VECTOR_BYTES / sizeof(float)))
typedef float sw_vector_f32 __attribute__((ext_vector_type(LANES)));
typedef int32_t sw_integers_f32 __attribute__((ext_vector_type(LANES)));
#define VEC sw_vector_f32
#define IVEC sw_integers_f32
#define LANED NAME
#include "lanes.h"
#include "dense.h"
#include "shallow.h"
#include "activation.h"
#include "update.h"
#include "chain.h"
#include "random_f32.h"
#define TILE SW_TILE_F32
#define GROUP_ROWS 4
#include "rows.h"
#include "mixture.h"
#include "table.h"
