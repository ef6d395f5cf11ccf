import Scorewalk

extension NodeJudge {
  // MARK: - Distances

  static let distanceNames = [
    "ks": "KS distance", "wasserstein": "Wasserstein distance",
    "energy_distance": "energy distance",
    "sliced_wasserstein": "sliced Wasserstein distance", "mmd_squared": "MMD²",
    "mode_weights_tv": "distance of the modes’ weights",
  ]

  /// A distance with what true samples have.
  private struct Distance {
    let metric: FinalMetric
    let name: String
    let floor: Double
    /// What true samples have on the average, and how far they lie from it.
    let middle: Double
    let deviation: Double
    let isOfEffectiveSize: Bool

    init?(_ metric: FinalMetric) {
      guard let name = NodeJudge.distanceNames[metric.name], metric.value.isFinite,
        let floor = metric.floorAtEffectiveSize ?? metric.floor, floor.isFinite, floor > 0
      else { return nil }
      (self.metric, self.name, self.floor) = (metric, name, floor)
      isOfEffectiveSize = metric.floorAtEffectiveSize != nil
      // The floor of MMD², whose mean over true samples is 0, is its root mean square.
      let isSigned = metric.name == "mmd_squared"
      middle = isSigned ? 0 : floor
      deviation = isSigned ? floor : metric.floorAtEffectiveSizeDeviation ?? 0
    }

    /// How far true samples may lie by chance.
    var limit: Double { middle + 3 * deviation }
    var isBeyondChance: Bool { metric.value > limit }
    var isNear: Bool { metric.value <= middle + deviation }
    /// What lies between the value and that of the chain with the exact score; nil where that is not known.
    var rest: Double? {
      metric.expected.flatMap { $0.isFinite ? metric.value - $0 : nil }
    }
  }

  private var measured: [Distance] { metrics.compactMap(Distance.init) }

  var distances: [ResultVerdict] {
    let hasWrongWeights = modeWeights.contains { $0.severity == .warning }
    var found: [ResultVerdict] = []
    for distance in measured {
      // Of weights that are wrong one by one it says nothing new, and of those that are right neither.
      if distance.metric.name == "mode_weights_tv", hasWrongWeights || !distance.isBeyondChance {
        continue
      }
      if distance.isBeyondChance {
        found.append(beyond(distance))
      } else if isSound, distance.isOfEffectiveSize {
        found += within(distance)
      }
    }
    if let cause { found.append(verdict(.warning, cause)) }
    return found
  }

  private func head(_ distance: Distance) -> String {
    "\(distance.name) \(number(distance.metric.value))"
  }

  private func within(_ distance: Distance) -> [ResultVerdict] {
    let spread = "(\(number(distance.middle)) ± \(number(distance.deviation)))"
    return [
      distance.isNear
        ? verdict(
          .good,
          "\(head(distance)): not told apart from true samples of the effective size \(spread)")
        : verdict(
          .note,
          "\(head(distance)): more than most true samples of the effective size have \(spread), but within what chance explains"
        )
    ]
  }

  private func beyond(_ distance: Distance) -> ResultVerdict {
    let size = distance.isOfEffectiveSize ? " of the effective size" : " of the same number"
    var text = "\(head(distance)) where true samples\(size) have \(number(distance.floor))"
    // Beside more samples than these are worth anything looks far.
    if !distance.isOfEffectiveSize { return verdict(.note, text) }
    // A floor at a size that is too large is too low.
    if !trust.chainsDisagree {
      text += ", \(number(distance.metric.value / distance.floor)) times as far"
    }
    guard let expected = distance.metric.expected, expected.isFinite else {
      return verdict(distance.metric.value > 3 * distance.floor ? .warning : .note, text)
    }
    let own =
      chains.isLearned ? "with the exact score this chain would have" : "the chain’s own law has"
    return verdict(.warning, "\(text); \(own) \(number(expected))")
  }

  /// Whose doing the distances are: one answer for all of them, and what each has to do with them.
  var cause: String? {
    let far = measured.filter { $0.isBeyondChance && $0.rest != nil && $0.isOfEffectiveSize }
    let isOfChain = far.contains { ($0.metric.expected ?? 0) > $0.limit }
    let isBeside = far.contains { ($0.rest ?? 0).magnitude > $0.limit }
    let reasons = (chains.lengths + chains.steps).map { "; " + $0 }.joined()
    guard isOfChain || isBeside else { return nil }
    guard chains.isLearned else {
      return isBeside
        ? "what lies between these and the chain’s own law is more than chance at this effective size: the draws are worth less\(reasons)"
        : "the cause is the chain, whose own law is as far\(reasons)"
    }
    let head =
      isOfChain && isBeside
      ? "the causes are the chain and the learned score"
      : "the cause is \(isOfChain ? "the chain" : "the learned score")"
    let shares = far.map { distance in
      let (own, rest) = (distance.metric.expected ?? 0, distance.rest ?? 0)
      let share =
        rest < 0
        ? "from which the learned score takes \(number(-rest))"
        : "and \(number(rest)) the learned score’s"
      return
        "of the \(distance.name), \(number(own)) \(rest < 0 ? "would be" : "is") the chain’s, \(share)"
    }
    return "\(head): \(shares.joined(separator: "; "))\(isOfChain ? reasons : "")"
  }

