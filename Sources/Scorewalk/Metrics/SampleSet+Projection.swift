extension SampleSet {
  /// ⟨x - o, u⟩ for every point, u = direction / |direction|: samples of ``Law/projected(onto:from:)``
  /// where these are samples of the law.
  ///
  /// - Parameters:
  ///   - direction: not zero, of any length, `[dimension]`.
  ///   - origin: o, the point that goes to 0, `[dimension]`.
  /// - Returns: the same chains and draws, of dimension 1.
  public func projected(onto direction: [Double], from origin: [Double]) -> SampleSet {
    precondition(
      direction.count == dimension,
      "a direction of \(direction.count) coordinates, the samples have \(dimension)")
    let line = ProjectionLine(direction: direction, origin: origin)
    return SampleSet(
      values: (0..<count).map { line.place(values, from: $0 * dimension) }, chains: chains,
      draws: draws, dimension: 1)
  }
}
