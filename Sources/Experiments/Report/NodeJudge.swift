/// Judges the final metrics of one node.
struct NodeJudge {
  /// What is known of the chains whose samples the node judges.
  struct Chains {
    /// What `explain` says against their length, and against their steps.
    var lengths: [String] = []
    var steps: [String] = []
    /// Whether they follow a learned score, not that of a law.
    var isLearned = true
    /// Whether there is one alone.
    var isOne = false
    /// Whether fewer draws are kept than are enough for anything.
    var areFew = false
  }

  let node: String
  let metrics: [FinalMetric]
  let trust: SampleTrust
  let chains: Chains

  var verdicts: [ResultVerdict] {
    notFinite + agreement + independence + distances + modeWeights + whatCannotBeTold + denoiser
      + score + acceptance + grid
  }

  func all(_ name: String) -> [FinalMetric] { metrics.filter { $0.isOne(of: name) } }

  func verdict(_ severity: ResultVerdict.Severity, _ text: String) -> ResultVerdict {
    ResultVerdict(severity, node, text)
  }

  func number(_ value: Double) -> String { TextTable.short(value, digits: 3) }

  func percent(_ value: Double) -> String { TextTable.short(100 * value, digits: 3) + " %" }

  /// Next to a few true samples everything looks good.
  var isOfFewDraws: Bool { trust.isOfFewDraws || chains.areFew }

  /// Whether what rests on the effective size may be called good.
  var isSound: Bool { trust.isSound && !chains.areFew }

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

  // MARK: - Chains

  /// The limits of Vehtari et al. 2021 (doi:10.1214/20-BA1221): 1.01, and far beyond it. It is judged as it is shown.
  private var agreement: [ResultVerdict] {
    guard metrics.contains(where: { $0.isOne(of: "rhat") }), let worst = trust.rHat else {
      return []
    }
    let head = "R̂ " + TextTable.number(worst, digits: worst < 1 ? 3 : 4)
    let parts = chains.isOne ? "the halves of the chain" : "the chains"
    if worst <= 1.01 {
      return isOfFewDraws ? [] : [verdict(.good, "\(head): \(parts) agree")]
    }
    if worst <= 1.1 {
      return [
        verdict(
          .note,
          "\(head): \(parts) nearly agree; \(chains.isOne ? "those of a longer one" : "longer ones") would"
        )
      ]
    }
    // Where the distances have a cause, the reason stands there.
    let reason = cause == nil ? chains.lengths.map { "; " + $0 }.joined() : ""
    return [
      verdict(
        .warning,
        "\(head): \(parts) do not agree, so that effective sizes and what follows from them say too much\(reason)"
      )
    ]
  }

  private var independence: [ResultVerdict] {
    guard let size = trust.size else { return [] }
    let isAsked = metrics.contains { $0.isOne(of: "ess") }
    // A sampling has no metrics that this would be about, and a training neither.
    guard isAsked || metrics.contains(where: { $0.name == "count" }) else { return [] }
    let count = metrics.first { $0.name == "count" }.map { " of \(number($0.value))" } ?? ""
    let isExact = trust.isWritten || size == metrics.first { $0.name == "count" }?.value
    if trust.isOfFewDraws {
      let worth = "\(isExact ? "" : "about ")\(TextTable.short(size.rounded(), digits: 7))"
      return [
        verdict(
          .warning,
          "the draws\(count) are worth \(worth) independent ones: too few for standard errors that mean something"
        )
      ]
    }
    let least = all("ess").map(\.value).filter(\.isFinite).min()
    // An effective size knows nothing of modes that no chain has seen.
    guard let least, isSound, !hasLostMode else { return [] }
    return [
      verdict(
        .good,
        "the draws\(count) are worth \(TextTable.short(least.rounded(), digits: 7)) independent ones"
      )
    ]
  }

  /// Where nothing can be called good because nobody knows what the draws are worth.
  private var whatCannotBeTold: [ResultVerdict] {
    guard trust.size == nil, !chains.areFew, !trust.chainsDisagree, restsOnSize else { return [] }
    return [
      verdict(
        .note,
        "how many independent draws these are worth is not known, so that nothing here can be called right: write ess among the metrics"
      )
    ]
  }

  /// Whether there is something to judge by an effective size.
  private var restsOnSize: Bool {
    metrics.contains { Self.distanceNames[$0.name] != nil && $0.floor != nil }
      || all("mode_weight").contains { $0.truth != nil }
  }

  /// About .57 is best for Metropolis-adjusted Langevin (Roberts and Rosenthal 1998, doi:10.1111/1467-9868.00123).
  private var acceptance: [ResultVerdict] {
    guard let rate = metrics.first(where: { $0.name == "acceptance" })?.value, rate.isFinite else {
      return []
    }
    let head = "\(percent(rate)) of the proposals are accepted"
    if rate < 0.2 { return [verdict(.warning, head + ": the step size is too large")] }
    if rate > 0.95 { return [verdict(.note, head + ": larger steps would get further")] }
    return isOfFewDraws ? [] : [verdict(.good, head)]
  }

  // MARK: - Denoisers, scores, densities

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

  private var grid: [ResultVerdict] {
    guard let mass = metrics.first(where: { $0.name == "boundary_mass" })?.value, mass > 0.01 else {
      return []
    }
    return [
      verdict(.note, "the grid cuts the density off: \(percent(mass)) of it lies at the ends")
    ]
  }
}
