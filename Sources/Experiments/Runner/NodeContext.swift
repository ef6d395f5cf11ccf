import Scorewalk

/// What a node sees of the world while it runs: its inputs, its files, its checkpoints, and whether it should stop.
package final class NodeContext {
  package let node: ExperimentNode
  /// What the node is called to whoever watches.
  private let title: String
  package let graph: ExperimentGraph
  package let pool: WorkerPool
  /// The random stream of the node.
  package let stream: RandomStream

  private let directory: String
  private let inputs: RunDirectory
  private let control: RunControl
  private let monitor: any RunMonitor
  private let clock: RunClock
  private let checkpointSeconds: Double
  private let onBegin: (Origin) -> Void
  private let predecessor: () -> Store.Predecessor?

  private var metrics: OutputFile?
  private var logText = ""
  private var lastCheckpoint: Double
  private var unsynced: [String] = []
  /// Whether all of the node's work is done in this process.
  private(set) var hasBegunAnew = true
  /// The digests of the states written so far.
  private var finished: [String: String] = [:]
  /// The files of the node's result so far, relative.
  private var outputs: Set<String> = []
  /// The final metrics so far.
  package private(set) var summary: [RunRecord.Metric] = []

  init(
    node: ExperimentNode, title: String, graph: ExperimentGraph, directory: String,
    inputs: RunDirectory,
    pool: WorkerPool, control: RunControl, monitor: any RunMonitor, clock: RunClock,
    checkpointSeconds: Double, onBegin: @escaping (Origin) -> Void,
    predecessor: @escaping () -> Store.Predecessor?
  ) {
    self.node = node
    self.title = title
    self.graph = graph
    self.directory = directory
    self.inputs = inputs
    self.pool = pool
    self.control = control
    self.monitor = monitor
    self.clock = clock
    self.checkpointSeconds = checkpointSeconds
    self.onBegin = onBegin
    self.predecessor = predecessor
    stream = node.randomStream
    lastCheckpoint = clock.seconds()
  }

  // MARK: - Inputs

  /// What the run's other nodes have left.
  private var others: RunInputs { RunInputs(run: inputs, graph: graph) }

  /// The parameters that a reference means.
  package func parameters(of reference: Reference, step: Int? = nil) throws(Failure)
    -> [NamedTensor]
  {
    try others.parameters(of: reference, step: step)
  }

  /// The step that a reference to one state means.
  package func step(of reference: Reference) -> Int { others.step(of: reference) }

  /// The states that a reference means, ascending: one, or with `step: all` every snapshot.
  func steps(of reference: Reference) -> [Int] { others.steps(of: reference) }

  /// The network that a reference means, with its parameters at a step.
  func network(_ reference: Reference, step: Int) throws -> NetworkEvaluation {
    try others.network(reference, step: step, pool: pool)
  }

  /// The samples of a sampling or the rows of data: `[chains, draws, dimension]`.
  package func samples(of reference: Reference) throws(Failure) -> NPYFile {
    try NPYFile.read(inputs.path(of: "samples.npy", node: reference.node))
  }

  // MARK: - Outputs

  package func path(_ file: String) -> String { directory + "/" + file }

  /// Where a file of the node's result is written: what was not asked for here is no part of it.
  package func output(_ file: String) -> String {
    outputs.insert(file)
    return path(file)
  }

  /// Appends a line to the node's metrics.
  package func metric(step: Int, _ name: String, _ value: Double) throws(Failure) {
    if metrics == nil {
      metrics = try OutputFile(creating: output("metrics.jsonl"))
    }
    let line = JSONText.map([
      ("step", .integer(step)), ("name", .text(name)), ("value", .number(value)),
    ])
    try metrics?.append(line.compactText + "\n")
  }

  /// A final metric of the node; also the last line of its name in the metrics.
  ///
  /// - Parameter isExplained: whether it is said elsewhere why the value is not finite, where it is not.
  package func summarize(
    step: Int, _ name: String, _ value: Double, isExplained: Bool = false
  ) throws(Failure) {
    if !value.isFinite, !isExplained { warn("\(name) is \(JSONText.number(value))") }
    try metric(step: step, name, value)
    summary.append(RunRecord.Metric(name: name, value: MetricValue(value)))
  }

  /// Appends to the node's log, and to its file, which may be read meanwhile.
  package func log(_ text: String) {
    let lines = text.hasSuffix("\n") ? text : text + "\n"
    let file = output("log.txt")
    // What an earlier process left here is no part of this log.
    if logText.isEmpty { FileSystem.remove(file) }
    logText += lines
    FileSystem.append(Array(lines.utf8), to: file)
  }

  /// Says something to whoever watches the run, and to the log.
  package func warn(_ text: String) {
    log("warning: " + text)
    monitor.note("\(title): \(text)")
  }

  package func writeSnapshot(
    step: Int, parameters: [NamedTensor], ema: [NamedTensor]?
  ) throws(Failure) {
    var state = StateFile(step: step)
    state.parameters = [TensorRecord](parameters)
    state.ema = ema.map { [TensorRecord]($0) }
    try writeState(state)
  }

  package func writeState(_ state: StateFile) throws(Failure) {
    try FileSystem.makeDirectory(path("checkpoints"))
    try write(try state.encoded(), to: RunDirectory.stateFile(step: state.step))
  }

  /// Writes a file that is finished: a checkpoint holds its digest.
  private func write(_ bytes: [UInt8], to name: String) throws(Failure) {
    var file = try OutputFile(creating: output(name))
    try file.append(bytes)
    try file.close(syncing: false)
    unsynced.append(name)
    finished[name] = Digest.hex(bytes)
  }

  package func writeSamples(
    _ values: [Double], chains: Int, draws: Int, dimension: Int, precision: Precision
  ) throws(Failure) {
    let tensor: TensorValues =
      precision == .float32 ? .float32(values.map { Float($0) }) : .float64(values)
    try NPYFile(shape: [chains, draws, dimension], values: tensor).write(to: output("samples.npy"))
  }

  package func writeSamples(_ file: NPYFile) throws(Failure) {
    try file.write(to: output("samples.npy"))
  }

  /// An array beside the metrics: a density on its grid, an ECDF.
  package func writeArray(_ name: String, shape: [Int], _ values: [Double]) throws(Failure) {
    try FileSystem.makeDirectory(path("arrays"))
    // A NaN has many bit patterns, and which one comes out depends on the machine.
    let canonical = values.map { $0.isNaN ? .nan : $0 }
    try NPYFile(shape: shape, values: .float64(canonical)).write(to: output("arrays/\(name).npy"))
  }

  // MARK: - Progress and checkpoints

  /// Where a node's work begins.
  package enum Origin: Sendable {
    case anew
    case checkpoint(step: Int)
    /// The final state of a stored node that is the same but shorter.
    case shorter(step: Int)
  }

  /// The lengths that a state must tell so that the metrics can be cut back to it.
  package var lengths: [String: Int] { ["metrics.jsonl": metrics?.count ?? 0] }

  /// The state to go on from: that of the node's own checkpoint, else the final state of a stored shorter one; nil where
  /// there is neither. The metrics are those up to it.
  ///
  /// - Parameter takeOver: brings what else the node needs of a shorter one to where its own work would have left it. It
  ///   may change the state to what a checkpoint would be. Where it throws, the work begins anew.
  package func restore(
    takingOver takeOver: (Store.Predecessor, inout StateFile) throws(Failure) -> Void
  ) throws(Failure) -> StateFile? {
    if let state = try restore() { return state }
    guard let shorter = predecessor() else {
      onBegin(.anew)
      return nil
    }
    do throws(Failure) {
      var state = shorter.state
      try takeOver(shorter, &state)
      let length = state.lengths?["metrics.jsonl"] ?? 0
      if length > 0 {
        let bytes = try FileSystem.read(try shorter.path(of: "metrics.jsonl"), atMost: length)
        metrics = try OutputFile(creating: output("metrics.jsonl"))
        try metrics?.append(bytes)
      }
      hasBegunAnew = false
      onBegin(.shorter(step: state.step))
      monitor.nodeContinues(title, steps: node.steps(in: graph), from: state.step)
      log("went on from step \(state.step), the end of a stored shorter one")
      return state
    } catch {
      // It was verified a moment ago: another process has thrown it away, or the disk is at its end.
      warn("\(error.what): \(error.reason); the work begins anew")
      metrics = nil
      finished.removeAll()
      outputs.removeAll()
      unsynced.removeAll()
      onBegin(.anew)
      return nil
    }
  }

  /// Takes over a file that a shorter one has finished. It is copied: what lies in a workplace may be written again.
  package func takeOver(_ file: String, from shorter: Store.Predecessor) throws(Failure) {
    let bytes = try FileSystem.read(try shorter.path(of: file))
    if let slash = file.lastIndex(of: "/") {
      try FileSystem.makeDirectory(path(String(file[..<slash])))
    }
    try write(bytes, to: file)
  }

  /// The state of the node's own newest checkpoint, where there is one; the metrics are cut back to it.
  package func restore() throws(Failure) -> StateFile? {
    guard let state = CheckpointSeries(directory: directory).newest(tell: { warn($0) }) else {
      return nil
    }
    hasBegunAnew = false
    onBegin(.checkpoint(step: state.step))
    finished = state.files ?? [:]
    outputs = Set(finished.keys)
    // A node that had written no metrics has no file of them, also when it goes on.
    let length = state.lengths?["metrics.jsonl"] ?? 0
    if length > 0 {
      metrics = try OutputFile(continuing: output("metrics.jsonl"), at: length)
    } else {
      FileSystem.remove(path("metrics.jsonl"))
    }
    monitor.nodeBegan(title, steps: node.steps(in: graph), from: state.step)
    return state
  }

  /// Called after every piece of work: reports progress, writes a checkpoint when it is time, and stops where it was
  /// asked to.
  ///
  /// - Parameter state: makes the checkpoint's state; what it refers to must be on disk when it returns.
  /// - Throws: ``Stopped`` after a checkpoint.
  package func tick(step: Int, loss: Double? = nil, state: () throws -> StateFile) throws {
    monitor.nodeAdvanced(title, step: step, loss: loss)
    let stops = control.isStopRequested
    guard stops || clock.seconds() - lastCheckpoint >= checkpointSeconds else { return }
    var checkpoint = try state()
    try metrics?.sync()
    checkpoint.lengths = (checkpoint.lengths ?? [:]).merging(lengths) { $1 }
    if let digest = try metrics?.digest() {
      checkpoint.prefixes = (checkpoint.prefixes ?? [:]).merging(["metrics.jsonl": digest]) { $1 }
    }
    checkpoint.files = finished
    for file in unsynced { try FileSystem.sync(file: path(file)) }
    unsynced.removeAll()
    try CheckpointSeries(directory: directory).write(checkpoint)
    lastCheckpoint = clock.seconds()
    if stops { throw Stopped(step: step) }
  }

  /// Reports progress of work that cannot be cut in two, and stops where it was asked to.
  package func tick(step: Int) throws {
    monitor.nodeAdvanced(title, step: step, loss: nil)
    if control.isStopRequested { throw Stopped(step: step) }
  }

  /// Thrown where the run was asked to stop.
  package struct Stopped: Error {
    package let step: Int
  }

  /// Closes the node's files, and takes away what is no part of its result; what only resuming needs stays until the
  /// node is published.
  ///
  /// - Returns: the digests of the node's files, by their relative paths.
  /// - Throws: ``Failure`` where one of them is not there as it was written.
  func finish() throws(Failure) -> [String: String] {
    try close()
    for file in FileSystem.files(below: directory)
    where !outputs.contains(file) && file != "lock" && !Store.isOnlyForResuming(file) {
      FileSystem.remove(path(file))
    }
    var digests: [String: String] = [:]
    for file in outputs.sorted() {
      let digest = try Digest.hex(file: path(file))
      if let written = finished[file], written != digest {
        throw Failure(
          .inputOutput, "'\(path(file))' has changed since it was written", path: path(file),
          reason: "something else writes in the store", remedy: "resume the run")
      }
      digests[file] = digest
    }
    return digests
  }

  /// Closes the files of a node that has failed.
  ///
  /// - Returns: what there is of its files, relative, sorted.
  func abandon() throws(Failure) -> [String] {
    try close()
    return outputs.sorted().filter { FileSystem.exists(path($0)) }
  }

  private func close() throws(Failure) {
    try metrics?.flush()
    metrics = nil
    if !logText.isEmpty { try FileSystem.write(Array(logText.utf8), to: output("log.txt")) }
  }
}
