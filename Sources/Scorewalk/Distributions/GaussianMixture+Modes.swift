extension GaussianMixture {
  /// The modes on the line, ascending: where the score falls through 0.
  ///
  /// - Complexity: O(components²); about 200 evaluations of the score per component.
  public var modes: [Double] { onLine.criticalPoints.modes }

  /// The density's minima on the line, ascending: one between each two neighbouring modes.
  public var valleys: [Double] { onLine.criticalPoints.valleys }

  /// The probability of each mode on the line, `[modes]`: the mass between the valleys around it.
  public var modeMasses: [Double] { onLine.masses(cutAt: valleys) }

  /// The lowest point between the two main modes on the line; nil for a unimodal law.
  ///
  /// The main modes are the two with the largest masses.
  public var valley: Double? {
    let points = onLine.criticalPoints
    guard points.modes.count > 1 else { return nil }
    let masses = onLine.masses(cutAt: points.valleys)
    let order = masses.indices.sorted { (-masses[$0], $0) < (-masses[$1], $1) }
    let main = [order[0], order[1]].sorted()
    var lowest = points.valleys[main[0]]
    for index in main[0]..<main[1]
    where onLine.logDensity(points.valleys[index]) < onLine.logDensity(lowest) {
      lowest = points.valleys[index]
    }
    return lowest
  }
}

extension LineMixture {
  /// Where the density has its maxima and, between them, its minima; both ascending.
  ///
  /// All of them lie between the smallest and the largest mean. The sign of the score is looked at
  /// every sixteenth of a deviation around each mean; sign changes are bisected to rounding error.
  package var criticalPoints: (modes: [Double], valleys: [Double]) {
    guard let low = means.min(), let high = means.max(), let smallest = deviations.min() else {
      return ([], [])
    }
    guard low < high else { return ([low], []) }
    var places = [low, high]
    for component in weights.indices where weights[component] > 0 {
      for step in -96...96 {
        let place = means[component] + Double(step) * deviations[component] / 16
        if place > low && place < high { places.append(place) }
      }
    }
    places.sort()
    var modes: [Double] = []
    var valleys: [Double] = []
    // The score is positive left of all means and negative right of them.
    var last = low - smallest
    var lastSign = 1.0
    for place in places + [high + smallest] {
      if place - last < smallest / 64 && place < high { continue }
      let value = score(place)
      guard value != 0 else { continue }
      let sign: Double = value > 0 ? 1 : -1
      if sign != lastSign {
        let root = bisect(from: last, to: place, leftSign: lastSign)
        if lastSign > 0 { modes.append(root) } else { valleys.append(root) }
      }
      last = place
      lastSign = sign
    }
    return (modes, valleys)
  }

  /// The probabilities between cuts, `[cuts + 1]`.
  package func masses(cutAt cuts: [Double]) -> [Double] {
    var masses: [Double] = []
    var below = 0.0
    for cut in cuts {
      let value = cdf(cut)
      masses.append(value - below)
      below = value
    }
    masses.append(cuts.last.map { survival($0) } ?? 1)
    return masses
  }

  private func bisect(from left: Double, to right: Double, leftSign: Double) -> Double {
    var low = left
    var high = right
    for _ in 0..<200 {
      let middle = low + 0.5 * (high - low)
      guard middle > low && middle < high else { break }
      let value = leftSign * score(middle)
      if value == 0 { return middle }
      if value > 0 { low = middle } else { high = middle }
    }
    return low + 0.5 * (high - low)
  }
}
