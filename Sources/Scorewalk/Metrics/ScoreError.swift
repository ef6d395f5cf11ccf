/// How far a score is from the exact one: E_p |s(X) - s*(X)|² with s* = ∇ log p, in all of space and in
/// the modes, valleys and tails of the law.
///
/// The law is what the score is of: for a network that was trained with noise, the smoothed one.
/// Half the error is the Fisher divergence; the error of s = 0 is I(p), by which it is divided to give
/// the relative error. On the line expectations are Gauss-Legendre sums, whose panels end where a
/// region does; in more dimensions they are means over 65,536 draws of a fixed stream, the same in every
/// run, with standard errors.
public struct ScoreError: Sendable {
  /// p.
  public let law: GaussianMixture
  /// Modes, valley, tails.
  public let regions: ScoreRegions
  /// Where a score must be evaluated, `[count, dimension]`, row after row.
  public let inputs: [Double]
  /// p(x) dx at the inputs, summing to 1 up to rounding; nil where they are draws.
  private let weights: [Double]?
  /// s* at the inputs.
  private let exact: [Double]
  private let places: [ScoreRegion]

  /// The error in a part of space.
  public struct Part: Sendable, Hashable {
    /// The part; nil for all of space.
    public let region: ScoreRegion?
    /// P(X in the part).
    public let mass: Expectation
    /// E[|s - s*|² given X in the part].
    public let error: Expectation
    /// E[|s*|² given X in the part]; in all of space I(p), over the same inputs.
    public let information: Expectation
    /// error / information: 1 for s = 0.
    public let relativeError: Expectation
  }

  /// A score's error.
  public struct Report: Sendable, Hashable {
    /// In all of space.
    public let total: Part
    /// In those of modes, valley and tails that have any mass, in this order.
    public let parts: [Part]

    /// √E|s - s*|².
    public var rootMeanSquare: Double { total.error.value.squareRoot() }
  }

  /// Prepares inputs and truths.
  public init(law: GaussianMixture) {
    self.law = law
    let regions = ScoreRegions(law: law)
    self.regions = regions
    let dimension = law.dimension
    if dimension == 1 {
      let line = law.onLine
      let ends = line.panelCuts()
      let cuts = regions.cuts.filter { ends[0] < $0 && $0 < ends[ends.count - 1] }
      let rule = Quadrature(cuts: (ends + cuts).sorted())
      inputs = rule.nodes
      weights = zip(rule.nodes, rule.weights).map { line.density($0) * $1 }
      exact = rule.nodes.map { line.score($0) }
      places = rule.nodes.map { regions.region(of: [$0]) }
    } else {
      // The draws of ``GaussianMixture/fisherInformation``.
      let count = GaussianMixture.truthDraws
      let draws = Law.mixture(law).sample(
        rows: 0..<count, stream: GaussianMixture.truthStream, step: 0, purposes: .evaluation)
      func row(_ index: Int) -> [Double] {
        Array(draws[index * dimension..<(index + 1) * dimension])
      }
      inputs = draws
      weights = nil
      exact = (0..<count).flatMap { law.score(row($0)) }
      places = (0..<count).map { regions.region(of: row($0)) }
    }
  }

  /// The number of inputs.
  public var count: Int { places.count }

  /// Judges a score by its values at ``inputs``.
  ///
  /// - Parameter scores: s(inputs), `[count, dimension]`, row after row; in more than one dimension also
  ///   at the first of the inputs only, at least 2.
  public func report(scores: [Double]) -> Report {
    let dimension = law.dimension
    let rows = scores.count / dimension
    precondition(
      rows * dimension == scores.count && (rows == count || weights == nil && 2...count ~= rows),
      "\(scores.count) numbers for \(count) inputs of dimension \(dimension)")
    var errors: [Double] = []
    var squares: [Double] = []
    for row in 0..<rows {
      var error = 0.0
      var square = 0.0
      for index in row * dimension..<(row + 1) * dimension {
        error += (scores[index] - exact[index]) * (scores[index] - exact[index])
        square += exact[index] * exact[index]
      }
      errors.append(error)
      squares.append(square)
    }
    func part(_ region: ScoreRegion?) -> Part? {
      let chosen = region.map { region in (0..<rows).filter { places[$0] == region } }
      return measured(region, chosen ?? Array(0..<rows), errors, squares, of: rows)
    }
    guard let total = part(nil) else { preconditionFailure("no input has any mass") }
    return Report(total: total, parts: ScoreRegion.allCases.compactMap(part))
  }

