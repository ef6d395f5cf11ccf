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
  /// Whether it says that the node failed.
  package let isFailure: Bool

  package init(
    _ severity: Severity, _ node: String, _ text: String, isForeseen: Bool = false,
    isFailure: Bool = false
  ) {
    self.severity = severity
    self.node = node
    self.text = text
    self.isForeseen = isForeseen
    self.isFailure = isFailure
  }

  /// The verdicts on a run, the gravest first and then in the order of the plan.
  ///
  /// - Parameters:
  ///   - plan: tells which chains an evaluation judges.
  ///   - explanation: what was known before the run, where its spec can be read.
  package static func all(
    _ record: RunRecord, _ plan: Plan?, _ explanation: Explanation?
  ) -> [ResultVerdict] {
    let metrics = Dictionary(grouping: FinalMetric.all(record), by: \.node)
    let samples = JudgedSamples(metrics, plan, explanation)
    var found: [ResultVerdict] = []
    for node in record.nodes {
      if let failure = node.failure, node.status == .failed {
        found.append(ResultVerdict(.warning, node.name, "it failed: " + failure, isFailure: true))
      }
      for verdict in explanation?[node.name]?.verdicts ?? [] {
        let severity: Severity = verdict.severity == .warning ? .warning : .note
        found.append(ResultVerdict(severity, node.name, verdict.text, isForeseen: true))
      }
      found +=
        NodeJudge(
          node: node.name, metrics: metrics[node.name] ?? [], trust: samples.trust(in: node.name),
          chains: samples.chains(of: node.name)
        ).verdicts
    }
    let order = found.enumerated().sorted {
      ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
    }
    return order.map(\.element)
  }
}

/// What the evaluations of a run know of the samples that they judge, and of the chains that these come from.
private struct JudgedSamples {
  private let plan: Plan?
  private let explanation: Explanation?
  /// By evaluation.
  private var trusts: [String: SampleTrust] = [:]
  /// The evaluations of each sampling.
  private var evaluations: [String: [String]] = [:]

  init(
    _ metrics: [String: [FinalMetric]], _ plan: Plan?, _ explanation: Explanation?
  ) {
    self.plan = plan
    self.explanation = explanation
    for (node, metrics) in metrics {
      let sampling = sampling(of: node)
      trusts[node] = SampleTrust(metrics, isJump: sampling.map(isJump) ?? false)
      if let sampling { evaluations[sampling.name, default: []].append(node) }
    }
    let own = trusts
    for (_, nodes) in evaluations {
      for node in nodes {
        trusts[node]?.complete(from: nodes.filter { $0 != node }.compactMap { own[$0] })
      }
    }
  }

  /// The sampling that an evaluation judges; nil for other nodes.
  private func sampling(of node: String) -> Plan.Node? {
    guard let node = plan?[node], node.section == Section.evaluation.rawValue else { return nil }
    return node.references.lazy.compactMap { plan?[$0] }.first {
      $0.section == Section.sampling.rawValue
    }
  }

  private func isJump(_ node: Plan.Node) -> Bool { node.kind == "denoise" }

  /// The trust in a node's metrics: of an evaluation in its samples, of a sampling the least of its evaluations'.
  func trust(in node: String) -> SampleTrust {
    let known = (evaluations[node] ?? []).compactMap { trusts[$0] }
    var trust = trusts[node] ?? SampleTrust([], isJump: false)
    if !known.isEmpty { trust.complete(from: known) }
    return trust
  }

  func chains(of node: String) -> NodeJudge.Chains {
    var chains = NodeJudge.Chains()
    guard let sampling = sampling(of: node) else {
      chains.areFew = explanation?[node]?.isOfFewDraws ?? false
      return chains
    }
    chains.isLearned = sampling.references.contains { plan?[$0]?.hasParameters == true }
    chains.isOne = explanation?[sampling.name]?.count(of: "chains") == 1
    chains.areFew = explanation?[sampling.name]?.isOfFewDraws ?? false
    // A jump agrees with its truth as far as the walk did.
    let walk =
      isJump(sampling)
      ? sampling.references.lazy.compactMap { plan?[$0] }.first {
        $0.section == Section.sampling.rawValue
      } : sampling
    let verdicts = walk.flatMap { explanation?[$0.name] }?.verdicts ?? []
    chains.lengths = verdicts.filter { Self.lengths.contains($0.name) }.map(\.text)
    chains.steps = verdicts.filter { Self.steps.contains($0.name) }.map(\.text)
    return chains
  }

  /// The names of what `explain` says of the length of chains, and of their steps.
  private static let lengths: Set<String> = ["too_short", "short", "does_not_mix"]
  private static let steps: Set<String> = ["bias", "unstable", "unstable_component"]
}

extension NodeExplanation {
  fileprivate func count(of fact: String) -> Int? {
    guard case .count(let count)? = self[fact]?.value else { return nil }
    return count
  }

  /// Whether fewer draws are kept than are enough for anything.
  fileprivate var isOfFewDraws: Bool {
    guard let chains = count(of: "chains"), let draws = count(of: "draws") else { return false }
    return Double(chains) * Double(draws) < SampleTrust.fewDraws
  }
}
