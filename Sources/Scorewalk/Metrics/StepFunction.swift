/// A distribution function that only jumps: of samples, or of atoms.
struct StepFunction {
  /// Where it jumps, ascending; equal places are allowed.
  let places: [Double]
  /// Its value from each place on, ascending to 1.
  let levels: [Double]

  init(places: [Double], levels: [Double]) {
    self.places = places
    self.levels = levels
  }

  init(_ atoms: Categorical) {
    let sorted = atoms.sortedOnLine
    places = sorted.values
    var sum = 0.0
    var levels = sorted.weights.map { weight in
      sum += weight
      return sum
    }
    levels[levels.count - 1] = 1
    self.levels = levels
  }

  /// sup |F - G|, ∫ |F - G| and ∫ (F - G)², in one merge.
  static func distances(
    _ first: StepFunction, _ second: StepFunction
  ) -> (largest: Double, area: Double, squaredArea: Double) {
    var largest = 0.0
    var area = CompensatedSum()
    var squaredArea = CompensatedSum()
    var left = 0
    var right = 0
    var last = min(first.places[0], second.places[0])
    var difference = 0.0
    while left < first.places.count || right < second.places.count {
      let place = min(
        left < first.places.count ? first.places[left] : .infinity,
        right < second.places.count ? second.places[right] : .infinity)
      area.add(abs(difference) * (place - last))
      squaredArea.add(difference * difference * (place - last))
      while left < first.places.count && first.places[left] == place { left += 1 }
      while right < second.places.count && second.places[right] == place { right += 1 }
      difference =
        (left > 0 ? first.levels[left - 1] : 0) - (right > 0 ? second.levels[right - 1] : 0)
      largest = max(largest, abs(difference))
      last = place
    }
    return (largest, area.value, squaredArea.value)
  }
}

/// A sum that keeps what rounding would drop.
///
/// Source: Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen"
/// (1974), doi:10.1002/zamm.19740540106.
struct CompensatedSum {
  private var sum = 0.0
  private var correction = 0.0

  var value: Double { sum + correction }

  mutating func add(_ term: Double) {
    let next = sum + term
    correction += abs(sum) >= abs(term) ? (sum - next) + term : (term - next) + sum
    sum = next
  }
}
