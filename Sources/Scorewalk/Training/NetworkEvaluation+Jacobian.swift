extension NetworkEvaluation {
  /// ∂s/∂y at points, for the score s of ``scores(at:noiseLevel:)``: a Jacobian-vector product of the network for every
  /// coordinate, and of an energy's gradient one more pass back.
  ///
  /// Of an energy it is −∂²E, symmetric up to rounding.
  ///
  /// - Parameters:
  ///   - points: `[count, dimension]` row-major.
  ///   - noiseLevel: σ; needed for a denoiser, a noise network and a network that takes it.
  /// - Returns: `[count, dimension, dimension]`, at (i, j) ∂sᵢ/∂yⱼ.
  /// - Throws: ``RunError`` `.invalidConfiguration` where σ is needed and not given, `.incompatibleState` where the
  ///   numbers do not make points.
  /// - Complexity: up to 3 · dimension times that of the scores.
  public func jacobians(
    at points: [Double], noiseLevel: Double? = nil
  ) throws(RunError) -> [Double] {
    try ChainTarget.network(network, parameters: parameters, noiseLevel: noiseLevel).validate()
    switch precision {
    case .float32:
      return try jacobians(of: points.map { Float($0) }, noiseLevel).map { Double($0) }
    case .float64: return try jacobians(of: points, noiseLevel)
    }
  }

  private func jacobians<Scalar: Real>(
    of points: [Scalar], _ noiseLevel: Double?
  ) throws(RunError) -> [Scalar] {
    let values: [Scalar] = try network.flatten(parameters)
    let dimension = network.dimension
    return try forEachBlock(
      of: points, dimension: dimension, outputs: dimension * dimension, pool: pool
    ) {
      let derivative = ScoreDerivative(
        network, parameters: values, noiseLevel: noiseLevel, rows: pointsPerBlock)
      let direction = Matrix<Scalar>(features: dimension, rows: pointsPerBlock)
      let column = Matrix<Scalar>(features: dimension, rows: pointsPerBlock)
      return { positions, rows, results in
        for axis in 0..<dimension {
          for coordinate in 0..<dimension {
            (direction.pointer + coordinate * direction.stride).update(
              repeating: coordinate == axis ? 1 : 0, count: rows)
          }
          derivative.evaluate(
            positions: positions, directions: direction, rows: rows, into: column)
          for coordinate in 0..<dimension {
            (results.pointer + (coordinate * dimension + axis) * results.stride).update(
              from: column.pointer + coordinate * column.stride, count: rows)
          }
        }
      }
    }
  }
}
