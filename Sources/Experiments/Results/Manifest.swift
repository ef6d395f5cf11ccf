/// `manifest.json`: the digests of samples, arrays, checkpoints, metrics, inputs and of what was run; not of logs, `run.json` and
/// `provenance.json`, which speak of the machine and the day. It is written last and means complete.
package struct Manifest: Codable, Sendable {
  package var format = 1
  /// Paths in the run's directory.
  package var files: [String: String]

  package init(_ record: RunRecord) {
    files = [:]
    for node in record.nodes {
      for (file, digest) in node.files ?? [:] where !file.hasPrefix("logs/") {
        files[file] = digest
      }
    }
  }

  /// Adds the files of the run as a whole, and writes the manifest.
  package func write(in run: RunDirectory) throws(Failure) {
    var whole = self
    for file in FileSystem.names(in: run.path)
    where Self.isOfTheRun(file) { whole.files[file] = try Digest.hex(file: run.path(file)) }
    for file in FileSystem.names(in: run.path("inputs")).map({ "inputs/" + $0 }) {
      whole.files[file] = try Digest.hex(file: run.path(file))
    }
    try JSONFile.write(whole, to: run.path("manifest.json"))
  }

  private static func isOfTheRun(_ file: String) -> Bool {
    ["summary.json", "metrics.jsonl", "resolved.json", "plan.json"].contains(file)
      || (file.hasPrefix("spec.") && file.hasSuffix(".yaml"))
  }

  /// One file that is not as the manifest says.
  package struct Difference: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
      case missing
      case changed
    }
    package var file: String
    package var kind: Kind
  }

  /// What is not as the manifest says, sorted by path. The record of the run counts as changed where it tells other
  /// metrics or digests than the files have.
  ///
  /// - Throws: ``Failure`` `.noInput` where the run has no manifest, so that it is not complete.
  package static func verify(_ run: RunDirectory) throws(Failure) -> (
    count: Int, differences: [Difference]
  ) {
    guard FileSystem.exists(run.path("manifest.json")) else {
      throw Failure(
        .noInput, "the run \(run.displayName) has no manifest.json: it is not complete",
        path: run.path,
        remedy: "go on with `scorewalk resume \(run.displayName)`")
    }
    guard !run.isReference else {
      throw Failure(
        .usage, "\(run.displayName) is a reference: it has the digests of files, not the files",
        path: run.path, remedy: "compare a run with it: scorewalk verify RUN --against \(run.path)")
    }
    let manifest = try JSONFile.read(Manifest.self, from: run.path("manifest.json"))
    var differences: [Difference] = []
    for (file, digest) in manifest.files.sorted(by: { $0.key < $1.key }) {
      if !FileSystem.exists(run.path(file)) {
        differences.append(Difference(file: file, kind: .missing))
      } else if try Digest.hex(file: run.path(file)) != digest {
        differences.append(Difference(file: file, kind: .changed))
      }
    }
    if !manifest.agrees(with: try run.record()) {
      differences.append(Difference(file: "run.json", kind: .changed))
    }
    return (manifest.files.count, differences)
  }

  /// Whether a run's record tells the metrics and digests that the run had when it was complete.
  private func agrees(with record: RunRecord) -> Bool {
    Manifest(record).files.allSatisfy { files[$0.key] == $0.value }
      && Digest.hex(RunSummary.text(record)) == files["summary.json"]
  }

  /// Whether a record was changed after the run was complete. Nothing but the manifest is read: the files may have changed
  /// as well.
  ///
  /// - Returns: false where the run has no manifest, so that nothing is known of it.
  package static func isChanged(_ record: RunRecord, of run: RunDirectory) -> Bool {
    let path = run.path("manifest.json")
    guard FileSystem.exists(path) else { return false }
    guard let manifest = try? JSONFile.read(Manifest.self, from: path) else { return true }
    return !manifest.agrees(with: record)
  }
}
