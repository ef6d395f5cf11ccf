/// A run under way.
final class RunState {
  let run: RunDirectory
  let spec: Spec
  let plan: Plan
  var record: RunRecord
  var failure: Failure?
  /// When the record was last written; nil before that.
  var lastSaved: Double?
  /// How many nodes are neither done nor given up.
  var remaining: Int
  /// The nodes that were computed in this call.
  var executed: Set<String> = []
  /// The figures that were drawn, or given up, in this call.
  var figures: Set<String> = []
  /// Whether the last words of the run are written.
  var isFinished = false
  /// The keys' series, made when the first node needs them.
  private(set) lazy var keys = NodeKeys(spec.graph)
  private let positions: [String: Int]

  init(run: RunDirectory, spec: Spec, plan: Plan, record: RunRecord) {
    self.run = run
    self.spec = spec
    self.plan = plan
    self.record = record
    remaining = plan.nodes.count
    positions = Dictionary(
      record.nodes.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> RunRecord.Node? {
    get { positions[name].map { record.nodes[$0] } }
    set {
      guard let newValue, let position = positions[name] else { return }
      record.nodes[position] = newValue
    }
  }

  var outcome: RunOutcome {
    RunOutcome(
      run: run, record: record,
      executed: plan.nodes.map(\.name).filter(executed.contains), failure: failure)
  }
}
