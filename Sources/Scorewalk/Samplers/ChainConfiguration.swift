/// Everything that decides what chains compute, but for their length: longer chains begin with the
/// states of shorter ones.
public struct ChainConfiguration: Sendable {
  /// The rule by which they move.
  public var sampler: any Sampler
  /// What they follow.
  public var target: ChainTarget
  /// How many chains; at least 1.
  public var chains: Int
  /// Where they start.
  public var initial: InitialPositions
  /// The source of starts and noise.
  public var stream: RandomStream
  /// The precision of the chains; a network's parameters must be in the same.
  public var precision: Precision

  /// Makes a configuration.
  public init(
    sampler: any Sampler, target: ChainTarget, chains: Int = 1, initial: InitialPositions,
    stream: RandomStream, precision: Precision
  ) {
    self.sampler = sampler
    self.target = target
    self.chains = chains
    self.initial = initial
    self.stream = stream
    self.precision = precision
  }

  /// Finds what has no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`, the first of what it finds.
  public func validate() throws(RunError) {
    try sampler.validate()
    try sampler.validate(in: precision)
    try target.validate()
    guard target.hasDensity || !sampler.needsDensity else {
      throw .invalid(
        "\(type(of: sampler).kind) needs a density, and the target has none but a score",
        hint: "follow a law or an energy network, or use the unadjusted \(LangevinSampler.kind)")
    }
    guard sampler.ladder == target.ladder else {
      throw .invalid(
        sampler.ladder == nil
          ? "\(type(of: sampler).kind) follows one score, and the target has one at each level of a ladder"
          : "\(type(of: sampler).kind) needs the score at each level of its ladder",
        hint: "give both the same noise levels, or neither any")
    }
    guard chains >= 1 else { throw .invalid("there must be at least 1 chain, not \(chains)") }
    try initial.validate(dimension: target.dimension)
  }
}

/// All that chains need to go on, and nothing else.
public struct ChainState: Sendable, Hashable {
  /// The number of the states that the chains are in; 0 is initial.
  public var step: Int
  /// The positions, `[chains, dimension]`, named `positions`, then what a sampler keeps beside them,
  /// each `[chains, features]`.
  public var tensors: [NamedTensor]

  /// Makes a state.
  public init(step: Int, tensors: [NamedTensor]) {
    self.step = step
    self.tensors = tensors
  }

  /// Whether both hold the same bits.
  public func hasSameBits(as other: ChainState) -> Bool {
    step == other.step && tensors.elementsEqual(other.tensors) { $0.hasSameBits(as: $1) }
  }
}

/// Kept states of chains, draw by draw.
public struct Draws: Sendable, Hashable {
  /// How many chains there are.
  public let chains: Int
  /// How many coordinates a point has.
  public let dimension: Int
  /// The numbers of the kept states, ascending.
  public private(set) var steps: [Int] = []
  /// The positions, `[draw, chain, dimension]` row-major.
  public private(set) var values: TensorValues

  /// Makes an empty collection for the draws of a configuration.
  public init(for configuration: ChainConfiguration) {
    chains = configuration.chains
    dimension = configuration.target.dimension
    values = TensorValues(precision: configuration.precision)
  }

  /// How many draws there are.
  public var count: Int { steps.count }

  /// Forgets the draws, for instance once they are on disk.
  public mutating func removeAll() {
    steps.removeAll(keepingCapacity: true)
    values = TensorValues(precision: values.precision)
  }

  mutating func append<Scalar: Real>(steps: [Int], values: some Collection<Scalar>) {
    self.steps += steps
    self.values.append(contentsOf: values)
  }
}
