/// Falling noise levels σ₁ > σ₂ > … > σ_L, down which chains are annealed.
///
/// | ladder | σᵢ, i = 0 … L − 1 |
/// |---|---|
/// | ``geometric(from:to:count:)`` | exp(log σ₁ + i/(L − 1) (log σ_L − log σ₁)), as NCSN (Song and Ermon 2019, arXiv:1907.05600) |
/// | ``linear(from:to:count:)`` | σ₁ + i/(L − 1) (σ_L − σ₁) |
/// | ``edm(from:to:count:rho:)`` | (σ₁^(1/ρ) + i/(L − 1) (σ_L^(1/ρ) − σ₁^(1/ρ)))^ρ, as EDM (Karras et al. 2022, arXiv:2206.00364, equation 5) |
///
/// The ends are the given numbers to the bit; a ladder of one level is σ₁ alone.
public struct NoiseLadder: Sendable, Hashable {
  /// σ₁ … σ_L, falling, all above 0; at least one.
  public let levels: [Double]

  /// How many levels there may be.
  public static let largestCount = 10_000

  /// A ladder of given levels.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration` where there is none, one is not above 0, or one
  ///   does not lie below the one before.
  public init(_ levels: [Double]) throws(RunError) {
    try Self.validate(count: levels.count)
    for (index, level) in levels.enumerated() {
      guard level.isFinite, level > 0 else {
        throw .invalid("noise level \(index) of a ladder must be above 0, is \(level)")
      }
      guard index == 0 || level < levels[index - 1] else {
        throw .invalid(
          "the ladder does not fall: noise level \(index), \(level), comes after "
            + "\(levels[index - 1])", hint: "write the levels from the largest to the smallest")
      }
    }
    self.levels = levels
  }

  /// Levels of one ratio, the same distance apart on a logarithmic scale; one level is the first, and the last may
  /// equal it.
  ///
  /// - Throws: ``RunError`` as ``init(_:)``.
  public static func geometric(
    from first: Double, to last: Double, count: Int
  ) throws(RunError) -> NoiseLadder {
    try make(from: first, to: last, count: count, scale: Double.log, inverse: Double.exp)
  }

  /// Levels the same distance apart.
  ///
  /// - Throws: ``RunError`` as ``init(_:)``.
  public static func linear(
    from first: Double, to last: Double, count: Int
  ) throws(RunError) -> NoiseLadder {
    try make(from: first, to: last, count: count, scale: { $0 }, inverse: { $0 })
  }

  /// Levels the same distance apart on the scale σ^(1/ρ): the smallest levels lie densest where
  /// ρ > 1.
  ///
  /// - Parameter rho: ρ > 0; 7 in the paper. 1 is linear, and far above it is geometric.
  /// - Throws: ``RunError`` as ``init(_:)``, or where ρ is not above 0.
  public static func edm(
    from first: Double, to last: Double, count: Int, rho: Double = 7
  ) throws(RunError) -> NoiseLadder {
    guard rho.isFinite, rho > 0 else { throw .invalid("rho must be above 0, is \(rho)") }
    return try make(
      from: first, to: last, count: count, scale: { Double.exp(Double.log($0) / rho) },
      inverse: { Double.exp(Double.log($0) * rho) })
  }

  private static func validate(count: Int) throws(RunError) {
    guard (1...largestCount).contains(count) else {
      throw .invalid("a ladder of \(count) noise levels; from 1 to \(largestCount) make one")
    }
  }

  private static func make(
    from first: Double, to last: Double, count: Int, scale: (Double) -> Double,
    inverse: (Double) -> Double
  ) throws(RunError) -> NoiseLadder {
    try validate(count: count)
    // The ends are looked at before the scale, which may not know them. Of one level they may be equal.
    _ = try NoiseLadder(count == 1 && first == last ? [first] : [first, last])
    let (start, end) = (scale(first), scale(last))
    let levels = (0..<count).map { index in
      if index == 0 { return first }
      if index == count - 1 { return last }
      return inverse(start + Double(index) / Double(count - 1) * (end - start))
    }
    return try NoiseLadder(levels)
  }
}
