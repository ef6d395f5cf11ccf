/// A thread that does something again and again until it is stopped.
package final class RepeatingThread: @unchecked Sendable {
  private let seconds: Double
  private let condition = Condition()
  private var isStopped = false
  private var thread: WorkerThread?

  /// - Parameter seconds: how long to pause each time.
  package init(seconds: Double) { self.seconds = seconds }

  /// Begins, after a first pause. Where the system gives no thread, nothing is done.
  package func start(_ body: @escaping () -> Void) {
    thread = WorkerThread { [self] in
      while pause() { body() }
    }
  }

  /// Ends the thread, and returns when what it does is done.
  package func stop() {
    condition.locked {
      isStopped = true
      condition.broadcast()
    }
    thread?.join()
    thread = nil
  }

  /// False where the thread was stopped.
  private func pause() -> Bool {
    condition.locked {
      if !isStopped { condition.wait(atMost: seconds) }
      return !isStopped
    }
  }
}
