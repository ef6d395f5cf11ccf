/// ``ChainProcess`` in one precision: blocks of chains, each moved by one thread at a time.
final class ChainCore<Scalar: Real> {
  private let configuration: ChainConfiguration
  private let dimension: Int
  private let kept: KeptStates
  private let blocks: [ChainBlock<Scalar>]
  private let pool: WorkerPool
  private(set) var step = 0
  /// Whether some of the next step is done.
  private var isWithinStep = false
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
    let field = try ScoreField<Scalar>(configuration.target, rows: configuration.chains)
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
    if isWithinStep {
      _ = try advance(rounds: .max, recording: &draws)
      guard target > step else { return }
    }
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
    let earliest = earliestFailure
    let whole = earliest.map { failure in states.prefix { $0 < failure.step } } ?? states[...]
    draws.append(steps: Array(whole), values: buffer.prefix(whole.count * rowSize))
    if let earliest { try fail(earliest) }
    step = target
  }

  /// Does some of what makes the next state, and records the state where it is reached; returns whether it is.
  func advance(rounds: Int, recording draws: inout Draws) throws(RunError) -> Bool {
    if let failure { throw failure }
    if !isWithinStep {
      if step == 0 { record(0, in: &draws) }
      if step == kept.first - 1 { for block in blocks { block.kernel.keepingBegins() } }
    }
    let (next, isResumed) = (step + 1, isWithinStep)
    let work = { [blocks] (part: Int) in
      blocks[part].advance(toward: next, isResumed: isResumed, rounds: rounds)
    }
    if blocks.count > 1 { pool.run(parts: blocks.count, work) } else { work(0) }
    isWithinStep = !blocks.allSatisfy(\.isThere)
    if isWithinStep { return false }
    for block in blocks { block.isThere = false }
    if let earliest = earliestFailure { try fail(earliest) }
    record(next, in: &draws)
    step = next
    return true
  }

  /// Appends the state in which the chains are, where it is kept.
  private func record(_ state: Int, in draws: inout Draws) {
    guard kept.contains(state) else { return }
    let rowSize = configuration.chains * dimension
    let buffer = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: rowSize)
    buffer.initialize(repeating: 0)
    defer { buffer.deallocate() }
    for block in blocks { block.write(into: buffer, at: 0) }
    draws.append(steps: [state], values: buffer)
  }

  /// The earliest failure, whichever block met it first.
  private var earliestFailure: (step: Int, chain: Int)? {
    blocks.compactMap(\.failure).min { ($0.step, $0.chain) < ($1.step, $1.chain) }
  }

  private func fail(_ place: (step: Int, chain: Int)) throws(RunError) {
    let error = RunError(
      code: .diverged, what: "a coordinate is not finite", step: place.step, chain: place.chain,
      hint: configuration.sampler.divergenceHint + ", or look at the target's score far out")
    failure = error
    throw error
  }

  func positions() -> NamedTensor { tensor(parts[0]) }

  func state() -> ChainState { ChainState(step: step, tensors: parts.map { tensor($0) }) }

  func restore(_ state: ChainState) throws(RunError) {
    isWithinStep = state.tensors.contains { $0.name == blocks[0].kernel.underWay?.name }
    for block in blocks { block.isThere = false }
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
    if isWithinStep, let name = blocks[0].kernel.underWay?.name {
      parts.append((name: name, values: blocks.compactMap { $0.kernel.underWay?.values }))
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
  /// Whether the chains are in the next state already, and wait for others.
  var isThere = false
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

  /// Does some of what makes a state from the one before.
  func advance(toward state: Int, isResumed: Bool, rounds: Int) {
    guard !isThere else { return }
    isThere = kernel.advance(
      positions: positions, chains: chains, toward: state, stream: stream, isResumed: isResumed,
      rounds: rounds)
    guard isThere,
      let row = firstRowNotFinite(positions, dimension: dimension, rows: chains.count)
    else { return }
    failure = (state, chains.lowerBound + row)
  }

  private func record(
    _ state: Int, _ states: [Int], _ draw: inout Int,
    _ output: UnsafeMutableBufferPointer<Scalar>, _ rowSize: Int
  ) {
    guard draw < states.count, states[draw] == state else { return }
    write(into: output, at: draw * rowSize)
    draw += 1
  }

  /// Writes the positions into `[chain, dimension]` of all chains, from a place on.
  func write(into output: UnsafeMutableBufferPointer<Scalar>, at start: Int) {
    guard let base = output.baseAddress else { return }
    let target = base + start + chains.lowerBound * dimension
    for coordinate in 0..<dimension {
      let source = positions.pointer + coordinate * positions.stride
      for row in 0..<chains.count { target[row * dimension + coordinate] = source[row] }
    }
  }
}
