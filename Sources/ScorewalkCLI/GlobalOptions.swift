import ArgumentParser
import Experiments
import Scorewalk
import YAML

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// When text is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto
  case always
  case never

  /// Whether to colour what goes to a file descriptor; `NO_COLOR` is honoured.
  func isOn(for descriptor: Int32) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      isatty(descriptor) != 0 && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
    }
  }
}

/// What every command takes.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: [.customShort("C")],
    help: ArgumentHelp("Work as if started in this directory.", valueName: "dir"),
    completion: .directory)
  var directory: String?

  @Option(
    help: ArgumentHelp("The directory of all results.", valueName: "dir"), completion: .directory)
  var results = "results"

  @Option(help: "When to colour: auto, always or never.")
  var color = ColorChoice.auto

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but warnings, errors and results.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: the log of every node as it ends.")
  var verbose = false

  func validate() throws {
    if results.isEmpty { throw ValidationError("--results must name a directory") }
  }

  var resultsDirectory: ResultsDirectory { ResultsDirectory(path: results) }

  /// A command as the user would type it where this one was typed.
  func command(_ name: String, _ argument: String) -> String {
    "scorewalk \(name)" + (directory.map { " -C " + ShellText.quoted($0) } ?? "") + " "
      + ShellText.quoted(argument)
  }

  /// A command with several arguments or none, as the user would type it where this one was typed, for the same results.
  func command(_ name: String, _ arguments: [String]) -> String {
    var words = ["scorewalk", name] + arguments
    if let directory { words += ["-C", directory] }
    if results != "results" { words += ["--results", results] }
    return ShellText.line(words)
  }

  /// Does the work of a command; a failure becomes a message and its exit code.
  func perform(_ work: () throws(Failure) -> Int32) throws {
    let code: Int32
    do throws(Failure) {
      if let directory, chdir(directory) != 0 {
        throw Failure(
          .noInput, "cannot work in '\(directory)'", path: directory,
          reason: String(cString: strerror(errno)),
          remedy: "look at the path after -C")
      }
      if let name = KernelSelection.requested, KernelSelection(rawValue: name)?.isAvailable != true
      {
        throw Failure(
          .usage, "SCOREWALK_KERNELS is '\(name)', which this machine does not have",
          remedy:
            "use one of \(KernelSelection.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", "))"
        )
      }
      if let text = WorkerPool.requestedThreads, !(1...1024).contains(Int(text) ?? 0) {
        throw Failure(
          .usage, "SCOREWALK_THREADS is '\(text)', which is no number of threads",
          remedy: "use a whole number from 1 to 1024, or unset it: the default is one for each core"
        )
      }
      code = try work()
    } catch {
      if !error.isTold { Console.report(error, color: color) }
      code = error.code.exitCode
    }
    if code != 0 { throw ExitCode(code) }
  }
}

extension Failure.Code {
  var exitCode: Int32 {
    switch self {
    case .failed: 1
    case .usage: 64
    case .noInput: 66
    case .inputOutput: 74
    case .stopped: 75
    }
  }
}

/// The exit code of a spec with mistakes.
let badSpecCode: Int32 = 65

/// Where text goes: results to stdout, everything else to stderr.
enum Console {
  /// Ends the process where a result cannot be written: a file cut short must not look like success.
  static func print(_ text: String) {
    let reason = write(text, to: 1)
    guard reason != 0 else { return }
    say("error: cannot write to standard output: \(String(cString: strerror(reason)))\n")
    exit(Failure.Code.inputOutput.exitCode)
  }

  static func say(_ text: String) { _ = write(text, to: 2) }

  static func report(_ failure: Failure, color: ColorChoice) {
    let head = color.isOn(for: 2) ? "\u{1B}[1;31merror:\u{1B}[0m " : "error: "
    say(head + failure.description + "\n")
  }

  static func report(_ diagnostics: Diagnostics, color: ColorChoice) {
    guard !diagnostics.isEmpty else { return }
    let text = diagnostics.rendered(color: color.isOn(for: 2))
    say(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Returns 0, or why it could not be written.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { raw in
        #if canImport(Glibc)
          Glibc.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
        #else
          Darwin.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
        #endif
      }
      if written < 0, errno == EINTR { continue }
      if written <= 0 { return written < 0 ? errno : EIO }
      done += written
    }
    return 0
  }
}
