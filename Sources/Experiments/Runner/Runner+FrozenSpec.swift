import YAML

extension Runner {
  /// The spec of a run as it was resolved when the run began.
  ///
  /// - Throws: ``Failure`` `.inputOutput` where the resolved spec or one of the run's copies of what it read is damaged
  ///   or gone; with the command that began the run, since the sources' paths count from where they lay.
  package static func frozenSpec(of run: RunDirectory) throws(Failure) -> Spec {
    let record = try run.record()
    let path = run.path("resolved.json")
    let again = record.beginning.map { "run anew: `\($0)`" }
    let bytes: [UInt8]
    do throws(Failure) {
      bytes = try FileSystem.read(path)
    } catch {
      throw Failure(error.code, error.what, path: path, reason: error.reason, remedy: again)
    }
    let document = parse(bytes, name: path)
    var diagnostics = document.diagnostics
    if let tree = document.node {
      // The paths in it are those of the run's own copies, whose digests it has too.
      let (spec, found) = SpecReader.read(
        tree, isSmoke: record.isSmoke, inputs: SpecInputs(results: nil))
      if let spec { return spec }
      diagnostics.append(contentsOf: found)
    }
    if let failure = try damagedInput(of: run, record, again: again) { throw failure }
    let first = diagnostics.found.first { $0.severity == .error }?.message
    throw Failure(
      .inputOutput, "'\(path)' is damaged", path: path,
      reason: first ?? "it does not read as a spec", remedy: again)
  }

  /// The first of the run's copies of what it read that is not what it was.
  private static func damagedInput(
    of run: RunDirectory, _ record: RunRecord, again: String?
  ) throws(Failure) -> Failure? {
    for input in record.inputs ?? [] {
      let copy = run.path(input.file)
      let found = try FileSystem.isFile(copy) ? Digest.hex(file: copy) : nil
      guard found != input.sha256 else { continue }
      return Failure(
        .inputOutput, "'\(copy)' is not what the run \(run.displayName) began with", path: copy,
        reason: found.map { "its SHA-256 is \($0)" } ?? "it is missing",
        remedy:
          "put the file with SHA-256 \(input.sha256) back at '\(copy)' (it came from '\(input.origin)')"
          + (again.map { ", or \($0)" } ?? ""))
    }
    return nil
  }
}

extension RunRecord {
  /// The command that began the run, for a shell in the directory in which it was given; nil where it is not known.
  fileprivate var beginning: String? {
    // A record of an older version may have the command that resumed it.
    guard command.contains("run") else { return nil }
    return ShellText.line(["scorewalk"] + command.dropFirst())
  }
}
