import Experiments
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Shows on stderr what runs do: on a terminal a live view, a line for each node under way and one for the whole, which a
/// thread of its own draws a few times a second; and everywhere one line for each node that has ended.
final class ProgressMonitor: RunMonitor {
  /// A node under way.
  private struct Line {
    let name: String
    let steps: Int?
    var firstStep: Int
    var step: Int
    var loss: Double?
    let began: Double
  }

  private struct State {
    var lines: [Line] = []
    var nameWidth = 0
    var total = 0
    var runs = 0
    var ended = 0
    /// How many nodes of one name have not begun.
    var waiting: [String: Int] = [:]
    /// How many nodes of one name were computed, and how long they took.
    var computed: [String: (count: Double, seconds: Double)] = [:]
    /// How many lines of the terminal the live view has.
    var drawn = 0
    var isClosed = false
    /// Whether it was said that the first signal came.
    var hasToldStop = false
  }

  private let isQuiet: Bool
  private let isVerbose: Bool
  private let clock = RunClock()
  private let color: Bool
  private let control: RunControl
  private let drawing: RepeatingThread?
  private let ticks = Atomic<Int>(0)
  private let state = Mutex(State())

  /// - Parameters:
  ///   - isVerbose: whether to show the log of each node when it is done.
  ///   - control: says when the run was asked to stop.
  init(isQuiet: Bool, isVerbose: Bool, color: ColorChoice, control: RunControl) {
    self.isQuiet = isQuiet
    self.isVerbose = isVerbose && !isQuiet
    self.color = color.isOn(for: 2)
    self.control = control
    drawing = Self.isLive(isQuiet: isQuiet) ? RepeatingThread(seconds: 0.2) : nil
    drawing?.start { [weak self] in self?.redraw() }
  }

  deinit { drawing?.stop() }

