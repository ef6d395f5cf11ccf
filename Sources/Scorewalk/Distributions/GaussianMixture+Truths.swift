extension GaussianMixture {
  /// The stream of all Monte Carlo truths: they are the same in every run.
  package static let truthStream = RandomStream(key: 0x5363_6f72_6577_616c)
  /// Draws of a Monte Carlo truth.
  package static let truthDraws = 65_536

  /// Fisher information of location: I(p) = E|∇ log p(X)|², in 1 / (units of the positions)².
  ///
  /// Exact for one Gaussian (tr C⁻¹), on the line (quadrature) and for equal isotropic covariances
  /// with all means on one line (it splits into a law on that line and a Gaussian). Elsewhere the
  /// mean over 65,536 draws of a fixed stream, with its standard error.
  public var fisherInformation: Expectation {
    if components.count == 1 {
      var trace = 0.0
      for index in 0..<dimension { trace += factors[0].precision(index, index) }
      return Expectation(value: trace)
    }
    if let line { return Expectation(value: line.fisherInformation) }
    if let frame = lineFrame {
      return Expectation(
        value: frame.along.fisherInformation + Double(dimension - 1) / frame.variance)
    }
    return sampledExpectation { x in
      var square = 0.0
      for value in self.score(x) { square += value * value }
      return square
    }
  }

  /// Differential entropy -E log p(X), in nats; by quadrature on the line, else by Monte Carlo.
  public var entropy: Expectation {
    if components.count == 1 {
      return Expectation(value: 0.5 * Double(dimension) - factors[0].logNormalizer)
    }
    if let line {
      return Expectation(
        value: line.quadrature.integral { x in
          let logDensity = line.logDensity(x)
          return logDensity > -700 ? -Double.exp(logDensity) * logDensity : 0
        })
    }
    if let frame = lineFrame {
      let across = 0.5 + LineMixture.halfLogTwoPi + 0.5 * Double.log(frame.variance)
      let line = GaussianMixture(frame.along).entropy
      return line.scaled(by: 1, plus: Double(dimension - 1) * across)
    }
    return sampledExpectation { -self.logDensity($0) }
  }

  /// -E log q(X) of another density, in nats; the entropy where q is this one's, by quadrature on the line, else by Monte
  /// Carlo.
  ///
  /// - Parameter other: q, of the same dimension.
  package func crossEntropy(with other: GaussianMixture) -> Expectation {
    if other == self { return entropy }
    guard let line else { return sampledExpectation { -other.logDensity($0) } }
    return Expectation(
      value: line.quadrature.integral { x in
        let logDensity = line.logDensity(x)
        return logDensity > -700 ? -Double.exp(logDensity) * other.logDensity([x]) : 0
      })
  }

  /// Energy barriers on the line, `[valleys]`: log p(mode) - log p(valley) seen from the left and
  /// from the right mode, in nats.
  public var barriers: [(fromLeft: Double, fromRight: Double)] {
    let points = onLine.criticalPoints
    return points.valleys.indices.map { index in
      let bottom = onLine.logDensity(points.valleys[index])
      return (
        onLine.logDensity(points.modes[index]) - bottom,
        onLine.logDensity(points.modes[index + 1]) - bottom
      )
    }
  }

  /// E f(X) by the fixed stream's draws, with its standard error.
  package func sampledExpectation(_ function: ([Double]) -> Double) -> Expectation {
    let count = Self.truthDraws
    let dimension = dimension
    let draws = Law.mixture(self).sample(
      rows: 0..<count, stream: Self.truthStream, step: 0, purposes: .evaluation)
    var mean = 0.0
    var squares = 0.0
    for row in 0..<count {
      let value = function(Array(draws[row * dimension..<(row + 1) * dimension]))
      let step = value - mean
      mean += step / Double(row + 1)
      squares += step * (value - mean)
    }
    let variance = squares / Double(count - 1)
    return Expectation(value: mean, standardError: (variance / Double(count)).squareRoot())
  }

  /// A mixture on the line from its layout.
  init(_ line: LineMixture) {
    self.init(
      validated: line.weights.indices.map {
        Component(
          weight: line.weights[$0], mean: [line.means[$0]],
          standardDeviation: line.deviations[$0])
      })
  }
}

extension LineMixture {
  /// I(p) = ∫ p s².
  package var fisherInformation: Double {
    quadrature.integral { x in
      let score = score(x)
      return density(x) * (score * score)
    }
  }
}
