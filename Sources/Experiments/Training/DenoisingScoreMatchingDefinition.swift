import Scorewalk
import YAML

/// `denoising-score-matching`: the network learns to undo added noise.
package struct DenoisingScoreMatchingDefinition: ObjectiveDefinition {
  /// What is minimised; where ``DenoisingScoreMatching/ladder`` is nil, at one noise level.
  package let matching: DenoisingScoreMatching
  /// Whether it says at which noise level, or levels, it learns.
  let hasLevels: Bool
  /// Where `level_law` is written.
  let levelLawRange: SourceRange?

  package static let kind = Kind<any ObjectiveDefinition>(
    "denoising-score-matching",
    "The network learns to undo noise that was added to the data, y = x + σn (Vincent 2011)."
  ) { reader in
    let noiseLevel = reader.noiseLevel(
      "noise_level", "σ, the standard deviation of the noise; or `noise_levels`.", isRequired: false
    )
    let ladder = reader.ladder(
      "noise_levels",
      "Several of them, one for each row and draw; for a model that takes the noise level.",
      isRequired: false)
    let hasLadder = reader.isWritten("noise_levels")
    checkLevels(reader, hasLadder: hasLadder)
    let noise = reader.map("noise", "How the noise is drawn.") {
      (
        draws: $0.count(
          "draws", "How many noises each row gets.", atLeast: 1, atMost: 1_000_000, default: 1),
        sharedOver: $0.choices(
          "shared_over",
          "What shares one noise: all rows, all coordinates, or both; nothing unless said.",
          of: DenoisingScoreMatching.Sharing.self, default: [])
      )
    }
    let residual = reader.choice(
      "residual",
      "What is brought to zero: denoised, x − (y + σ² s(y)); score, s(y) + (y − x)/σ²; noise, σ s(y) + n, with a noise network n − n̂(y).",
      default: DenoisingScoreMatching.Residual.denoised)
    let loss = reader.choice(
      "loss",
      "Of a residual: its squared norm (optimum: the posterior mean) or its norm (the median).",
      default: DenoisingScoreMatching.Loss.squared)
    let reduction = reader.choice(
      "reduction", "Over rows and draws: the mean or the sum; coordinates are summed.",
      default: LossReduction.mean)
    let weighting = readWeighting(reader, hasLadder: hasLadder)
    let law = readLevelLaw(reader, ladder: ladder, hasLadder: hasLadder)
    if let ladder {
      checkLadder(reader, loss: loss, isShared: !noise.sharedOver.isEmpty)
      return DenoisingScoreMatchingDefinition(
        matching: DenoisingScoreMatching(
          ladder: ladder, levelLaw: law, draws: noise.draws, residual: residual,
          weighting: weighting, reduction: reduction), hasLevels: true,
        levelLawRange: reader.isWritten("level_law") ? reader.range(of: "level_law") : nil)
    }
    return DenoisingScoreMatchingDefinition(
      matching: DenoisingScoreMatching(
        noiseLevel: noiseLevel ?? 1, draws: noise.draws, sharedOver: Set(noise.sharedOver),
        residual: residual, loss: loss, reduction: reduction),
      hasLevels: hasLadder || reader.isWritten("noise_level"), levelLawRange: nil)
  }

  package func objective(dimension: Int) -> any Objective { matching }

  package func check(
    _ node: ExperimentNode, network: Network, range: SourceRange?, session: ReadingSession
  ) {
    guard let ladder = matching.ladder else { return }
    guard let conditioning = network.conditioning else {
      session.error(
        "'training.\(node.name)' learns at several noise levels, and its model takes none",
        at: range, help: "give the model `noise_levels:`, the same ladder")
      return
    }
    do throws(RunError) {
      try matching.validate(for: network)
    } catch {
      session.error("'training.\(node.name)': \(error.what)", at: range, help: error.hint)
    }
    checkReach(of: ladder, conditioning.ladder, node, range, session)
  }

  /// A log-normal law may leave a tenth of its levels to its tails; by default a twentieth lies beyond the ladder.
  private static let largestTail = 0.1
  /// Less than this is nothing: what is not drawn once in a training is not learned.
  private static let smallestShare = 1e-6

  /// Reports levels at which the network is asked for what it is not meant for.
  private func checkReach(
    of ladder: NoiseLadder, _ meant: NoiseLadder, _ node: ExperimentNode, _ range: SourceRange?,
    _ session: ReadingSession
  ) {
    let share = matching.levelLaw.probability(over: ladder, within: meant)
    let ends =
      "\(JSONText.number(meant.levels[0])) to \(JSONText.number(meant.levels[meant.levels.count - 1]))"
    let remedy =
      levelLawRange == nil
      ? "give both the same ladder"
      : "give both the same ladder, and `level_law` a mean and a std that lie within it, or neither"
    if share < Self.smallestShare {
      session.error(
        "'training.\(node.name)' learns at no noise level that its model is meant for, \(ends)",
        at: levelLawRange ?? range, help: remedy)
    } else if case .logNormal = matching.levelLaw {
      guard share < 1 - Self.largestTail else { return }
      let beyond = TextTable.short(100 * (1 - share), digits: 2)
      session.warning(
        "'training.\(node.name)' draws \(beyond) % of its noise levels beyond those that its model is meant for, \(ends)",
        at: levelLawRange ?? range, help: remedy)
    } else if meant.firstBeyond(ladder.levels) != nil {
      session.warning(
        "'training.\(node.name)' learns at noise levels beyond those that its model is meant for",
        at: range, help: "give both the same ladder")
    }
  }

  /// One noise level, or several.
  private static func checkLevels(_ reader: FieldReader, hasLadder: Bool) {
    let hasLevel = reader.isWritten("noise_level")
    if !hasLevel, !hasLadder {
      reader.isMissing(
        "noise_level",
        help:
          "add `noise_level:`, the standard deviation of the noise, or `noise_levels:`, a ladder of them"
      )
    }
    if hasLevel, hasLadder {
      reader.session.error(
        "'\(reader.path)' has both 'noise_level' and 'noise_levels'",
        at: reader.range(of: "noise_level"), help: "keep one")
    }
  }

  /// What has a meaning at several noise levels alone.
  private static func readWeighting(
    _ reader: FieldReader, hasLadder: Bool
  ) -> DenoisingScoreMatching.Weighting {
    if hasLadder || reader.session.isListing {
      return reader.choice(
        "weighting",
        "With noise_levels, what losses are multiplied by: unit, 1; edm, 1/c_out² of the model's preconditioning.",
        default: DenoisingScoreMatching.Weighting.unit)
    }
    if reader.isWritten("weighting") {
      reader.acceptField("weighting")
      reader.session.error(
        "'\(reader.fullPath("weighting"))' has no meaning at one noise level",
        at: reader.range(of: "weighting"), help: "remove it, or write `noise_levels:`, a ladder")
    }
    return .unit
  }

  /// How levels are drawn, where there are several.
  private static func readLevelLaw(
    _ reader: FieldReader, ladder: NoiseLadder?, hasLadder: Bool
  ) -> NoiseLevelLaw {
    guard hasLadder || reader.session.isListing else {
      if reader.isWritten("level_law") {
        reader.acceptField("level_law")
        reader.session.error(
          "'\(reader.fullPath("level_law"))' has no meaning at one noise level",
          at: reader.range(of: "level_law"), help: "remove it, or write `noise_levels:`, a ladder")
      }
      return .ladder
    }
    let law = reader.optionalMap(
      "level_law",
      "With noise_levels, how σ is drawn; each of the ladder's levels equally often, unless said."
    ) { reader in
      let law = reader.kind("law of noise levels", among: LevelLawKinds.all)?.definition
      return law?(ladder)
    }
    return (law ?? nil) ?? .ladder
  }

  /// What has a meaning at one noise level alone.
  private static func checkLadder(
    _ reader: FieldReader, loss: DenoisingScoreMatching.Loss, isShared: Bool
  ) {
    if loss == .norm {
      reader.session.error(
        "'\(reader.fullPath("loss"))' must be squared with 'noise_levels'",
        at: reader.range(of: "loss"))
    }
    if isShared {
      reader.session.error(
        "'\(reader.fullPath("noise.shared_over"))' has no meaning with 'noise_levels': each row has a level of its own",
        at: reader.range(of: "noise"))
    }
    if !reader.isWritten("residual") {
      reader.isMissing(
        "residual",
        help:
          "add `residual:`, which weighs the levels: noise alike (NCSN), denoised by σ², score by 1/σ²"
      )
    }
  }
}
