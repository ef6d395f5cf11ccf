extension Law {
  /// Where in a stream the numbers of a draw come from.
  package struct SamplingPurposes: Sendable {
    let choice: RandomPurpose
    let noise: RandomPurpose
    let firstNoiseColumn: Int

    /// Draws of data: the component from `dataChoice`, the noise from `dataNoise`.
    package static let data = SamplingPurposes(
      choice: .dataChoice, noise: .dataNoise, firstNoiseColumn: 0)
    /// Draws for the floor of a metric: column 0 chooses, the columns after it are noise.
    package static let floor = SamplingPurposes(
      choice: .floor, noise: .floor, firstNoiseColumn: 1)
    /// Draws at which an expectation is estimated.
    package static let evaluation = SamplingPurposes(
      choice: .evaluation, noise: .evaluation, firstNoiseColumn: 1)
  }

  /// Draws independent rows.
  ///
  /// Row r depends on the stream, the step and r alone: asking for fewer or more rows, in any
  /// order, gives the same ones.
  ///
  /// - Parameters:
  ///   - count: number of rows.
  ///   - stream: the node's stream.
  ///   - step: the number of the batch.
  /// - Returns: `[count, dimension]`, row after row.
  public func sample(count: Int, stream: RandomStream, step: UInt64 = 0) -> [Double] {
    sample(rows: 0..<count, stream: stream, step: step, purposes: .data)
  }

  /// Draws independent rows, an exact number from each component or atom.
  ///
  /// The rows of component 0 come first, then those of component 1, and so on. Row r has the noise that it
  /// has in ``sample(count:stream:step:)``; only the choice of its component is fixed.
  ///
  /// - Parameters:
  ///   - counts: how many rows of each component, each at least 0, `[componentCount]`.
  ///   - stream: the node's stream.
  ///   - step: the number of the batch.
  /// - Returns: `[Σ counts, dimension]`, row after row.
  public func sample(counts: [Int], stream: RandomStream, step: UInt64 = 0) -> [Double] {
    precondition(
      counts.count == componentCount && counts.allSatisfy { $0 >= 0 },
      "counts \(counts) for \(componentCount) components")
    return sample(
      rows: 0..<counts.reduce(0, +), stream: stream, step: step, purposes: .data, counts: counts)
  }

  /// Draws the given rows of a batch into a feature-major matrix.
  ///
  /// Numbers are drawn in float64 and rounded, so that both precisions see the same data.
  ///
  /// - Parameters:
  ///   - rows: which rows of the batch; they index the counter.
  ///   - step: the number of the batch.
  ///   - stream: the node's stream.
  ///   - matrix: at least `[dimension, rows.count]`; row `rows.lowerBound` goes to row 0.
  public func sample<S: Real>(
    rows: Range<Int>, step: UInt64, stream: RandomStream, into matrix: Matrix<S>
  ) {
    sample(rows: rows, step: step, stream: stream, into: matrix, scratch: DrawScratch(self))
  }

  /// The same with memory that was made before; allocates nothing.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func sample<S: Real>(
    rows: Range<Int>, step: UInt64, stream: RandomStream, into matrix: Matrix<S>,
    scratch: DrawScratch
  ) {
    precondition(
      matrix.features == dimension && matrix.rows >= rows.count,
      "\(rows.count) rows of \(dimension) into a matrix of \(matrix.rows) of \(matrix.features)")
    let dimension = dimension
    let pointer = matrix.pointer
    let stride = matrix.stride
    forEachDraw(rows: rows, stream: stream, step: step, purposes: .data, scratch: scratch) {
      index, draw in
      for feature in 0..<dimension { pointer[feature * stride + index] = S(draw[feature]) }
    }
  }

  /// Draws rows for any purpose; `[rows, dimension]`, row after row.
  package func sample(
    rows: Range<Int>, stream: RandomStream, step: UInt64, purposes: SamplingPurposes,
    counts: [Int]? = nil
  ) -> [Double] {
    let dimension = dimension
    return [Double](unsafeUninitializedCapacity: rows.count * dimension) { buffer, count in
      forEachDraw(
        rows: rows, stream: stream, step: step, purposes: purposes, counts: counts,
        scratch: DrawScratch(self)
      ) { index, draw in
        for feature in 0..<dimension {
          buffer.initializeElement(at: index * dimension + feature, to: draw[feature])
        }
      }
      count = rows.count * dimension
    }
  }

  /// The component of a row: where its uniform number falls among the cumulative weights.
  static func component(cumulative: [Double], uniform: Double) -> Int {
    var low = 0
    var high = cumulative.count - 1
    while low < high {
      let middle = (low + high) / 2
      if uniform < cumulative[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The component of a row where each has an exact number of rows: the first whose rows end after it.
  private static func component(ends: [Int], row: Int) -> Int {
    var low = 0
    var high = ends.count - 1
    while low < high {
      let middle = (low + high) / 2
      if row < ends[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Running sums of the weights; from the last positive weight on, exactly 1.
  var cumulativeWeights: [Double] {
    let weights = weights
    var sum = 0.0
    var cumulative = weights.map { weight in
      sum += weight
      return sum
    }
    if let last = weights.lastIndex(where: { $0 > 0 }) {
      for index in last..<cumulative.count { cumulative[index] = 1 }
    }
    return cumulative
  }

  private func forEachDraw(
    rows: Range<Int>, stream: RandomStream, step: UInt64, purposes: SamplingPurposes,
    counts: [Int]? = nil, scratch: DrawScratch,
    body: (Int, UnsafeMutableBufferPointer<Double>) -> Void
  ) {
    let dimension = dimension
    var end = 0
    let ends = counts?.map { count in
      end += count
      return end
    }
    let (choices, noise, draw) = (scratch.choices, scratch.noise, scratch.draw)
    var start = rows.lowerBound
    while start < rows.upperBound {
      let block = start..<min(start + DrawScratch.blockRows, rows.upperBound)
      if ends == nil {
        stream.uniforms(purposes.choice, step: step, rows: block, columns: 0..<1, into: choices)
      }
      if let noise {
        let first = purposes.firstNoiseColumn
        stream.normals(
          purposes.noise, step: step, rows: block, columns: first..<(first + dimension),
          into: noise)
      }
      for row in 0..<block.count {
        let choice =
          if let ends {
            Self.component(ends: ends, row: block.lowerBound + row)
          } else {
            Self.component(cumulative: scratch.cumulative, uniform: choices.pointer[row])
          }
        switch self {
        case .mixture(let mixture):
          if let noise {
            for feature in 0..<dimension {
              draw[feature] = noise.pointer[feature * noise.stride + row]
            }
          }
          mixture.factors[choice].transform(draw)
        case .categorical(let atoms):
          for feature in 0..<dimension { draw[feature] = atoms.values[choice][feature] }
        }
        body(block.lowerBound - rows.lowerBound + row, draw)
      }
      start = block.upperBound
    }
  }
}

/// What drawing from a law needs beside its result; for one caller at a time.
final class DrawScratch {
  /// Rows are drawn in blocks of so many.
  static let blockRows = 256

  /// See ``Law/cumulativeWeights``.
  let cumulative: [Double]
  /// A uniform number for each row's component, `[1, blockRows]`.
  let choices: Matrix<Double>
  /// `[dimension, blockRows]`, where the law has a density.
  let noise: Matrix<Double>?
  /// One row, `[dimension]`.
  let draw: UnsafeMutableBufferPointer<Double>

  init(_ law: Law) {
    cumulative = law.cumulativeWeights
    choices = Matrix(features: 1, rows: Self.blockRows)
    noise = law.hasDensity ? Matrix(features: law.dimension, rows: Self.blockRows) : nil
    draw = .allocate(capacity: law.dimension)
    draw.initialize(repeating: 0)
  }

  deinit { draw.deallocate() }
}
