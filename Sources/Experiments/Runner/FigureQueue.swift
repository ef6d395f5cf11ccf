/// Figures that wait to be drawn, one after the other, on a thread of their own: the program that draws may take long, and
/// nothing that is computed waits for it.
final class FigureQueue: @unchecked Sendable {
  private let condition = Condition()
  private var waiting: [() -> Void] = []
  private var isClosed = false
  private var thread: WorkerThread?

  /// Begins to draw. Where the system gives no thread, ``finish()`` draws everything.
  func start() {
    thread = WorkerThread { [self] in drawAll() }
  }

  func add(_ drawing: @escaping () -> Void) {
    condition.locked {
      waiting.append(drawing)
      condition.broadcast()
    }
  }

  /// Returns when everything is drawn; nothing is to be added afterwards.
  func finish() {
    condition.locked {
      isClosed = true
      condition.broadcast()
    }
    thread?.join()
    thread = nil
    drawAll()
  }

  private func drawAll() {
    while let drawing = next() { drawing() }
  }

  /// Waits for a figure; nil where there will be none.
  private func next() -> (() -> Void)? {
    condition.locked {
      while waiting.isEmpty, !isClosed { condition.wait() }
      return waiting.isEmpty ? nil : waiting.removeFirst()
    }
  }
}
