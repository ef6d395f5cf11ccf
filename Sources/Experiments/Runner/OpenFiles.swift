#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many files the process may have open at a time, and how many nodes can run beside each other with so many.
package enum OpenFiles {
  /// What a node has open at its worst: its claim, its metrics and samples, what it reads, hashes and links.
  private static let perNode = 8
  /// What the process has open whatever runs: its streams, the run's lock, a spec.
  private static let fixed = 24

  #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let resource = RLIMIT_NOFILE
  #endif

  private static var limits: rlimit {
    var limits = rlimit()
    return getrlimit(resource, &limits) == 0 ? limits : rlimit(rlim_cur: 256, rlim_max: 256)
  }

  /// Raises the limit to the most that the process may give itself.
  package static func allowAll() {
    var limits = limits
    guard limits.rlim_cur < limits.rlim_max else { return }
    limits.rlim_cur = limits.rlim_max
    setrlimit(resource, &limits)
  }

  /// The files that the process may have open at a time.
  static var limit: Int { Int(clamping: limits.rlim_cur) }

  /// How many nodes can run at a time; at least one.
  static var largestJobCount: Int { max(1, (limit - fixed) / perNode) }
}
