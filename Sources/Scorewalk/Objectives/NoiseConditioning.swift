/// How a network takes the noise level: as further inputs beside the point, and in the scales of what
/// goes in and comes out.
///
/// With o the perceptron's output at (c y, e(σ)), the score is
///
///     s(y, σ) = a y + b o
///
/// | output | preconditioning | c | a | b |
/// |---|---|---|---|---|
/// | score | none | 1 | 0 | 1 |
/// | score | division (NCSNv2, Song and Ermon 2020, arXiv:2006.09011) | 1 | 0 | 1/σ |
/// | noise | none | 1 | 0 | −1/σ |
/// | denoiser | none | 1 | −1/σ² | 1/σ² |
/// | denoiser | edm (Karras et al. 2022, arXiv:2206.00364) | 1/√(σ² + σ_d²) | −1/(σ² + σ_d²) | σ_d/(σ √(σ² + σ_d²)) |
///
/// so that with `edm` x̂ = c_skip y + c_out o with c_skip = σ_d²/(σ² + σ_d²) and
/// c_out = σ σ_d/√(σ² + σ_d²), and o has about unit variance at every level.
///
/// The embedding e begins with t = (log σ − log √(σ₁ σ_L)) / log √(σ₁/σ_L), which is in [−1, 1] on the
/// ladder, and 0 where that has one level; `fourier` adds sin(π k t) and cos(π k t) for k = 1 … K.
public struct NoiseConditioning: Sendable, Hashable {
  /// The further inputs.
  public enum Embedding: String, Sendable, Hashable, CaseIterable {
    /// None: the level is in the scales alone.
    case none
    /// t.
    case log
    /// t, and sines and cosines of its multiples.
    case fourier
  }

  /// The scales of inputs and outputs.
  public enum Preconditioning: Sendable, Hashable {
    /// The output is what it is called.
    case none
    /// A score's output is divided by σ.
    case division
    /// EDM's, with the standard deviation σ_d of the data; for a denoiser.
    case edm(dataDeviation: Double)
  }

  /// The levels for which the network is meant; those between them will do.
  public var ladder: NoiseLadder
  /// The further inputs.
  public var embedding: Embedding
  /// K, of the Fourier embedding; at least 1.
  public var frequencies: Int
  /// The scales of inputs and outputs.
  public var preconditioning: Preconditioning

  /// Describes how the noise level is taken.
  public init(
    ladder: NoiseLadder, embedding: Embedding = .log, frequencies: Int = 4,
    preconditioning: Preconditioning = .none
  ) {
    self.ladder = ladder
    self.embedding = embedding
    self.frequencies = frequencies
    self.preconditioning = preconditioning
  }

  /// How many further inputs there are.
  public var featureCount: Int {
    switch embedding {
    case .none: 0
    case .log: 1
    case .fourier: 1 + 2 * frequencies
    }
  }

  /// Finds what has no meaning for an output.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate(output: NetworkOutput) throws(RunError) {
    guard output != .energy else {
      throw .invalid(
        "an energy network for several noise levels",
        hint: "give it output score, noise or denoiser")
    }
    switch preconditioning {
    case .none: break
    case .division:
      guard output == .score else {
        throw .invalid(
          "preconditioning division is of a score; the output is \(output.rawValue)",
          hint: "with output noise the score is −n̂/σ as it is")
      }
    case .edm(let deviation):
      guard output == .denoiser else {
        throw .invalid(
          "preconditioning edm is of a denoiser; the output is \(output.rawValue)",
          hint: "give the network output denoiser")
      }
      guard deviation.isFinite, deviation > 0 else {
        throw .invalid("the data's standard deviation must be above 0, is \(deviation)")
      }
    }
    guard frequencies >= 1 else {
      throw .invalid("a Fourier embedding of \(frequencies) frequencies")
    }
  }

  /// e(σ).
  ///
  /// - Returns: ``featureCount`` numbers.
  public func features(at noiseLevel: Double) -> [Double] {
    var features: [Double] = []
    forEachFeature(at: noiseLevel) { _, value in features.append(value) }
    return features
  }

  /// The numbers of e(σ), first to last.
  @inline(__always)
  func forEachFeature(at noiseLevel: Double, _ body: (Int, Double) -> Void) {
    guard embedding != .none else { return }
    let first = Double.log(ladder.levels[0])
    let last = Double.log(ladder.levels[ladder.levels.count - 1])
    let t =
      first > last
      ? (Double.log(noiseLevel) - 0.5 * (first + last)) / (0.5 * (first - last)) : 0
    body(0, t)
    guard embedding == .fourier else { return }
    for k in 1...frequencies {
      body(2 * k - 1, Double.sin(.pi * Double(k) * t))
      body(2 * k, Double.cos(.pi * Double(k) * t))
    }
  }
}

/// What a network's input and output are multiplied by at one noise level.
struct NoiseScales: Sendable {
  /// σ.
  let noiseLevel: Double
  /// c.
  let input: Double
  /// s = a y + b o.
  let score: (skip: Double, scale: Double)
  /// x̂ = a y + b o.
  let clean: (skip: Double, scale: Double)

  /// - Parameter conditioning: nil for a network of one level, or of none: its output is what it is called.
  @inline(__always)
  init(_ conditioning: NoiseConditioning?, output: NetworkOutput, noiseLevel: Double) {
    self.noiseLevel = noiseLevel
    let variance = noiseLevel * noiseLevel
    switch (conditioning?.preconditioning ?? NoiseConditioning.Preconditioning.none, output) {
    case (.edm(let deviation), _):
      let data = deviation * deviation
      let root = (variance + data).squareRoot()
      input = 1 / root
      score = (-1 / (variance + data), deviation / (noiseLevel * root))
      clean = (data / (variance + data), noiseLevel * deviation / root)
    case (.division, _):
      input = 1
      score = (0, 1 / noiseLevel)
      clean = (1, noiseLevel)
    case (.none, .noise):
      input = 1
      score = (0, -1 / noiseLevel)
      clean = (1, -noiseLevel)
    case (.none, .denoiser):
      input = 1
      score = (-1 / variance, 1 / variance)
      clean = (0, 1)
    case (.none, .score), (.none, .energy):
      input = 1
      score = (0, 1)
      clean = (1, variance)
    }
  }
}

/// The scales of one noise level with the network's further inputs.
struct NoiseLevelMap<Scalar: Real>: Sendable {
  let scales: NoiseScales
  /// c.
  let input: Scalar
  /// e(σ).
  let features: [Scalar]

  init(_ conditioning: NoiseConditioning, output: NetworkOutput, noiseLevel: Double) {
    scales = NoiseScales(conditioning, output: output, noiseLevel: noiseLevel)
    input = Scalar(scales.input)
    features = conditioning.features(at: noiseLevel).map { Scalar($0) }
  }
}

extension Matrix {
  /// Writes a network's inputs (c y, e(σ)) of one noise level.
  ///
  /// - Parameters:
  ///   - points: y, `[dimension, rows]`.
  @inline(__always)
  func writeInputs(
    _ map: NoiseLevelMap<Scalar>, points: Matrix<Scalar>, dimension: Int, rows: Int
  ) {
    for coordinate in 0..<dimension {
      let y = points.pointer + coordinate * points.stride
      let x = pointer + coordinate * stride
      for row in 0..<rows { x[row] = map.input * y[row] }
    }
    for (index, feature) in map.features.enumerated() {
      (pointer + (dimension + index) * stride).update(repeating: feature, count: rows)
    }
  }
}
