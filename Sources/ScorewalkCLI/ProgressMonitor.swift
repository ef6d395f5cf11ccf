import Experiments

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Shows on stderr what a run does: on a terminal a live line with step, loss, rate and time left; elsewhere one line
/// for each node.
final class ProgressMonitor: RunMonitor {
  private let isQuiet: Bool
  private let isVerbose: Bool
  private let isTerminal: Bool
  private let clock = RunClock()
  private let color: Bool

  private var run: RunDirectory?
  private var node = ""
  private var nameWidth = 0
  private var steps: Int?
  private var firstStep = 0
  private var began = 0.0
  private var lastShown = -1.0
  private var ticks = 0
  private var isLineOpen = false

  /// - Parameter isVerbose: whether to show the log of each node when it is done.
  init(isQuiet: Bool, isVerbose: Bool, color: ColorChoice) {
    self.isQuiet = isQuiet
    self.isVerbose = isVerbose && !isQuiet
    isTerminal = isatty(2) != 0 && getenv("TERM").map { String(cString: $0) } != "dumb"
    self.color = color.isOn(for: 2)
  }

  func runBegan(_ run: RunDirectory, plan: Plan) {
    self.run = run
    guard !isQuiet else { return }
    nameWidth = plan.nodes.map(\.name.count).max() ?? 0
    Console.say("\(run.path)\n")
  }

  func nodeBegan(_ name: String, steps: Int?, from step: Int) {
    begin(name, steps, from: step, "resumes at step \(step)")
  }

  func nodeContinues(_ name: String, steps: Int?, from step: Int) {
    begin(name, steps, from: step, "continues at step \(step) of a stored shorter one")
  }

  func nodeWaits(_ name: String, for other: String) {
    guard !isQuiet else { return }
    clearLine()
    Console.say("\(padded(name))  waits for \(other)\n")
  }

  private func begin(_ name: String, _ steps: Int?, from step: Int, _ phrase: String) {
    node = name
    self.steps = steps
    firstStep = step
    began = clock.seconds()
    lastShown = began
    if step > 0, !isQuiet {
      clearLine()
      Console.say("\(padded(name))  \(phrase)\n")
    }
  }

  func nodeAdvanced(_ name: String, step: Int, loss: Double?) {
    guard isTerminal, !isQuiet else { return }
    // The clock is read at every 16th call only: a step may take a microsecond.
    ticks += 1
    guard ticks.isMultiple(of: 16) || loss == nil else { return }
    let now = clock.seconds()
    guard now - lastShown >= 0.1 else { return }
    lastShown = now
    show(step: step, loss: loss, now: now)
  }

  private func show(step: Int, loss: Double?, now: Double) {
    let rate = Double(step - firstStep) / max(now - began, 1e-9)
    var text = steps.map { "  \(step)/\($0)" } ?? "  step \(step)"
    if let loss { text += "  loss \(TextTable.number(loss))" }
    text += "  \(TextTable.number(rate, digits: 3))/s"
    if let steps, rate > 0 { text += "  " + Self.duration(Double(steps - step) / rate) + " left" }
    // The bar takes what room is left; a line that wraps could not be wiped by the next one.
    let width = Self.terminalWidth - 1
    let room = min(24, width - padded(node).count - text.count - 4)
    var bar = ""
    if let steps, steps > 0, room >= 5 {
      let filled = Int(min(1, Double(step) / Double(steps)) * Double(room))
      bar = "  [" + String(repeating: "=", count: filled)
      bar += String(repeating: " ", count: room - filled) + "]"
    }
    Console.say("\r\u{1B}[2K" + (padded(node) + bar + text).prefix(max(width, 10)))
    isLineOpen = true
  }

  /// The columns of the terminal on stderr; 80 where it does not say.
  private static var terminalWidth: Int {
    var size = winsize()
    return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  func nodeEnded(_ name: String, status: RunStatus, executed: Bool, seconds: Double) {
    guard !isQuiet else { return }
    clearLine()
    var line = padded(name) + "  "
    switch status {
    case .done: line += executed ? paint("done", "32") : paint("stored", "36")
    case .failed: line += paint("failed", "31")
    default: line += paint(status.rawValue, "33")
    }
    if executed {
      line += "  " + Self.duration(seconds)
      if let steps, steps > firstStep, seconds > 0 {
        line += "  " + TextTable.number(Double(steps - firstStep) / seconds, digits: 3) + " steps/s"
      }
    }
    Console.say(line + "\n")
    if isVerbose, status == .done { Console.say(log(of: name)) }
  }

  /// A node's log, indented; empty where it wrote none.
  private func log(of name: String) -> String {
    guard let path = run?.path(of: "log.txt", node: name), FileSystem.exists(path),
      let bytes = try? FileSystem.read(path)
    else { return "" }
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.dropLast(lines.last?.isEmpty == true ? 1 : 0).map {
      $0.isEmpty ? "\n" : "    \($0)\n"
    }.joined()
  }

  func note(_ text: String) {
    clearLine()
    Console.say(paint("warning:", "33") + " " + text + "\n")
  }

  /// Ends the live line.
  func close() { clearLine() }

  private func clearLine() {
    guard isLineOpen else { return }
    Console.say("\r\u{1B}[2K")
    isLineOpen = false
  }

  private func paint(_ text: String, _ code: String) -> String {
    color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  private func padded(_ name: String) -> String {
    name + String(repeating: " ", count: max(0, nameWidth - name.count))
  }

  /// `0.42 s`, `12 s`, `3:07 min`, `2:05:00 h`.
  static func duration(_ seconds: Double) -> String {
    if seconds < 10 { return TextTable.number(max(seconds, 0.001), digits: 2) + " s" }
    let whole = Int(min(seconds, 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if whole < 3600 { return "\(whole / 60):\(two(whole % 60)) min" }
    return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60)) h"
  }
}
