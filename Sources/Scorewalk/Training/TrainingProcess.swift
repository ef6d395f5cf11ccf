/// A training under way.
///
/// ```swift
/// let process = try TrainingProcess(configuration, initial: parameters)
/// while process.step < 30_000 { let record = try process.advance() }
/// ```
///
/// Whatever is random is a function of the configuration's stream and the number of the step, so
/// n steps give the same bits as k steps, ``state()``, ``init(_:restoring:)`` and n − k steps.
/// A process belongs to one thread at a time.
public final class TrainingProcess {
  /// The process in its precision.
  private enum Core {
    case float32(TrainingCore<Float>)
    case float64(TrainingCore<Double>)
  }

  private let core: Core

  /// Begins a training.
  ///
  /// - Parameters:
  ///   - configuration: what to do.
  ///   - initial: the network's parameters, in the configuration's precision; see
  ///     ``Network/initialParameters(_:precision:stream:)``.
  ///   - pool: the threads; they change no bit. Steps that one thread makes faster, by the clock, are made by one.
  /// - Throws: ``RunError`` `.invalidConfiguration`, or `.incompatibleState` where the parameters
  ///   are not the network's.
  public init(
    _ configuration: TrainingConfiguration, initial: [NamedTensor], pool: WorkerPool = .serial
  ) throws(RunError) {
    try configuration.validate()
    switch configuration.precision {
    case .float32:
      core = .float32(try TrainingCore(configuration, initial: initial, pool: pool))
    case .float64:
      core = .float64(try TrainingCore(configuration, initial: initial, pool: pool))
    }
  }

  /// Goes on from a state, with threads that change no bit.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`, or `.incompatibleState` where the state is not
  ///   of this configuration.
  public init(
    _ configuration: TrainingConfiguration, restoring state: TrainingState,
    pool: WorkerPool = .serial
  ) throws(RunError) {
    try configuration.validate()
    switch configuration.precision {
    case .float32:
      core = .float32(try TrainingCore(configuration, restoring: state, pool: pool))
    case .float64:
      core = .float64(try TrainingCore(configuration, restoring: state, pool: pool))
    }
  }

  /// How many updates were made.
  public var step: Int {
    switch core {
    case .float32(let core): core.step
    case .float64(let core): core.step
    }
  }

  /// Makes the next step: the loss and its gradient at the current parameters, then the update.
  ///
  /// - Parameter measuresGradient: whether the record shall have the gradient's norm, a pass over all of it; no bit
  ///   of the training depends on it.
  /// - Returns: the step's record; the first has step 1 and the loss of the initial parameters.
  /// - Throws: ``RunError`` `.diverged` where the loss or a parameter is not finite. Then the step
  ///   counts as not made: where the loss was at fault, or the gradient's norm that was wanted, parameters and state
  ///   are those before it.
  /// - Complexity: allocates nothing.
  @discardableResult
  public func advance(measuresGradient: Bool = true) throws(RunError) -> StepRecord {
    switch core {
    case .float32(let core): try core.advance(measuresGradient: measuresGradient)
    case .float64(let core): try core.advance(measuresGradient: measuresGradient)
    }
  }

  /// The parameters now.
  public func parameters() -> [NamedTensor] {
    switch core {
    case .float32(let core): core.parameterTensors()
    case .float64(let core): core.parameterTensors()
    }
  }

  /// The averaged parameters as they are used (debiased where that was asked); nil without an
  /// average.
  public func averagedParameters() -> [NamedTensor]? {
    switch core {
    case .float32(let core): core.averageTensors()
    case .float64(let core): core.averageTensors()
    }
  }

  /// All that is needed to go on.
  public func state() -> TrainingState {
    switch core {
    case .float32(let core): core.state()
    case .float64(let core): core.state()
    }
  }
}
