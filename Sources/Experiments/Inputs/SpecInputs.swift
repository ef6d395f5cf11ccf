import Scorewalk
import YAML

/// What the reader of a spec may see of the world beside the spec: the files that it names, and earlier runs.
///
/// One of these belongs to one reading, of all points of a sweep. Every file is read once, however often it is named, and
/// so is what `auto` asks of data; what could not be had is remembered, because a file that is not there ends with another
/// exit code than a mistake in the spec.
package final class SpecInputs {
  /// Whether there is a world at all; a spec that is a mere text has none.
  private let hasFiles: Bool
  /// Where warm starts look for runs; nil where a spec names only files.
  private let results: ResultsDirectory?
  private var files: [String: Result<Content, InputProblem>] = [:]
  private var tables: [TableRequest: Result<InputTable, InputProblem>] = [:]
  private var unavailable: [Diagnostic: InputProblem.Cause] = [:]
  private var scales: [String: DataScales?] = [:]

  /// A file with its bytes.
  package struct Content: Sendable {
    package let file: InputFile
    package let bytes: [UInt8]
  }

  private struct TableRequest: Hashable {
    let path: String
    let columns: [String]?
  }

  /// Nothing but the spec's own text.
  package init() {
    hasFiles = false
    results = nil
  }

  /// The files of this machine.
  ///
  /// - Parameter results: where runs are found by name.
  package init(results: ResultsDirectory?) {
    hasFiles = true
    self.results = results
  }

  // MARK: - Files

  /// A file that a spec names.
  ///
  /// - Parameters:
  ///   - path: as written; it counts from the directory of the source in which it stands.
  ///   - source: what names it; the command line counts from the working directory.
  package func content(_ path: String, in source: Source) throws(InputProblem) -> Content {
    guard hasFiles else {
      throw InputProblem(
        .missing, "there are no files beside this text: '\(path)'",
        help: "write the spec to a file")
    }
    return try content(at: SpecLoader.resolve(path, besides: source.name))
  }

  private func content(at place: String) throws(InputProblem) -> Content {
    if let known = files[place] { return try known.get() }
    do throws(InputProblem) {
      let content = try Self.read(place)
      files[place] = .success(content)
      return content
    } catch {
      files[place] = .failure(error)
      throw error
    }
  }

  /// The numbers in a file that a spec names.
  package func table(
    _ content: Content, columns: [String]?
  ) throws(InputProblem) -> InputTable {
    let request = TableRequest(path: content.file.path, columns: columns)
    if let known = tables[request] { return try known.get() }
    do throws(InputProblem) {
      let table = try InputTable.read(content.bytes, path: content.file.path, columns: columns)
      tables[request] = .success(table)
      return table
    } catch {
      tables[request] = .failure(error)
      throw error
    }
  }

  private static func read(_ path: String) throws(InputProblem) -> Content {
    guard let size = FileSystem.size(path) else {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      let directory = parts.dropLast().joined(separator: "/")
      let names = FileSystem.names(
        in: parts.count == 1 ? "." : directory.isEmpty ? "/" : directory)
      throw InputProblem(
        .missing, "there is no file '\(path)'",
        help: nearest(to: String(parts.last ?? ""), among: names).map { "did you mean '\($0)'?" }
          ?? "a path counts from the directory of the file in which it is written")
    }
    guard FileSystem.isFile(path) else {
      throw InputProblem(
        .missing,
        "'\(path)' is \(FileSystem.isDirectory(path) ? "a directory" : "a pipe or a device"), not a file",
        help: "name a file with an end")
    }
    guard size <= InputFile.largestByteCount else {
      throw InputProblem(
        .content, "'\(path)' has \(size) bytes; \(InputFile.largestByteCount) are the most",
        help: "keep what is needed of it, or store it as float32 in an .npy file")
    }
    do throws(Failure) {
      let bytes = try FileSystem.read(path)
      return Content(file: InputFile(path: path, digest: Digest.hex(bytes)), bytes: bytes)
    } catch {
      throw InputProblem(
        .unreadable, "cannot read '\(path)': \(error.reason)",
        help: "look at its permissions and at the disk")
    }
  }

  // MARK: - Scales

  /// The scales of data; nil where they are not known before the run.
  ///
  /// - Parameters:
  ///   - key: that of their node, under which they are kept.
  ///   - find: called for the first who asks.
  package func scales(ofData key: String, _ find: () -> DataScales?) -> DataScales? {
    if let known = scales[key] { return known }
    let found = find()
    scales.updateValue(found, forKey: key)
    return found
  }

  /// Of how many data the scales were found.
  package var scaledDataCount: Int { scales.count }

  // MARK: - Runs

  /// The run that a selector names, as on the command line.
  package func run(_ selector: String) throws(InputProblem) -> RunDirectory {
    guard hasFiles, let results else {
      throw InputProblem(
        .missing, "there are no runs beside this text: '\(selector)'",
        help: "write the spec to a file")
    }
    do throws(Failure) {
      return try results.run(selector)
    } catch {
      throw InputProblem(
        error.code == .noInput ? .missing : .unreadable, error.what, help: error.remedy)
    }
  }

  /// A state that a run keeps.
  package func content(of run: RunDirectory, _ file: String) throws(InputProblem) -> Content {
    try content(at: run.path(file))
  }

  // MARK: - What could not be had

  func note(_ diagnostic: Diagnostic, _ cause: InputProblem.Cause) {
    if cause != .content { unavailable[diagnostic] = cause }
  }

  /// Says that a diagnostic has the cause of another.
  func note(_ diagnostic: Diagnostic, like other: Diagnostic) {
    unavailable[diagnostic] = unavailable[other]
  }

  /// What ends a command whose spec has errors, where all of them are inputs that could not be had; nil where the spec
  /// itself is wrong.
  package func failureCode(for diagnostics: Diagnostics) -> Failure.Code? {
    let errors = diagnostics.found.filter { $0.severity == .error }
    let causes = errors.compactMap { unavailable[$0] }
    guard !causes.isEmpty, causes.count == errors.count, diagnostics.droppedCount == 0 else {
      return nil
    }
    return causes.contains(.unreadable) ? .inputOutput : .noInput
  }
}
