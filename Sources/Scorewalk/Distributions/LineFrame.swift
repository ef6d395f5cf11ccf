/// The line through all means of a mixture whose components have one isotropic covariance v I.
///
/// Along it the mixture is a mixture on the line, across it N(0, v I), and the two are independent. The
/// score splits alike, and so does a Langevin chain: its projection on the line is itself a Langevin
/// chain, on ``along``.
public struct LineFrame: Sendable, Hashable {
  /// A point of the line: the first component's mean, `[dimension]`.
  public let origin: [Double]
  /// A unit vector along the line, `[dimension]`.
  public let direction: [Double]
  /// v.
  public let variance: Double
  package let along: LineMixture

  /// The law of ``project(_:)`` of a draw: on the line.
  public var law: GaussianMixture { GaussianMixture(along) }

  /// (x - origin) · direction.
  public func project(_ x: [Double]) -> Double {
    precondition(x.count == origin.count, "\(x.count) coordinates of \(origin.count)")
    var sum = 0.0
    for index in x.indices { sum += (x[index] - origin[index]) * direction[index] }
    return sum
  }

  /// The projected law; its score need not split.
  public func project(_ law: Law) -> Law {
    switch law {
    case .mixture(let mixture):
      return .mixture(
        GaussianMixture(
          validated: mixture.components.map { component in
            var variance = 0.0
            for row in direction.indices {
              for column in direction.indices {
                variance +=
                  direction[row] * component.covariance[row, column] * direction[column]
              }
            }
            return GaussianMixture.Component(
              weight: component.weight, mean: [project(component.mean)],
              covariance: .isotropic(variance))
          }))
    case .categorical(let atoms):
      return .categorical(
        Categorical(validatedValues: atoms.values.map { [project($0)] }, weights: atoms.weights))
    }
  }

  /// Whether another mixture splits along the same line: its means lie on this line too.
  public func contains(meansOf mixture: GaussianMixture) -> Bool {
    mixture.dimension == origin.count
      && mixture.components.allSatisfy { component in
        let place = project(component.mean)
        var square = 0.0
        for index in origin.indices {
          let across = component.mean[index] - origin[index] - place * direction[index]
          square += across * across
        }
        return square <= 1e-18 * max(place * place, variance)
      }
  }

  /// Where the first of two neighbouring components, seen along the line, hands over to the second as
  /// the most responsible one; and which components have a stretch of the line, from left to right.
  ///
  /// With one variance for all, log w_k + x m_k / v - m_k² / 2v are lines in x, and the largest is their
  /// upper envelope.
  package var partition: (components: [Int], cuts: [Double]) {
    let order = along.means.indices.filter { along.weights[$0] > 0 }.sorted {
      (along.means[$0], -along.weights[$0], $0) < (along.means[$1], -along.weights[$1], $1)
    }
    func cut(_ left: Int, _ right: Int) -> Double {
      let (a, b) = (along.means[left], along.means[right])
      let ratio = Double.log(along.weights[left]) - Double.log(along.weights[right])
      return 0.5 * (a + b) + variance * ratio / (b - a)
    }
    var components: [Int] = []
    var cuts: [Double] = []
    for next in order {
      if let last = components.last, along.means[last] == along.means[next] { continue }
      while let last = components.last {
        let place = cut(last, next)
        guard let previous = cuts.last, place <= previous else {
          cuts.append(place)
          break
        }
        components.removeLast()
        cuts.removeLast()
      }
      components.append(next)
    }
    return (components, cuts)
  }
}

extension GaussianMixture {
  /// The line through all means, where all covariances are one v I; nil where they are not.
  ///
  /// Of a single Gaussian, or of one in every respect, any line will do: it is along the first axis.
  public var lineFrame: LineFrame? {
    guard let variance = components[0].covariance.isotropicVariance else { return nil }
    guard components.allSatisfy({ $0.covariance.isotropicVariance == variance }) else { return nil }
    let origin = components[0].mean
    let offsets = components.map { component in
      component.mean.indices.map { component.mean[$0] - origin[$0] }
    }
    var direction = [Double](repeating: 0, count: dimension)
    direction[0] = 1
    var longest = 0.0
    for offset in offsets {
      var square = 0.0
      for value in offset { square += value * value }
      if square > longest {
        longest = square
        direction = offset
      }
    }
    let length = longest > 0 ? longest.squareRoot() : 1
    for index in direction.indices { direction[index] /= length }
    var means: [Double] = []
    for offset in offsets {
      var product = 0.0
      var square = 0.0
      for index in offset.indices {
        product += offset[index] * direction[index]
        square += offset[index] * offset[index]
      }
      guard abs(square - product * product) <= 1e-13 * longest else { return nil }
      means.append(product)
    }
    let deviation = variance.squareRoot()
    return LineFrame(
      origin: origin, direction: direction, variance: variance,
      along: LineMixture(
        weights: components.map(\.weight), means: means,
        deviations: means.map { _ in deviation }))
  }
}

extension Covariance {
  /// v where the covariance is v I, however it is written.
  fileprivate var isotropicVariance: Double? {
    switch self {
    case .isotropic(let variance): return variance
    case .diagonal(let variances):
      return variances.allSatisfy { $0 == variances[0] } ? variances[0] : nil
    case .full(let rows):
      for row in rows.indices {
        for column in rows.indices where rows[row][column] != (row == column ? rows[0][0] : 0) {
          return nil
        }
      }
      return rows[0][0]
    }
  }
}
