/// What the results of a run come to, in plain words: what is good, what is worth knowing, what is not to be believed.
///
/// The limits by which it judges stand in `docs/report.md`.
package struct ResultVerdict: Sendable, Equatable {
  package enum Severity: Int, Sendable, Comparable {
    case warning
    case note
    case good

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  package let severity: Severity
  package let node: String
  package let text: String
  /// Whether it was known before the run.
  package let isForeseen: Bool

  package init(_ severity: Severity, _ node: String, _ text: String, isForeseen: Bool = false) {
    self.severity = severity
    self.node = node
    self.text = text
    self.isForeseen = isForeseen
  }

  /// The names of what `explain` says of the length of chains.
  private static let lengths: Set<String> = ["too_short", "short", "does_not_mix"]

  /// The verdicts on a run, the gravest first and then in the order of the plan.
  ///
  /// - Parameters:
  ///   - plan: tells which chains an evaluation judges.
  ///   - explanation: what was known before the run, where its spec can be read.
  package static func all(
    _ record: RunRecord, _ plan: Plan?, _ explanation: Explanation?
  ) -> [ResultVerdict] {
    let metrics = Dictionary(grouping: FinalMetric.all(record), by: \.node)
    var found: [ResultVerdict] = []
    for node in record.nodes {
      if let failure = node.failure, node.status == .failed {
        found.append(ResultVerdict(.warning, node.name, "it failed: " + failure))
      }
      for verdict in explanation?[node.name]?.verdicts ?? [] {
        let severity: Severity = verdict.severity == .warning ? .warning : .note
        found.append(ResultVerdict(severity, node.name, verdict.text, isForeseen: true))
      }
      // What is known of the chains that an evaluation judges, and whether they follow a learned score.
      let chains = (plan?[node.name]?.references ?? []).lazy.compactMap { plan?[$0] }.first {
        $0.section == Section.sampling.rawValue
      }
      let lengths = chains.flatMap { explanation?[$0.name] }?.verdicts.first {
        Self.lengths.contains($0.name)
      }
      let isLearned = chains?.references.contains { plan?[$0]?.hasParameters == true }
      found +=
        NodeJudge(
          node: node.name, metrics: metrics[node.name] ?? [], ofChains: lengths?.text,
          isLearned: isLearned ?? true
        ).verdicts
    }
    let order = found.enumerated().sorted {
      ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
    }
    return order.map(\.element)
  }
}

/// Judges the final metrics of one node.
private struct NodeJudge {
  let node: String
  let metrics: [FinalMetric]
  /// That the chains are too short, where that is known.
  let ofChains: String?
  /// Whether the chains follow a learned score, not that of a law.
  let isLearned: Bool

  var verdicts: [ResultVerdict] {
    notFinite + agreement + independence + distances + modeWeights + denoiser + score
      + acceptance + grid
  }

  private func all(_ name: String) -> [FinalMetric] {
    metrics.filter {
      $0.name == name
        || $0.name.hasPrefix(name + ".") && Int($0.name.dropFirst(name.count + 1)) != nil
    }
  }

  private func verdict(_ severity: ResultVerdict.Severity, _ text: String) -> ResultVerdict {
    ResultVerdict(severity, node, text)
  }

  private func number(_ value: Double) -> String { TextTable.short(value, digits: 3) }

  private func percent(_ value: Double) -> String { TextTable.short(100 * value, digits: 3) + " %" }

  private var notFinite: [ResultVerdict] {
    let names = metrics.filter { !$0.value.isFinite }.map(\.name)
    guard !names.isEmpty else { return [] }
    return [
      verdict(
        .warning,
        "\(names.joined(separator: ", ")): no finite \(names.count == 1 ? "number" : "numbers"); the log says why"
      )
    ]
  }

  /// The limits of Vehtari et al. 2021 (doi:10.1214/20-BA1221): 1.01, and far beyond it.
  private var agreement: [ResultVerdict] {
    guard let worst = all("rhat").map(\.value).filter(\.isFinite).max() else { return [] }
    if worst <= 1.01 { return [verdict(.good, "R̂ \(number(worst)): the chains agree")] }
    if worst <= 1.1 {
      return [verdict(.note, "R̂ \(number(worst)): the chains nearly agree; longer ones would")]
    }
    let reason = ofChains.map { "; " + $0 } ?? ""
    return [verdict(.warning, "R̂ \(number(worst)): the chains do not agree\(reason)")]
  }

  private var leastEffectiveSize: Double? {
    all("ess").map(\.value).filter(\.isFinite).min()
  }

  private var isOfFewDraws: Bool { leastEffectiveSize.map { $0 < 100 } ?? false }

  /// Vehtari et al. want 100 a chain for error estimates that can be trusted; fewer than 100 in all are few for anything.
  private var independence: [ResultVerdict] {
    guard let least = leastEffectiveSize else { return [] }
    let count = metrics.first { $0.name == "count" }.map { " of \(number($0.value))" } ?? ""
    let worth =
      "the draws\(count) are worth \(TextTable.short(least.rounded(), digits: 7)) independent ones"
    return isOfFewDraws
      ? [verdict(.warning, worth + ": too few for standard errors that mean something")]
      : [verdict(.good, worth)]
  }

  private static let distanceNames = [
    "ks": "KS distance", "wasserstein": "Wasserstein distance",
    "energy_distance": "energy distance",
    "sliced_wasserstein": "sliced Wasserstein distance", "mmd_squared": "MMD²",
  ]

  /// A distance beside that of true samples of the chain's effective size.
  private var distances: [ResultVerdict] {
    metrics.compactMap { metric in
      guard let name = Self.distanceNames[metric.name], metric.value.isFinite,
        let floor = metric.floorAtEffectiveSize ?? metric.floor, floor.isFinite
      else { return nil }
      let deviation = metric.floorAtEffectiveSizeDeviation ?? 0
      let head = "\(name) \(number(metric.value))"
      let size = metric.floorAtEffectiveSize == nil ? "" : " of the effective size"
      if metric.value <= floor + 3 * deviation {
        // Next to a few true samples everything looks good.
        if isOfFewDraws { return nil }
        return verdict(
          .good, "\(head): as near to the truth as true samples\(size), which have \(number(floor))"
        )
      }
      let times = floor > 0 ? ", \(number(metric.value / floor)) times as far" : ""
      let text = "\(head) where true samples\(size) have \(number(floor))\(times)"
      guard let expected = metric.expected, expected.isFinite else {
        return verdict(metric.value > 3 * floor ? .warning : .note, text)
      }
      let isOfTheChain = (metric.value - expected).magnitude <= floor + 3 * deviation
      let own = isLearned ? "with the exact score this chain would have" : "the chain’s own law has"
      let cause =
        isOfTheChain
        ? "the chain is too short, or its steps too large"
        : isLearned ? "the rest is the learned score’s" : "the rest is chance"
      return verdict(.warning, "\(text); \(own) \(number(expected)): \(cause)")
    }
  }

  /// The weight that is off by the most standard errors.
  private var modeWeights: [ResultVerdict] {
    let judged = all("mode_weight").compactMap { metric -> (FinalMetric, Double)? in
      guard let truth = metric.truth, let error = metric.standardError, error > 0 else {
        return nil
      }
      return (metric, (metric.value - truth).magnitude / error)
    }
    guard let (worst, deviations) = judged.max(by: { $0.1 < $1.1 }), let truth = worst.truth else {
      return []
    }
    if deviations <= 3 {
      guard !isOfFewDraws else { return [] }
      return [verdict(.good, "the weights of the modes are right within three standard errors")]
    }
    let mode = worst.name.split(separator: ".").last.map(String.init) ?? ""
    var text =
      "mode \(mode) holds \(percent(worst.value)) of the samples where \(percent(truth)) belong"
    // Standard errors of a few draws mean little.
    if !isOfFewDraws { text += ", \(number(deviations)) standard errors off" }
    if let expected = worst.expected {
      text +=
        isLearned
        ? "; with the exact score this chain would have \(percent(expected)) there"
        : "; the chain’s own law has \(percent(expected)) there"
    }
    return [verdict((worst.value - truth).magnitude > 0.02 ? .warning : .note, text)]
  }

  private var denoiser: [ResultVerdict] {
    guard let error = metrics.first(where: { $0.name == "mse" }), let least = error.truth,
      least > 0,
      error.value.isFinite
    else { return [] }
    let excess = error.value / least - 1
    let text =
      "the denoiser's mean squared error is \(percent(max(0, excess))) above the least that is possible"
    return [verdict(excess <= 0.02 ? .good : excess <= 0.2 ? .note : .warning, text)]
  }

  private var score: [ResultVerdict] {
    guard let error = metrics.first(where: { $0.name == "relative_error" })?.value, error.isFinite
    else { return [] }
    let head = "relative score error \(number(error))"
    if error >= 0.9 {
      return [verdict(.warning, head + ": no better than the score zero, which has 1")]
    }
    return [
      verdict(
        error <= 0.05 ? .good : error <= 0.3 ? .note : .warning,
        head + ", where the score zero has 1")
    ]
  }

  /// About .57 is best for Metropolis-adjusted Langevin (Roberts and Rosenthal 1998, doi:10.1111/1467-9868.00123).
  private var acceptance: [ResultVerdict] {
    guard let rate = metrics.first(where: { $0.name == "acceptance" })?.value, rate.isFinite else {
      return []
    }
    let head = "\(percent(rate)) of the proposals are accepted"
    if rate < 0.2 { return [verdict(.warning, head + ": the step size is too large")] }
    if rate > 0.95 { return [verdict(.note, head + ": larger steps would get further")] }
    return [verdict(.good, head)]
  }

  private var grid: [ResultVerdict] {
    guard let mass = metrics.first(where: { $0.name == "boundary_mass" })?.value, mass > 0.01 else {
      return []
    }
    return [
      verdict(.note, "the grid cuts the density off: \(percent(mass)) of it lies at the ends")
    ]
  }
}
