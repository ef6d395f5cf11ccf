import Scorewalk
import YAML

/// `gaussian-mixture`: Σ wₖ N(mₖ, Cₖ).
package struct GaussianMixtureDefinition: DataDefinition {
  package let mixture: GaussianMixture?
  package let ownDimension: Int?

  package static let kind = Kind<any DataDefinition>(
    "gaussian-mixture", "A mixture of Gaussians in any dimension: Σ w N(mean, covariance)."
  ) { reader in
    var dimension: Int?
    let components = reader.maps("components", "The components; weights are relative.") {
      component(from: $0, dimension: &dimension)
    }
    let complete = components.compactMap { $0 }
    var mixture: GaussianMixture?
    if !complete.isEmpty, complete.count == components.count {
      do throws(DistributionError) {
        mixture = try GaussianMixture(components: complete)
        if let mistake = mixture?.resolutionMistake { throw mistake }
      } catch {
        reader.session.error(
          "'\(reader.fullPath("components"))': \(error.description)",
          at: reader.range(of: "components"))
      }
    }
    return GaussianMixtureDefinition(mixture: mixture, ownDimension: dimension)
  }

  /// One component; nil where a mistake in it was reported.
  private static func component(
    from reader: FieldReader, dimension: inout Int?
  ) -> GaussianMixture.Component? {
    let weight = reader.sound {
      reader.number("weight", "The relative weight.", in: .positive, default: 1)
    }
    let soundMean = reader.sound {
      reader.numbers("mean", "The mean, one number a coordinate.", unit: "of the data")
    }
    let soundCovariance = reader.sound { covariance(from: reader, dimension: soundMean?.count) }
    guard let mean = soundMean else { return nil }
    let expected = dimension ?? mean.count
    dimension = expected
    if mean.count != expected {
      reader.session.error(
        "'\(reader.fullPath("mean"))' has \(mean.count) coordinates where the first component has \(expected)",
        at: reader.range(of: "mean"))
      return nil
    }
    guard let weight, let covariance = soundCovariance ?? nil else { return nil }
    return GaussianMixture.Component(weight: weight, mean: mean, covariance: covariance)
  }

  private static func covariance(
    from reader: FieldReader, dimension: Int?
  ) -> Covariance? {
    let ways = ["std", "variances", "covariance"].filter(reader.isWritten)
    if ways.count > 1 {
      reader.session.error(
        "'\(reader.path)' has both '\(ways[0])' and '\(ways[1])'", at: reader.range(of: ways[1]),
        help: "keep one: std (isotropic), variances (diagonal) or covariance (full)")
    } else if ways.isEmpty, !reader.session.isListing, !reader.isBroken {
      reader.isMissing(
        "std", help: "add `std:` (isotropic), `variances:` (diagonal) or `covariance:` (full)")
    }
    var covariance: Covariance? =
      reader.optionalNumber(
        "std", "The standard deviation in every coordinate.", unit: "of the data", in: .deviation
      ).map { .isotropic($0 * $0) }
    if let variances = reader.optionalNumbers(
      "variances", "The variances, one a coordinate, in place of std.",
      unit: "of the data, squared",
      in: .positive)
    {
      covariance = .diagonal(variances)
      if let dimension, variances.count != dimension {
        reader.session.error(
          "'\(reader.fullPath("variances"))' has \(variances.count) numbers in \(dimension) dimensions",
          at: reader.range(of: "variances"))
      }
    }
    if let rows = reader.optionalVectors(
      "covariance", "The covariance matrix, row by row, in place of std.",
      unit: "of the data, squared")
    {
      covariance = .full(rows)
      if let dimension, rows.count != dimension || rows.contains(where: { $0.count != dimension }) {
        reader.session.error(
          "'\(reader.fullPath("covariance"))' must be \(dimension) × \(dimension)",
          at: reader.range(of: "covariance"))
      }
    }
    return ways.count == 1 ? covariance : nil
  }

  package func law(in graph: ExperimentGraph) -> Law? { mixture.map { .mixture($0) } }
  package func dimension(in graph: ExperimentGraph) -> Int? { ownDimension }
}

/// `categorical`: atoms with weights.
package struct CategoricalDefinition: DataDefinition {
  package let categorical: Categorical?
  package let ownDimension: Int?

  package static let kind = Kind<any DataDefinition>(
    "categorical", "Finitely many points, the atoms, with weights."
  ) { reader in
    let soundValues = reader.sound {
      reader.vectors("values", "The atoms, each a list of coordinates.", unit: "of the data")
    }
    let soundWeights = reader.sound {
      reader.optionalNumbers(
        "weights", "Relative weights of the atoms; equal unless said.", in: .positive)
    }
    guard let values = soundValues, let written = soundWeights else {
      return CategoricalDefinition(categorical: nil, ownDimension: soundValues?.first?.count)
    }
    if let written, written.allSatisfy({ $0 == 1 }) { reader.addsNothing("weights") }
    let weights = written ?? [Double](repeating: 1, count: values.count)
    if weights.count != values.count {
      reader.session.error(
        "'\(reader.fullPath("weights"))' has \(weights.count) numbers for \(values.count) atoms",
        at: reader.range(of: "weights"))
    }
    var categorical: Categorical?
    let dimension = values.first?.count ?? 1
    if weights.count == values.count, values.allSatisfy({ $0.count == dimension }) {
      do throws(DistributionError) {
        categorical = try Categorical(values: values, weights: weights)
      } catch {
        reader.session.error(
          "'\(reader.path)': \(error.description)", at: reader.range(of: "values"))
      }
    }
    return CategoricalDefinition(categorical: categorical, ownDimension: dimension)
  }

  package func law(in graph: ExperimentGraph) -> Law? { categorical.map { .categorical($0) } }
  package func dimension(in graph: ExperimentGraph) -> Int? { ownDimension }
}

/// `smoothed`: another law plus Gaussian noise, Y = X + σN.
package struct SmoothedDefinition: DataDefinition {
  package let from: Reference
  package let noiseLevel: Double
  private let noiseRange: SourceRange?

  package static let kind = Kind<any DataDefinition>(
    "smoothed", "Another law plus Gaussian noise: Y = X + σ N(0, I)."
  ) { reader in
    let from = reader.reference("from", to: [.law], "The law of X.")
    let noiseLevel =
      reader.noiseLevel("noise_level", "σ, the standard deviation of the noise.") ?? 1
    return SmoothedDefinition(
      from: from, noiseLevel: noiseLevel, noiseRange: reader.range(of: "noise_level"))
  }

  package func law(in graph: ExperimentGraph) -> Law? {
    graph.law(from).map { .mixture($0.smoothed(noiseLevel: noiseLevel)) }
  }

  package func dimension(in graph: ExperimentGraph) -> Int? { graph.dimension(ofData: from) }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    guard let mistake = law(in: graph)?.mixture?.resolutionMistake else { return }
    session.error(
      "'data.\(node.name).noise_level': \(mistake.message)", at: noiseRange,
      help: "write more noise, or leave the smoothing out")
  }
}

extension DataDefinition {
  package var isLaw: Bool { true }
  package func rows(in graph: ExperimentGraph) -> Int? { nil }
  package var isRandom: Bool { !isLaw }
  package var input: InputFile? { nil }
  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {}
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {}
}
