import Foundation
import Glibc

/// What a process left behind when it ended.
struct ProcessResult {
  /// The exit code; nil where a signal ended it.
  let code: Int32?
  let signal: Int32?
  let output: String
  let errors: String

  /// Both streams, for the comment of an expectation.
  var text: String { "code \(code ?? -1), signal \(signal ?? 0)\n\(output)\n\(errors)" }
}

/// Why a test could not do what it wanted with a process or a file.
struct TestProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The built command line: beside the test bundle, or where `SCOREWALK_EXECUTABLE` says.
enum Executable {
  static func path() throws -> String {
    if let path = ProcessInfo.processInfo.environment["SCOREWALK_EXECUTABLE"] {
      guard access(path, X_OK) == 0 else {
        throw TestProblem("SCOREWALK_EXECUTABLE is '\(path)', which is no executable file")
      }
      return path
    }
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = URL(fileURLWithPath: bundle).deletingLastPathComponent()
      .appendingPathComponent("scorewalk").path
    guard access(path, X_OK) == 0 else {
      throw TestProblem(
        """
        there is no executable '\(path)' beside the tests: build it with \
        `swift build -c release --product scorewalk`, in the scratch path of the tests, or name one in \
        SCOREWALK_EXECUTABLE
        """)
    }
    return path
  }

  /// What `SCOREWALK_KERNELS` may ask for on this machine beside `plain`, as its CPU says.
  static var vectorKernels: [String] {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return []
    }
    guard text.contains(" avx2 "), text.contains(" fma ") else { return [] }
    let has512 = ["f", "vl", "dq", "bw"].allSatisfy { text.contains(" avx512\($0) ") }
    return ["avx2"] + (has512 ? ["avx512"] : [])
  }
}

/// A process under way; both of its streams go to files, so that it never waits for a reader.
final class RunningProcess {
  let identifier: pid_t
  private let directory: String
  private var status: Int32?

  /// - Parameters:
  ///   - directory: where it works.
  ///   - environment: added to an environment without colours, Scorewalk's variables and a terminal.
  ///   - input: a descriptor in place of nothing to read.
  ///   - errors: a descriptor in place of a file for stderr.
  init(
    _ arguments: [String], executable: String? = nil, in directory: String,
    environment: [String: String] = [:], input: Int32? = nil, errors: Int32? = nil
  ) throws {
    let path = try executable ?? Executable.path()
    let streams = directory + "/.streams-" + UUID().uuidString
    self.directory = streams
    try FileManager.default.createDirectory(atPath: streams, withIntermediateDirectories: true)
    var variables = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("SCOREWALK_") && $0.key != "NO_COLOR" && $0.key != "TERM"
        && $0.key != "COLUMNS"
    }
    variables.merge(environment) { $1 }
    func file(_ name: String) throws -> Int32 {
      let descriptor = open(
        streams + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw TestProblem("cannot make the file of a stream") }
      return descriptor
    }
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    let output = try file("out")
    let error = try errors ?? file("err")
    defer {
      for descriptor in [nothing, output] + (errors == nil ? [error] : []) { close(descriptor) }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input ?? nothing, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, error, 2)
    // Threads of the tests may block signals, and a shell may ignore them; the process shall not inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var usual = sigset_t()
    sigemptyset(&none)
    sigemptyset(&usual)
    for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&usual, number) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // `env` changes the directory and becomes the program: the C library's own way is hidden from Swift.
    let changing = "/usr/bin/env"
    let words = ([changing, "-C", directory, path] + arguments).map { strdup($0) } + [nil]
    let pairs = variables.map { strdup($0.key + "=" + $0.value) } + [nil]
    defer { for text in words + pairs { free(text) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, changing, &actions, &attributes, words, pairs)
    guard code == 0 else {
      throw TestProblem("cannot start '\(path)': \(String(cString: strerror(code)))")
    }
    identifier = child
  }

  deinit {
    if status == nil {
      kill(identifier, SIGKILL)
      var ignored: Int32 = 0
      waitpid(identifier, &ignored, 0)
    }
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// What it has written to stderr so far.
  var errors: String { text("err") }

  /// What it has written to stdout so far.
  var output: String { text("out") }

  var isRunning: Bool { !hasEnded() }

  func send(_ signal: Int32) { if !hasEnded() { kill(identifier, signal) } }

  /// Waits until the process ends; kills it when that takes too long.
  func wait(seconds: Double = 60) throws -> ProcessResult {
    let end = Date.now.addingTimeInterval(seconds)
    while !hasEnded() {
      if Date.now > end {
        kill(identifier, SIGKILL)
        throw TestProblem("the process did not end within \(seconds) s: \(errors)")
      }
      usleep(1000)
    }
    let status = status ?? 0
    let signal = status & 0x7f
    return ProcessResult(
      code: signal == 0 ? (status >> 8) & 0xff : nil, signal: signal == 0 ? nil : signal,
      output: text("out"), errors: text("err"))
  }

  /// Waits until something holds; false where the process ended before, or it takes too long.
  func wait(seconds: Double = 20, until condition: () -> Bool) -> Bool {
    let end = Date.now.addingTimeInterval(seconds)
    while Date.now < end {
      if condition() { return true }
      if hasEnded() { return condition() }
      usleep(1000)
    }
    return false
  }

  private func hasEnded() -> Bool {
    if status != nil { return true }
    var found: Int32 = 0
    if waitpid(identifier, &found, WNOHANG) == identifier { status = found }
    return status != nil
  }

  private func text(_ name: String) -> String {
    (FileManager.default.contents(atPath: directory + "/" + name)).map {
      String(decoding: $0, as: UTF8.self)
    } ?? ""
  }
}
