#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

// Counts what a thread allocates: malloc and its like are those of this file, which pass every call on to the C
// library's. Only with glibc, and not under a sanitizer, which has its own.

/// Whether allocations are counted in this build.
int allocations_are_counted(void);
/// How many blocks this thread has asked for so far.
long allocations_of_this_thread(void);

#endif
