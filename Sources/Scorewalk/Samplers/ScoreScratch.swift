/// One thread's memory for a ``ScoreField``.
final class ScoreScratch<Scalar: Real>: LadderFunction, NoiseLevelFunction {
  private let field: ScoreField<Scalar>
  let dimension: Int
  var level = 0
  private let workspace: MLPWorkspace<Scalar>?
  private let energy: Matrix<Scalar>
  private let minusOne: Matrix<Scalar>
  private let mixtureScratch: Matrix<Scalar>?
  private let noised: NoisedMixtureScratch<Scalar>?
  /// What a network that takes the noise level gets: (c y, e(σ)).
  private let inputs: Matrix<Scalar>?
  /// Its scores at other levels than those of the ladder.
  private let noisedNetwork: NoisedNetworkScratch<Scalar>?

  init(_ field: ScoreField<Scalar>, rows: Int, pool: WorkerPool) {
    self.field = field
    dimension = field.dimension
    noised = field.noised.map { NoisedMixtureScratch($0) }
    energy = Matrix(features: 1, rows: rows)
    minusOne = Matrix(features: 1, rows: rows)
    minusOne.pointer.update(repeating: -1, count: rows)
    switch field.source {
    case .mixture(let score):
      mixtureScratch = score.makeScratch()
      workspace = nil
      inputs = nil
      noisedNetwork = nil
    case .mixtures(let scores):
      mixtureScratch = scores[0].makeScratch()
      workspace = nil
      inputs = nil
      noisedNetwork = nil
    case .network(let network, let parameters, _), .conditional(let network, let parameters, _):
      mixtureScratch = nil
      inputs =
        network.conditioning == nil
        ? nil : Matrix(features: network.mlp.inputCount, rows: rows)
      let workspace = MLPWorkspace(
        network: network.mlp, maximumRows: rows, kernels: Scalar.kernels(.selected), pool: pool,
        fixedWeights: field.weights)
      self.workspace = workspace
      noisedNetwork =
        field.hasLadder
        ? network.conditioning.map {
          NoisedNetworkScratch(
            network, $0, parameters: parameters, rows: rows, workspace: workspace)
        } : nil
    }
  }

