import Scorewalk
import YAML

/// The arrays of a run's nodes in one `.npz` archive, as `numpy.load` reads it.
///
/// A node's samples are `samples`, what an evaluation drew is `arrays/<name>`, and the parameters of a state are
/// `parameters/<tensor>` and `ema/<tensor>`. Of several nodes, each name has the node's in front: `walk/samples`.
package struct ArrayExport {
  /// One array of an archive.
  package struct Item: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    package let precision: Precision

    package init(name: String, shape: [Int], precision: Precision) {
      self.name = name
      self.shape = shape
      self.precision = precision
    }
  }

  private let run: RunDirectory
  private let nodes: [RunRecord.Node]
  private let plan: Plan
  private let isWhole: Bool
  private let step: Int?
  /// The nodes of the run that have nothing to export yet.
  package let unfinished: [String]

  /// Chooses what is exported.
  ///
  /// - Parameters:
  ///   - node: one node; nil for all that are done.
  ///   - step: of a training, which state; nil for the last.
  /// - Throws: ``Failure`` `.noInput` where the node, its results or the step are not there.
  package init(_ run: RunDirectory, node: String?, step: Int? = nil) throws(Failure) {
    let record = try run.record()
    let plan = try run.plan()
    self.run = run
    self.plan = plan
    self.step = step
    isWhole = node == nil
    if let node {
      guard let found = record[node: node] else {
        let names = record.nodes.map(\.name)
        throw Failure(
          .noInput, "\(run.displayName) has no node '\(node)'", path: run.path,
          remedy: nearest(to: node, among: names).map { "did you mean '\($0)'?" }
            ?? "there are: " + names.joined(separator: ", "))
      }
      guard found.status == .done else {
        throw Failure(
          .noInput, "'\(node)' of \(run.displayName) is not done: it is \(found.status.rawValue)",
          path: run.path, remedy: "go on with `scorewalk resume \(run.displayName)`")
      }
      nodes = [found]
      unfinished = []
    } else {
      nodes = record.nodes.filter { $0.status == .done }
      unfinished = record.nodes.filter { $0.status != .done }.map(\.name)
    }
    guard
      nodes.contains(where: {
        !Self.arrays(of: $0).isEmpty || !Self.steps(of: $0, in: plan).isEmpty
      })
    else {
      throw Failure(
        .noInput,
        (node.map { "'\($0)' of " } ?? "") + "\(run.displayName) has no arrays", path: run.path,
        remedy: "data in rows, models, trainings, samplings and most evaluations have some")
    }
    if let step {
      for node in nodes where !Self.steps(of: node, in: plan).contains(step) {
        let steps = Self.steps(of: node, in: plan)
        let near = steps.min { abs($0 - step) < abs($1 - step) }
        throw Failure(
          .noInput, "'\(node.name)' of \(run.displayName) has no state at step \(step)",
          path: run.path, remedy: near.map { "the nearest is \($0)" } ?? "leave out --step")
      }
    }
  }

  /// Writes the archive; the same results always give the same bytes.
  ///
  /// - Returns: what is in it, in order.
  /// - Throws: ``Failure`` `.inputOutput` where a result is missing or has changed, or where the archive cannot be
  ///   written; then there is none.
  /// - Complexity: linear in the bytes; samples are streamed, a state is held whole.
  package func write(to path: String) throws(Failure) -> [Item] {
    let archive = try ZipWriter(creating: path)
    var items: [Item] = []
    for node in nodes {
      let prefix = isWhole ? node.name + "/" : ""
      for (name, file) in Self.arrays(of: node) {
        items.append(try copy(file, of: node, as: prefix + name, to: archive))
      }
      guard let step = step ?? Self.steps(of: node, in: plan).last else { continue }
      let file = RunDirectory.place(of: RunDirectory.stateFile(step: step), node: node.name)
      try requireUnchanged(file, of: node)
      let state = try StateFile.read(run.path(file))
      for (group, records) in [("parameters", state.parameters), ("ema", state.ema)] {
        for tensor in records?.tensors ?? [] {
          items.append(try write(tensor, as: "\(prefix)\(group)/\(tensor.name)", to: archive))
        }
      }
    }
    try archive.close()
    return items
  }

  // MARK: - What there is

  /// The files of arrays in the run's directory with their names in the archive.
  private static func arrays(of node: RunRecord.Node) -> [(name: String, file: String)] {
    let files = (node.files ?? [:]).keys.sorted()
    let samples = RunDirectory.place(of: "samples.npy", node: node.name)
    let folder = "arrays/" + node.name + "/"
    return files.filter { $0 == samples }.map { ("samples", $0) }
      + files.filter { $0.hasPrefix(folder) && $0.hasSuffix(".npy") }.map {
        ("arrays/" + $0.dropFirst(folder.count).dropLast(".npy".count), $0)
      }
  }

  /// The steps of the states in which the node left parameters, ascending.
  private static func steps(of node: RunRecord.Node, in plan: Plan) -> [Int] {
    guard plan[node.name]?.hasParameters == true else { return [] }
    let folder = "checkpoints/" + node.name + "/"
    return (node.files ?? [:]).keys.filter { $0.hasPrefix(folder) }.compactMap {
      RunDirectory.step(ofState: String($0.dropFirst(folder.count)))
    }.sorted()
  }

  private func requireUnchanged(_ file: String, of node: RunRecord.Node) throws(Failure) {
    guard let digest = node.files?[file], try Digest.hex(file: run.path(file)) != digest else {
      return
    }
    throw Failure(
      .inputOutput, "'\(run.path(file))' has changed since it was written", path: run.path(file),
      remedy: "`scorewalk verify \(run.displayName)` names what has changed")
  }

  // MARK: - Writing

  private func copy(
    _ file: String, of node: RunRecord.Node, as name: String, to archive: ZipWriter
  ) throws(Failure) -> Item {
    let path = run.path(file)
    try requireUnchanged(file, of: node)
    let head = try FileSystem.read(path, atMost: 1 << 16)
    let header: NPYHeader
    do throws(NPYHeader.Problem) {
      header = try NPYHeader(head)
    } catch {
      throw Failure(.inputOutput, "'\(path)' \(error.reason)", path: path)
    }
    try archive.begin(name + ".npy", count: FileSystem.size(path) ?? 0)
    try FileSystem.readPieces(path) { (piece) throws(Failure) in try archive.append(piece) }
    try archive.end()
    return Item(
      name: name, shape: header.shape, precision: header.type.size == 4 ? .float32 : .float64)
  }

  private func write(
    _ tensor: NamedTensor, as name: String, to archive: ZipWriter
  ) throws(Failure) -> Item {
    let precision = tensor.values.precision
    let header = NPYFile.header(shape: tensor.shape, precision: precision)
    let bytes = tensor.values.littleEndianBytes
    try archive.begin(name + ".npy", count: header.count + bytes.count)
    try archive.append(header)
    try archive.append(bytes)
    try archive.end()
    return Item(name: name, shape: tensor.shape, precision: precision)
  }
}
