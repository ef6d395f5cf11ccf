#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Another program, run for what it prints until a moment at which it is ended.
struct TimedProgram {
  /// What came of running it.
  enum Answer {
    /// What it printed, and whether that is all.
    case output([UInt8], isWhole: Bool)
    /// It is not there, or ended with another code than 0.
    case nothing
    /// The moment came first.
    case late

    /// The first line.
    var line: String? {
      guard case .output(let bytes, _) = self else { return nil }
      return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
  }

  /// Where a program is found in `PATH`.
  static func place(of program: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { $0 + "/" + program }.first { access($0, X_OK) == 0 }
  }

  /// In place of what this process's environment has under these names; nil for nothing.
  let environment: [String: String?]
  /// Seconds for all runs together.
  let seconds: Double
  private let clock = RunClock()

  init(environment: [String: String?], seconds: Double) {
    self.environment = environment
    self.seconds = seconds
  }

  /// Runs a program that is found in `PATH`, with nothing to read and nobody to complain to.
  ///
  /// It is in a process group of its own, so that it ends with those that it started, and is not interrupted with this
  /// process.
  ///
  /// - Parameter limit: at most so many bytes of its output are kept; the rest is read and dropped.
  func run(_ words: [String], atMost limit: Int = 1 << 20) -> Answer {
    guard clock.seconds() < seconds else { return .late }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return .nothing }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let child = spawn(words, output: ends[1])
    close(ends[1])
    guard let child else { return .nothing }
    guard let (bytes, count) = read(ends[0], atMost: limit), let status = wait(for: child) else {
      kill(-child, SIGKILL)
      var ignored: Int32 = 0
      while waitpid(child, &ignored, 0) < 0, errno == EINTR {}
      return .late
    }
    return status == 0 ? .output(bytes, isWhole: bytes.count == count) : .nothing
  }

  private func spawn(_ words: [String], output: Int32) -> pid_t? {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    let arguments = words.map { strdup($0) } + [nil]
    let variables = variables.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child: pid_t = 0
    return posix_spawnp(&child, words[0], &actions, &attributes, arguments, variables) == 0
      ? child : nil
  }

  private var variables: [String] {
    var texts: [String] = []
    var entry = environ
    while let text = entry.pointee {
      let variable = String(cString: text)
      if !environment.keys.contains(String(variable.prefix { $0 != "=" })) {
        texts.append(variable)
      }
      entry += 1
    }
    return texts
      + environment.sorted { $0.key < $1.key }.compactMap { name, value in
        value.map { name + "=" + $0 }
      }
  }

  /// What is left of the time, in milliseconds.
  private var rest: Int32 { Int32(max(0, (seconds - clock.seconds()) * 1000)) }

  /// Everything until the end; nil where that does not come in time.
  private func read(_ end: Int32, atMost limit: Int) -> (bytes: [UInt8], count: Int)? {
    var bytes: [UInt8] = []
    var count = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var event = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
      let ready = poll(&event, 1, rest)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return nil }
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

  /// How a program ended that has closed its output; nil where it does not in time.
  private func wait(for child: pid_t) -> Int32? {
    var status: Int32 = 0
    while true {
      let ended = waitpid(child, &status, WNOHANG)
      if ended == child { return status }
      if ended < 0, errno != EINTR { return 1 }
      if rest == 0 { return nil }
      usleep(500)
    }
  }
}
