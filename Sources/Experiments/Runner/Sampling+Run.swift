import Scorewalk

extension NodeContext {
  /// What chains follow, or a jump uses: a law's exact score, or a network with its parameters.
  ///
  /// - Parameters:
  ///   - noiseLevel: σ, where the output of a network needs it.
  ///   - ladder: the noise levels, where the score is wanted at several.
  func target(
    _ reference: Reference, noiseLevel: Double?, ladder: NoiseLadder? = nil
  ) throws -> ChainTarget {
    if let ladder, let law = graph.law(reference) { return .smoothed(law, ladder: ladder) }
    if case .mixture(let mixture)? = graph.law(reference) { return .law(mixture) }
    guard let network = graph.network(reference) else {
      throw Failure(
        .failed, "'\(reference.node)' has no score",
        remedy:
          "atoms have none: smooth them with {kind: smoothed, from: \(reference.node), noise_level: …}"
      )
    }
    let isModel = graph.training(reference) == nil
    let parameters = try parameters(of: reference, step: isModel ? 0 : nil)
      .converted(to: node.precision)
    if let ladder { return .conditional(network, parameters: parameters, ladder: ladder) }
    return .network(network, parameters: parameters, noiseLevel: noiseLevel)
  }
}

extension DenoiseDefinition {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let points = try context.samples(of: from)
    let values = points.values.converted(to: node.precision)
    let dimension = points.shape.last ?? 1
    let result: TensorValues
    if let law = context.graph.law(using) {
      result = try exact(law, values, dimension, context).converted(to: node.precision)
    } else {
      let jump = try Denoise(
        using: try context.target(using, noiseLevel: noiseLevel), noiseLevel: noiseLevel)
      result = try jump(values, pool: context.pool)
    }
    try context.tick(step: points.shape.dropLast().reduce(1, *))
    try context.writeSamples(NPYFile(shape: points.shape, values: result))
  }

  private func exact(
    _ law: Law, _ values: TensorValues, _ dimension: Int, _ context: NodeContext
  ) throws -> TensorValues {
    let denoiser = BayesDenoiser(law: law, noiseLevel: noiseLevel)
    let points = values.doubles
    var result: [Double] = []
    result.reserveCapacity(points.count)
    for start in stride(from: 0, to: points.count, by: dimension) {
      switch estimate {
      case .mean: result += denoiser.mean(at: Array(points[start..<(start + dimension)]))
      case .median: result.append(denoiser.median(at: points[start]))
      }
      if start.isMultiple(of: 4096 * dimension) { try context.tick(step: start / dimension) }
    }
    return .float64(result)
  }
}
