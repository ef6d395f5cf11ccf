#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread of our own, for nodes that run side by side and for what goes on beside them; never one of Swift's cooperative
/// pool.
package struct WorkerThread {
  /// As much as the first thread of a process has.
  private static let stackBytes = 8 << 20

  private final class Job {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }

  private let handle: pthread_t

  /// Begins to run `body`.
  ///
  /// - Returns: nil where the system gives no thread.
  package init?(_ body: @escaping () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, Self.stackBytes)
    let job = Unmanaged.passRetained(Job(body))
    #if canImport(Glibc)
      var started = pthread_t()
      let code = pthread_create(
        &started, &attributes,
        { argument in
          if let argument { WorkerThread.perform(argument) }
          return nil
        }, job.toOpaque())
      let thread: pthread_t? = started
    #else
      var thread: pthread_t?
      let code = pthread_create(
        &thread, &attributes,
        { argument in
          WorkerThread.perform(argument)
          return nil
        }, job.toOpaque())
    #endif
    guard code == 0, let thread else {
      job.release()
      return nil
    }
    handle = thread
  }

  private static func perform(_ argument: UnsafeMutableRawPointer) {
    Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body()
  }

  /// Waits until the thread has ended, once; on the thread itself it waits for nothing.
  package func join() {
    if pthread_equal(handle, pthread_self()) != 0 {
      pthread_detach(handle)
    } else {
      pthread_join(handle, nil)
    }
  }

  /// Runs `body` once on each of some threads, the caller's among them, and returns when all are done.
  ///
  /// Where the system gives fewer threads, `body` runs fewer times.
  static func run(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      let threads = (1..<max(count, 1)).compactMap { number in WorkerThread { body(number) } }
      body(0)
      for thread in threads { thread.join() }
    }
  }
}
