#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Another program, run to its end for what it prints.
package enum Subprocess {
  /// Runs a program that is found in `PATH`, with nothing to read and nobody to complain to.
  ///
  /// - Parameters:
  ///   - environment: in place of what this process's own has under these names; nil for nothing.
  ///   - limit: at most so many bytes of its output are kept; the rest is read and dropped.
  /// - Returns: what it printed, and whether that is all; nil where it is not there, or ends with another code than 0.
  package static func output(
    _ words: [String], adding environment: [String: String?] = [:], atMost limit: Int = 1 << 20
  ) -> (bytes: [UInt8], isWhole: Bool)? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let arguments = words.map { strdup($0) } + [nil]
    let variables = variables(adding: environment).map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, words[0], &actions, nil, arguments, variables)
    close(ends[1])
    defer { close(ends[0]) }
    guard code == 0 else { return nil }
    let (bytes, count) = read(ends[0], atMost: limit)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { guard errno == EINTR else { return nil } }
    return status == 0 ? (bytes, bytes.count == count) : nil
  }

  /// The first line that a program prints.
  package static func line(
    _ words: [String], adding environment: [String: String?] = [:]
  ) -> String? {
    guard let (bytes, _) = output(words, adding: environment) else { return nil }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  /// Whether a program is found in `PATH`.
  package static func isThere(_ program: String) -> Bool { place(of: program) != nil }

  /// Where a program is found in `PATH`.
  package static func place(of program: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { $0 + "/" + program }.first { access($0, X_OK) == 0 }
  }

  private static func variables(adding changes: [String: String?]) -> [String] {
    var texts: [String] = []
    var entry = environ
    while let text = entry.pointee {
      let variable = String(cString: text)
      let name = String(variable.prefix { $0 != "=" })
      if !changes.keys.contains(name) { texts.append(variable) }
      entry += 1
    }
    return texts
      + changes.sorted { $0.key < $1.key }.compactMap { change in
        change.value.map { change.key + "=" + $0 }
      }
  }

  private static func read(_ end: Int32, atMost limit: Int) -> (bytes: [UInt8], count: Int) {
    var bytes: [UInt8] = []
    var count = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      #if canImport(Glibc)
        let got = Glibc.read(end, &buffer, buffer.count)
      #else
        let got = Darwin.read(end, &buffer, buffer.count)
      #endif
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return (bytes, count) }
      count += got
      bytes.append(contentsOf: buffer[..<min(got, limit - bytes.count)])
    }
  }
}
