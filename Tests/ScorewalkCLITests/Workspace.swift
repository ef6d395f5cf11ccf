import Foundation
import Testing

/// A temporary directory with specs in it, in which the command line is run; gone when it is released.
final class Workspace {
  let path: String

  init() throws {
    var template = Array((NSTemporaryDirectory() + "/scorewalk-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else { throw TestProblem("cannot make a directory") }
    path = String(cString: made)
  }

  deinit {
    _ = try? RunningProcess(
      ["-R", "u+rwx", path], executable: "/bin/chmod", in: NSTemporaryDirectory()
    ).wait()
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Runs a command to its end.
  @discardableResult
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> ProcessResult {
    try run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> ProcessResult {
    try start(arguments, environment: environment).wait()
  }

  /// Starts a command.
  func start(
    _ arguments: [String], environment: [String: String] = [:], input: Int32? = nil,
    errors: Int32? = nil
  ) throws -> RunningProcess {
    try RunningProcess(
      arguments, in: path, environment: environment, input: input, errors: errors)
  }

  /// Runs a command, expects it to end with a code, and reads its output as a JSON object.
  func json(_ arguments: String..., code: Int32 = 0) throws -> [String: Any] {
    let result = try run(arguments)
    #expect(result.code == code, "\(result.text)")
    return try Self.object(result.output)
  }

  static func object(_ text: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    guard let object = value as? [String: Any] else { throw TestProblem("no object: \(text)") }
    return object
  }

  // MARK: - Files

  func write(_ text: String, to file: String) throws {
    let url = URL(fileURLWithPath: path + "/" + file)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func read(_ file: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path + "/" + file))
  }

  func object(_ file: String) throws -> [String: Any] {
    try Self.object(String(decoding: read(file), as: UTF8.self))
  }

  func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + file) }

  func names(_ directory: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path + "/" + directory)) ?? []).sorted()
  }

  /// Every file below a directory, relative to it.
  func files(_ directory: String) -> Set<String> {
    let all = FileManager.default.enumerator(atPath: path + "/" + directory)
    let files = (all?.allObjects as? [String]) ?? []
    return Set(files.filter { exists(directory + "/" + $0) && !isDirectory(directory + "/" + $0) })
  }

  private func isDirectory(_ file: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path + "/" + file, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }

  // MARK: - Runs

  /// The directory of an experiment's run, by its number.
  func directory(_ experiment: String, _ number: Int = 1, results: String = "results") throws
    -> String
  {
    let digits = String(number)
    let prefix = String(repeating: "0", count: 4 - digits.count) + digits + "-"
    let parent = results + "/" + experiment
    guard let name = names(parent).first(where: { $0.hasPrefix(prefix) }) else {
      throw TestProblem("no run \(number) of \(experiment) in \(names(parent))")
    }
    return parent + "/" + name
  }

  /// The manifest's bytes and those of every file that it names.
  func bytes(of run: String) throws -> [String: Data] {
    let manifest = try object(run + "/manifest.json")["files"] as? [String: String] ?? [:]
    #expect(!manifest.isEmpty)
    var bytes = ["manifest.json": try read(run + "/manifest.json")]
    for file in manifest.keys { bytes[file] = try read(run + "/" + file) }
    for file in ["metrics.jsonl", "summary.json"] { bytes[file] = try read(run + "/" + file) }
    return bytes
  }
}

/// The files that differ between two runs, sorted.
func differences(_ one: [String: Data], _ other: [String: Data]) -> [String] {
  Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
}
