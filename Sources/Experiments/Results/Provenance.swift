import Scorewalk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `provenance.json`: with what a run was made.
package struct Provenance: Codable, Sendable {
  package var format = 1
  package var tool: String
  package var binary: String?
  package var system: String
  package var processor: String?
  package var kernels: String
  package var environment: [String: String]

  /// The version of this program.
  package static let toolVersion = "0.1.0"

  package init() {
    tool = "scorewalk " + Self.toolVersion
    binary = Self.binaryDigest
    var information = utsname()
    uname(&information)
    system =
      Self.text(information.sysname) + " " + Self.text(information.release) + " "
      + Self.text(information.machine)
    processor = Self.processorName
    kernels = KernelSelection.selected.rawValue
    environment = [:]
    for name in ["SCOREWALK_KERNELS", "SCOREWALK_THREADS"] {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
  }

  package static var host: String {
    var information = utsname()
    uname(&information)
    return text(information.nodename)
  }

  private static var binaryDigest: String? {
    guard let path = FileSystem.link(at: "/proc/self/exe") else { return nil }
    do throws(Failure) { return try Digest.hex(file: path) } catch { return nil }
  }

  private static var processorName: String? {
    do throws(Failure) {
      let lines = String(decoding: try FileSystem.read("/proc/cpuinfo"), as: UTF8.self).split(
        separator: "\n")
      let line = lines.first { $0.hasPrefix("model name") }
      return line?.split(separator: ":").last.map { String($0.drop { $0 == " " }) }
    } catch {
      return nil
    }
  }

  /// The text in one of `utsname`'s fixed arrays.
  private static func text<Field>(_ field: Field) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
