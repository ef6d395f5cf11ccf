/// The metrics of runs for TensorBoard: a directory for each run with a file of its events.
///
/// A metric's tag is `<node>/<metric>`. What the axes of a sweep set, the seed and overrides of the command line go to the
/// plug-in for hyperparameters, which groups the points of a sweep over their seeds.
package struct TensorBoardExport: Sendable {
  /// One file that was written.
  package struct Written: Sendable, Equatable {
    package let run: String
    package let file: String
    /// How many values it has.
    package let count: Int
  }

  private let runs: [(run: RunDirectory, record: RunRecord)]
  /// The nodes that have no metrics yet, as `walk-jump/0007-brisk-otter: walk`.
  package let unfinished: [String]

  /// TensorBoard looks for files whose names hold `tfevents`.
  package static let fileName = "events.out.tfevents.0000000000.scorewalk"

  /// - Throws: ``Failure`` `.usage` where two runs of different results have one name, and so would have one file.
  package init(_ runs: [RunDirectory]) throws(Failure) {
    let named = Dictionary(grouping: runs, by: \.displayName)
    if let twins = runs.lazy.compactMap({ named[$0.displayName] }).first(where: { $0.count > 1 }) {
      throw Failure(
        .usage, "\(twins.count) runs are called \(twins[0].displayName), and would be one file",
        reason: twins.map(\.path).joined(separator: ", "),
        remedy: "export them one after the other, each with its own --output")
    }
    var known: [(run: RunDirectory, record: RunRecord)] = []
    for run in runs { known.append((run, try run.record())) }
    self.runs = known
    unfinished = known.flatMap { run, record in
      record.nodes.filter { $0.status != .done }.map { "\(run.displayName): \($0.name)" }
    }
  }

  /// The files that will be written, in the order of the runs.
  package func files(in directory: String) -> [String] {
    runs.map { "\(directory)/\($0.run.displayName)/\(Self.fileName)" }
  }

  /// Writes the files; the same results always give the same bytes.
  ///
  /// - Complexity: linear in the values.
  package func write(to directory: String) throws(Failure) -> [Written] {
    var written: [Written] = []
    for ((run, record), path) in zip(runs, files(in: directory)) {
      try FileSystem.makeDirectory("\(directory)/\(run.displayName)")
      var count = 0
      // TensorBoard reads files while they grow, so that a half under the final name would be believed.
      let temporary = "\(directory)/\(run.displayName)/unfinished" + FileSystem.temporarySuffix
      do throws(Failure) {
        var file = try EventFile(creating: temporary)
        try Self.write(run, record, to: &file)
        count = file.count
        try file.close()
        try FileSystem.rename(temporary, to: path)
      } catch {
        FileSystem.remove(temporary)
        throw error
      }
      written.append(Written(run: run.displayName, file: path, count: count))
    }
    return written
  }

  private static func write(
    _ run: RunDirectory, _ record: RunRecord, to file: inout EventFile
  ) throws(Failure) {
    let parameters = parameters(of: run, record)
    if !parameters.isEmpty {
      try file.append(
        Hyperparameters.startTag, plugin: Hyperparameters.plugin,
        Hyperparameters.start(parameters, group: record.sweep.map { group($0, record) }))
    }
    for node in record.nodes where node.status == .done {
      let path = RunDirectory.place(of: "metrics.jsonl", node: node.name)
      guard node.files?[path] != nil else { continue }
      try MetricLog.read(run.path(path)) { (entry) throws(Failure) in
        try file.append("\(node.name)/\(entry.name)", step: entry.step, entry.value)
      }
    }
    if !parameters.isEmpty {
      try file.append(
        Hyperparameters.endTag, plugin: Hyperparameters.plugin,
        Hyperparameters.end(isDone: run.status(record) == .done))
    }
  }

  // MARK: - Hyperparameters

  /// What tells the run from others of its experiment: axes, overrides, the seed.
  private static func parameters(
    of run: RunDirectory, _ record: RunRecord
  ) -> [(name: String, value: Hyperparameters.Value)] {
    func value(_ text: String, _ number: Double?) -> Hyperparameters.Value {
      number.map { .number($0) } ?? .text(text)
    }
    var found = (record.sweep?.swept ?? []).map { axis in
      (name: axis.name, value: value(axis.value, axis.number))
    }
    for override in record.overrides where !override.hasPrefix("+") && !override.hasPrefix("~") {
      let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] != "seed" else { continue }
      let text = String(parts[1])
      found.append((String(parts[0]), value(text, Double(text))))
    }
    if let seed = run.seed(record), !found.isEmpty || record.sweep != nil {
      found.append(("seed", .number(Double(seed))))
    }
    // A map has one value of a name: the last that was set.
    var names: Set<String> = []
    return Array(found.reversed().filter { names.insert($0.name).inserted }.reversed())
  }

  /// What the points of a sweep have in common that differ in the seed alone.
  private static func group(_ sweep: RunRecord.Sweep, _ record: RunRecord) -> String {
    (["\(record.experiment)/\(sweep.id)"] + sweep.swept.map { "\($0.name)=\($0.value)" })
      .joined(separator: " ")
  }
}

/// Messages of TensorBoard's plug-in for hyperparameters (`tensorboard/plugins/hparams/plugin_data.proto`).
package enum Hyperparameters {
  package enum Value: Sendable, Equatable {
    case number(Double)
    case text(String)
  }

  static let plugin = "hparams"
  static let startTag = "_hparams_/session_start_info"
  static let endTag = "_hparams_/session_end_info"

  /// What a run begins with.
  package static func start(_ parameters: [(name: String, value: Value)], group: String?)
    -> ProtobufMessage
  {
    ProtobufMessage { data in
      data.add(3) { session in
        for (name, value) in parameters {
          // An entry of a map is a message of its key and its value.
          session.add(1) { entry in
            entry.add(1, name)
            entry.add(2) { field in
              switch value {
              case .number(let number): field.add(2, number)
              case .text(let text): field.add(3, text)
              }
            }
          }
        }
        if let group { session.add(4, group) }
      }
    }
  }

  /// How a run ended.
  package static func end(isDone: Bool) -> ProtobufMessage {
    ProtobufMessage { data in data.add(4) { $0.add(1, isDone ? 1 : 0 as UInt64) } }
  }
}
