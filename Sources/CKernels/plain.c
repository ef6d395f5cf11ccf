// The kernels without any instruction set beyond the platform's baseline.
#include "tables.h"

#define SW_UNIT plain
#define SW_VECTOR_BYTES 16
#include "unit.h"
