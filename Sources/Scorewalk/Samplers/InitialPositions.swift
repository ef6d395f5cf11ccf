/// Where chains start.
public enum InitialPositions: Sendable, Hashable {
  /// At the origin.
  case zeros
  /// All at one point, `[dimension]`.
  case point([Double])
  /// N(0, std²) in every coordinate.
  case normal(standardDeviation: Double = 1)
  /// Uniform on a box; bounds are `[dimension]`, or `[1]` for all coordinates alike.
  case uniform(from: [Double], to: [Double])
  /// Given positions, `[count, dimension]` row-major; chain `c` starts at row `c` modulo `count`.
  case samples([Double])

  /// Finds what has no meaning for points of a given dimension.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate(dimension: Int) throws(RunError) {
    switch self {
    case .zeros: break
    case .point(let point):
      guard point.count == dimension else {
        throw .invalid("initial: a point of \(point.count) coordinates in \(dimension) dimensions")
      }
      guard point.allSatisfy(\.isFinite) else { throw .invalid("initial: \(point) is not finite") }
    case .normal(let deviation):
      guard deviation.isFinite, deviation >= 0 else {
        throw .invalid("initial: a standard deviation of \(deviation)")
      }
    case .uniform(let from, let to):
      for bound in [from, to] where bound.count != 1 && bound.count != dimension {
        throw .invalid("initial: \(bound.count) bounds in \(dimension) dimensions")
      }
      for coordinate in 0..<dimension {
        let (low, high) = (Self.bound(from, coordinate), Self.bound(to, coordinate))
        guard low.isFinite, high.isFinite, low <= high else {
          throw .invalid("initial: uniform from \(low) to \(high)")
        }
      }
    case .samples(let values):
      guard !values.isEmpty, values.count.isMultiple(of: dimension) else {
        throw .invalid(
          "initial: \(values.count) numbers do not make points of \(dimension) coordinates")
      }
      guard values.allSatisfy(\.isFinite) else { throw .invalid("initial: not finite") }
    }
  }

  private static func bound(_ bounds: [Double], _ coordinate: Int) -> Double {
    bounds.count == 1 ? bounds[0] : bounds[coordinate]
  }

  /// Writes the positions of some chains.
  ///
  /// Element (coordinate, chain) of the counter decides each position: how many chains there are,
  /// and how they are split, changes nothing.
  ///
  /// - Parameters:
  ///   - positions: `[dimension, chains.count]`, feature-major; overwritten.
  ///   - chains: the numbers of the chains, from 0.
  func fill<Scalar: Real>(
    _ positions: Matrix<Scalar>, chains: Range<Int>, dimension: Int, stream: RandomStream,
    purpose: RandomPurpose, step: UInt64
  ) {
    switch self {
    case .zeros: fill(positions, chains, dimension) { _, _ in 0 }
    case .point(let point):
      fill(positions, chains, dimension) { coordinate, _ in Scalar(point[coordinate]) }
    case .normal(let deviation):
      stream.normals(
        purpose, step: step, rows: chains, columns: 0..<dimension, into: positions)
      let scale = Scalar(deviation)
      if scale != 1 { update(positions, chains, dimension) { _, value in scale * value } }
    case .uniform(let from, let to):
      stream.uniforms(
        purpose, step: step, rows: chains, columns: 0..<dimension, into: positions)
      update(positions, chains, dimension) { coordinate, value in
        let (low, high) = (Self.bound(from, coordinate), Self.bound(to, coordinate))
        return Scalar(low) + Scalar(high - low) * value
      }
    case .samples(let values):
      let count = values.count / dimension
      fill(positions, chains, dimension) { coordinate, chain in
        Scalar(values[(chain % count) * dimension + coordinate])
      }
    }
  }

  private func fill<Scalar: Real>(
    _ positions: Matrix<Scalar>, _ chains: Range<Int>, _ dimension: Int,
    _ value: (_ coordinate: Int, _ chain: Int) -> Scalar
  ) {
    for coordinate in 0..<dimension {
      let target = positions.pointer + coordinate * positions.stride
      for row in 0..<chains.count { target[row] = value(coordinate, chains.lowerBound + row) }
    }
  }

  private func update<Scalar: Real>(
    _ positions: Matrix<Scalar>, _ chains: Range<Int>, _ dimension: Int,
    _ change: (_ coordinate: Int, _ value: Scalar) -> Scalar
  ) {
    for coordinate in 0..<dimension {
      let target = positions.pointer + coordinate * positions.stride
      for row in 0..<chains.count { target[row] = change(coordinate, target[row]) }
    }
  }
}
