/// ``ChainProcess`` in one precision: blocks of chains, each moved by one thread at a time.
final class ChainCore<Scalar: Real> {
  private let configuration: ChainConfiguration
  private let dimension: Int
  private let kept: KeptStates
  private let blocks: [ChainBlock<Scalar>]
  private let pool: WorkerPool
  private(set) var step = 0
  /// Why the chains cannot go on.
  private var failure: RunError?

  /// How many chains a block has at most: enough for full vectors, few enough for the caches.
  private static var blockSize: Int { 256 }

  init(
    _ configuration: ChainConfiguration, keeping kept: KeptStates, pool: WorkerPool
  ) throws(RunError) {
    self.configuration = configuration
    self.kept = kept
    self.pool = pool
    dimension = configuration.target.dimension
    let field = try ScoreField<Scalar>(configuration.target)
    // At least one block for each thread, at most `blockSize` chains in each.
    let chains = configuration.chains
    let threads = pool.threads
    let even = (chains + threads - 1) / threads
    let size = max(8, min(Self.blockSize, (even + 7) / 8 * 8))
    blocks = stride(from: 0, to: chains, by: size).map { start in
      ChainBlock(
        configuration, field: field, chains: start..<min(start + size, chains),
        pool: chains <= size ? pool : .serial)
    }
  }

  func advance(to target: Int, recording draws: inout Draws) throws(RunError) {
    if let failure { throw failure }
    guard target > step else { return }
    let range = (step == 0 ? 0 : step + 1)...target
    let states = Array(kept.states(in: range))
    let rowSize = configuration.chains * dimension
    let start = step
    let buffer = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: states.count * rowSize)
    buffer.initialize(repeating: 0)
    defer { buffer.deallocate() }
    let work = { [blocks] (part: Int) in
      blocks[part].advance(
        from: start, to: target, states: states, into: buffer, rowSize: rowSize)
    }
    // A single block may use the threads within its network instead.
    if blocks.count > 1 { pool.run(parts: blocks.count, work) } else { work(0) }
    // The earliest failure, whichever block met it first.
    let failures = blocks.compactMap(\.failure)
    let earliest = failures.min { ($0.step, $0.chain) < ($1.step, $1.chain) }
    let whole = earliest.map { failure in states.prefix { $0 < failure.step } } ?? states[...]
    draws.append(steps: Array(whole), values: buffer.prefix(whole.count * rowSize))
    if let earliest {
      let error = RunError(
        code: .diverged, what: "a coordinate is not finite", step: earliest.step,
        chain: earliest.chain, hint: "lower step_size, or look at the target's score far out")
      failure = error
      throw error
    }
    step = target
  }

  func positions() -> NamedTensor {
    tensor(named: "positions") { $0.positions }
  }

  func state() -> ChainState {
    let names = blocks[0].kernel.auxiliary.map(\.name)
    let auxiliary = names.indices.map { index in
      tensor(named: names[index]) { $0.kernel.auxiliary[index].values }
    }
    return ChainState(step: step, tensors: [positions()] + auxiliary)
  }

  func restore(_ state: ChainState) throws(RunError) {
    let auxiliary = blocks[0].kernel.auxiliary.map(\.name)
    let names = ["positions"] + auxiliary
    guard state.step >= 0, state.tensors.map(\.name) == names else {
      throw .incompatible("a state with \(state.tensors.map(\.name)), not \(names)")
    }
    let shape = [configuration.chains, dimension]
    for (index, tensor) in state.tensors.enumerated() {
      guard tensor.shape == shape, tensor.values.precision == Scalar.precision else {
        throw .incompatible(
          "\(tensor.name) \(tensor.shape) \(tensor.values.precision.rawValue), "
            + "not \(shape) \(Scalar.precision.rawValue)")
      }
      let values: [Scalar] = tensor.values.scalars()
      for block in blocks {
        let target = index == 0 ? block.positions : block.kernel.auxiliary[index - 1].values
        for (row, chain) in block.chains.enumerated() {
          for coordinate in 0..<dimension {
            target[coordinate, row] = values[chain * dimension + coordinate]
          }
        }
      }
    }
    step = state.step
  }

  /// One matrix of every block as `[chains, dimension]`.
  private func tensor(
    named name: String, _ matrix: (ChainBlock<Scalar>) -> Matrix<Scalar>
  ) -> NamedTensor {
    var values: [Scalar] = []
    values.reserveCapacity(configuration.chains * dimension)
    for block in blocks {
      let source = matrix(block)
      for row in 0..<block.chains.count {
        for coordinate in 0..<dimension { values.append(source[coordinate, row]) }
      }
    }
    return NamedTensor(
      name: name, shape: [configuration.chains, dimension], values: TensorValues(values))
  }
}

/// Some chains that are moved together.
///
/// Its memory is its own, and one thread at a time moves it: hence unchecked.
final class ChainBlock<Scalar: Real>: @unchecked Sendable {
  /// The numbers of the chains.
  let chains: Range<Int>
  /// `[dimension, chains.count]`.
  let positions: Matrix<Scalar>
  let kernel: any SamplerKernel<Scalar>
  /// The first state with a coordinate that is not finite, and the first such chain.
  private(set) var failure: (step: Int, chain: Int)?
  private let stream: RandomStream
  private let dimension: Int

  init(
    _ configuration: ChainConfiguration, field: ScoreField<Scalar>, chains: Range<Int>,
    pool: WorkerPool
  ) {
    self.chains = chains
    stream = configuration.stream
    dimension = field.dimension
    positions = Matrix(features: field.dimension, rows: chains.count)
    kernel = configuration.sampler.makeKernel(
      target: field.makeScratch(rows: chains.count, pool: pool), rows: chains.count)
    configuration.initial.fill(
      positions, chains: chains, dimension: field.dimension, stream: configuration.stream,
      purpose: .initialState, step: 0)
  }

  /// Moves the chains and writes the kept states into `[draw, chain, dimension]`.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    from start: Int, to target: Int, states: [Int],
    into output: UnsafeMutableBufferPointer<Scalar>, rowSize: Int
  ) {
    guard failure == nil else { return }
    var draw = 0
    if start == 0 { record(0, states, &draw, output, rowSize) }
    for state in (start + 1)...target {
      kernel.advance(positions: positions, chains: chains, step: state, stream: stream)
      if let row = firstRowNotFinite(positions, dimension: dimension, rows: chains.count) {
        failure = (state, chains.lowerBound + row)
        return
      }
      record(state, states, &draw, output, rowSize)
    }
  }

  private func record(
    _ state: Int, _ states: [Int], _ draw: inout Int,
    _ output: UnsafeMutableBufferPointer<Scalar>, _ rowSize: Int
  ) {
    guard draw < states.count, states[draw] == state, let base = output.baseAddress else { return }
    let target = base + draw * rowSize + chains.lowerBound * dimension
    for coordinate in 0..<dimension {
      let source = positions.pointer + coordinate * positions.stride
      for row in 0..<chains.count { target[row * dimension + coordinate] = source[row] }
    }
    draw += 1
  }
}
