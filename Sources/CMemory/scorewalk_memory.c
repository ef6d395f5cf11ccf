#include "include/scorewalk_memory.h"

// Defines __GLIBC__ where that is the library.
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>

void sw_return_freed_memory(void) {
  // A threshold that is set no longer grows.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
}
#else
void sw_return_freed_memory(void) {}
#endif
