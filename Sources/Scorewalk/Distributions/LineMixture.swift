/// A Gaussian mixture on the line, laid out for fast scalar evaluation.
///
/// p(x) = Σ w_k N(x; m_k, s_k²). ``GaussianMixture`` holds one when its dimension is 1.
package struct LineMixture: Sendable, Hashable {
  /// w_k ≥ 0, summing to 1, `[components]`.
  package let weights: [Double]
  /// m_k, `[components]`.
  package let means: [Double]
  /// s_k > 0, `[components]`.
  package let deviations: [Double]
  /// log w_k - log s_k - ½ log 2π, `[components]`; -∞ for a weight of zero.
  package let logCoefficients: [Double]

  /// ½ log 2π.
  package static let halfLogTwoPi = 0.918_938_533_204_672_74
  /// 1 / √(2π).
  package static let inverseRootTwoPi = 0.398_942_280_401_432_7

  /// Creates the mixture from weights that already sum to 1.
  package init(weights: [Double], means: [Double], deviations: [Double]) {
    self.weights = weights
    self.means = means
    self.deviations = deviations
    logCoefficients = weights.indices.map {
      weights[$0] > 0
        ? Double.log(weights[$0]) - Double.log(deviations[$0]) - Self.halfLogTwoPi : -.infinity
    }
  }

  /// The number of components.
  package var count: Int { weights.count }

  /// log w_k N(x; m_k, s_k²).
  @inline(__always)
  func logTerm(_ component: Int, _ x: Double) -> Double {
    let u = (x - means[component]) / deviations[component]
    return logCoefficients[component] - 0.5 * u * u
  }

  @inline(__always)
  func largestTerm(_ x: Double) -> Double {
    var largest = -Double.infinity
    for component in weights.indices { largest = max(largest, logTerm(component, x)) }
    return largest
  }

  /// log p(x), by log-sum-exp.
  package func logDensity(_ x: Double) -> Double {
    let largest = largestTerm(x)
    guard largest > -.infinity else { return largest }
    var sum = 0.0
    for component in weights.indices { sum += Double.exp(logTerm(component, x) - largest) }
    return largest + Double.log(sum)
  }

  /// p(x).
  package func density(_ x: Double) -> Double {
    var sum = 0.0
    for component in weights.indices { sum += Double.exp(logTerm(component, x)) }
    return sum
  }

  /// s(x) = d/dx log p(x), and its derivative s'(x).
  package func scoreAndSlope(_ x: Double) -> (score: Double, slope: Double) {
    let largest = largestTerm(x)
    var total = 0.0
    var first = 0.0
    var second = 0.0
    for component in weights.indices {
      let weight = Double.exp(logTerm(component, x) - largest)
      let precision = 1 / (deviations[component] * deviations[component])
      let gradient = (means[component] - x) * precision
      total += weight
      first += weight * gradient
      second += weight * (gradient * gradient - precision)
    }
    let score = first / total
    return (score, second / total - score * score)
  }

  /// s(x) = d/dx log p(x).
  package func score(_ x: Double) -> Double {
    let largest = largestTerm(x)
    var total = 0.0
    var first = 0.0
    for component in weights.indices {
      let weight = Double.exp(logTerm(component, x) - largest)
      total += weight
      first += weight * ((means[component] - x) / (deviations[component] * deviations[component]))
    }
    return first / total
  }

  /// F(x) = Σ w_k Φ((x - m_k) / s_k).
  package func cdf(_ x: Double) -> Double {
    var sum = 0.0
    for component in weights.indices {
      let u = (x - means[component]) / deviations[component]
      sum += weights[component] * Double.normalCDF(u)
    }
    return sum
  }

  /// 1 - F(x), accurate in the upper tail.
  package func survival(_ x: Double) -> Double {
    var sum = 0.0
    for component in weights.indices {
      let u = (means[component] - x) / deviations[component]
      sum += weights[component] * Double.normalCDF(u)
    }
    return sum
  }

  /// ∫ F from -∞ to x = Σ w_k s_k (u Φ(u) + φ(u)), u = (x - m_k) / s_k.
  package func cdfIntegral(_ x: Double) -> Double {
    var sum = 0.0
    for component in weights.indices {
      let u = (x - means[component]) / deviations[component]
      sum += weights[component] * deviations[component] * Self.rampMean(u)
    }
    return sum
  }

  /// ∫ (1 - F) from x to ∞.
  package func survivalIntegral(_ x: Double) -> Double {
    var sum = 0.0
    for component in weights.indices {
      let u = (means[component] - x) / deviations[component]
      sum += weights[component] * deviations[component] * Self.rampMean(u)
    }
    return sum
  }

  /// E|X - c| = Σ w_k s_k (u (2 Φ(u) - 1) + 2 φ(u)), u = (c - m_k) / s_k.
  package func meanAbsoluteDeviation(around center: Double) -> Double {
    cdfIntegral(center) + survivalIntegral(center)
  }

  /// E max(u - Z, 0) = u Φ(u) + φ(u) for a standard normal Z.
  static func rampMean(_ u: Double) -> Double {
    max(0, u * Double.normalCDF(u) + inverseRootTwoPi * Double.exp(-0.5 * u * u))
  }

  /// The x with F(x) = probability, for 0 < probability < 1; ∓∞ at 0 and 1.
  ///
  /// Newton's method inside a bracket that every step shrinks; above the median it solves for the
  /// upper tail, so that both tails are accurate.
  package func quantile(_ probability: Double) -> Double {
    guard probability > 0 else { return -.infinity }
    guard probability < 1 else { return .infinity }
    let z = Double.normalQuantile(probability)
    var low = Double.infinity
    var high = -Double.infinity
    for component in weights.indices where weights[component] > 0 {
      let x = means[component] + deviations[component] * z
      low = min(low, x)
      high = max(high, x)
    }
    let usesSurvival = probability > 0.5
    let tail = 1 - probability
    var x = 0.5 * (low + high)
    for _ in 0..<200 {
      guard low < high else { break }
      let excess = usesSurvival ? tail - survival(x) : cdf(x) - probability
      if excess == 0 { break }
      if excess > 0 { high = x } else { low = x }
      let newton = x - excess / density(x)
      let next = newton > low && newton < high ? newton : 0.5 * (low + high)
      if abs(next - x) <= 4e-16 * max(abs(x), abs(high - low)) || next == low && next == high {
        x = next
        break
      }
      x = next
    }
    return x
  }

  /// A place where one component hands the line over to another: s' is largest there, about
  /// ¼ Δg² for the difference Δg of the two components' scores.
  struct Handover: Sendable, Hashable {
    let place: Double
    /// |Δg|; the responsibilities change within 1 / |Δg|.
    let gap: Double
  }

  /// Where the densities of two components with their weights are equal and no third is much larger.
  var handovers: [Handover] {
    var found: [Handover] = []
    for first in weights.indices where weights[first] > 0 {
      for second in (first + 1)..<max(count, first + 1) where weights[second] > 0 {
        // log term_1 - log term_2 = a y² + 2 b y + c about the first mean.
        let (p, q) = (
          1 / (deviations[first] * deviations[first]),
          1 / (deviations[second] * deviations[second])
        )
        let shift = means[second] - means[first]
        let a = 0.5 * (q - p)
        let b = -0.5 * q * shift
        let c = logCoefficients[first] - logCoefficients[second] + 0.5 * q * shift * shift
        let discriminant = b * b - a * c
        guard discriminant > 0 else { continue }
        // Without cancellation: one root by the larger sum, the other by the product of both.
        let sum = -(b + (b < 0 ? -1 : 1) * discriminant.squareRoot())
        for y in [sum == 0 ? .infinity : c / sum, a == 0 ? .infinity : sum / a]
        where y.isFinite {
          let x = means[first] + y
          guard logTerm(first, x) > largestTerm(x) - 10 else { continue }
          found.append(Handover(place: x, gap: abs((means[second] - x) * q + y * p)))
        }
      }
    }
    return found.sorted { ($0.place, $0.gap) < ($1.place, $1.gap) }
  }
}
