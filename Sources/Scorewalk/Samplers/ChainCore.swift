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
    let (start, first) = (step, kept.first)
    let buffer = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: states.count * rowSize)
    buffer.initialize(repeating: 0)
    defer { buffer.deallocate() }
    let work = { [blocks] (part: Int) in
      blocks[part].advance(
        from: start, to: target, keepingFrom: first, states: states, into: buffer,
        rowSize: rowSize)
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

  func positions() -> NamedTensor { tensor(parts[0]) }

  func state() -> ChainState { ChainState(step: step, tensors: parts.map { tensor($0) }) }

  func restore(_ state: ChainState) throws(RunError) {
    let parts = parts
    let names = parts.map(\.name)
    guard state.step >= 0, state.tensors.map(\.name) == names else {
      throw .incompatible("a state with \(state.tensors.map(\.name)), not \(names)")
    }
    for (part, tensor) in zip(parts, state.tensors) {
      switch part.values[0] {
      case .numbers: try write(tensor, into: part.values.compactMap(\.numbers))
      case .counts: try write(tensor, into: part.values.compactMap(\.counts))
      }
    }
    for block in blocks { block.kernel.stateWasReplaced() }
    step = state.step
  }

  /// Everything that a state holds, with the values of every block.
  private var parts: [(name: String, values: [AuxiliaryValues<Scalar>])] {
    let positions = blocks.map { AuxiliaryValues.numbers($0.positions) }
    var parts = [(name: "positions", values: positions)]
    let auxiliary = blocks.map { $0.kernel.auxiliary }
    for (index, part) in auxiliary[0].enumerated() {
      parts.append((name: part.name, values: auxiliary.map { $0[index].values }))
    }
    return parts
  }

  private func tensor(_ part: (name: String, values: [AuxiliaryValues<Scalar>])) -> NamedTensor {
    switch part.values[0] {
    case .numbers: tensor(named: part.name, part.values.compactMap(\.numbers))
    case .counts: tensor(named: part.name, part.values.compactMap(\.counts))
    }
  }

  /// The matrices of all blocks as `[chains, features]`.
  private func tensor<Element: Real>(
    named name: String, _ matrices: [Matrix<Element>]
  ) -> NamedTensor {
    let features = matrices[0].features
    var values: [Element] = []
    values.reserveCapacity(configuration.chains * features)
    for (block, matrix) in zip(blocks, matrices) {
      for row in 0..<block.chains.count {
        for feature in 0..<features { values.append(matrix[feature, row]) }
      }
    }
    return NamedTensor(
      name: name, shape: [configuration.chains, features], values: TensorValues(values))
  }

  /// `[chains, features]` into the matrices of all blocks.
  private func write<Element: Real>(
    _ tensor: NamedTensor, into matrices: [Matrix<Element>]
  ) throws(RunError) {
    let features = matrices[0].features
    let shape = [configuration.chains, features]
    guard tensor.shape == shape, tensor.values.precision == Element.precision else {
      throw .incompatible(
        "\(tensor.name) \(tensor.shape) \(tensor.values.precision.rawValue), "
          + "not \(shape) \(Element.precision.rawValue)")
    }
    let values: [Element] = tensor.values.scalars()
    for (block, matrix) in zip(blocks, matrices) {
      for (row, chain) in block.chains.enumerated() {
        for feature in 0..<features { matrix[feature, row] = values[chain * features + feature] }
      }
    }
  }
}

extension AuxiliaryValues {
  fileprivate var numbers: Matrix<Scalar>? {
    if case .numbers(let matrix) = self { matrix } else { nil }
  }

  fileprivate var counts: Matrix<Double>? {
    if case .counts(let matrix) = self { matrix } else { nil }
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
      target: field.makeFunction(rows: chains.count, pool: pool), rows: chains.count)
    configuration.initial.fill(
      positions, chains: chains, dimension: field.dimension, stream: configuration.stream,
      purpose: .initialState, step: 0)
  }

  /// Moves the chains and writes the kept states into `[draw, chain, dimension]`.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    from start: Int, to target: Int, keepingFrom first: Int, states: [Int],
    into output: UnsafeMutableBufferPointer<Scalar>, rowSize: Int
  ) {
    guard failure == nil else { return }
    var draw = 0
    if start == 0 { record(0, states, &draw, output, rowSize) }
    // In one go up to each state that is kept, and to the one before the first.
    var state = start
    while state < target {
      if state == first - 1 { kernel.keepingBegins() }
      var next = draw < states.count ? states[draw] : target
      if state < first - 1 { next = min(next, first - 1) }
      if let found = kernel.advance(
        positions: positions, chains: chains, steps: (state + 1)...next, stream: stream)
      {
        failure = (found.step, chains.lowerBound + found.row)
        return
      }
      state = next
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
