/// Log densities by the probability flow (Chen et al. 2018, arXiv:1806.07366; Song et al. 2021, arXiv:2011.13456,
/// section 4.3).
///
///     log p(x) = log π(x_T) + ∫ ∇·F(x_t, t) dt,        dx/dt = F(x, t) = f x − ½ g² s,
///
/// from x at the first time to x_T, where the flow ends: there π is the law of x_T itself, or N(0, s² σ² I), from which
/// samplers start. With the former and the exact score this is the log density of the law at the first time, up
/// to the tolerance; with the latter it is that of what a sampler gives which makes no error but in its start.
/// A score that is not exact has a density too, which integrates to 1 as any other: that of a network, say.
///
/// The divergence is exact, or Hutchinson's estimate vᵀ (∂F/∂x) v with random signs v (1989,
/// doi:10.1080/03610918908812806), the same v all along a row's way: without bias, at a cost that does not
/// grow with the dimension. The exact one of a network takes a derivative along each coordinate.
public struct FlowLikelihood: Sendable {
  /// What the flow ends in.
  public enum Prior: String, Sendable, Hashable, CaseIterable {
    /// N(0, s² σ² I), from which samplers start.
    case noise
    /// The law of x_T.
    case law
  }

  /// Log densities, and what they cost.
  public struct Values: Sendable, Hashable {
    /// log p, `[rows]`, in nats.
    public var logDensities: [Double]
    /// Scores a row, the mean; with probes, one for each.
    public var evaluations: Double
    /// Steps a row that were tried, the mean.
    public var steps: Double
    /// Those of them that were refused, and tried again shorter.
    public var refusals: Double

    /// Log densities of no points.
    public static let empty = Values(logDensities: [], evaluations: 0, steps: 0, refusals: 0)

    /// Adds those of further points.
    public mutating func append(_ other: Values) {
      let count = Double(logDensities.count)
      let total = count + Double(other.logDensities.count)
      guard total > 0 else { return }
      func mean(_ one: Double, _ two: Double) -> Double {
        one * (count / total) + two * ((total - count) / total)
      }
      evaluations = mean(evaluations, other.evaluations)
      steps = mean(steps, other.steps)
      refusals = mean(refusals, other.refusals)
      logDensities += other.logDensities
    }
  }

  /// The process.
  public var process: DiffusionProcess
  /// The time at which points are taken, above 0.
  public var first: Double
  /// The time at which the flow ends.
  public var last: Double
  /// How far steps may be off, log densities among the rest.
  public var tolerance: FlowTolerance
  /// What the flow ends in.
  public var prior: Prior
  /// How many probes estimate the divergence; with 0 it is exact.
  public var probes: Int

  /// Makes the rule; it ends at the process's end.
  public init(
    process: DiffusionProcess, from first: Double, tolerance: FlowTolerance = .init(),
    prior: Prior = .noise, probes: Int = 0
  ) {
    self.process = process
    self.first = first
    last = process.end
    self.tolerance = tolerance
    self.prior = prior
    self.probes = probes
  }

