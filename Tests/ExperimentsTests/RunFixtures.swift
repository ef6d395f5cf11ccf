import Experiments
import Scorewalk
import Testing
import YAML

/// Runs specs in a temporary directory.
final class TestRunner {
  let directory: TemporaryDirectory
  let results: ResultsDirectory

  init() throws {
    directory = try TemporaryDirectory()
    results = ResultsDirectory(path: directory.path + "/results")
  }

  private func runner(
    _ control: RunControl, _ monitor: any RunMonitor, checkpointSeconds: Double,
    _ configure: (inout RunOptions) -> Void
  ) -> Runner {
    var options = RunOptions()
    options.threads = 1
    options.checkpointSeconds = checkpointSeconds
    options.command = ["scorewalk", "run"]
    options.drawsFigures = false
    configure(&options)
    return Runner(results: results, options: options, control: control, monitor: monitor)
  }

  func start(
    _ text: String, isSmoke: Bool = false, control: RunControl = RunControl(),
    monitor: any RunMonitor = SilentMonitor(), checkpointSeconds: Double = 1e9,
    _ configure: (inout RunOptions) -> Void = { _ in }
  ) throws -> RunOutcome {
    let reading = Reading(text, isSmoke: isSmoke)
    let spec = try #require(
      reading.spec, Comment(rawValue: "\n" + reading.diagnostics.rendered()))
    let runner = runner(control, monitor, checkpointSeconds: checkpointSeconds) {
      $0.isSmoke = isSmoke
      configure(&$0)
    }
    return try runner.start(spec, sources: reading.loaded.sources)
  }

  /// Runs a spec of the directory, with the files and the runs that it names.
  func start(
    file: String, overrides: [String] = [], selection: NodeSelection = NodeSelection(),
    isSmoke: Bool = false, control: RunControl = RunControl(),
    monitor: any RunMonitor = SilentMonitor(), _ configure: (inout RunOptions) -> Void = { _ in }
  ) throws -> RunOutcome {
    let (spec, sources) = try read(file, overrides: overrides, isSmoke: isSmoke)
    let runner = runner(control, monitor, checkpointSeconds: 1e9) {
      $0.isSmoke = isSmoke
      configure(&$0)
    }
    return try runner.start(spec, sources: sources, selection: selection)
  }

  /// Reads a spec of the directory.
  func read(
    _ file: String, overrides: [String] = [], isSmoke: Bool = false
  ) throws -> (spec: Spec, sources: [Source]) {
    let loaded = try SpecLoader.load(path: directory.path + "/" + file, overrides: overrides)
    let reading = Reading(loaded, isSmoke: isSmoke, inputs: SpecInputs(results: results))
    return (try reading.required(), loaded.sources)
  }

  func resume(
    _ run: RunDirectory, control: RunControl = RunControl(),
    monitor: any RunMonitor = SilentMonitor(), checkpointSeconds: Double = 1e9,
    drawsFigures: Bool = false
  ) throws -> RunOutcome {
    try runner(control, monitor, checkpointSeconds: checkpointSeconds) {
      $0.drawsFigures = drawsFigures
    }.resume(run)
  }
}

/// The results of a run of a text that is not disturbed.
func undisturbedResults(_ text: String, isSmoke: Bool = false) throws -> [String: String] {
  let runner = try TestRunner()
  let outcome = try runner.start(text, isSmoke: isSmoke)
  #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
  return try outcome.run.results()
}

/// Does something, once, when a node has reached a step, and writes down what is said.
class StepMonitor: RunMonitor {
  private let node: String
  private let step: Int
  private let action: () -> Void
  private var hasActed = false
  private(set) var notes: [String] = []
  private(set) var failures: [String] = []
  private(set) var ended: [String: RunStatus] = [:]

  init(at step: Int, of node: String, _ action: @escaping () -> Void) {
    self.node = node
    self.step = step
    self.action = action
  }

  func runBegan(_ run: RunDirectory, plan: Plan) {}
  func nodeBegan(_ name: String, steps: Int?, from step: Int) {}
  func nodeAdvanced(_ name: String, step: Int, loss: Double?) {
    guard name == node, step >= self.step, !hasActed else { return }
    hasActed = true
    action()
  }
  func nodeEnded(_ name: String, status: RunStatus, executed: Bool, seconds: Double) {
    ended[name] = status
  }
  func nodeFailed(_ name: String, _ failure: Failure, log: String) {
    failures.append(failure.description)
  }
  func note(_ text: String) { notes.append(text) }
}

/// Asks for a stop at a step of a node.
final class StoppingMonitor: StepMonitor {
  init(_ control: RunControl, at step: Int, of node: String) {
    super.init(at: step, of: node) { control.requestStop() }
  }
}

extension RunDirectory {
  /// The digests of everything that is a result: what the manifest says.
  func results() throws -> [String: String] {
    try JSONFile.read(Manifest.self, from: path("manifest.json")).files
  }
}

/// A spec with one node of every kind of section, done in a moment.
let smallExperiment = """
  name: small
  seed: 3
  data:
    law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
    rows: {kind: draws, from: law, count: 64}
  models:
    net: {kind: mlp, output: score, hidden: [8]}
  training:
    fit:
      model: net
      data: rows
      objective: {kind: denoising-score-matching, noise_level: 0.5}
      optimizer: {kind: adam, learning_rate: 1e-2}
      batch_size: 8
      steps: 40
      snapshots: {from: 0, every: 20}
      ema: {decay: 0.9}
      log_every: 10
  sampling:
    walk: {kind: langevin, target: fit, initial: {kind: normal}, step_size: 0.1, steps: 30, chains: 3}
    jump: {kind: denoise, from: walk, using: fit, noise_level: 0.5}
  evaluation:
    quality: {kind: samples, of: walk, against: law}
    check: {kind: denoiser, of: {node: fit, step: all}, against: law, noise_level: 0.5}

  """
