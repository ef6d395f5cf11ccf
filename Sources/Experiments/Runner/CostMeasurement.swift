import YAML

/// Measures the first steps of work that was never done on this machine: small runs of some points, in a place of their own
/// that is thrown away.
package struct CostMeasurement {
  /// What was seen.
  package private(set) var entries: [CostHistory.Entry] = []

  /// - Parameters:
  ///   - sorts: of work whose time is wanted.
  ///   - name: the spec's path, from which the paths in it count.
  ///   - directory: where to work; it must not be there, and is not there afterwards.
  /// - Throws: ``Failure`` where files cannot be written, or where somebody asks for a stop. A node that fails is merely not
  ///   measured.
  package init(
    _ points: SpecPoints, sorts: Set<String>, name: String, results: ResultsDirectory,
    directory: String, control: RunControl
  ) throws(Failure) {
    defer { FileSystem.remove(directory) }
    var wanted = sorts
    for point in points.points where !wanted.isEmpty {
      let spec = point.spec
      let own = Set(spec.graph.nodes.map { $0.work(in: spec.graph).sort }).intersection(wanted)
      guard !own.isEmpty else { continue }
      wanted.subtract(own)
      let text = ResolvedValue.map(spec.resolved).json.rendered()
      guard let tree = parse(Array(text.utf8), name: name).node,
        let small = SpecReader.read(tree, isSmoke: true, inputs: SpecInputs(results: results)).0
      else { continue }
      let monitor = StepClock()
      var options = RunOptions()
      options.isSmoke = true
      options.keepsGoing = true
      options.drawsFigures = false
      let runner = Runner(
        results: ResultsDirectory(path: directory), options: options, control: control,
        monitor: monitor)
      let outcome = try runner.start(small, sources: [])
      if outcome.record.status == .interrupted {
        throw Failure(.stopped, "the measurement was stopped")
      }
      for node in outcome.record.nodes where node.status == .done && node.executed == true {
        guard let work = small.graph[node.name]?.work(in: small.graph) else { continue }
        entries.append(
          monitor.entry(node.name, work, steps: small.graph[node.name]?.steps(in: small.graph))
            ?? CostHistory.Entry(
              sort: work.sort, amount: work.amount, seconds: node.seconds ?? 0))
      }
    }
  }
}

/// When the steps of nodes were made.
private final class StepClock: RunMonitor {
  private struct Span {
    let firstStep: Int
    let began: Double
    var step: Int
    var now: Double
  }

  private let clock = RunClock()
  private var spans: [String: Span] = [:]

  /// The work between the first and the last step that was seen; nil where there are too few.
  func entry(_ name: String, _ work: NodeWork, steps: Int?) -> CostHistory.Entry? {
    guard let span = spans[name], let steps, steps > 0, span.step - span.firstStep >= 10,
      span.now > span.began
    else { return nil }
    let share = Double(span.step - span.firstStep) / Double(steps)
    return CostHistory.Entry(
      sort: work.sort, amount: work.amount * share, seconds: span.now - span.began)
  }

  func runBegan(_ run: RunDirectory, plan: Plan) {}
  func nodeBegan(_ name: String, steps: Int?, from step: Int) {}
  func nodeAdvanced(_ name: String, step: Int, loss: Double?) {
    let now = clock.seconds()
    if spans[name] == nil { spans[name] = Span(firstStep: step, began: now, step: step, now: now) }
    spans[name]?.step = step
    spans[name]?.now = now
  }
  func nodeEnded(_ name: String, status: RunStatus, executed: Bool, seconds: Double) {}
  func note(_ text: String) {}
}
