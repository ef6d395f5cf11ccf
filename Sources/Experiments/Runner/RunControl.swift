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

/// Told of what runs do, as it happens; from several threads where several nodes run at a time.
///
/// A node is called by its name, and in a sweep, where not all points share it, by the values that tell it from its
/// likes as well: `walk delta=0.1`.
package protocol RunMonitor: AnyObject {
  /// Before anything else: the runs that there is something to do for, what their nodes are called, each once, and how
  /// many nodes each run has.
  func graphBegan(runs: [RunDirectory], titles: [String], nodes: [Int])
  /// The first node of a run begins.
  func runBegan(_ run: RunDirectory, plan: Plan)
  func nodeBegan(_ name: String, steps: Int?, from step: Int)
  /// A node goes on from the final state of a stored shorter one.
  func nodeContinues(_ name: String, steps: Int?, from step: Int)
  /// Another process computes the node, and is waited for.
  func nodeWaits(_ name: String, for other: String)
  /// Called often; the loss is nil for work without one.
  func nodeAdvanced(_ name: String, step: Int, loss: Double?)
  func nodeEnded(_ name: String, status: RunStatus, executed: Bool, seconds: Double)
  /// Where a node that was computed has its log, if it wrote one.
  func nodeWrote(_ name: String, log: String)
  /// Why a node failed, and where its log is.
  func nodeFailed(_ name: String, _ failure: Failure, log: String)
  func note(_ text: String)
}

extension RunMonitor {
  package func graphBegan(runs: [RunDirectory], titles: [String], nodes: [Int]) {}
  package func nodeWrote(_ name: String, log: String) {}
  package func nodeFailed(_ name: String, _ failure: Failure, log: String) {}
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
