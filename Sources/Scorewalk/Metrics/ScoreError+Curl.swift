extension ScoreError {
  /// How far a score in the plane is from being the gradient of anything.
  ///
  /// The score of a law, as that of an energy, has no curl; a network whose output is the score itself may have one, and is
  /// then the score of no law.
  public struct Curl: Sendable, Hashable {
    /// √E (∂₁s₂ − ∂₂s₁)² under p, in inverse squared units of the positions.
    public let rootMeanSquare: Expectation
    /// √(E ‖A‖² / E ‖∂s‖²), A the antisymmetric part of the Jacobian ∂s and ‖·‖ the Frobenius norm: 0 for a gradient,
    /// 1 where s turns and does nothing else. ‖A‖² is half the curl's square. 0 for a constant s.
    public let relative: Expectation
  }

  /// The curl of a score, by its Jacobians at ``inputs``.
  ///
  /// - Parameter jacobians: ∂s/∂x at the inputs, `[count, 2, 2]`, at (i, j) ∂sᵢ/∂xⱼ; also at the first of the inputs
  ///   only, at least 2.
  /// - Precondition: the law is one of the plane.
  public func curl(jacobians: [Double]) -> Curl {
    precondition(
      law.dimension == 2 && jacobians.count.isMultiple(of: 4)
        && 2...count ~= jacobians.count / 4,
      "\(jacobians.count) numbers for Jacobians at \(count) inputs of dimension \(law.dimension)")
    let rows = Double(jacobians.count / 4)
    var squares: [Double] = []
    // 2 ‖∂s‖², in units in which a turning has as much as its curl's square.
    var norms: [Double] = []
    for start in stride(from: 0, to: jacobians.count, by: 4) {
      let curl = jacobians[start + 2] - jacobians[start + 1]
      squares.append(curl * curl)
      norms.append(2 * jacobians[start..<(start + 4)].reduce(0) { $0 + $1 * $1 })
    }
    let square = squares.reduce(0, +) / rows
    let norm = norms.reduce(0, +) / rows
    let ratio = norm > 0 ? square / norm : 0
    /// The standard error of a mean, from each row's deviation.
    func deviation(_ value: (Int) -> Double) -> Double {
      let sum = squares.indices.reduce(0) { $0 + value($1) * value($1) }
      return (sum / (rows - 1) / rows).squareRoot()
    }
    /// The root of a mean, and its error to first order.
    func root(_ mean: Double, _ standardError: Double) -> Expectation {
      let value = mean.squareRoot()
      return Expectation(
        value: value, standardError: value > 0 ? 0.5 * standardError / value : 0)
    }
    return Curl(
      rootMeanSquare: root(square, deviation { squares[$0] - square }),
      relative: root(ratio, norm > 0 ? deviation { squares[$0] - ratio * norms[$0] } / norm : 0))
  }
}
