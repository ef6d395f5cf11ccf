extension DiffusionProcess {
  /// What a process is at many times: s, σ, f and g² of each, and memory to find them in; what integrators ask
  /// for at every step.
  package struct Present {
    /// s, σ, f, g² and an exponent, `[5, rows]`.
    private let numbers: Matrix<Double>

    /// Memory for some times.
    package init(rows: Int) { numbers = Matrix(features: 5, rows: rows) }

    /// s.
    package var scales: UnsafeMutablePointer<Double> { numbers.pointer }
    /// σ.
    package var noiseLevels: UnsafeMutablePointer<Double> { numbers.pointer + numbers.stride }
    /// f.
    package var drifts: UnsafeMutablePointer<Double> { numbers.pointer + 2 * numbers.stride }
    /// g².
    package var squaredDiffusions: UnsafeMutablePointer<Double> {
      numbers.pointer + 3 * numbers.stride
    }
    fileprivate var exponents: UnsafeMutablePointer<Double> {
      numbers.pointer + 4 * numbers.stride
    }
  }

  /// Finds s, σ, f and g² at some times, by one exponential each.
  ///
  /// - Parameters:
  ///   - times: t, `[count]`.
  ///   - present: memory for at least as many.
  /// - Complexity: O(count); allocates nothing.
  package func find(_ present: Present, at times: UnsafePointer<Double>, count: Int) {
    let (scales, levels) = (present.scales, present.noiseLevels)
    let (drifts, diffusions) = (present.drifts, present.squaredDiffusions)
    let exponents = present.exponents
    switch self {
    case .edm:
      for row in 0..<count { scales[row] = 1 }
      for row in 0..<count { levels[row] = times[row] }
      for row in 0..<count { drifts[row] = 0 }
      for row in 0..<count { diffusions[row] = 2 * times[row] }
    case .varianceExploding(let first, let last):
      let rate = Double.log(last / first)
      for row in 0..<count { exponents[row] = times[row] * rate }
      Double.exp(exponents, count: count, into: levels)
      for row in 0..<count { levels[row] = first * levels[row] }
      for row in 0..<count { scales[row] = 1 }
      for row in 0..<count { drifts[row] = 0 }
      for row in 0..<count { diffusions[row] = 2 * levels[row] * levels[row] * rate }
    case .variancePreserving(let first, let last), .subVariancePreserving(let first, let last):
      for row in 0..<count {
        exponents[row] = 0.5 * Self.integral(first, last, times[row])
      }
      // e^(B/2) − 1, accurate near 0.
      let halves = diffusions
      Double.expm1(exponents, count: count, into: halves)
      for row in 0..<count { scales[row] = 1 / (halves[row] + 1) }
      for row in 0..<count { drifts[row] = -0.5 * (first + times[row] * (last - first)) }
      if case .variancePreserving = self {
        for row in 0..<count { levels[row] = (halves[row] * (halves[row] + 2)).squareRoot() }
        for row in 0..<count { diffusions[row] = first + times[row] * (last - first) }
      } else {
        for row in 0..<count { levels[row] = halves[row] + halves[row] * scales[row] }
        for row in 0..<count {
          let (half, scale) = (halves[row], scales[row])
          // s² (e^B − 1) = 1 − s².
          let missing = scale * scale * (half * (half + 2))
          let beta = first + times[row] * (last - first)
          diffusions[row] = beta * missing * (1 + scale * scale)
        }
      }
    }
  }
}
