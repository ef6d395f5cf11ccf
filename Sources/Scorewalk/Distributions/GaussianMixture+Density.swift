extension GaussianMixture {
  /// log p(x), by log-sum-exp: finite wherever |x - m|² is, however far in the tail.
  ///
  /// - Parameter x: a point, `[dimension]`.
  public func logDensity(_ x: [Double]) -> Double {
    precondition(x.count == dimension, "\(x.count) coordinates, the law has \(dimension)")
    if let line { return line.logDensity(x[0]) }
    let terms = factors.map { $0.logTerm(x) }
    var largest = -Double.infinity
    for term in terms { largest = max(largest, term) }
    guard largest > -.infinity else { return largest }
    var sum = 0.0
    for term in terms { sum += Double.exp(term - largest) }
    return largest + Double.log(sum)
  }

  /// p(x); 0 where it underflows.
  public func density(_ x: [Double]) -> Double { Double.exp(logDensity(x)) }

  /// r_k(x) = w_k N(x; m_k, C_k) / p(x): the probability of each component given x,
  /// `[components]`, summing to 1.
  public func responsibilities(_ x: [Double]) -> [Double] {
    precondition(x.count == dimension, "\(x.count) coordinates, the law has \(dimension)")
    var terms = factors.map { $0.logTerm(x) }
    var largest = -Double.infinity
    for term in terms { largest = max(largest, term) }
    var sum = 0.0
    for index in terms.indices {
      terms[index] = Double.exp(terms[index] - largest)
      sum += terms[index]
    }
    for index in terms.indices { terms[index] /= sum }
    return terms
  }

  /// s(x) = ∇ log p(x) = Σ r_k(x) C_k⁻¹ (m_k - x), `[dimension]`.
  public func score(_ x: [Double]) -> [Double] {
    precondition(x.count == dimension, "\(x.count) coordinates, the law has \(dimension)")
    if let line { return [line.score(x[0])] }
    let weights = responsibilities(x)
    var score = [Double](repeating: 0, count: dimension)
    for (weight, factor) in zip(weights, factors) {
      let gradient = factor.gradient(x)
      for index in score.indices { score[index] += weight * gradient[index] }
    }
    return score
  }

  /// ∇² log p(x) = Σ r_k (g_k g_kᵀ - C_k⁻¹) - s sᵀ with g_k = C_k⁻¹ (m_k - x),
  /// `[dimension, dimension]`: the Jacobian of the score.
  public func scoreJacobian(_ x: [Double]) -> [[Double]] {
    let weights = responsibilities(x)
    let gradients = factors.map { $0.gradient(x) }
    let score = score(x)
    // Centred on the score, the products of gradients lose no digits to cancellation.
    return score.indices.map { row in
      score.indices.map { column in
        var sum = 0.0
        for index in factors.indices {
          let spread =
            (gradients[index][row] - score[row]) * (gradients[index][column] - score[column])
          sum += weights[index] * (spread - factors[index].precision(row, column))
        }
        return sum
      }
    }
  }

  /// log p(x) on the line; the mixture must have dimension 1, here and below.
  public func logDensity(_ x: Double) -> Double { onLine.logDensity(x) }

  /// p(x) on the line.
  public func density(_ x: Double) -> Double { onLine.density(x) }

  /// s(x) on the line.
  public func score(_ x: Double) -> Double { onLine.score(x) }

  /// F(x) = Σ w_k Φ((x - m_k) / s_k) on the line.
  public func cdf(_ x: Double) -> Double { onLine.cdf(x) }

  /// The x with F(x) = probability on the line; -∞ at 0 and ∞ at 1.
  public func quantile(_ probability: Double) -> Double { onLine.quantile(probability) }

  /// The mixture laid out for the line.
  package var onLine: LineMixture {
    guard let line else {
      preconditionFailure("this needs a law of dimension 1, not \(dimension)")
    }
    return line
  }
}
