internal import CKernels

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Threads of our own for large work in a fixed partition: thread t begins with the parts
/// t, t + threads, ..., and then does what others have not begun, so that a thread that the system lets
/// wait holds nobody up. Never Swift's cooperative pool.
///
/// Results never depend on the number of threads: parts write to disjoint memory and no sum
/// crosses from one part to another. One caller at a time runs work on a pool, and a part may
/// not run further work on the same pool.
public final class WorkerPool: @unchecked Sendable {
  /// The number of threads, the caller's among them.
  public let threads: Int
  private let handle: OpaquePointer?
  /// Whether the caller does all parts itself, in order. Only the one caller reads or writes it: no other thread of the
  /// pool looks at it.
  var isResting = false

  /// A pool of one thread, the caller's.
  public static let serial = WorkerPool(threads: 1)

  /// Starts `threads - 1` threads that sleep until there is work.
  ///
  /// Where the system gives no threads, all parts run on the caller's.
  public init(threads: Int = WorkerPool.defaultThreads) {
    precondition(threads >= 1, "a pool of \(threads) threads")
    handle = threads > 1 ? sw_pool_create(Int32(threads)) : nil
    self.threads = handle == nil ? 1 : threads
  }

  deinit { sw_pool_destroy(handle) }

  /// The text of `SCOREWALK_THREADS`, nil when it is not set or empty.
  public static var requestedThreads: String? {
    guard let text = getenv("SCOREWALK_THREADS") else { return nil }
    let name = String(cString: text)
    return name.isEmpty ? nil : name
  }

  /// `SCOREWALK_THREADS` where it is a positive integer, else the number of online cores.
  public static var defaultThreads: Int {
    if let text = getenv("SCOREWALK_THREADS"), let count = Int(String(cString: text)), count > 0 {
      return min(count, 1024)
    }
    return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Runs `body` once for each part in `0..<parts` and returns when all are done.
  ///
  /// - Parameter parts: fewer than 4,194,304 for each thread.
  public func run(parts: Int, _ body: (Int) -> Void) {
    guard let handle, parts > 1, !isResting else {
      for part in 0..<parts { body(part) }
      return
    }
    precondition(parts >> 22 < threads, "\(parts) parts on \(threads) threads")
    withoutActuallyEscaping(body) { escapable in
      var job = escapable
      withUnsafeMutablePointer(to: &job) { pointer in
        sw_pool_run(
          handle, Int32(parts),
          { context, part in
            context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(part))
          }, pointer)
      }
    }
  }
}
