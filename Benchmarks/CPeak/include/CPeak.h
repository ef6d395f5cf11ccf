// What this machine can do at best, measured beside the benchmarks.
#ifndef CPEAK_H
#define CPEAK_H

/// Multiplies and adds 14 vectors of 8 floats over and over, in registers.
///
/// - Returns: a number that depends on all of them, so that nothing is left out.
/// The work is `rounds` * 14 * 8 * 2 operations. 0 where this CPU has no fused multiply-add.
float cpeak_fma(long rounds);

/// The operations of one round.
enum { CPEAK_OPERATIONS_PER_ROUND = 14 * 8 * 2 };

#endif
