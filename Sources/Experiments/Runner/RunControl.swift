import Synchronization

/// How a run is asked to stop, from a signal handler or another thread.
package final class RunControl: Sendable {
  private let requests = Atomic<Int>(0)

  package init() {}

  /// Asks for a checkpoint and a stop. Safe in a signal handler.
  ///
  /// - Returns: how often was asked before.
  @discardableResult
  package func requestStop() -> Int {
    requests.wrappingAdd(1, ordering: .relaxed).oldValue
  }

  package var isStopRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}

/// Told of what a run does, as it happens.
package protocol RunMonitor: AnyObject {
  func runBegan(_ run: RunDirectory, plan: Plan)
  func nodeBegan(_ name: String, steps: Int?, from step: Int)
  /// A node goes on from the final state of a stored shorter one.
  func nodeContinues(_ name: String, steps: Int?, from step: Int)
  /// Another process computes the node, and is waited for.
  func nodeWaits(_ name: String, for other: String)
  /// Called often; the loss is nil for work without one.
  func nodeAdvanced(_ name: String, step: Int, loss: Double?)
  func nodeEnded(_ name: String, status: RunStatus, executed: Bool, seconds: Double)
  func note(_ text: String)
}

extension RunMonitor {
  package func nodeContinues(_ name: String, steps: Int?, from step: Int) {
    nodeBegan(name, steps: steps, from: step)
  }

  package func nodeWaits(_ name: String, for other: String) {}
}

/// A monitor that says nothing.
package final class SilentMonitor: RunMonitor {
  package init() {}
  package func runBegan(_ run: RunDirectory, plan: Plan) {}
  package func nodeBegan(_ name: String, steps: Int?, from step: Int) {}
  package func nodeAdvanced(_ name: String, step: Int, loss: Double?) {}
  package func nodeEnded(_ name: String, status: RunStatus, executed: Bool, seconds: Double) {}
  package func note(_ text: String) {}
}
