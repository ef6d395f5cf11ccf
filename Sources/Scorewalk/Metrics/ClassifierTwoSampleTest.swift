/// A classifier two-sample test: how often the k nearest neighbours of a point say rightly from which of two sets it is.
///
/// All points but the one that is asked for are neighbours (leave-one-out), k = √n of the n points of both sets, made odd.
/// One half is what nothing can be told from, 1 what is told apart always. No classifier beats that of Bayes, which is right
/// with probability ½ + ½ TV(p, q): ``bayesAccuracy(totalVariation:)``. For equal laws leaving one out reads a little
/// below one half, as the point's own set has one point less.
///
/// Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests" (2017), arXiv:1610.06545.
public struct ClassifierTwoSampleTest: Sendable {
  /// The truth's points, by which coordinates are standardised.
  private let truth: SampleSet
  private let means: [Double]
  private let scales: [Double]

  /// - Parameter truth: at least two points.
  public init(truth: SampleSet) {
    precondition(truth.count > 1, "a test against one point")
    let moments = (0..<truth.dimension).map { truth.moments(coordinate: $0) }
    means = moments.map(\.mean)
    // A coordinate that does not vary has no scale of its own.
    scales = moments.map { $0.variance > 0 ? 1 / $0.variance.squareRoot() : 1 }
    self.truth = truth
  }

  /// The accuracy of Bayes' classifier of two equally likely laws.
  public static func bayesAccuracy(totalVariation: Double) -> Double { 0.5 + 0.5 * totalVariation }

  /// The share of points of both sets that is classified rightly.
  ///
  /// - Parameter samples: as many points as the truth, or fewer; then representatives of the truth stand for it.
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O(n² · dimension).
  public func accuracy(_ samples: SampleSet) -> Double {
    precondition(
      samples.dimension == truth.dimension && 1...truth.count ~= samples.count,
      "\(samples.count) points in \(samples.dimension) dimensions beside \(truth.count)")
    let other = truth.representatives(atMost: samples.count)
    guard samples.isFinite && other.isFinite else { return .nan }
    let all = SampleSet(
      rows: standardised(samples) + standardised(other), dimension: samples.dimension)
    let half = samples.count
    var neighbours = Int(Double(all.count).squareRoot())
    if neighbours.isMultiple(of: 2) { neighbours -= 1 }
    neighbours = min(max(neighbours, 1), all.count - 1)
    var right = 0
    var row = 0
    var selection = [Double](repeating: 0, count: all.count)
    all.forEachRowOfSquares(to: all) { squares in
      let isFirst = row < half
      for (index, square) in squares.enumerated() { selection[index] = square }
      selection[row] = .infinity
      let bound = Self.smallest(neighbours, of: &selection)
      // Points at the very bound are taken in their order, from both sets in turn.
      var (votes, count) = (0, 0)
      for index in squares.indices where index != row && squares[index] < bound {
        votes += index < half ? 1 : -1
        count += 1
      }
      var ties = (
        (0..<half).filter { $0 != row && squares[$0] == bound }[...],
        (half..<all.count).filter { $0 != row && squares[$0] == bound }[...]
      )
      while count < neighbours {
        // Alternating, so that points that coincide tell nothing.
        let takesFirst = ties.1.isEmpty || (!ties.0.isEmpty && (count + row).isMultiple(of: 2))
        if takesFirst {
          ties.0.removeFirst()
          votes += 1
        } else {
          ties.1.removeFirst()
          votes -= 1
        }
        count += 1
      }
      if (votes > 0) == isFirst { right += 1 }
      row += 1
    }
    return Double(right) / Double(all.count)
  }

  private func standardised(_ samples: SampleSet) -> [Double] {
    samples.values.enumerated().map { index, value in
      let coordinate = index % samples.dimension
      return (value - means[coordinate]) * scales[coordinate]
    }
  }

  /// The k-th smallest of values, which are put into another order (Hoare's selection).
  static func smallest(_ k: Int, of values: inout [Double]) -> Double {
    values.withUnsafeMutableBufferPointer { values in
      var (left, right) = (0, values.count - 1)
      while left < right {
        let pivot = values[left + (right - left) / 2]
        var (low, high) = (left, right)
        while low <= high {
          while values[low] < pivot { low += 1 }
          while pivot < values[high] { high -= 1 }
          if low <= high {
            values.swapAt(low, high)
            low += 1
            high -= 1
          }
        }
        if k - 1 <= high {
          right = high
        } else if k - 1 >= low {
          left = low
        } else {
          break
        }
      }
      return values[k - 1]
    }
  }
}
