import Scorewalk

/// The kinds of laws from which a training draws its noise levels.
package enum LevelLawKinds {
  /// A law, once it is known which ladder it is over.
  package typealias Definition = @Sendable (NoiseLadder?) -> NoiseLevelLaw

  package static let all: [Kind<Definition>] = [
    Kind("ladder", "The levels of the ladder, all equally likely (NCSN).") { _ in { _ in .ladder }
    },
    Kind("log-uniform", "log σ is uniform between the logarithms of the ladder's ends.") { _ in
      { _ in .logUniform }
    },
    Kind("log-normal", "log σ ~ N(mean, std²) (EDM; Karras et al. 2022).") { reader in
      let mean = reader.optionalNumber(
        "mean", "Of log σ; unless said, the middle of the ladder's ends on the logarithmic scale.",
        in: .logarithm)
      let deviation = reader.optionalNumber(
        "std", "Of log σ; unless said, a quarter of the way between the ladder's ends.",
        in: .logarithmDeviation)
      return { ladder in
        guard let ladder,
          case .logNormal(let middle, let quarter) = NoiseLevelLaw.logNormal(over: ladder)
        else { return .ladder }
        return .logNormal(mean: mean ?? middle, deviation: deviation ?? quarter)
      }
    },
  ]
}

extension NumberRange {
  /// So that no noise level is beyond the numbers that float32 has.
  fileprivate static let logarithm = NumberRange(lower: -40, upper: 40)
  fileprivate static let logarithmDeviation = NumberRange(lower: 1e-6, upper: 4)
}