  /// The score at some positions.
  ///
  /// - Parameters:
  ///   - positions: `[dimension, rows]`.
  ///   - scores: `[dimension, rows]`; overwritten.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func score(positions: Matrix<Scalar>, rows: Int, into scores: Matrix<Scalar>) {
    switch field.source {
    case .mixture(let score):
      score.score(positions: positions, rows: 0..<rows, into: scores, scratch: mixtureScratch)
    case .mixtures(let levels):
      levels[level].score(
        positions: positions, rows: 0..<rows, into: scores, scratch: mixtureScratch)
    case .network(let network, _, let noiseLevel):
      output(positions: positions, rows: rows, into: scores)
      guard network.output.needsNoiseLevel else { return }
      let (level, variance) = (Scalar(noiseLevel), Scalar(noiseLevel * noiseLevel))
      for coordinate in 0..<network.dimension {
        let y = positions.pointer + coordinate * positions.stride
        let s = scores.pointer + coordinate * scores.stride
        if network.output == .denoiser {
          for row in 0..<rows { s[row] = (s[row] - y[row]) / variance }
        } else {
          for row in 0..<rows { s[row] = -s[row] / level }
        }
      }
    case .conditional(_, _, let maps):
      conditional(
        maps[level], maps[level].scales.score, positions: positions, rows: rows, into: scores)
    }
  }

  /// skip · y + scale · o at some positions, of a network that takes the noise level.
  @inline(__always)
  private func conditional(
    _ map: NoiseLevelMap<Scalar>, _ factors: (skip: Double, scale: Double),
    positions: Matrix<Scalar>, rows: Int, into result: Matrix<Scalar>
  ) {
    guard case .conditional(let network, let parameters, _) = field.source, let workspace,
      let inputs
    else { return }
    inputs.writeInputs(map, points: positions, dimension: dimension, rows: rows)
    parameters.withUnsafeBufferPointer { parameters in
      guard let base = parameters.baseAddress else { return }
      network.mlp.evaluate(
        parameters: base, inputs: inputs, outputs: result, rows: rows, workspace: workspace)
    }
    let (skip, scale) = (Scalar(factors.skip), Scalar(factors.scale))
    for coordinate in 0..<dimension {
      let y = positions.pointer + coordinate * positions.stride
      let o = result.pointer + coordinate * result.stride
      for row in 0..<rows { o[row] = skip * y[row] + scale * o[row] }
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func walk(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream,
    drift: Scalar, diffusion: Scalar
  ) -> Bool {
    let score: MixtureScore<Scalar>
    switch field.source {
    case .mixture(let only): score = only
    case .mixtures(let levels): score = levels[level]
    case .network, .conditional: return false
    }
    return score.walk(
      positions: positions, chains: chains, steps: steps, stream: stream, drift: drift,
      diffusion: diffusion, scratch: mixtureScratch)
  }

  func score(
    positions: Matrix<Scalar>, noiseLevels: UnsafePointer<Double>, rows: Int,
    into scores: Matrix<Scalar>, divergences: UnsafeMutablePointer<Double>?,
    probes: Matrix<Scalar>?
  ) {
    if let noised {
      noised.score(
        positions: positions, noiseLevels: noiseLevels, rows: rows, into: scores,
        divergences: divergences, probes: probes)
    } else if let noisedNetwork {
      noisedNetwork.score(
        positions: positions, noiseLevels: noiseLevels, rows: rows, into: scores,
        divergences: divergences, probes: probes)
    } else {
      preconditionFailure("a field that has no score at every noise level")
    }
  }

  /// The energy at some positions, where the field is an energy network's.
  func energies(positions: Matrix<Scalar>, rows: Int, into energies: Matrix<Scalar>) {
    guard case .network(let network, let parameters, _) = field.source, let workspace else {
      return
    }
    parameters.withUnsafeBufferPointer { parameters in
      guard let base = parameters.baseAddress else { return }
      network.mlp.evaluate(
        parameters: base, inputs: positions, outputs: energies, rows: rows, workspace: workspace)
    }
  }

  /// log p up to a constant and the score at some positions, where the field has a density.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  fileprivate func logDensity(
    positions: Matrix<Scalar>, rows: Int, into densities: Matrix<Scalar>, scores: Matrix<Scalar>
  ) {
    switch field.source {
    case .mixture(let score):
      score.logDensity(
        positions: positions, rows: 0..<rows, into: densities, scores: scores,
        scratch: mixtureScratch)
    case .mixtures(let levels):
      levels[level].logDensity(
        positions: positions, rows: 0..<rows, into: densities, scores: scores,
        scratch: mixtureScratch)
    case .network(let network, _, _):
      precondition(
        network.output.hasDensity, "the output \(network.output.rawValue) has no density")
      output(positions: positions, rows: rows, into: scores, energies: energy)
      for row in 0..<rows { densities.pointer[row] = -energy.pointer[row] }
    case .conditional: preconditionFailure("a network that takes the noise level has no density")
    }
  }

  /// x̂ = y + σ² s(y), a denoiser's own output, or y − σ n̂(y).
  ///
  /// - Parameter noiseLevel: σ.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func denoise(
    positions: Matrix<Scalar>, rows: Int, noiseLevel: Double, into clean: Matrix<Scalar>
  ) {
    if case .conditional(_, _, let maps) = field.source {
      precondition(
        maps[level].scales.noiseLevel == noiseLevel,
        "denoising at σ = \(noiseLevel) with a score at \(maps[level].scales.noiseLevel)")
      conditional(
        maps[level], maps[level].scales.clean, positions: positions, rows: rows, into: clean)
      return
    }
    // What is multiplied by the factor and added to y.
    let factor: Scalar
    if case .network(let network, _, _) = field.source, network.output.needsNoiseLevel {
      output(positions: positions, rows: rows, into: clean)
      if network.output == .denoiser { return }
      factor = -Scalar(noiseLevel)
    } else {
      score(positions: positions, rows: rows, into: clean)
      factor = Scalar(noiseLevel * noiseLevel)
    }
    for coordinate in 0..<field.dimension {
      let y = positions.pointer + coordinate * positions.stride
      let x = clean.pointer + coordinate * clean.stride
      for row in 0..<rows { x[row] = y[row] + factor * x[row] }
    }
  }

  /// The network's output; for an energy −∇E, and E where that is asked for.
  private func output(
    positions: Matrix<Scalar>, rows: Int, into result: Matrix<Scalar>,
    energies: Matrix<Scalar>? = nil
  ) {
    guard case .network(let network, let parameters, _) = field.source, let workspace else {
      return
    }
    parameters.withUnsafeBufferPointer { parameters in
      guard let base = parameters.baseAddress else { return }
      guard network.output == .energy else {
        network.mlp.evaluate(
          parameters: base, inputs: positions, outputs: result, rows: rows, workspace: workspace)
        return
      }
      if let energies {
        network.mlp.forward(
          parameters: base, inputs: positions, outputs: energies, rows: rows, workspace: workspace)
      } else {
        network.mlp.recordSlopes(
          parameters: base, inputs: positions, rows: rows, workspace: workspace)
      }
      network.mlp.vjp(
        parameters: base, inputs: positions, cotangents: minusOne, rows: rows,
        parameterGradient: nil, inputGradient: result, workspace: workspace)
    }
  }
}

/// One thread's memory for a ``ScoreField`` that has a density.
final class DensityScratch<Scalar: Real>: DensityFunction {
  private let scratch: ScoreScratch<Scalar>
  let dimension: Int

  init(_ scratch: ScoreScratch<Scalar>) {
    self.scratch = scratch
    dimension = scratch.dimension
  }

  func score(positions: Matrix<Scalar>, rows: Int, into scores: Matrix<Scalar>) {
    scratch.score(positions: positions, rows: rows, into: scores)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func walk(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream,
    drift: Scalar, diffusion: Scalar
  ) -> Bool {
    scratch.walk(
      positions: positions, chains: chains, steps: steps, stream: stream, drift: drift,
      diffusion: diffusion)
  }

  func logDensity(
    positions: Matrix<Scalar>, rows: Int, into densities: Matrix<Scalar>, scores: Matrix<Scalar>
  ) {
    scratch.logDensity(positions: positions, rows: rows, into: densities, scores: scores)
  }
}
