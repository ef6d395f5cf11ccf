/// Where persistent chains go on: the states in which earlier ones ended (Tieleman 2008,
/// doi:10.1145/1390156.1390290; Du and Mordatch 2019, arXiv:1903.08689).
///
/// At first it holds draws of the chains' initial law, place p the element (p, coordinate) of the
/// stream's `negativesInitial` at step 0. At a training step every chain takes a place of its own,
/// chosen without replacement by chain c's index (c, 0) of `replay`; it starts from the state there, or anew
/// where the uniform number (c, 1) lies below the fresh fraction. Where it ends goes back to its
/// place.
final class ReplayBuffer<Scalar: Real> {
  private let persistence: ContrastiveDivergence.Persistence
  private let chains: Int
  private let dimension: Int
  private let stream: RandomStream
  /// `[dimension, places]`.
  private let positions: Matrix<Scalar>
  /// The numbers of the places, in ascending order but for the moment of choosing.
  private var order: [Int]
  /// Each chain's place at the latest start.
  private var places: [Int]
  /// States that are to go back, `[dimension, chains]`, and their places; none where that is empty.
  private let ends: Matrix<Scalar>
  private var endPlaces: [Int] = []

  /// The name of its tensor.
  static var name: String { "replay-buffer" }

  init(
    _ persistence: ContrastiveDivergence.Persistence, chains: Int, initial: InitialPositions,
    dimension: Int, stream: RandomStream
  ) {
    self.persistence = persistence
    self.chains = chains
    self.dimension = dimension
    self.stream = stream
    positions = Matrix(features: dimension, rows: persistence.buffer)
    order = Array(0..<persistence.buffer)
    places = Array(repeating: 0, count: chains)
    ends = Matrix(features: dimension, rows: chains)
    endPlaces.reserveCapacity(chains)
    initial.fill(
      positions, chains: 0..<persistence.buffer, dimension: dimension, stream: stream,
      purpose: .negativesInitial, step: 0)
  }

  /// Puts chains that go on to their places; those that start anew stay where they are.
  ///
  /// - Parameter starts: fresh starts of every chain, `[dimension, chains]`; overwritten.
  func start(_ starts: Matrix<Scalar>, step: Int) {
    choosePlaces(step: step)
    for chain in 0..<chains {
      let number = stream.uniform(.replay, step: UInt64(step), row: chain, column: 1)
      if number < persistence.fresh { continue }
      for coordinate in 0..<dimension {
        starts.pointer[coordinate * starts.stride + chain] =
          positions.pointer[coordinate * positions.stride + places[chain]]
      }
    }
  }

  /// The first steps of a shuffle (Fisher and Yates), taken back when the places are known.
  private func choosePlaces(step: Int) {
    for chain in 0..<chains {
      let other =
        chain
        + stream.index(
          below: persistence.buffer - chain, .replay, step: UInt64(step), row: chain, column: 0)
      order.swapAt(chain, other)
      places[chain] = order[chain]
    }
    // Every place that was moved stands among the first, or where one of those belongs.
    for chain in 0..<chains { order[places[chain]] = places[chain] }
    for chain in 0..<chains { order[chain] = chain }
  }

  /// Remembers where the chains of the latest start ended, until ``commit()``.
  func end(_ positions: Matrix<Scalar>) {
    for coordinate in 0..<dimension {
      (ends.pointer + coordinate * ends.stride).update(
        from: positions.pointer + coordinate * positions.stride, count: chains)
    }
    endPlaces.removeAll(keepingCapacity: true)
    endPlaces.append(contentsOf: places)
  }

  /// Writes the ends to their places.
  func commit() {
    for (chain, place) in endPlaces.enumerated() {
      for coordinate in 0..<dimension {
        positions.pointer[coordinate * positions.stride + place] =
          ends.pointer[coordinate * ends.stride + chain]
      }
    }
    endPlaces.removeAll(keepingCapacity: true)
  }

  /// The states, `[places, dimension]`.
  var tensor: NamedTensor {
    var values: [Scalar] = []
    values.reserveCapacity(persistence.buffer * dimension)
    for place in 0..<persistence.buffer {
      for coordinate in 0..<dimension { values.append(positions[coordinate, place]) }
    }
    return NamedTensor(
      name: Self.name, shape: [persistence.buffer, dimension], values: TensorValues(values))
  }

  /// Takes states as ``tensor`` gives them.
  ///
  /// - Throws: ``RunError`` `.incompatibleState`.
  func restore(_ state: [NamedTensor]) throws(RunError) {
    let shape = [persistence.buffer, dimension]
    guard let tensor = state.first, state.count == 1, tensor.name == Self.name,
      tensor.shape == shape, tensor.values.precision == Scalar.precision
    else {
      let found = state.map { "\($0.name) \($0.shape) \($0.values.precision.rawValue)" }
      throw .incompatible(
        "an objective's state of \(found), not \(Self.name) \(shape) \(Scalar.precision.rawValue)")
    }
    guard tensor.values.isFinite else {
      throw .incompatible("\(Self.name) holds a number that is not finite")
    }
    let values: [Scalar] = tensor.values.scalars()
    for place in 0..<persistence.buffer {
      for coordinate in 0..<dimension {
        positions[coordinate, place] = values[place * dimension + coordinate]
      }
    }
    endPlaces.removeAll(keepingCapacity: true)
  }
}
