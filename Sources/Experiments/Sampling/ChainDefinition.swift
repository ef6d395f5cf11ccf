import Scorewalk
import YAML

/// Chains that follow a target: what every sampler's spec has in common, and the sampler itself.
///
/// A new sampler is one file with its ``Kind``, made by ``kind(_:version:_:sampler:)``, and one line in
/// ``SamplingKinds``.
package struct ChainDefinition: SamplingDefinition {
  package let sampler: any Sampler
  package let target: Reference
  package let noiseLevel: Double?
  package let initial: InitialDefinition
  /// How many steps each chain takes, through all levels where there is a ladder.
  package let steps: Int
  package let chains: Int
  package let keep: KeepRule
  /// Whether the sampler's own fields could be read.
  package let isSamplerSound: Bool
  /// Whether what decides about `steps` could be read.
  package let areStepsSound: Bool
  /// Whether `noise_level` was read, or is not written.
  package let isNoiseLevelSound: Bool
  private let ranges: Ranges

  /// Where fields stand of which something can be wrong that shows only beside other nodes.
  private struct Ranges: Sendable {
    let noiseLevel: SourceRange?
    let noiseLevels: SourceRange?
    /// Of the field that says how far a step goes.
    let step: SourceRange?

    /// Where the field stands that an error names.
    func place(of error: RunError) -> SourceRange? {
      switch error.field {
      case "noise_level": noiseLevel
      case "noise_levels": noiseLevels
      default: step
      }
    }
  }

  /// A kind of chains.
  ///
  /// - Parameters:
  ///   - name: that of the sampler.
  ///   - version: raise it when the bytes change.
  ///   - goesDownALadder: whether the sampler has noise levels of its own.
  ///   - hasPrior: whether the sampler has a start of its own, from which chains start unless another is said.
  ///   - hasLength: whether the sampler itself says how many steps there are; else `steps` does.
  ///   - stepField: the field that says how far a step goes, at which what a precision cannot hold is told.
  ///   - sampler: reads the fields that are the sampler's own; nil where something is wrong with them, which was
  ///     reported.
  package static func kind(
    _ name: String, version: Int = 1, _ summary: String, goesDownALadder: Bool = false,
    hasPrior: Bool = false, hasLength: Bool = false, stepField: String = "step_size",
    sampler: @escaping @Sendable (FieldReader) -> (any Sampler)?
  ) -> Kind<any SamplingDefinition> {
    Kind(name, version: version, summary) {
      read($0, goesDownALadder, hasPrior, hasLength, stepField, sampler)
    }
  }

  private static func read(
    _ reader: FieldReader, _ goesDownALadder: Bool, _ hasPrior: Bool, _ hasLength: Bool,
    _ stepField: String,
    _ sampler: (FieldReader) -> (any Sampler)?
  ) -> ChainDefinition {
    let target = reader.reference(
      "target", to: [.law, .model, .training],
      goesDownALadder
        ? "What has a score at every noise level: a law, exactly, or a network that takes the noise level."
        : "Whose score it follows: a law (exactly), a model (untrained) or a training.",
      hasNoiseLevel: !goesDownALadder)
    let noiseLevel: Double?? = reader.sound {
      goesDownALadder
        ? nil
        : reader.noiseLevel(
          "noise_level", or: target,
          "σ of a denoiser, whose score is (x̂ − y)/σ², of a noise network, −n̂/σ, or of a network that takes it. Not for other targets."
        )
    }
    let written =
      hasPrior
      ? InitialDefinition.readOptional(reader)
      : InitialDefinition.read(reader, allowsSamples: true)
    let soundSampler = reader.sound { sampler(reader) } ?? nil
    let initial = written ?? InitialDefinition(prior: soundSampler?.prior ?? .zeros)
    let steps: Int? =
      if hasLength {
        soundSampler?.length
      } else {
        reader.sound {
          reader.count("steps", "How many steps each chain takes.", atLeast: 1, smoke: 200)
        }
      }
    let chains = reader.count(
      "chains", "How many chains.", atLeast: 1, atMost: 100_000_000, smoke: 100, default: 1)
    let keep = reader.keep(steps: steps)
    return ChainDefinition(
      sampler: soundSampler ?? LangevinSampler(stepSize: 1), target: target,
      noiseLevel: noiseLevel ?? nil, initial: initial, steps: steps ?? 1, chains: chains,
      keep: keep,
      isSamplerSound: soundSampler != nil, areStepsSound: steps != nil,
      isNoiseLevelSound: noiseLevel != nil,
      ranges: Ranges(
        noiseLevel: reader.range(of: "noise_level"),
        noiseLevels: reader.range(of: "noise_levels"), step: reader.range(of: stepField)))
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
    if isSamplerSound, sampler.ladder == nil, let law = graph.law(target), !law.hasDensity {
      session.error(
        "'sampling.\(node.name).target': '\(target.node)' has atoms and no score", at: target.range,
        help: "follow its smoothed law: {kind: smoothed, from: \(target.node), noise_level: …}")
    }
    checkPrecision(node, session: session)
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
    checkTarget(node, in: graph, session: session)
    graph.warnOfKinks(target, by: "sampling.\(node.name)", session: session)
  }

  /// The sampler's numbers must be numbers of the node's precision.
  private func checkPrecision(_ node: ExperimentNode, session: ReadingSession) {
    guard isSamplerSound else { return }
    do throws(RunError) {
      try sampler.validate(in: node.precision)
    } catch {
      session.error(
        "'sampling.\(node.name)': \(error.what)", at: ranges.place(of: error), help: error.hint)
    }
  }

  /// A target must give what the sampler needs, and take the noise level that is written.
  private func checkTarget(
    _ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession
  ) {
    let network = graph.network(target)
    let output = network?.output
    guard isSamplerSound, graph.law(target) != nil || output != nil else { return }
    if let ladder = sampler.ladder {
      if let network { checkLevels(ladder.levels, of: network, node, session: session) }
      return
    }
    if sampler.needsDensity, let output, !output.hasDensity {
      session.error(
        "\(node.kind) needs a density; the output of '\(target.node)' is '\(output.rawValue)', "
          + "which gives a score alone", at: target.range,
        help: "follow a law or a network with `output: energy`, or choose `kind: langevin`")
      return
    }
    guard isNoiseLevelSound else { return }
    let needsNoiseLevel = network?.needsNoiseLevel ?? false
    if let network, network.conditioning != nil, let noiseLevel {
      checkLevels([noiseLevel], of: network, node, session: session)
    }
    if needsNoiseLevel, noiseLevel == nil {
      session.error(
        "missing key 'noise_level' in 'sampling.\(node.name)'", at: node.range,
        help: network.flatMap { $0.noiseLevelHelp })
    } else if !needsNoiseLevel, noiseLevel != nil, target.noiseLevel == nil {
      session.error(
        "'noise_level' has no meaning here: '\(target.node)' is neither a denoiser nor a noise network, nor takes the noise level",
        at: ranges.noiseLevel,
        help: "remove it; to smooth a law, add a node of kind smoothed to data")
    }
  }

  /// A network must take the noise level, and be used where it learned.
  private func checkLevels(
    _ levels: [Double], of network: Network, _ node: ExperimentNode, session: ReadingSession
  ) {
    guard let conditioning = network.conditioning else {
      session.error(
        measurements.map { measurements in
          "\(node.kind) needs the noise of \(measurements.words); '\(target.node)' is a network for one level"
        }
          ?? "\(node.kind) needs a score at every noise level that it goes through; '\(target.node)' is a network for one",
        at: target.range,
        help: "follow a law, whose smoothed scores are exact, or give the model `noise_levels:`")
      return
    }
    if let beyond = conditioning.ladder.firstBeyond(levels) {
      session.warning(
        "'sampling.\(node.name)' uses '\(target.node)' at σ = \(JSONText.number(beyond)), beyond the levels that it is meant for",
        at: target.range,
        help: measurements.map { measurements in
          "let the levels of the model and of its training reach "
            + (levels.count > 1 ? "from \(JSONText.number(levels[0]) as String) " : "")
            + "to \(measurements.words)"
        })
    }
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
      let other = sampling as? ChainDefinition, other.areStepsSound
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
