import Experiments

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The question before something of a user's is deleted.
enum Confirmation {
  /// Asks on a terminal.
  ///
  /// - Parameters:
  ///   - isGiven: whether `-y` was given, which answers every question.
  ///   - command: what to write in place of an answer.
  /// - Returns: whether to go on.
  /// - Throws: ``Failure`` `.usage` where there is no terminal to ask on.
  static func ask(
    _ question: String, isGiven: Bool, command: String
  ) throws(Failure) -> Bool {
    if isGiven { return true }
    guard isatty(0) != 0 else {
      throw Failure(
        .usage, "nothing was removed: there is no terminal to ask on",
        remedy: "look at it with -n, then write `\(command) -y`")
    }
    Console.say(question + " [y/N] ")
    let answer = readLine()?.lowercased()
    let isYes = answer == "y" || answer == "yes"
    if !isYes { Console.say("nothing was removed\n") }
    return isYes
  }

  /// `1.5 MiB`.
  static func size(_ bytes: Int) -> String {
    var value = Double(bytes)
    for unit in ["bytes", "KiB", "MiB", "GiB"] {
      if value < 1024 {
        return unit == "bytes" ? "\(bytes) bytes" : TextTable.number(value, digits: 3) + " " + unit
      }
      value /= 1024
    }
    return TextTable.number(value, digits: 3) + " TiB"
  }
}