  /// Whether there is a live view.
  static func isLive(isQuiet: Bool) -> Bool {
    !isQuiet && isatty(2) != 0 && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  func graphBegan(runs: [RunDirectory], titles: [String], nodes: [Int]) {
    state.withLock { state in
      state.nameWidth = min(titles.map(\.count).max() ?? 0, 40)
      state.total = titles.count
      for title in titles { state.waiting[Self.group(title), default: 0] += 1 }
      state.runs = runs.count
    }
    guard !isQuiet, runs.count > 1, let first = runs.first, let last = runs.last else { return }
    let all = nodes.reduce(0, +)
    let shared = all > titles.count ? ", \(titles.count) of them different" : ""
    state.withLock {
      say(
        "\(runs.count) points, \(first.path) to \(last.name): \(all) nodes\(shared)\n", &$0)
    }
  }

  func runBegan(_ run: RunDirectory, plan: Plan) {
    guard !isQuiet else { return }
    state.withLock { state in
      if state.runs <= 1 { say("\(run.path)\n", &state) }
    }
  }

  func nodeBegan(_ name: String, steps: Int?, from step: Int) {
    begin(name, steps, from: step, "resumes at step \(step)")
  }

  func nodeContinues(_ name: String, steps: Int?, from step: Int) {
    begin(name, steps, from: step, "continues at step \(step) of a stored shorter one")
  }

  func nodeWaits(_ name: String, for other: String) {
    guard !isQuiet else { return }
    state.withLock { state in
      say("\(Self.padded(name, state.nameWidth))  waits for \(other)\n", &state)
    }
  }

  private func begin(_ name: String, _ steps: Int?, from step: Int, _ phrase: String) {
    let now = clock.seconds()
    state.withLock { state in
      if !state.lines.contains(where: { $0.name == name }) {
        state.waiting[Self.group(name), default: 0] -= 1
      }
      state.lines.removeAll { $0.name == name }
      state.lines.append(
        Line(name: name, steps: steps, firstStep: step, step: step, loss: nil, began: now))
      if step > 0, !isQuiet {
        say("\(Self.padded(name, state.nameWidth))  \(phrase)\n", &state)
      } else {
        draw(&state)
      }
    }
  }

  func nodeAdvanced(_ name: String, step: Int, loss: Double?) {
    guard drawing != nil else { return }
    // Every 16th call is enough: a step may take a microsecond.
    let tick = ticks.wrappingAdd(1, ordering: .relaxed).newValue
    guard tick.isMultiple(of: 16) || loss == nil else { return }
    state.withLock { state in
      guard let index = state.lines.firstIndex(where: { $0.name == name }) else { return }
      state.lines[index].step = step
      state.lines[index].loss = loss
    }
  }

  func nodeEnded(_ name: String, status: RunStatus, executed: Bool, seconds: Double) {
    state.withLock { state in
      let line = state.lines.first { $0.name == name }
      state.lines.removeAll { $0.name == name }
      state.ended += 1
      if line == nil { state.waiting[Self.group(name), default: 0] -= 1 }
      if executed {
        let known = state.computed[Self.group(name)] ?? (0, 0)
        state.computed[Self.group(name)] = (known.count + 1, known.seconds + seconds)
      }
      guard !isQuiet else { return }
      var text = Self.padded(name, state.nameWidth) + "  "
      switch status {
      case .done: text += executed ? paint("done", "32") : paint("stored", "36")
      case .failed: text += paint("failed", "31")
      default: text += paint(status.rawValue, "33")
      }
      if executed {
        text += "  " + Self.duration(seconds)
        if let line, let steps = line.steps, steps > line.firstStep, seconds > 0 {
          let rate = Double(steps - line.firstStep) / seconds
          text += "  " + TextTable.number(rate, digits: 3) + " steps/s"
        }
      }
      say(text + "\n", &state)
    }
  }

  func nodeWrote(_ name: String, log: String) {
    guard isVerbose, let bytes = try? FileSystem.read(log) else { return }
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let text = lines.dropLast(lines.last?.isEmpty == true ? 1 : 0).map {
      $0.isEmpty ? "\n" : "    \($0)\n"
    }.joined()
    state.withLock { say(text, &$0) }
  }

  /// Of a single run the failure is told at its end, which comes at once.
  func nodeFailed(_ name: String, _ failure: Failure, log: String) {
    state.withLock { state in
      guard state.runs > 1 else { return }
      let place = FileSystem.exists(log) ? "    log: \(log)\n" : ""
      say(paint("error:", "1;31") + " \(failure)\n" + place, &state)
    }
  }

  func note(_ text: String) {
    state.withLock { say(paint("warning:", "33") + " " + text + "\n", &$0) }
  }

  /// Ends the live view; nothing of it is written afterwards.
  func close() {
    state.withLock { state in
      state.isClosed = true
      say("", &state)
    }
    drawing?.stop()
  }

  // MARK: - The live view

  /// Draws the live view with the time as it is.
  private func redraw() {
    state.withLock { state in
      guard control.isStopRequested, !state.hasToldStop, !state.isClosed else {
        return draw(&state)
      }
      state.hasToldStop = true
      say(Signals.stopMessage.description + "\n", &state)
    }
  }

  /// Writes lines that stay above the live view.
  private func say(_ text: String, _ state: inout State) {
    let view = view(state)
    // All of it in one write: the terminal shows nothing in between.
    let written = Self.toTop(state) + (state.drawn > 0 ? "\u{1B}[J" : "") + text + view.text
    state.drawn = view.count
    if !written.isEmpty { Console.say(written) }
  }

  /// Draws over what is there, and clears only what is left of it.
  private func draw(_ state: inout State) {
    let view = view(state)
    guard view.count > 0 else { return }
    Console.say(Self.toTop(state) + view.text + "\u{1B}[J")
    state.drawn = view.count
  }

  /// Goes to where the live view begins.
  private static func toTop(_ state: State) -> String {
    state.drawn > 1 ? "\r\u{1B}[\(state.drawn - 1)A" : state.drawn == 1 ? "\r" : ""
  }

  /// The live view and of how many lines it is.
  private func view(_ state: State) -> (text: String, count: Int) {
    guard drawing != nil, !state.isClosed, !state.lines.isEmpty || state.ended < state.total else {
      return ("", 0)
    }
    let now = clock.seconds()
    let size = Self.terminalSize
    // What scrolls away could not be drawn over; a line that wraps neither.
    let shown = state.lines.prefix(max(1, size.rows - 2))
    var lines = shown.map { line in
      String(Self.text(line, state.nameWidth, columns: size.columns - 1, now: now))
    }
    if state.total > 1 { lines.append(String(total(state, now).prefix(size.columns - 1))) }
    return (lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n"), lines.count)
  }

  private static func text(
    _ line: Line, _ nameWidth: Int, columns: Int, now: Double
  ) -> Substring {
    let elapsed = max(now - line.began, 1e-9)
    let rate = Double(line.step - line.firstStep) / elapsed
    var text = line.steps.map { "  \(line.step)/\($0)" } ?? ""
    if line.steps == nil, line.step > 0 { text += "  step \(line.step)" }
    if let loss = line.loss { text += "  loss \(TextTable.number(loss))" }
    if rate > 0 { text += "  \(TextTable.number(rate, digits: 3))/s" }
    text += "  " + duration(elapsed)
    if let steps = line.steps, rate > 0, line.step < steps {
      text += ", " + duration(Double(steps - line.step) / rate) + " left"
    }
    // The bar takes what room is left.
    let name = padded(
      line.name.count > nameWidth ? line.name.prefix(nameWidth - 1) + "…" : line.name, nameWidth)
    let room = min(24, columns - name.count - text.count - 4)
    var bar = ""
    if let steps = line.steps, steps > 0, room >= 5 {
      let filled = Int(min(1, Double(line.step) / Double(steps)) * Double(room))
      bar = "  [" + String(repeating: "=", count: filled)
      bar += String(repeating: " ", count: room - filled) + "]"
    }
    return (name + bar + text).prefix(max(columns, 10))
  }

  /// How many nodes have ended, for how long it has been going on, and what is left if the rest is like what was seen of
  /// nodes of the same name, or else of the others.
  private func total(_ state: State, _ now: Double) -> String {
    let text = "\(state.ended)/\(state.total) nodes  " + Self.duration(now)
    var seen = state.computed
    var left = 0.0
    for line in state.lines {
      guard let steps = line.steps, line.step > line.firstStep else { continue }
      let share = Double(line.step - line.firstStep) / Double(max(steps - line.firstStep, 1))
      let whole = (now - line.began) / share
      left += whole - (now - line.began)
      let known = seen[Self.group(line.name)] ?? (0, 0)
      seen[Self.group(line.name)] = (known.count + 1, known.seconds + whole)
    }
    let all = seen.values.reduce((count: 0.0, seconds: 0.0)) {
      ($0.count + $1.count, $0.seconds + $1.seconds)
    }
    guard all.count > 0 else { return text }
    for (group, count) in state.waiting {
      let like = seen[group] ?? all
      left += Double(count) * like.seconds / like.count
    }
    return text + "  about " + Self.duration(left / Double(max(state.lines.count, 1))) + " left"
  }

  /// The node's name, without what tells the points apart.
  private static func group(_ title: String) -> String {
    String(title.prefix { $0 != " " })
  }

  /// The size of the terminal on stderr; 80 by 24 where it does not say.
  private static var terminalSize: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
  }

  private func paint(_ text: String, _ code: String) -> String {
    color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  private static func padded(_ name: String, _ width: Int) -> String {
    name + String(repeating: " ", count: max(0, width - name.count))
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
