/// The loops of ``MixtureScore`` for full covariances: pointers only, so that they vectorise.
///
/// Rows are done in tiles. Per tile: log terms of all components, their maximum, then weights and
/// the weighted sum of gradients, accumulated in the output. Only elementwise operations over rows.
struct MixtureScoreTask<S: Real> {
  let x: UnsafePointer<S>
  let stride: Int
  let output: UnsafeMutablePointer<S>
  let outputStride: Int
  /// log p, where it is wanted.
  let densities: UnsafeMutablePointer<S>?
  let offsets: UnsafeBufferPointer<S>
  let means: UnsafeBufferPointer<S>
  let precisions: UnsafeBufferPointer<S>
  let dimension: Int
  let count: Int

  private var tile: Int { 32 }

  /// Full covariances: (m - x)ᵀ P (m - x), then P (m - x).
  @inline(__always)
  func run(_ rows: Range<Int>) {
    forEachTile(rows) { start, width, terms in
      let gradient = terms + (count + 1) * tile
      for component in 0..<count {
        let term = terms + component * tile
        for row in 0..<width { term[row] = offsets[component] }
        for feature in 0..<dimension {
          gradientRow(component, feature, start, width, gradient)
          let mean = means[component * dimension + feature]
          let position = x + feature * stride + start
          for row in 0..<width {
            term[row] -= S(0.5) * gradient[row] * (mean - position[row])
          }
        }
      }
      normalize(terms, start, width)
      for feature in 0..<dimension {
        let result = output + feature * outputStride + start
        for row in 0..<width { result[row] = 0 }
        for component in 0..<count {
          let weight = terms + component * tile
          gradientRow(component, feature, start, width, gradient)
          for row in 0..<width { result[row] += weight[row] * gradient[row] }
        }
      }
    }
  }

  @inline(__always)
  private func gradientRow(
    _ component: Int, _ feature: Int, _ start: Int, _ width: Int,
    _ gradient: UnsafeMutablePointer<S>
  ) {
    for row in 0..<width { gradient[row] = 0 }
    for other in 0..<dimension {
      let entry = precisions[(component * dimension + feature) * dimension + other]
      let mean = means[component * dimension + other]
      let position = x + other * stride + start
      for row in 0..<width { gradient[row] += entry * (mean - position[row]) }
    }
  }

  /// Log terms to weights that sum to 1, row by row, and to log densities where they are wanted.
  @inline(__always)
  private func normalize(_ terms: UnsafeMutablePointer<S>, _ start: Int, _ width: Int) {
    let scratch = terms + count * tile
    for row in 0..<width { scratch[row] = -S.infinity }
    for component in 0..<count {
      let term = terms + component * tile
      for row in 0..<width { scratch[row] = max(scratch[row], term[row]) }
    }
    if let densities {
      for row in 0..<width { densities[start + row] = scratch[row] }
    }
    for component in 0..<count {
      let term = terms + component * tile
      for row in 0..<width { term[row] = S.exp(term[row] - scratch[row]) }
    }
    for row in 0..<width { scratch[row] = 0 }
    for component in 0..<count {
      let term = terms + component * tile
      for row in 0..<width { scratch[row] += term[row] }
    }
    if let densities {
      for row in 0..<width { densities[start + row] += S.log(scratch[row]) }
    }
    for component in 0..<count {
      let term = terms + component * tile
      for row in 0..<width { term[row] /= scratch[row] }
    }
  }

  @inline(__always)
  private func forEachTile(
    _ rows: Range<Int>, _ body: (Int, Int, UnsafeMutablePointer<S>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: S.self, capacity: (count + 2) * tile) { scratch in
      guard let terms = scratch.baseAddress else { return }
      var start = rows.lowerBound
      while start < rows.upperBound {
        let width = min(tile, rows.upperBound - start)
        body(start, width, terms)
        start += width
      }
    }
  }
}
