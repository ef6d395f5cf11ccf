import Experiments

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// SIGINT, SIGTERM and SIGHUP: the first asks for a checkpoint and a stop, the second ends the process at once.
enum Signals {
  /// What the handlers set; they can reach nothing but a global.
  static let control = RunControl()

  /// What is said when the first signal comes.
  static let stopMessage: StaticString = "stopping after a checkpoint; once more to stop at once"

  /// A signal that the process was told to ignore, as `nohup` and shells in the background do, stays ignored.
  ///
  /// - Parameter isQuiet: whether to say nothing when the first signal comes, or let a live view say it.
  static func install(isQuiet: Bool) {
    // The global is made here, outside any handler.
    _ = control.isStopRequested
    _ = stopMessage
    ProgramGroups.prepare()
    // A reader of stderr that goes away, or a limit on the size of files, is an error of a write, not the end of a run.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var present = sigaction()
      sigaction(number, nil, &present)
      if isIgnored(present) { continue }
      if isQuiet {
        signal(number) { received in
          if Signals.control.requestStop() > 0 { Signals.end(128 + received) }
        }
      } else {
        signal(number) { received in
          if Signals.control.requestStop() > 0 { Signals.end(128 + received) }
          Signals.say("\n")
          Signals.say(Signals.stopMessage)
          Signals.say("\n")
        }
      }
    }
  }

  /// Ends the process, with the programs that it runs.
  private static func end(_ code: Int32) {
    ProgramGroups.endAll()
    _exit(code)
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Writes to stderr as a handler may: without allocating.
  private static func say(_ text: StaticString) {
    let code = errno
    _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
    errno = code
  }
}
