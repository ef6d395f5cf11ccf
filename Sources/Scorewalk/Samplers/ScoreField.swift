/// A ``ChainTarget`` in one precision, for any number of threads.
struct ScoreField<Scalar: Real>: Sendable {
  /// What has a score.
  enum Source: Sendable {
    case mixture(MixtureScore<Scalar>)
    /// One for each level of a ladder.
    case mixtures([MixtureScore<Scalar>])
    case network(Network, parameters: [Scalar], noiseLevel: Double)
    /// One map for each level of a ladder, or one.
    case conditional(Network, parameters: [Scalar], maps: [NoiseLevelMap<Scalar>])
  }

  let source: Source
  let dimension: Int
  /// The law whose scores at other levels than those of a ladder are exact too.
  let noised: NoisedMixture?
  /// The network's weights as kernels read them, shared by all threads.
  let weights: PackedWeights<Scalar>?
  private let hasDensity: Bool
  let hasLadder: Bool

  /// - Parameter rows: how many rows will be evaluated at a time at most.
  /// - Throws: ``RunError``, also where the parameters are not the network's or in another
  ///   precision.
  init(_ target: ChainTarget, rows: Int = .max) throws(RunError) {
    try target.validate()
    dimension = target.dimension
    hasDensity = target.hasDensity
    hasLadder = target.ladder != nil
    if case .smoothed(let law, _) = target { noised = NoisedMixture(law) } else { noised = nil }
    switch target {
    case .law(let mixture):
      source = .mixture(MixtureScore(mixture))
      weights = nil
    case .smoothed(let law, let ladder):
      source = .mixtures(
        ladder.levels.map { MixtureScore(law.smoothed(noiseLevel: $0)) })
      weights = nil
    case .network(let network, let parameters, let noiseLevel):
      let values: [Scalar] = try network.flatten(parameters)
      let level = noiseLevel ?? 1
      source =
        network.conditioning == nil
        ? .network(network, parameters: values, noiseLevel: level)
        : .conditional(network, parameters: values, maps: Self.maps(network, at: [level]))
      weights = Self.pack(network, values, rows)
    case .conditional(let network, let parameters, let ladder):
      let values: [Scalar] = try network.flatten(parameters)
      source = .conditional(
        network, parameters: values, maps: Self.maps(network, at: ladder.levels))
      weights = Self.pack(network, values, rows)
    }
  }

  private static func maps(
    _ network: Network, at levels: [Double]
  ) -> [NoiseLevelMap<Scalar>] {
    guard let conditioning = network.conditioning else { return [] }
    return levels.map {
      NoiseLevelMap(conditioning, output: network.output, noiseLevel: $0)
    }
  }

  private static func pack(
    _ network: Network, _ parameters: [Scalar], _ rows: Int
  ) -> PackedWeights<Scalar> {
    PackedWeights(
      network.mlp, parameters: parameters, kernels: Scalar.kernels(.selected),
      isDifferentiated: network.output == .energy, rows: rows)
  }

  /// Memory for one thread's evaluations.
  func makeScratch(rows: Int, pool: WorkerPool = .serial) -> ScoreScratch<Scalar> {
    ScoreScratch(self, rows: rows, pool: pool)
  }

  /// What a block of chains follows: a ``LadderFunction`` where there is a ladder, else a
  /// ``DensityFunction`` where there is a density.
  func makeFunction(rows: Int, pool: WorkerPool) -> any ScoreFunction<Scalar> {
    let scratch = makeScratch(rows: rows, pool: pool)
    return hasDensity && !hasLadder ? DensityScratch(scratch) : scratch
  }
}
