/// The temperature that the velocities of chains show: the mean of |v|²/(u d) over chains and steps.
///
/// 1 where velocities have their stationary law N(0, u I). What a step's splitting adds to it or takes from
/// it tells how large the step is: see the table of ``UnderdampedLangevin``.
enum KineticTemperature {
  /// The name under which a kernel sums it up, step by step, for each chain.
  static let sumName = "temperature"
}

extension ChainState {
  /// The mean of |v|²/(u d) over chains and steps since the initial states; nil at the initial state, and for
  /// chains without velocities.
  public var kineticTemperature: Double? {
    guard step > 0, let sums = tensors.first(where: { $0.name == KineticTemperature.sumName })
    else {
      return nil
    }
    let values = sums.values.doubles
    return values.reduce(0, +) / (Double(values.count) * Double(step))
  }
}
