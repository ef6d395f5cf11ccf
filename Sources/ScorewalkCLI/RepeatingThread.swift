#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread that does something again and again until it is stopped.
final class RepeatingThread: @unchecked Sendable {
  private let seconds: Double
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var body: () -> Void = {}
  private var thread: pthread_t?
  private var isStopped = false

  /// - Parameter seconds: how long to pause each time.
  init(seconds: Double) {
    self.seconds = seconds
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    mutex.deallocate()
    changed.deallocate()
  }

  /// Begins, after a first pause. Where the system gives no thread, nothing is done.
  func start(_ body: @escaping () -> Void) {
    self.body = body
    let argument = Unmanaged.passRetained(self).toOpaque()
    #if canImport(Glibc)
      var started = pthread_t()
      let code = pthread_create(
        &started, nil,
        { argument in
          if let argument { RepeatingThread.run(argument) }
          return nil
        }, argument)
      if code == 0 { thread = started }
    #else
      let code = pthread_create(
        &thread, nil,
        { argument in
          RepeatingThread.run(argument)
          return nil
        }, argument)
    #endif
    if code != 0 { Unmanaged<RepeatingThread>.fromOpaque(argument).release() }
  }

  /// Ends the thread, and returns when what it does is done.
  func stop() {
    pthread_mutex_lock(mutex)
    isStopped = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
    guard let thread else { return }
    self.thread = nil
    if pthread_equal(thread, pthread_self()) != 0 {
      pthread_detach(thread)
    } else {
      pthread_join(thread, nil)
    }
  }

  private static func run(_ argument: UnsafeMutableRawPointer) {
    Unmanaged<RepeatingThread>.fromOpaque(argument).takeRetainedValue().loop()
  }

  private func loop() {
    while pause() { body() }
  }

  /// False where the thread was stopped.
  private func pause() -> Bool {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let nanoseconds = time.tv_nsec + Int(seconds * 1e9)
    time.tv_sec += nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isStopped {
      if pthread_cond_timedwait(changed, mutex, &time) == ETIMEDOUT { return !isStopped }
    }
    return false
  }
}