  // MARK: - Weights of modes

  /// One mode's weight beside its truth.
  private struct Weight {
    let metric: FinalMetric
    let mode: String
    let truth: Double
    /// How many standard errors it is off; nil where these cannot be counted.
    let deviations: Double?

    var isOff: Bool { (metric.value - truth).magnitude > 0.02 }
  }

  private var weights: [Weight] {
    all("mode_weight").compactMap { metric in
      guard let truth = metric.truth, truth.isFinite, metric.value.isFinite else { return nil }
      // A fraction of 0 or 1 has no standard error of its own, and independent draws have none written.
      var error = metric.standardError.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
      if error == nil, let size = trust.size, truth > 0, truth < 1 {
        error = (truth * (1 - truth) / size).squareRoot()
      }
      return Weight(
        metric: metric, mode: metric.name.split(separator: ".").last.map(String.init) ?? "",
        truth: truth, deviations: error.map { (metric.value - truth).magnitude / $0 })
    }
  }

  /// Whether a mode of the truth has no sample, and not by chance.
  var hasLostMode: Bool { emptyModes(in: weights)?.severity == .warning }

  var modeWeights: [ResultVerdict] {
    let weights = weights
    guard weights.contains(where: { $0.truth < 1 }) else { return [] }
    let empty = emptyModes(in: weights)
    if let empty, empty.severity == .warning { return [empty] }
    let wrong = wrongWeight(weights.filter { $0.metric.value > 0 })
    if empty != nil || wrong != nil { return [empty, wrong].compactMap(\.self) }
    let areFarTogether = measured.contains {
      $0.metric.name == "mode_weights_tv" && $0.isBeyondChance
    }
    guard isSound, !areFarTogether else { return [] }
    if metrics.contains(where: { $0.name == "mode_switches_per_chain" && $0.value == 0 }) {
      return [
        verdict(
          .note,
          "no chain moved from one mode to another: the weights of the modes are those of the starts"
        )
      ]
    }
    return [verdict(.good, "the weights of the modes are right within three standard errors")]
  }

  /// Modes of the truth without a sample. An effective size knows nothing of modes that no chain has seen, so that chance
  /// is believed only where it is likely.
  private func emptyModes(in weights: [Weight]) -> ResultVerdict? {
    let modes = weights.filter { $0.truth > 0 && $0.metric.value == 0 }
    guard !modes.isEmpty else { return nil }
    let mass = modes.reduce(0) { $0 + $1.truth }
    let names = modes.prefix(4).map(\.mode).joined(separator: ", ")
    let rest = modes.count > 4 ? " and \(modes.count - 4) more" : ""
    let text =
      "no sample lies in \(modes.count == 1 ? "mode" : "modes") \(names)\(rest), where \(percent(mass)) belong"
    guard let size = trust.size, !trust.chainsDisagree else { return verdict(.warning, text) }
    let chance = mass < 1 ? Double.exp(size * Double.log1p(-mass)) : 0
    guard chance >= 0.05 else { return verdict(.warning, text) }
    return verdict(
      .note,
      "\(text): of so few draws it happens in \(percent(chance)) of all cases")
  }

  /// The weight that is off by the most standard errors, or where these cannot be counted by the most.
  private func wrongWeight(_ weights: [Weight]) -> ResultVerdict? {
    let isCountable = !trust.chainsDisagree && weights.contains { $0.deviations != nil }
    let worst =
      isCountable
      ? weights.max { ($0.deviations ?? 0) < ($1.deviations ?? 0) }
      : weights.max {
        ($0.metric.value - $0.truth).magnitude < ($1.metric.value - $1.truth).magnitude
      }
    guard let worst, isCountable ? (worst.deviations ?? 0) > 3 : worst.isOff else { return nil }
    var text =
      "mode \(worst.mode) holds \(percent(worst.metric.value)) of the samples where \(percent(worst.truth)) belong"
    // Standard errors of a few draws mean little, and those of chains that do not agree nothing.
    if let deviations = worst.deviations, trust.countableSize != nil {
      text += ", \(number(deviations)) standard errors off"
    }
    if let expected = worst.metric.expected {
      text +=
        chains.isLearned
        ? "; with the exact score this chain would have \(percent(expected)) there"
        : "; the chain’s own law has \(percent(expected)) there"
    }
    let isKnown = isCountable || trust.chainsDisagree
    return verdict(worst.isOff && isKnown ? .warning : .note, text)
  }
}
