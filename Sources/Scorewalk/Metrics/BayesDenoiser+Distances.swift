extension BayesDenoiser {
  /// How far a denoiser is from the best ones at inputs of one's own, each counting alike.
  ///
  /// √(Σ |x̂(y_i) - E[X|y_i]|² / n), and the same to the posterior's median on the line. To weight by
  /// the law of Y instead, see ``DenoiserError``.
  ///
  /// - Parameters:
  ///   - inputs: y, `[count, dimension]`, row after row.
  ///   - estimates: x̂(y), of the same shape.
  public func distances(
    inputs: [Double], estimates: [Double]
  ) -> (toMean: Double, toMedian: Double?) {
    let dimension = law.dimension
    let count = inputs.count / dimension
    precondition(
      count > 0 && count * dimension == inputs.count && inputs.count == estimates.count,
      "\(inputs.count) inputs and \(estimates.count) estimates of dimension \(dimension)")
    let weights = [Double](repeating: 1 / Double(count), count: count)
    func distance(_ best: [Double]) -> Double {
      DenoiserError.meanSquare(estimates, best, weights).squareRoot()
    }
    let means = (0..<count).flatMap { row in
      mean(at: Array(inputs[row * dimension..<(row + 1) * dimension]))
    }
    return (distance(means), dimension == 1 ? distance(inputs.map { median(at: $0) }) : nil)
  }
}
