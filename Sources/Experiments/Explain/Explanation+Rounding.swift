import Scorewalk

extension NodeExplanation {
  /// Whether steps are so small beside the positions that these cannot hold them.
  ///
  /// Rounding adds unit²/12 to the variance of each step, unit being that of the last place of x: to the noise of plain
  /// chains, 2δ, a part of which is then too much. Below half a unit most steps lead nowhere at all.
  ///
  /// - Parameters:
  ///   - length: of a step, √(2δ) or h √u.
  ///   - words: what that is.
  ///   - farthest: how far from 0 chains go.
  mutating func explainRounding(
    of length: Double, _ words: String, farthest: Double, _ precision: Precision
  ) {
    let unit =
      switch precision {
      case .float32: Double(Float(farthest).ulp)
      case .float64: farthest.ulp
      }
    guard length < Self.leastUnits * unit else { return }
    let advice = precision == .float32 ? ", or choose `precision: float64`" : ""
    warn(
      "rounded",
      "positions near \(TextTable.short(farthest)) are rounded to \(TextTable.short(unit)) in \(precision.rawValue), and \(words) is \(TextTable.short(length)): chains are too wide, and where it is less than half of that they stand still; raise step_size, move the data nearer to 0\(advice)"
    )
  }

  /// At two units rounding adds a fiftieth to the variance of chains.
  private static let leastUnits = 2.0
}

extension Law {
  /// How far from 0 most draws are at most in any coordinate: the largest mean, and a standard deviation.
  var farthest: Double {
    switch self {
    case .mixture(let mixture):
      mixture.components.filter { $0.weight > 0 }.map { component in
        let variance = component.covariance.principalVariances.max() ?? 0
        return (component.mean.map(abs).max() ?? 0) + variance.squareRoot()
      }.max() ?? 0
    case .categorical(let atoms):
      atoms.values.indices.filter { atoms.weights[$0] > 0 }.flatMap { atoms.values[$0].map(abs) }
        .max() ?? 0
    }
  }
}
