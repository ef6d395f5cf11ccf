import Experiments

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// SIGINT and SIGTERM: the first asks for a checkpoint and a stop, the second ends the process at once.
enum Signals {
  /// What the handlers set; they can reach nothing but a global.
  static let control = RunControl()

  static func install() {
    // The global is made here, outside any handler.
    _ = control.isStopRequested
    for number in [SIGINT, SIGTERM] {
      signal(number) { received in
        if Signals.control.requestStop() > 0 { _exit(128 + received) }
      }
    }
  }
}
