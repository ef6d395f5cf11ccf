/// The program that draws figures.
package struct Gnuplot: Sendable {
  /// Why nothing was drawn.
  package struct Problem: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      case missing
      case failed
      case late
      /// It was asked to stop.
      case stopped
    }
    package var kind: Kind
    package var text: String
    package var remedy: String?
  }

  /// How long a figure may take.
  package var seconds = 60.0
  /// Who may ask to stop; nil where nobody does.
  package var control: RunControl?

  package init() {}

  /// Draws pictures.
  ///
  /// - Returns: what it printed.
  package func draw(_ script: GnuplotScript) throws(Problem) -> [UInt8] {
    // Neither the user's start-up files nor the locale change a picture.
    let program = TimedProgram(
      environment: ["LC_ALL": "C", "GNUTERM": nil, "GNUPLOT_LIB": nil, "DISPLAY": nil],
      seconds: seconds, control: control)
    switch program.run(
      ["gnuplot", "-d", "-"], input: Array(script.text.utf8), atMost: Self.largestOutput)
    {
    case .output(let bytes, isWhole: true):
      guard bytes.isEmpty else { return bytes }
      throw Problem(kind: .failed, text: "gnuplot drew nothing", remedy: Self.look)
    case .output:
      throw Problem(
        kind: .failed, text: "a picture is larger than \(Self.largestOutput >> 20) MiB",
        remedy: "draw fewer points or frames")
    case .failed(let complaint):
      // The last line says it; those before show where.
      let lines = complaint.split(whereSeparator: \.isNewline)
      let last = lines.last { !$0.allSatisfy { $0 == " " || $0 == "^" } } ?? "it said nothing"
      throw Problem(
        kind: .failed, text: "gnuplot failed: " + last.drop { $0 == " " }.prefix(200),
        remedy: Self.isOfScript(last) ? Self.look : nil)
    case .nothing:
      throw Problem(
        kind: .missing, text: "gnuplot is not here, so that no figures are drawn",
        remedy: "install it (Debian: gnuplot-nox)")
    case .stopped:
      throw Problem(kind: .stopped, text: "stopped before all figures were drawn")
    case .late:
      throw Problem(
        kind: .late,
        text:
          "gnuplot did not end within \(TextTable.short(seconds)) s, so that no figures are drawn",
        remedy: "draw fewer points or frames with `scorewalk figures`")
    }
  }

  /// Whether gnuplot complains of what it was told to do, and not of what it was given to draw.
  private static func isOfScript(_ complaint: Substring) -> Bool {
    let words = ["invalid", "unrecognized", "unknown", "undefined", "expected", "expecting"]
    return words.contains { complaint.contains($0) }
  }

  private static let look = "see whether `gnuplot --version` says 5.2 or later"
  private static let largestOutput = 256 << 20
}
