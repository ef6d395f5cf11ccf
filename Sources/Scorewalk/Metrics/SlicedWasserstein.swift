/// The sliced Wasserstein-2 distance: SW₂² is the mean over directions u of W₂² between projections on u.
///
/// POT's definition, √(mean over the directions of W₂²), with directions that are fixed: in the plane equispaced
/// angles, in more dimensions uniform ones of a fixed stream, the same in every run. On the line there is one
/// direction, and the distance is W₂. A translation by t has SW₂² = |t|² / d.
///
/// Source: Bonneel, Rabin, Peyré and Pfister, "Sliced and Radon Wasserstein barycenters of measures" (2015),
/// doi:10.1007/s10851-014-0506-3.
public struct SlicedWasserstein: Sendable, Hashable {
  /// u, each of length 1, `[directions, dimension]`.
  public let directions: [[Double]]

  /// The number of directions unless said: POT's.
  public static let usualCount = 50

  /// Takes equispaced directions in the plane, random ones of a fixed stream beyond.
  ///
  /// - Parameters:
  ///   - dimension: d ≥ 1.
  ///   - count: the number of directions, ≥ 1; on the line there is one.
  public init(dimension: Int, count: Int = usualCount) {
    precondition(dimension > 0 && count > 0, "\(count) directions of dimension \(dimension)")
    switch dimension {
    case 1: directions = [[1]]
    case 2:
      directions = (0..<count).map {
        let angle = Double.pi * Double($0) / Double(count)
        return [Double.cos(angle), Double.sin(angle)]
      }
    default:
      let normals = Matrix<Double>(features: dimension, rows: count)
      GaussianMixture.truthStream.normals(
        .evaluation, step: 4, rows: 0..<count, columns: 0..<dimension, into: normals)
      directions = (0..<count).map { row in
        let origin = [Double](repeating: 0, count: dimension)
        return ProjectionLine(
          direction: (0..<dimension).map { normals[$0, row] }, origin: origin
        ).unit
      }
    }
  }

  /// Takes directions of any length, none of them zero, `[directions, dimension]`.
  public init(directions: [[Double]]) {
    precondition(!directions.isEmpty, "a sliced distance needs at least one direction")
    self.directions = directions.map {
      ProjectionLine(direction: $0, origin: [Double](repeating: 0, count: $0.count)).unit
    }
  }

  /// The distance between two sample sets of any sizes.
  ///
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O(directions · (n (dimension + log n) + m (dimension + log m))).
  public func distance(_ first: SampleSet, _ second: SampleSet) -> Double {
    guard first.isFinite && second.isFinite else { return .nan }
    var sum = 0.0
    for direction in directions {
      sum += project(first, direction).squaredWasserstein2(
        against: project(second, direction))
    }
    return (sum / Double(directions.count)).squareRoot()
  }

  /// The distance of a sample set to a law, whose projections are known exactly.
  ///
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O(directions · n (dimension + log n + components)).
  public func distance(_ samples: SampleSet, to law: Law) -> Double {
    Reference(self, law, count: samples.count).distance(samples)
  }

  /// A law made ready for sliced distances to sample sets of one size.
  package struct Reference: Sendable {
    /// The number of samples that it is for.
    package let count: Int
    private let sliced: SlicedWasserstein
    private let slices: [QuantileReference]

    /// - Complexity: O(directions · count · components); holds directions · count numbers.
    package init(_ sliced: SlicedWasserstein, _ law: Law, count: Int) {
      self.count = count
      self.sliced = sliced
      let origin = [Double](repeating: 0, count: law.dimension)
      slices = sliced.directions.map {
        QuantileReference(law.projected(onto: $0, from: origin), count: count)
      }
    }

    /// The distance of `count` samples; NaN where one is not finite.
    package func distance(_ samples: SampleSet) -> Double {
      guard samples.isFinite else { return .nan }
      var sum = 0.0
      for (direction, slice) in zip(sliced.directions, slices) {
        sum += slice.squaredWasserstein2(sliced.project(samples, direction).sorted)
      }
      return (sum / Double(slices.count)).squareRoot()
    }
  }

  private func project(_ samples: SampleSet, _ direction: [Double]) -> EmpiricalDistribution {
    EmpiricalDistribution(
      samples.projected(
        onto: direction, from: [Double](repeating: 0, count: samples.dimension)
      ).values)
  }
}
