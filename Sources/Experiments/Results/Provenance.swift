import Scorewalk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `provenance.json`: with what, by what and why a run was made. Nothing of it is in a key.
package struct Provenance: Codable, Sendable {
  package var format = 1
  package var tool: String
  /// The SHA-256 of the executable.
  package var binary: String?
  /// The kernel's name and release, and the machine.
  package var system: String
  /// The distribution, as it calls itself.
  package var distribution: String?
  package var host: String?
  package var processor: String?
  /// How many processors are online.
  package var processors: Int?
  /// How many threads the run was given.
  package var threads: Int?
  package var kernels: String
  /// Every variable whose name begins with `SCOREWALK_`; of those that sound like secrets not the value.
  package var environment: [String: String]
  package var command: [String]?
  /// Where the command was given.
  package var directory: String?
  package var git: GitState?
  package var reason: String?

  /// The version of this program.
  package static let toolVersion = "0.1.0"

  package init() {
    tool = "scorewalk " + Self.toolVersion
    binary = Self.binaryDigest
    system = Self.system
    distribution = Self.distribution
    host = Self.host
    processor = Self.processorName
    processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    kernels = KernelSelection.selected.rawValue
    environment = Self.ownVariables
    directory = FileSystem.absolute(".")
  }

  /// The files of a run that say how it was made: `provenance.json`, and `git.patch` where the tree was changed.
  ///
  /// - Parameter place: where git is asked; nil where nothing of git matters.
  package static func files(
    _ options: RunOptions, besides place: String?
  ) throws(Failure) -> [(name: String, bytes: [UInt8])] {
    var provenance = Provenance()
    provenance.command = options.command
    provenance.threads = options.threads
    provenance.reason = options.reason
    let git = place.flatMap { GitState.of($0) }
    provenance.git = git?.state
    var files = [("provenance.json", try JSONFile.encode(provenance))]
    if let git, let patch = git.state.patch { files.append((patch, git.patch)) }
    return files
  }

  package static var host: String {
    var information = utsname()
    uname(&information)
    return text(information.nodename)
  }

  private static var system: String {
    var information = utsname()
    uname(&information)
    return text(information.sysname) + " " + text(information.release) + " "
      + text(information.machine)
  }

  /// Whether a variable's name says that its value is nobody's business: a results directory is copied and shown.
  private static func isSecret(_ name: String) -> Bool {
    let upper = name.uppercased()
    return ["TOKEN", "SECRET", "KEY", "PASSWORD", "CREDENTIAL"].contains { upper.contains($0) }
  }

  /// Hashed once a process.
  private static let binaryDigest: String? = {
    guard let path = FileSystem.link(at: "/proc/self/exe") else { return nil }
    do throws(Failure) { return try Digest.hex(file: path) } catch { return nil }
  }()

  private static let distribution: String? = value(of: "PRETTY_NAME=", in: "/etc/os-release")

  package static let processorName: String? = value(of: "model name", in: "/proc/cpuinfo")

  /// The processor's clock in GHz, as it is now.
  package static var clockRate: Double? {
    value(of: "cpu MHz", in: "/proc/cpuinfo").flatMap { Double($0) }.map { $0 / 1000 }
  }

  /// What follows a word at the beginning of a line, without what separates them and without quotation marks.
  private static func value(of word: String, in file: String) -> String? {
    do throws(Failure) {
      let lines = String(decoding: try FileSystem.read(file), as: UTF8.self).split(separator: "\n")
      guard let line = lines.first(where: { $0.hasPrefix(word) }) else { return nil }
      let value = line.dropFirst(word.count).drop { " \t:\"".contains($0) }
      return value.hasSuffix("\"") ? String(value.dropLast()) : String(value)
    } catch {
      return nil
    }
  }

  /// The variables whose names begin with `SCOREWALK_`; in place of values that sound like secrets stands `(hidden)`.
  package static var ownVariables: [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1)
      if let name = parts.first.map(String.init), name.hasPrefix("SCOREWALK_") {
        let value = parts.count > 1 ? String(parts[1]) : ""
        variables[name] = isSecret(name) ? "(hidden)" : value
      }
      entry += 1
    }
    return variables
  }

  /// The text in one of `utsname`'s fixed arrays.
  private static func text<Field>(_ field: Field) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

extension RunDirectory {
  /// How the run was made; nil where that cannot be read.
  package var provenance: Provenance? {
    try? JSONFile.read(Provenance.self, from: path("provenance.json"))
  }
}
