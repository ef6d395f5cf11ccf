/// The jump of walk-jump sampling: the clean value that belongs to a noisy one (Robbins 1956;
/// Miyasawa 1961; Saremi and Hyvärinen, arXiv:1903.02334).
///
///     x̂(y) = y + σ² s(y)
///
/// with the score s of the *noisy* law: −∇E of an energy, a score network's output, or the exact
/// score of ``Law/smoothed(noiseLevel:)``, for which x̂ is the posterior mean. A denoiser network's
/// x̂ is its output, a noise network's y − σ n̂(y).
public struct Denoise: Sendable {
  /// What gives s, or x̂ itself.
  public let target: ChainTarget
  /// σ > 0.
  public let noiseLevel: Double

  /// Makes a jump.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration` for a noise level that is not above zero.
  public init(using target: ChainTarget, noiseLevel: Double) throws(RunError) {
    guard noiseLevel.isFinite, noiseLevel > 0 else {
      throw .invalid("denoise: noise_level must be above 0, is \(noiseLevel)")
    }
    guard target.ladder == nil else {
      throw .invalid("denoise: a jump is at one noise level, and the target is a ladder of them")
    }
    if case .network(let network, _, let own?) = target, network.conditioning != nil,
      own != noiseLevel
    {
      throw .invalid(
        "denoise: at noise_level \(noiseLevel) with a network that is to take \(own)")
    }
    if case .network(let network, let parameters, nil) = target {
      self.target = .network(network, parameters: parameters, noiseLevel: noiseLevel)
    } else {
      self.target = target
    }
    self.noiseLevel = noiseLevel
  }

  /// The clean values of noisy ones.
  ///
  /// Each is computed by itself: how the points are divided among calls changes nothing.
  ///
  /// - Parameters:
  ///   - positions: `[…, dimension]` row-major, in the precision in which to compute.
  ///   - pool: the threads; they change no bit.
  /// - Returns: as many numbers in the same order and precision.
  /// - Throws: ``RunError`` `.incompatibleState` where the numbers do not make points or the
  ///   network's parameters do not fit, `.diverged` where a clean value is not finite, with its
  ///   row as the chain.
  public func callAsFunction(
    _ positions: TensorValues, pool: WorkerPool = .serial
  ) throws(RunError) -> TensorValues {
    switch positions {
    case .float32(let values): .float32(try clean(values, pool: pool))
    case .float64(let values): .float64(try clean(values, pool: pool))
    }
  }

  private func clean<Scalar: Real>(
    _ positions: [Scalar], pool: WorkerPool
  ) throws(RunError) -> [Scalar] {
    let field = try ScoreField<Scalar>(target)
    let clean = try forEachBlock(of: positions, dimension: field.dimension, pool: pool) {
      [noiseLevel] in
      let scratch = field.makeScratch(rows: pointsPerBlock)
      return { noisy, rows, clean in
        scratch.denoise(positions: noisy, rows: rows, noiseLevel: noiseLevel, into: clean)
      }
    }
    if let index = clean.firstIndex(where: { !$0.isFinite }) {
      throw RunError(
        code: .diverged, what: "a denoised value is not finite", chain: index / field.dimension,
        hint: "look at the point that was denoised, and at the training of the network")
    }
    return clean
  }
}

/// How many points are evaluated at once.
let pointsPerBlock = 256

/// Applies a map to points, block by block.
///
/// - Parameters:
///   - values: `[count, dimension]` row-major.
///   - outputs: how many numbers a point gives; nil for as many as it has.
///   - makeMap: makes one thread's map of (points, rows, results), feature-major.
/// - Returns: `[count, outputs]` row-major.
/// - Throws: ``RunError`` `.incompatibleState` where the numbers do not make points.
func forEachBlock<Scalar: Real>(
  of values: [Scalar], dimension: Int, outputs: Int? = nil, pool: WorkerPool,
  _ makeMap: () -> (Matrix<Scalar>, Int, Matrix<Scalar>) -> Void
) throws(RunError) -> [Scalar] {
  guard values.count.isMultiple(of: dimension) else {
    throw .incompatible(
      "\(values.count) numbers do not make points of \(dimension) coordinates")
  }
  let (count, width) = (values.count / dimension, outputs ?? dimension)
  let blocks = (count + pointsPerBlock - 1) / pointsPerBlock
  // Each part of the work takes a run of blocks, with memory of its own.
  let parts = min(pool.threads, max(1, blocks))
  return [Scalar](unsafeUninitializedCapacity: count * width) { buffer, initialized in
    initialized = count * width
    guard let base = buffer.baseAddress else { return }
    let work = { (part: Int) in
      let map = makeMap()
      let input = Matrix<Scalar>(features: dimension, rows: pointsPerBlock)
      let output = Matrix<Scalar>(features: width, rows: pointsPerBlock)
      for block in (part * blocks / parts)..<((part + 1) * blocks / parts) {
        let start = block * pointsPerBlock
        let rows = min(pointsPerBlock, count - start)
        for row in 0..<rows {
          for coordinate in 0..<dimension {
            input[coordinate, row] = values[(start + row) * dimension + coordinate]
          }
        }
        map(input, rows, output)
        for row in 0..<rows {
          for coordinate in 0..<width {
            (base + (start + row) * width + coordinate).initialize(
              to: output[coordinate, row])
          }
        }
      }
    }
    pool.run(parts: parts, work)
  }
}
