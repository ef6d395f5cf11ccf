/// The colours of figures: those of Okabe and Ito, which people with any colour vision tell apart, and for dark screens
/// lighter ones of the same hues.
///
/// Source: M. Okabe and K. Ito (2008), "Color universal design", https://jfly.uni-koeln.de/color/. Scales are cividis
/// (doi:10.1371/journal.pone.0199239), which is ordered by lightness for everyone.
enum Palette {
  struct Color: Sendable, Equatable {
    /// `#rrggbb` on white.
    let light: String
    /// The same on a dark screen.
    let dark: String

    init(_ light: String, _ dark: String) {
      self.light = light
      self.dark = dark
    }
  }

  static let text = Color("#1a1a1a", "#e8e8e8")
  static let axis = Color("#5f5f5f", "#9a9a9a")
  static let grid = Color("#e4e4e4", "#3a3d42")
  static let truth = Color("#2b2b2b", "#f4f4f4")
  static let quiet = Color("#b9b9b9", "#6a6e75")
  static let series = [
    Color("#0072b2", "#58b6f2"), Color("#d55e00", "#ff9150"), Color("#009e73", "#3fd3a6"),
    Color("#cc79a7", "#eaa6cb"), Color("#e69f00", "#f5bd45"), Color("#56b4e9", "#a4d8f7"),
  ]
  /// Shades of one hue, from the first to the last of a kind; on a dark screen the last is the lightest.
  static let shades = [
    Color("#c3d9ea", "#2b4257"), Color("#a9cae2", "#30536f"), Color("#8cb8d8", "#366687"),
    Color("#6ca5cb", "#3d7aa1"), Color("#4a90bd", "#458fbb"), Color("#2a7cae", "#4fa5d6"),
    Color("#10699d", "#5cbaf0"), Color("#00527f", "#83d0ff"),
  ]
  /// Cividis from below to above.
  static let scale = [
    "#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369",
    "#e1cc55",
    "#fee838",
  ]

  static func color(_ ink: Plot.Ink) -> Color {
    switch ink {
    case .truth: truth
    case .quiet: quiet
    case .series(let index): series[index % series.count]
    case .shade(let part):
      // NaN is the first.
      shades[part > 0 ? min(shades.count - 1, Int(min(part, 1) * Double(shades.count))) : 0]
    }
  }

  /// Every colour that has one for dark screens.
  static let all = [text, axis, grid, truth, quiet] + series + shades
}