  /// Judges a score given as a function of a batch: `[count, dimension]` to the same shape.
  public func report(_ score: ([Double]) throws -> [Double]) rethrows -> Report {
    report(scores: try score(inputs))
  }

  /// Nil where the part has no mass.
  private func measured(
    _ region: ScoreRegion?, _ rows: [Int], _ errors: [Double], _ squares: [Double], of count: Int
  ) -> Part? {
    func mean(_ value: (Int) -> Double) -> Double {
      var sum = 0.0
      for row in rows { sum += (weights?[row] ?? 1) * value(row) }
      return sum
    }
    let mass = mean { _ in 1 }
    guard mass > (weights == nil ? 1 : 1e-20) else { return nil }
    let error = mean { errors[$0] } / mass
    let information = mean { squares[$0] } / mass
    let ratio = error / information
    guard weights == nil else {
      return Part(
        region: region, mass: Expectation(value: mass), error: Expectation(value: error),
        information: Expectation(value: information), relativeError: Expectation(value: ratio))
    }
    /// The standard error of a mean over the rows, from each row's deviation.
    func deviation(_ value: (Int) -> Double) -> Double {
      (mean { value($0) * value($0) } / (mass - 1) / mass).squareRoot()
    }
    let fraction = mass / Double(count)
    return Part(
      region: region,
      mass: Expectation(
        value: fraction,
        standardError: region == nil ? 0 : (fraction * (1 - fraction) / Double(count)).squareRoot()),
      error: Expectation(value: error, standardError: deviation { errors[$0] - error }),
      information: Expectation(
        value: information, standardError: deviation { squares[$0] - information }),
      relativeError: Expectation(
        value: ratio,
        standardError: deviation { errors[$0] - ratio * squares[$0] } / information))
  }
}

extension ScoreError {
  /// What even the best score of a finite data set is wrong by: the error of the exact score of its
  /// rows smoothed by the noise, against that of the law they were drawn from.
  ///
  /// A network that is trained on these rows with noise σ by the squared loss, each coordinate with its own
  /// noise, has this error at its optimum and no smaller one. Objectives whose optimum is no law's score
  /// (norms that are not squared, shared noise) have no such floor.
  ///
  /// - Parameters:
  ///   - rows: the data, `[rows, dimension]`.
  ///   - noiseLevel: σ > 0; ``law`` must be smoothed by it.
  ///   - pool: the threads; they change no bit.
  /// - Complexity: O(inputs · rows · dimension); in more than one dimension with so many rows that this
  ///   exceeds 4e8, over fewer of the inputs.
  public func floor(
    rows: [Double], noiseLevel: Double, pool: WorkerPool = .serial
  ) throws(RunError) -> Report {
    let dimension = law.dimension
    let points = stride(from: 0, to: rows.count, by: dimension).map {
      Array(rows[$0..<($0 + dimension)])
    }
    let empirical = Categorical(
      validatedValues: points,
      weights: [Double](repeating: 1 / Double(points.count), count: points.count)
    ).smoothed(noiseLevel: noiseLevel)
    let affordable = 400_000_000 / max(1, rows.count)
    let used = weights == nil ? min(count, max(2048, affordable)) : count
    let field = try ScoreField<Double>(.law(empirical))
    let scores = try forEachBlock(
      of: Array(inputs[..<(used * dimension)]), dimension: dimension, outputs: nil, pool: pool
    ) {
      let scratch = field.makeScratch(rows: pointsPerBlock)
      return { positions, rows, results in
        scratch.score(positions: positions, rows: rows, into: results)
      }
    }
    return report(scores: scores)
  }
}