  /// Finds what has no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    try process.validate()
    guard first > 0, first < last else {
      throw .invalid("the first time must lie above 0 and below \(last), and is \(first)")
    }
    guard tolerance.relative > 0, tolerance.absolute > 0 else {
      throw .invalid("tolerances must be above 0")
    }
    guard probes >= 0 else { throw .invalid("there cannot be \(probes) probes") }
  }

  /// How many rows are followed together.
  private static let blockSize = 128

  /// log p of some points under the flow of a law's exact score.
  ///
  /// - Parameters:
  ///   - points: `[count, dimension]` row-major.
  ///   - stream: the source of the probes' signs.
  ///   - firstRow: the number of the first point, by which its signs are drawn.
  ///   - pool: the threads; they change no bit.
  /// - Throws: ``RunError`` `.diverged` where a row's flow does not stay finite.
  /// - Complexity: some hundred scores a row.
  public func values(
    of law: Law, at points: [Double], stream: RandomStream, firstRow: Int = 0,
    pool: WorkerPool = .serial
  ) throws(RunError) -> Values {
    try validate()
    return try values(
      of: .smoothed(law, ladder: ends),
      priorLaw: prior == .law ? process.law(of: law, at: last) : nil, at: points, stream: stream,
      firstRow: firstRow, pool: pool)
  }

  /// log p of some points under the flow of a network's score, in double precision.
  ///
  /// - Parameters:
  ///   - network: takes the noise level; its derivatives are taken as they are, at kinks too.
  ///   - parameters: in double precision.
  /// - Throws: ``RunError`` as ``values(of:at:stream:firstRow:pool:)``, `.invalidConfiguration` where the network does
  ///   not take the noise level, or the flow is to end in the law of x, which is not known.
  public func values(
    of network: Network, parameters: [NamedTensor], at points: [Double], stream: RandomStream,
    firstRow: Int = 0, pool: WorkerPool = .serial
  ) throws(RunError) -> Values {
    try validate()
    guard prior == .noise else {
      throw .invalid(
        "the law in which a network's flow ends is not known", hint: "set prior: noise")
    }
    return try values(
      of: .conditional(network, parameters: parameters, ladder: ends), priorLaw: nil, at: points,
      stream: stream, firstRow: firstRow, pool: pool)
  }

  private func values(
    of target: ChainTarget, priorLaw: GaussianMixture?, at points: [Double], stream: RandomStream,
    firstRow: Int, pool: WorkerPool
  ) throws(RunError) -> Values {
    let dimension = target.dimension
    precondition(
      points.count.isMultiple(of: dimension),
      "\(points.count) numbers do not make points of \(dimension) coordinates")
    let count = points.count / dimension
    guard count > 0 else { return .empty }
    let field = try ScoreField<Double>(target)
    // log p, and the numbers of scores and of refused steps.
    let results = Matrix<Double>(features: 3, rows: count)
    let blocks = (count + Self.blockSize - 1) / Self.blockSize
    pool.run(parts: blocks) { part in
      let rows = (part * Self.blockSize)..<min(count, (part + 1) * Self.blockSize)
      follow(field, points, rows, stream, firstRow, priorLaw, into: results)
    }
    let values = (0..<count).map { results[0, $0] }
    if let row = values.firstIndex(where: { !$0.isFinite }) {
      throw RunError(
        code: .diverged, what: "the probability flow does not stay finite", chain: firstRow + row,
        hint:
          "raise relative_tolerance and absolute_tolerance, or look at the points and the score far out"
      )
    }
    func mean(_ feature: Int) -> Double {
      (0..<count).reduce(0) { $0 + results[feature, $1] } / Double(count)
    }
    let evaluations = mean(1)
    // A row takes one slope, and six more for each step that it tries.
    return Values(
      logDensities: values, evaluations: evaluations,
      steps: (evaluations / Double(max(1, probes)) - 1) / 6, refusals: mean(2))
  }

  private var ends: NoiseLadder {
    get throws(RunError) {
      try NoiseLadder([process.noiseLevel(at: last), process.noiseLevel(at: first)])
    }
  }

  /// Some rows together.
  private func follow(
    _ field: ScoreField<Double>, _ points: [Double], _ rows: Range<Int>, _ stream: RandomStream,
    _ firstRow: Int, _ priorLaw: GaussianMixture?, into results: Matrix<Double>
  ) {
    let dimension = field.dimension
    let positions = Matrix<Double>(features: dimension, rows: rows.count)
    for row in rows {
      for i in 0..<dimension {
        positions[i, row - rows.lowerBound] = points[row * dimension + i]
      }
    }
    // Spans, evaluations, refusals and integrals.
    let progress = (0..<4).map { _ in Matrix<Double>(features: 1, rows: rows.count) }
    let flow = ProbabilityFlow<Double>(
      target: field.makeScratch(rows: rows.count), process: process, tolerance: tolerance,
      rows: rows.count, hasDensity: true, probes: probes)
    flow.follow(
      positions, from: first, to: last, rows: rows.count,
      progress: .init(
        span: progress[0].pointer, evaluations: progress[1].pointer,
        refusals: progress[2].pointer, integral: progress[3].pointer,
        probes: signs(
          dimension, (rows.lowerBound + firstRow)..<(rows.upperBound + firstRow), stream)))
    withExtendedLifetime(progress) {
      for row in rows {
        let place = row - rows.lowerBound
        let point = (0..<dimension).map { positions[$0, place] }
        results.pointer[row] =
          (priorLaw?.logDensity(point) ?? noiseLogDensity(point)) + progress[3].pointer[place]
        results.pointer[results.stride + row] = progress[1].pointer[place]
        results.pointer[2 * results.stride + row] = progress[2].pointer[place]
      }
    }
  }

  /// Random signs, probe after probe in the steps of the stream.
  private func signs(
    _ dimension: Int, _ rows: Range<Int>, _ stream: RandomStream
  ) -> [Matrix<Double>] {
    (0..<probes).map { probe in
      let matrix = Matrix<Double>(features: dimension, rows: rows.count)
      stream.uniforms(
        .evaluation, step: UInt64(probe), rows: rows, columns: 0..<dimension, into: matrix)
      for i in 0..<dimension {
        for row in 0..<rows.count { matrix[i, row] = matrix[i, row] < 0.5 ? -1 : 1 }
      }
      return matrix
    }
  }

  /// log N(x; 0, s² σ² I).
  private func noiseLogDensity(_ point: [Double]) -> Double {
    let deviation = process.noiseDeviation(at: last)
    let square = point.reduce(0) { $0 + ($1 / deviation) * ($1 / deviation) }
    return -0.5 * square
      - Double(point.count) * (LineMixture.halfLogTwoPi + Double.log(deviation))
  }
}
