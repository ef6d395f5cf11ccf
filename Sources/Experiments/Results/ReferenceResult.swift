/// A run in little, to tell whether another machine comes to the same bits: the digests of its files, its final metrics, its
/// spec and plan, and a few draws of each file of samples; nothing of the machine and the day.
///
/// It is the directory of a run, of which `reference.json` says that it is no whole one, so that whatever reads runs by
/// their `run.json` and `summary.json` takes it like any other.
package struct ReferenceResult: Sendable {
  /// `reference.json`: which draws are kept.
  struct Description: Codable, Sendable {
    struct Draws: Codable, Sendable {
      var shape: [Int]
      var chains: [Int]
      var draws: [Int]
    }
    var format = 1
    /// By node; their points are `draws/<node>.npy`.
    var samples: [String: Draws]
  }

  static let descriptionFile = "reference.json"

  package let directory: RunDirectory
  private let record: RunRecord
  private let files: [String: String]
  private let description: Description?

  /// Reads a reference, or takes a whole run for one.
  ///
  /// - Throws: ``Failure`` `.noInput` where there is no complete run.
  package init(_ directory: RunDirectory) throws(Failure) {
    self.directory = directory
    guard FileSystem.exists(directory.path("manifest.json")) else {
      throw Failure(
        .noInput, "\(directory.displayName) is no reference: it has no manifest.json",
        path: directory.path, remedy: "name a complete run, or a directory of results/reference")
    }
    record = try directory.record()
    files = try JSONFile.read(Manifest.self, from: directory.path("manifest.json")).files
    let path = directory.path(Self.descriptionFile)
    description =
      FileSystem.exists(path) ? try JSONFile.read(Description.self, from: path) : nil
  }

  // MARK: - Comparing

  /// How a run stands to a reference.
  package struct Agreement: Sendable {
    /// Where a file of a node first differs.
    package struct Difference: Sendable, Equatable {
      package let node: String
      package let file: String
      /// Where the contents differ; nil where that cannot be told from what the reference keeps.
      package let detail: FileComparison?
      /// The largest distance between the draws that the reference keeps, where samples differ.
      package let largest: Double?
    }

    /// How many files of how many nodes were compared.
    package var fileCount = 0
    package var nodeCount = 0
    /// The first file that is not the same, in the order of the plan: what comes after may follow from it.
    package var first: Difference?
    /// Nodes with files that are not the same.
    package var differing: [String] = []
    /// Nodes that are other computations in the run, by their keys: nothing is to be compared.
    package var others: [String] = []
    /// Nodes that the run has not done.
    package var missing: [String] = []
    /// Nodes that the run's plan does not have.
    package var absent: [String] = []
    /// Values of the two specs that are not the same, the run's first, where not every node is the same computation.
    package var changes: [RunDifference.Change] = []
    /// Whether the run and the reference are two points of a sweep, so that nothing is to be compared.
    package var isOfAnotherPoint = false

    /// Whether every file of every node of the reference is there with the same bits.
    package var isSame: Bool {
      fileCount > 0 && differing.isEmpty && others.isEmpty && missing.isEmpty && absent.isEmpty
    }
  }

  /// Compares a run by its manifest with the reference: the digests of samples, arrays, checkpoints and metrics.
  ///
  /// - Throws: ``Failure`` `.noInput` where the run is not complete.
  package func compare(_ run: RunDirectory) throws(Failure) -> Agreement {
    let other = try ReferenceResult(run)
    var agreement = Agreement()
    for node in record.nodes {
      guard let found = other.record[node: node.name] else {
        agreement.absent.append(node.name)
        continue
      }
      guard found.status == .done else {
        agreement.missing.append(node.name)
        continue
      }
      guard found.key == node.key else {
        agreement.others.append(node.name)
        continue
      }
      let ours = Self.results(of: node)
      let names = ours.union(Self.results(of: found)).sorted()
      agreement.nodeCount += 1
      agreement.fileCount += names.count
      let differing = names.filter { files[$0] == nil || files[$0] != other.files[$0] }
      guard !differing.isEmpty else { continue }
      agreement.differing.append(node.name)
      if agreement.first == nil {
        agreement.first = try difference(node, found, in: run, files: differing)
      }
    }
    if !agreement.others.isEmpty || !agreement.absent.isEmpty {
      agreement.changes = try RunDifference.changes(ofSpecs: run, directory).changes
    }
    if let ours = record.sweep, let theirs = other.record.sweep,
      record.experiment == other.record.experiment
    {
      agreement.isOfAnotherPoint = ours.label != theirs.label && !agreement.others.isEmpty
    }
    return agreement
  }

  /// The files of a node that are results.
  private static func results(of node: RunRecord.Node) -> Set<String> {
    Set((node.files ?? [:]).keys.filter { !$0.hasPrefix("logs/") })
  }

  /// Says as much of a difference as what the reference keeps allows: samples first, then metrics, then names alone.
  private func difference(
    _ node: RunRecord.Node, _ found: RunRecord.Node, in run: RunDirectory, files: [String]
  ) throws(Failure) -> Agreement.Difference {
    let samples = RunDirectory.place(of: "samples.npy", node: node.name)
    if files.contains(samples), let (first, largest) = try draws(of: node.name, in: run) {
      return .init(node: node.name, file: samples, detail: first, largest: largest)
    }
    let whole = files.first { FileSystem.exists(directory.path($0)) }
    if let whole, FileSystem.exists(run.path(whole)) {
      let detail = try FileComparison.firstDifference(run.path(whole), directory.path(whole))
      return .init(node: node.name, file: whole, detail: detail, largest: nil)
    }
    let metrics = RunDirectory.place(of: "metrics.jsonl", node: node.name)
    let pairs = zip(node.summary ?? [], found.summary ?? [])
    if files.contains(metrics), let (old, new) = pairs.first(where: { $0 != $1 }) {
      let detail = FileComparison(
        place: "final \(old.name)", one: JSONText.number(new.value.number),
        other: JSONText.number(old.value.number))
      return .init(node: node.name, file: metrics, detail: detail, largest: nil)
    }
    return .init(node: node.name, file: files[0], detail: nil, largest: nil)
  }

  /// The first of the kept draws that a run has otherwise.
  private func draws(
    of node: String, in run: RunDirectory
  ) throws(Failure) -> (first: FileComparison, largest: Double)? {
    guard let kept = description?.samples[node] else { return nil }
    let points = try NPYFile.read(directory.path(Self.draws(of: node)))
    let few = FewDraws(shape: kept.shape, chains: kept.chains, draws: kept.draws, points: points)
    let path = run.path(RunDirectory.place(of: "samples.npy", node: node))
    guard FileSystem.exists(path), let other = try few.counterpart(in: path) else { return nil }
    return other.difference(from: few)
  }

  // MARK: - Writing

  private static func draws(of node: String) -> String { "draws/\(node).npy" }

  /// Writes the reference of a complete run to a directory; the same results always give the same bytes.
  ///
  /// What is there is replaced where it is a reference.
  ///
  /// - Throws: ``Failure`` `.noInput` where the run is not complete, `.usage` where something else is there.
  /// - Returns: the names of the files.
  package static func write(_ run: RunDirectory, to path: String) throws(Failure) -> [String] {
    let whole = try ReferenceResult(run)
    if FileSystem.exists(path), !FileSystem.exists(path + "/" + descriptionFile) {
      throw Failure(
        .usage, "'\(path)' is there already, and is no reference", path: path,
        remedy: "name another directory with --output")
    }
    let place = path + FileSystem.temporarySuffix
    FileSystem.remove(place)
    do throws(Failure) {
      try whole.write(in: place, named: path)
      FileSystem.remove(path)
      try FileSystem.rename(place, to: path)
    } catch {
      FileSystem.remove(place)
      throw error
    }
    return FileSystem.files(below: path)
  }

  private func write(in place: String, named path: String) throws(Failure) {
    try FileSystem.makeDirectory(place)
    for file in ["plan.json", "resolved.json", "summary.json", "manifest.json"] {
      try FileSystem.write(try FileSystem.read(directory.path(file)), to: place + "/" + file)
    }
    var description = Description(samples: [:])
    for node in record.nodes {
      let samples = directory.path(RunDirectory.place(of: "samples.npy", node: node.name))
      guard FileSystem.exists(samples) else { continue }
      let few = try FewDraws.chosen(from: samples)
      try FileSystem.makeDirectory(place + "/draws")
      try few.points.write(to: place + "/" + Self.draws(of: node.name))
      description.samples[node.name] = .init(
        shape: few.shape, chains: few.chains, draws: few.draws)
    }
    try JSONFile.write(description, to: place + "/" + Self.descriptionFile)
    let reduced = RunDirectory(path: path).name
    try JSONFile.write(record.withoutCircumstances(named: reduced), to: place + "/run.json")
  }
}

extension RunDirectory {
  /// Whether it is a reference, not a whole run.
  package var isReference: Bool { FileSystem.exists(path(ReferenceResult.descriptionFile)) }
}

extension RunRecord {
  /// The record without the machine, the day and the way in which the results came to be.
  func withoutCircumstances(named name: String) -> RunRecord {
    var record = self
    record.run = name
    let never = "1970-01-01T00:00:00.000Z"
    (record.started, record.finished, record.heartbeat) = (never, never, never)
    (record.host, record.process) = ("", 0)
    record.command = ["scorewalk", "run", experiment] + overrides + (isSmoke ? ["--smoke"] : [])
    (record.resumed, record.reason, record.parent, record.verifies) = ([], nil, nil, nil)
    record.usesSharedStore = true
    record.inputs = inputs?.map { input in
      var input = input
      input.origin = input.file
      return input
    }
    record.nodes = nodes.map { node in
      var node = node
      (node.executed, node.continued, node.seconds) = (nil, nil, nil)
      node.files = node.files?.filter { !$0.key.hasPrefix("logs/") }
      return node
    }
    return record
  }
}
