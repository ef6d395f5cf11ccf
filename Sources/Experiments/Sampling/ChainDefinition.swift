import Scorewalk
import YAML

/// `langevin`: unadjusted Langevin chains.
package struct LangevinDefinition: SamplingDefinition {
  package let target: Reference
  package let noiseLevel: Double?
  package let initial: InitialDefinition
  package let convention: LangevinSampler.Convention
  package let stepSize: Double
  package let steps: Int
  package let chains: Int
  package let keep: KeepRule
  /// Whether `steps` could be read.
  package let areStepsSound: Bool
  package let ranges: (noiseLevel: SourceRange?, initial: SourceRange?)

  package static let kind = Kind<any SamplingDefinition>(
    "langevin",
    "Unadjusted Langevin: x ← x + δ s(x) + √(2δ) ξ, ξ ~ N(0, I); its law differs from the target by O(δ)."
  ) { reader in
    let target = reader.reference(
      "target", to: [.law, .model, .training],
      "Whose score it follows: a law (exactly), a model (untrained) or a training.")
    let noiseLevel = reader.noiseLevel(
      "noise_level", "σ of a denoiser: its score is (x̂ − y)/σ². Not for other targets.",
      isRequired: false)
    let initial = InitialDefinition.read(reader, allowsSamples: true)
    let convention = reader.choice(
      "convention", "delta: x + δ s + √(2δ) ξ; half: x + (h/2) s + √h ξ.",
      default: LangevinSampler.Convention.delta)
    let stepSize = reader.number(
      "step_size", "δ, or h with `convention: half`.", unit: "of the data, squared", in: .positive)
    let steps = reader.sound {
      reader.count("steps", "How many steps each chain takes.", atLeast: 1, smoke: 200)
    }
    let chains = reader.count(
      "chains", "How many chains.", atLeast: 1, atMost: 100_000_000, smoke: 100, default: 1)
    let keep = reader.keep(steps: steps)
    return LangevinDefinition(
      target: target, noiseLevel: noiseLevel, initial: initial, convention: convention,
      stepSize: stepSize, steps: steps ?? 1, chains: chains, keep: keep,
      areStepsSound: steps != nil,
      ranges: (reader.range(of: "noise_level"), reader.range(of: "initial")))
  }

  package var isRandom: Bool { true }

  package func dimension(in graph: ExperimentGraph) -> Int? { graph.dimension(target) }

  package func shape(in graph: ExperimentGraph) -> (chains: Int, draws: Int)? {
    guard areStepsSound else { return nil }
    do throws(RunError) {
      let states = try keep.states(steps: steps)
      return (chains, states.count)
    } catch {
      return nil
    }
  }

  package func steps(in graph: ExperimentGraph) -> Int { steps }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    if let law = graph.law(target), !law.hasDensity {
      session.error(
        "'sampling.\(node.name).target': '\(target.node)' has atoms and no score", at: target.range,
        help: "follow its smoothed law: {kind: smoothed, from: \(target.node), noise_level: …}")
    }
    guard let dimension = graph.dimension(target) else { return }
    checkSize(node, dimension: dimension, in: graph, session: session)
    if let samples = initial.samples {
      checkLastState(of: samples, in: graph, session: session)
      if let other = graph.dimension(samples), other != dimension {
        session.error(
          "'\(samples.node)' has \(other) coordinates where '\(target.node)' has \(dimension)",
          at: samples.range)
      }
    } else {
      initial.check(dimension: dimension, session: session)
    }
    guard graph.law(target) != nil || graph.network(target) != nil else { return }
    let needsNoiseLevel = graph.network(target)?.output == .denoiser
    if needsNoiseLevel, noiseLevel == nil {
      session.error(
        "missing key 'noise_level' in 'sampling.\(node.name)'", at: node.range,
        help: "the score of a denoiser is (x̂ − y)/σ²: say which σ")
    } else if !needsNoiseLevel, noiseLevel != nil {
      session.error(
        "'noise_level' has no meaning here: '\(target.node)' is not a denoiser",
        at: ranges.noiseLevel,
        help: "remove it; to smooth a law, add a node of kind smoothed to data")
    }
    graph.warnOfKinks(target, by: "sampling.\(node.name)", session: session)
  }

  /// How many numbers a sampling may keep: 80 GB in double precision.
  package static let largestCount = 10_000_000_000

  private func checkSize(
    _ node: ExperimentNode, dimension: Int, in graph: ExperimentGraph, session: ReadingSession
  ) {
    guard let shape = shape(in: graph) else { return }
    // In floating point, where nothing can overflow.
    let count = Double(shape.chains) * Double(shape.draws) * Double(dimension)
    if count > Double(Self.largestCount) {
      session.error(
        "'sampling.\(node.name)' keeps \(shape.draws) states of \(shape.chains) chains in \(dimension) dimensions; "
          + "\(Self.largestCount) numbers are the most", at: node.range,
        help: "keep fewer states: keep: {from: …, every: …}")
    }
  }

  /// Chains that go on from others start at their last states, which must have been kept.
  private func checkLastState(
    of reference: Reference, in graph: ExperimentGraph, session: ReadingSession
  ) {
    guard case .sampling(let sampling)? = graph[reference.node]?.definition,
      let other = sampling as? LangevinDefinition
    else { return }
    do throws(RunError) {
      let last = try other.keep.states(steps: other.steps).last
      guard last != other.steps else { return }
      session.error(
        "'\(reference.node)' does not keep its last state, \(other.steps), but \(last) at most",
        at: reference.range, help: "let its `keep` reach to -1, in steps that end there")
    } catch {
      // What is wrong with `keep` itself was reported where it is written.
    }
  }
}
