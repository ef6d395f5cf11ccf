/// The temperature that the velocities of chains show: the mean of |v|²/(u d) over chains and steps, from the first state
/// that is kept.
///
/// 1 where velocities have their stationary law N(0, u I). A step's splitting adds to it or takes from it, by an amount
/// that is known on Gaussians: see ``UnderdampedLangevin/stationaryTemperature(variances:)``.
package enum KineticTemperature {
  /// The name under which a kernel sums it up, step by step, for each chain.
  package static let sumName = "temperature"
}

extension ChainState {
  /// The mean of |v|²/(u d) over chains and steps since the first state that is kept; nil before it, at the initial
  /// state, and for chains without velocities.
  ///
  /// - Parameter first: the number of that state, as the chains were told.
  public func kineticTemperature(from first: Int) -> Double? {
    let count = step - max(first, 1) + 1
    guard count > 0, let sums = tensors.first(where: { $0.name == KineticTemperature.sumName })
    else {
      return nil
    }
    let values = sums.values.doubles
    return values.reduce(0, +) / (Double(values.count) * Double(count))
  }
}

extension UnderdampedLangevin {
  /// The kinetic temperature of endless chains on a Gaussian, of which the step size's splitting makes another than 1;
  /// nil where chains fly off.
  ///
  /// The mean over directions of 1/(1 − q) for ``Scheme/aboba``, 1 − q for ``Scheme/baoab`` and 1 for
  /// ``Scheme/obabo``, with q = h² u β/(4 s²).
  ///
  /// - Parameter variances: s² > 0 along each principal axis; not empty.
  public func stationaryTemperature(variances: [Double]) -> Double? {
    var sum = 0.0
    for variance in variances {
      let q = instability(variance: variance)
      guard q < 1 else { return nil }
      switch scheme {
      case .aboba: sum += 1 / (1 - q)
      case .baoab: sum += 1 - q
      case .obabo: sum += 1
      }
    }
    return sum / Double(variances.count)
  }

  /// q = h² u β/(4 s²); chains fly off where it is not below 1.
  public func instability(variance: Double) -> Double {
    stepSize * stepSize * inverseTemperature / (4 * mass * variance)
  }
}
