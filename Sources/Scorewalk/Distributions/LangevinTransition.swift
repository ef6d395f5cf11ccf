/// The law that unadjusted Langevin dynamics on the line really has, step size and all.
///
/// x' = x + δ s(x) + √(2δ) z, z ~ N(0, 1), does not leave p invariant but a law that differs by
/// O(δ). The chain's kernel on an equispaced grid is K(x, x') = N(x'; x + δ s(x), 2δ) times the
/// spacing; the trapezoid rule makes that spectrally accurate. The stationary law on the grid gives,
/// through the kernel, a density that is known everywhere: Σ π_i N(x'; x_i + δ s(x_i), 2δ).
public struct LangevinTransition: Sendable {
  /// The law whose score drives the chain.
  public let target: GaussianMixture
  /// δ, in squared units of the positions.
  public let stepSize: Double
  /// The grid, ascending and equispaced.
  public let positions: [Double]
  /// The probability of each grid point in the stationary law, summing to 1.
  public let stationary: [Double]
  /// λ₂, the chain's second eigenvalue: what is left of the slowest deviation after a step.
  public let secondEigenvalue: Double

  let chain: BandedChain
  /// x_i + δ s(x_i).
  let centers: [Double]

  /// Solves for the stationary law of a chain.
  ///
  /// - Parameters:
  ///   - target: a mixture on the line.
  ///   - stepSize: δ > 0; for the `half` convention δ = h / 2.
  ///   - maximumPoints: the largest grid.
  /// - Throws: ``DistributionError`` `.noStationaryLaw` where the chain is unstable (δ ≥ 2 s² for
  ///   the widest component), `.gridTooLarge` where the grid exceeds the limit, or its matrix 10⁸ numbers.
  /// - Complexity: about O(points · 100²); 20 ms for seed 000.
  public init(
    target: GaussianMixture, stepSize: Double, maximumPoints: Int = 20_000
  ) throws(DistributionError) {
    precondition(stepSize > 0 && stepSize.isFinite, "step size \(stepSize) is not > 0")
    let line = target.onLine
    self.target = target
    self.stepSize = stepSize
    let noise = (2 * stepSize).squareRoot()
    let widest = line.deviations.max() ?? 1
    guard stepSize < 2 * widest * widest else {
      throw DistributionError(
        code: .noStationaryLaw,
        message: "step size \(stepSize) is not below \(2 * widest * widest), twice the largest "
          + "variance: the chain flies off")
    }
    var reach = 8.5
    while true {
      let grid = Self.grid(line, stepSize, reach: reach)
      guard grid.count <= Double(maximumPoints) else {
        throw DistributionError(
          code: .gridTooLarge,
          message: DistributionError.gridIsTooLarge(
            stepSize: stepSize, points: grid.count, most: maximumPoints))
      }
      let positions = (0..<Int(grid.count)).map { grid.from + Double($0) * grid.spacing }
      let centers = positions.map { $0 + stepSize * line.score($0) }
      let chain = try Self.chain(centers, grid, noise)
      let law = chain.stationary()
      guard law.allSatisfy({ $0.isFinite }) else {
        throw DistributionError(
          code: .noStationaryLaw,
          message: "crossings between the modes are rarer than double precision can tell")
      }
      if max(law[0], law[1], law[law.count - 1], law[law.count - 2]) > 1e-14 {
        reach *= 1.5
        continue
      }
      self.positions = positions
      self.centers = centers
      self.chain = chain
      stationary = law
      break
    }
    secondEigenvalue = chain.secondEigenvalue(stationary: stationary, start: positions)
  }

  /// -1 / log λ₂: the number of steps in which the slowest deviation falls by a factor e.
  ///
  /// ∞ where 1 - λ₂ is lost in rounding error: the chain does not mix.
  public var relaxationSteps: Double {
    let gap = 1 - abs(secondEigenvalue)
    return gap > 1e-13 ? -1 / Double.log(abs(secondEigenvalue)) : .infinity
  }

  /// The mean of the stationary law.
  public var mean: Double {
    var sum = 0.0
    for index in stationary.indices { sum += stationary[index] * centers[index] }
    return sum
  }

  /// The variance of the stationary law.
  public var variance: Double {
    let mean = mean
    var sum = 0.0
    for index in stationary.indices {
      sum += stationary[index] * (centers[index] - mean) * (centers[index] - mean)
    }
    return sum + 2 * stepSize
  }

  /// The law after some steps from a law on the grid, `[points]`.
  ///
  /// - Complexity: O(steps · points · 100).
  public func evolved(_ law: [Double], steps: Int) -> [Double] {
    precondition(law.count == positions.count, "\(law.count) for \(positions.count) points")
    var law = law
    for _ in 0..<steps { law = chain.advanced(law) }
    return law
  }

  /// What the matrix may hold.
  private static let largestMatrix = 100_000_000

  private struct Grid {
    let from: Double
    let spacing: Double
    /// A whole number, which may be larger than a machine word holds.
    let count: Double
  }

  private static func grid(_ line: LineMixture, _ stepSize: Double, reach: Double) -> Grid {
    let noise = (2 * stepSize).squareRoot()
    var low = Double.infinity
    var high = -Double.infinity
    var narrowest = Double.infinity
    for index in 0..<line.count {
      let variance = line.deviations[index] * line.deviations[index]
      let ratio = stepSize / (2 * variance)
      let spread = ratio < 1 ? line.deviations[index] / (1 - ratio).squareRoot() : noise
      low = min(low, line.means[index] - reach * spread - noise)
      high = max(high, line.means[index] + reach * spread + noise)
      narrowest = min(narrowest, line.deviations[index])
    }
    // Where the drift stretches the line, the kernel as a function of its start is narrower.
    var stretch = 1.0
    for cut in line.panelCuts(reach: 6) + line.handovers.map(\.place) {
      stretch = max(stretch, abs(1 + stepSize * line.scoreAndSlope(cut).slope))
    }
    let spacing = min(noise / (4 * stretch), narrowest / 4)
    let count = ((high - low) / spacing).rounded(.up) + 1
    return Grid(from: low, spacing: (high - low) / (count - 1), count: count)
  }

  private static func chain(
    _ centers: [Double], _ grid: Grid, _ noise: Double
  ) throws(DistributionError) -> BandedChain {
    let reach = 9 * noise / grid.spacing
    var bounds: [(first: Int, last: Int)] = []
    var left = 1
    var right = 1
    for (row, center) in centers.enumerated() {
      let place = (center - grid.from) / grid.spacing
      let end = grid.count - 1
      let first = Int(max(0, min(end, (place - reach).rounded(.up))))
      let last = Int(max(Double(first), min(end, (place + reach).rounded(.down))))
      bounds.append((first, last))
      left = max(left, row - first)
      right = max(right, last - row)
    }
    let width = left + right + 1
    guard centers.count * width <= largestMatrix else {
      throw DistributionError(
        code: .gridTooLarge,
        message: "\(centers.count) grid points with \(width) transitions each are too many")
    }
    var probabilities = [Double](repeating: 0, count: centers.count * width)
    for (row, center) in centers.enumerated() {
      var total = 0.0
      for column in bounds[row].first...bounds[row].last {
        let u = (grid.from + Double(column) * grid.spacing - center) / noise
        let value = Double.exp(-0.5 * u * u)
        probabilities[row * width + column - row + left] = value
        total += value
      }
      for column in bounds[row].first...bounds[row].last {
        probabilities[row * width + column - row + left] /= total
      }
    }
    return BandedChain(
      count: centers.count, left: left, right: right, probabilities: probabilities)
  }
}
