#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads of our own for nodes that run side by side; never Swift's cooperative pool.
enum WorkerThreads {
  /// As much as the first thread of a process has.
  private static let stackBytes = 8 << 20

  private final class Job {
    let number: Int
    let body: (Int) -> Void

    init(_ number: Int, _ body: @escaping (Int) -> Void) {
      self.number = number
      self.body = body
    }
  }

  /// Runs `body` once on each of some threads, the caller's among them, and returns when all are done.
  ///
  /// Where the system gives fewer threads, `body` runs fewer times.
  static func run(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var threads: [pthread_t] = []
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, stackBytes)
      for number in 1..<max(count, 1) {
        let job = Unmanaged.passRetained(Job(number, body))
        #if canImport(Glibc)
          var thread = pthread_t()
          let code = pthread_create(
            &thread, &attributes,
            { argument in
              if let argument { WorkerThreads.perform(argument) }
              return nil
            }, job.toOpaque())
          if code == 0 { threads.append(thread) } else { job.release() }
        #else
          var thread: pthread_t?
          let code = pthread_create(
            &thread, &attributes,
            { argument in
              WorkerThreads.perform(argument)
              return nil
            }, job.toOpaque())
          if code == 0, let thread { threads.append(thread) } else { job.release() }
        #endif
      }
      pthread_attr_destroy(&attributes)
      body(0)
      for thread in threads { pthread_join(thread, nil) }
    }
  }

  private static func perform(_ argument: UnsafeMutableRawPointer) {
    let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
    job.body(job.number)
  }
}
