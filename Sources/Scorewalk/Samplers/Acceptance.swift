/// What share of their proposals chains have accepted since their initial states.
public struct Acceptance: Sendable, Hashable {
  /// The mean over chains and steps, in [0, 1].
  public let mean: Double
  /// The share of the chain that accepted least.
  public let least: Double

  /// Makes a pair of shares.
  public init(mean: Double, least: Double) {
    self.mean = mean
    self.least = least
  }
}

extension Acceptance {
  /// The name under which a kernel counts, for each chain, the proposals that it accepted.
  static let countName = "accepted"
}

extension ChainState {
  /// The share of accepted proposals; nil at the initial state, and for samplers that accept
  /// everything because they propose nothing.
  public var acceptance: Acceptance? {
    guard step > 0, let counts = tensors.first(where: { $0.name == Acceptance.countName }) else {
      return nil
    }
    let values = counts.values.doubles
    guard let least = values.min() else { return nil }
    // Sums of whole numbers are exact, and so the same in any order.
    let proposals = Double(values.count) * Double(step)
    return Acceptance(mean: values.reduce(0, +) / proposals, least: least / Double(step))
  }
}
