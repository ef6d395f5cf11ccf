#ifndef SCOREWALK_MEMORY_H
#define SCOREWALK_MEMORY_H

/// Makes the C library hand large blocks back to the system as soon as they are freed.
///
/// glibc keeps up to 64 MiB of them once the first large block was freed, which half of a run's memory is then. Where the
/// C library is another, nothing happens.
void sw_return_freed_memory(void);

#endif
