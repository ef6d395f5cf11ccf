/// Chains under way.
///
/// ```swift
/// let process = try ChainProcess(configuration, keeping: keep.states(steps: 1000))
/// var draws = Draws(for: configuration)
/// while process.step < 1000 {
///   try process.advance(to: min(process.step + 100, 1000), recording: &draws)
/// }
/// ```
///
/// Whatever is random is a function of the configuration's stream, the number of the state and that
/// of the chain. So the bits depend neither on how the steps are divided, nor on threads, nor on how
/// many chains there are. A process belongs to one thread at a time.
public final class ChainProcess {
  /// The process in its precision.
  private enum Core {
    case float32(ChainCore<Float>)
    case float64(ChainCore<Double>)
  }

  private let core: Core
  /// How many steps there are, where that is not open.
  private let length: Int?

  /// Begins at the initial positions.
  ///
  /// - Parameters:
  ///   - configuration: what to do.
  ///   - kept: the numbers of the states that are kept; see ``KeepRule/states(steps:)``.
  ///   - pool: the threads; they change no bit.
  /// - Throws: ``RunError`` `.invalidConfiguration`, or `.incompatibleState` where a network's
  ///   parameters do not fit.
  public init(
    _ configuration: ChainConfiguration, keeping kept: KeptStates,
    pool: WorkerPool = .serial
  ) throws(RunError) {
    try configuration.validate()
    length = configuration.sampler.length
    switch configuration.precision {
    case .float32: core = .float32(try ChainCore(configuration, keeping: kept, pool: pool))
    case .float64: core = .float64(try ChainCore(configuration, keeping: kept, pool: pool))
    }
  }

  /// Goes on from a state; `kept` may be another than before.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`, or `.incompatibleState` where the state is not
  ///   of this configuration.
  public convenience init(
    _ configuration: ChainConfiguration, keeping kept: KeptStates,
    restoring state: ChainState, pool: WorkerPool = .serial
  ) throws(RunError) {
    try self.init(configuration, keeping: kept, pool: pool)
    switch core {
    case .float32(let core): try core.restore(state)
    case .float64(let core): try core.restore(state)
    }
  }

  /// The number of the states that the chains are in; 0 is initial.
  public var step: Int {
    switch core {
    case .float32(let core): core.step
    case .float64(let core): core.step
    }
  }

  /// Moves all chains on to a state.
  ///
  /// The kept states among `step` + 1 … `target` are appended to `draws`, and state 0 too where the
  /// process stands at its beginning. A target not beyond `step` does nothing.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration` where the sampler ends before. `.diverged`, with
  ///   step and chain, at the first state with a coordinate that is not finite. Then `draws` has all kept states before it, and the process stays where
  ///   it was; it cannot go on.
  /// - Complexity: beside the draws and the network's own work, allocates nothing a step.
  public func advance(to target: Int, recording draws: inout Draws) throws(RunError) {
    if let length, target > length {
      throw .invalid("the chains end at step \(length), before step \(target)")
    }
    switch core {
    case .float32(let core): try core.advance(to: target, recording: &draws)
    case .float64(let core): try core.advance(to: target, recording: &draws)
    }
  }

  /// Moves all chains toward the next state by some of the work that it takes, where the sampler
  /// ``Sampler/stopsWithinSteps``; other samplers reach it at once.
  ///
  /// The state is recorded where it is reached. The bits are those of ``advance(to:recording:)``, however the work is
  /// divided, also where ``state()`` is taken in between.
  ///
  /// - Parameter rounds: at least 1; how many steps of its own each chain may try.
  /// - Returns: whether the next state is reached.
  /// - Throws: ``RunError`` as ``advance(to:recording:)``.
  public func advance(rounds: Int, recording draws: inout Draws) throws(RunError) -> Bool {
    if let length, step >= length { throw .invalid("the chains end at step \(length)") }
    return switch core {
    case .float32(let core): try core.advance(rounds: rounds, recording: &draws)
    case .float64(let core): try core.advance(rounds: rounds, recording: &draws)
    }
  }

  /// The positions now, `[chains, dimension]`.
  public func positions() -> NamedTensor {
    switch core {
    case .float32(let core): core.positions()
    case .float64(let core): core.positions()
    }
  }

  /// All that is needed to go on.
  public func state() -> ChainState {
    switch core {
    case .float32(let core): core.state()
    case .float64(let core): core.state()
    }
  }
}
