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
    /// It ended with another code than 0, or by a signal, or the system did not start it; the end of what was complained of.
    case failed(complaint: String)
    /// It is not there.
    case nothing
    /// The moment came first.
    case late
    /// It was asked to stop, and ended.
    case stopped

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
  /// Who may ask to stop; nil where nobody does.
  let control: RunControl?
  private let clock = RunClock()

  init(environment: [String: String?], seconds: Double, control: RunControl? = nil) {
    self.environment = environment
    self.seconds = seconds
    self.control = control
  }

  /// Runs a program that is found in `PATH`.
  ///
  /// It is in a process group of its own, so that it ends with those that it started, and is not interrupted with this
  /// process; ``ProgramGroups`` has it, for who ends this process from a signal handler. Its three streams are served as they come, so that neither waits for the other.
  ///
  /// - Parameters:
  ///   - input: what it may read; it need not.
  ///   - limit: at most so many bytes of its output are kept; the rest is read and dropped.
  func run(_ words: [String], input: [UInt8] = [], atMost limit: Int = 1 << 20) -> Answer {
    if isStopped { return .stopped }
    guard clock.seconds() < seconds else { return .late }
    guard let streams = Streams() else { return Self.notStarted(errno) }
    defer { streams.closeOurs() }
    var child: pid_t = 0
    var code = spawn(words, streams, &child)
    // Somebody is writing the program at this moment, or a process that was forked meanwhile has not yet let go of it.
    for _ in 0..<Self.triesWhereItIsWritten where code == ETXTBSY {
      usleep(10_000)
      code = spawn(words, streams, &child)
    }
    streams.closeTheirs()
    guard code == 0 else { return Self.notStarted(code) }
    let place = ProgramGroups.add(child)
    defer { ProgramGroups.remove(child, from: place) }
    guard let talk = exchange(streams, input: input, atMost: limit), let status = wait(for: child)
    else {
      kill(-child, SIGKILL)
      var ignored: Int32 = 0
      while waitpid(child, &ignored, 0) < 0, errno == EINTR {}
      return isStopped ? .stopped : .late
    }
    return status == 0
      ? .output(talk.output, isWhole: talk.output.count == talk.count)
      : .failed(complaint: String(decoding: talk.complaint, as: UTF8.self))
  }

  private static let triesWhereItIsWritten = 100

  /// What comes of a program that the system does not start.
  private static func notStarted(_ code: Int32) -> Answer {
    // A program that is there and must not be run is as good as none.
    [ENOENT, ENOTDIR, EACCES].contains(code)
      ? .nothing : .failed(complaint: "it cannot be started: \(String(cString: strerror(code)))")
  }

  /// Starts a program.
  ///
  /// - Returns: 0, or the system's error.
  private func spawn(_ words: [String], _ streams: Streams, _ child: inout pid_t) -> Int32 {
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
    posix_spawn_file_actions_adddup2(&actions, streams.theirInput, 0)
    posix_spawn_file_actions_adddup2(&actions, streams.theirOutput, 1)
    posix_spawn_file_actions_adddup2(&actions, streams.theirErrors, 2)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    let arguments = words.map { strdup($0) } + [nil]
    let variables = variables.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    return posix_spawnp(&child, words[0], &actions, &attributes, arguments, variables)
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

  private var isStopped: Bool { control?.isStopRequested ?? false }

  /// What is left of the time, in milliseconds: nothing where it was asked to stop.
  private var rest: Int32 {
    isStopped ? 0 : Int32(min(max(0, (seconds - clock.seconds()) * 1000), 1e9))
  }

  /// How long to wait for news at a time, so that a request to stop is heard.
  private static let pause: Int32 = 50

  /// What a program said.
  private struct Talk {
    var output: [UInt8] = []
    /// How many bytes there were of it.
    var count = 0
    /// The end of what it wrote to stderr.
    var complaint: [UInt8] = []
  }

  /// So many bytes of what a program complains of are kept.
  private static let complaintLength = 4096

  /// Writes the input and reads both outputs until they end; nil where that does not come in time.
  private func exchange(_ streams: Streams, input: [UInt8], atMost limit: Int) -> Talk? {
    var talk = Talk()
    var written = 0
    if input.isEmpty { streams.closeInput() }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while streams.isOpen {
      // Also where there is always something to read.
      guard rest > 0 else { return nil }
      // A descriptor below 0 is passed over.
      var events = [
        pollfd(fd: streams.input, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: streams.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: streams.errors, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&events, 3, control == nil ? rest : min(rest, Self.pause))
      if ready < 0, errno != EINTR { return nil }
      if ready <= 0 { continue }
      if events[0].revents != 0 {
        let sent = input[written...].withUnsafeBytes {
          send(streams.input, $0.baseAddress, min($0.count, 1 << 16), Streams.sendFlags)
        }
        if sent > 0 { written += sent }
        // A program that wants no more is none of our business; its exit code tells.
        let isRefused = sent < 0 && errno != EINTR && errno != EAGAIN
        if isRefused || written == input.count { streams.closeInput() }
      }
      if events[1].revents != 0 {
        let got = Self.read(streams.output, into: &buffer)
        if got == 0 { streams.closeOutput() }
        talk.count += got
        talk.output.append(contentsOf: buffer[..<min(got, limit - talk.output.count)])
      }
      if events[2].revents != 0 {
        let got = Self.read(streams.errors, into: &buffer)
        if got == 0 { streams.closeErrors() }
        talk.complaint.append(contentsOf: buffer[..<got])
        talk.complaint.removeFirst(max(0, talk.complaint.count - Self.complaintLength))
      }
    }
    return talk
  }

  /// How many bytes could be read; 0 at the end.
  private static func read(_ end: Int32, into buffer: inout [UInt8]) -> Int {
    while true {
      #if canImport(Glibc)
        let got = Glibc.read(end, &buffer, buffer.count)
      #else
        let got = Darwin.read(end, &buffer, buffer.count)
      #endif
      if got < 0, errno == EINTR { continue }
      return max(0, got)
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

/// The ends of the three streams between this process and another program: ours, and those that it gets.
private final class Streams {
  private(set) var input: Int32
  private(set) var output: Int32
  private(set) var errors: Int32
  let theirInput: Int32
  let theirOutput: Int32
  let theirErrors: Int32

  /// Nil where the process may have no more files open.
  init?() {
    // Sockets, since a write to one can fail without a signal where nobody reads.
    var pairs = [[Int32]](repeating: [-1, -1], count: 3)
    #if canImport(Glibc)
      // Closed on exec from the beginning: another thread may start a program at any moment.
      let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
      let codes = (0..<3).map { socketpair(AF_UNIX, type, 0, &pairs[$0]) }
    #else
      let codes = (0..<3).map { socketpair(AF_UNIX, SOCK_STREAM, 0, &pairs[$0]) }
      for end in pairs.joined() where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      var isOn: Int32 = 1
      setsockopt(
        pairs[0][0], SOL_SOCKET, SO_NOSIGPIPE, &isOn, socklen_t(MemoryLayout<Int32>.size))
    #endif
    (input, theirInput) = (pairs[0][0], pairs[0][1])
    (output, theirOutput) = (pairs[1][0], pairs[1][1])
    (errors, theirErrors) = (pairs[2][0], pairs[2][1])
    guard codes.allSatisfy({ $0 == 0 }), fcntl(input, F_SETFL, O_NONBLOCK) == 0 else {
      closeTheirs()
      closeOurs()
      return nil
    }
  }

  #if canImport(Glibc)
    static let sendFlags = Int32(MSG_NOSIGNAL)
  #else
    static let sendFlags: Int32 = 0
  #endif

  /// Whether the program may still say something.
  var isOpen: Bool { output >= 0 || errors >= 0 }

  func closeTheirs() {
    for end in [theirInput, theirOutput, theirErrors] where end >= 0 { close(end) }
  }

  func closeOurs() {
    closeInput()
    closeOutput()
    closeErrors()
  }

  func closeInput() { Self.shut(&input) }
  func closeOutput() { Self.shut(&output) }
  func closeErrors() { Self.shut(&errors) }

  private static func shut(_ end: inout Int32) {
    guard end >= 0 else { return }
    #if canImport(Glibc)
      Glibc.close(end)
    #else
      Darwin.close(end)
    #endif
    end = -1
  }
}
