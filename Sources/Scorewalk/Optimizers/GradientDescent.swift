/// Gradient descent with a backtracking line search and acceleration (FISTA; Beck and Teboulle 2009,
/// doi:10.1137/080716542), as `jaxopt.GradientDescent` has it.
///
/// With y = θ where there is no acceleration, one update is
///
///     g = ∇L(y),  θ' = y − s g
///     while s (L(θ') − L(y)) > s ⟨θ' − y, g⟩ + ½ ‖θ' − y‖² + ε, at most `maximumHalvings` times:
///       s ← decrease · s,  θ' = y − s g
///     t' = (1 + √(1 + 4 t²))/2,  y ← θ' + ((t − 1)/t') (θ' − θ),  θ ← θ',  t ← t'
///     s ← s / decrease, or the initial step size where s ≤ 10⁻⁶
///
/// The step size lives on from update to update. Without a line search s is fixed. What is stored,
/// averaged and evaluated is θ; the record's loss and gradient are those at y, and the loss after the update
/// is L(θ'), of which the line search knows the last that it accepted. A loss that is NaN or +∞ counts as not
/// decreased, where jaxopt accepts a NaN.
///
/// There is no early stop: a training has a fixed number of steps (jaxopt's `tol` ends it sooner). There
/// is no restart either, so the loss may rise. With small batches or noise, each step's are held fixed
/// during its line search. A clipped gradient stands for g everywhere.
///
/// The line search compares in double precision. L is a sum in double precision too, but of rows that have the
/// training's precision, which ε allows for.
public struct GradientDescent: Optimizer, Hashable {
  /// How long a step is.
  public enum StepSize: Sendable, Hashable {
    /// Always the same s > 0.
    case fixed(Double)
    /// As long as the loss decreases by enough.
    case backtracking(Backtracking)
  }

  /// The constants of a line search; unless said, those of jaxopt.
  public struct Backtracking: Sendable, Hashable {
    /// The step size of the first update, and the one that is returned to when it has become too small; > 0.
    public var initialStepSize: Double
    /// What a step size that is too large is multiplied by; in (0, 1).
    public var decrease: Double
    /// How often at most in one update; the last step size is taken as it is.
    public var maximumHalvings: Int
    /// ε ≥ 0; nil means the machine epsilon of the training's precision, 2⁻²³ or 2⁻⁵².
    public var epsilon: Double?

    /// Makes the constants.
    public init(
      initialStepSize: Double = 1, decrease: Double = 0.5, maximumHalvings: Int = 15,
      epsilon: Double? = nil
    ) {
      self.initialStepSize = initialStepSize
      self.decrease = decrease
      self.maximumHalvings = maximumHalvings
      self.epsilon = epsilon
    }
  }

  /// How long a step is.
  public var stepSize: StepSize
  /// Whether the gradient is taken at a point extrapolated from the last two parameters.
  public var isAccelerated: Bool

  /// Makes the rule.
  public init(stepSize: StepSize = .backtracking(Backtracking()), isAccelerated: Bool = true) {
    self.stepSize = stepSize
    self.isAccelerated = isAccelerated
  }

  /// `gradient-descent`.
  public static let kind = "gradient-descent"

  /// With and without line search and acceleration, and with all constants changed.
  public static var examples: [any Optimizer] {
    [
      GradientDescent(),
      GradientDescent(isAccelerated: false),
      GradientDescent(stepSize: .fixed(1e-2)),
      GradientDescent(stepSize: .fixed(1e-2), isAccelerated: false),
      GradientDescent(
        stepSize: .backtracking(
          Backtracking(initialStepSize: 0.3, decrease: 0.7, maximumHalvings: 4, epsilon: 1e-12))),
    ]
  }

  /// Below it the step size begins anew, as in jaxopt.
  static let smallestStepSize = 1e-6

  /// `extrapolated` and `fista-t` with acceleration, `step-size` with a line search.
  public var memory: [OptimizerMemory] {
    var memory: [OptimizerMemory] = []
    if isAccelerated { memory += [.parameters("extrapolated"), .number("fista-t", 1)] }
    if case .backtracking(let search) = stepSize {
      memory.append(.number("step-size", search.initialStepSize))
    }
    return memory
  }

  /// One: the parameters that a step would lead to.
  public var scratchCount: Int { 1 }

  /// Whether there is a line search.
  public var comparesLosses: Bool {
    if case .backtracking = stepSize { true } else { false }
  }

  /// Take smaller steps.
  public var remedy: String {
    comparesLosses ? "lower initial_step_size" : "lower step_size"
  }

  /// Finds constants outside their ranges.
  public func validate() throws(RunError) {
    switch stepSize {
    case .fixed(let size): try requirePositive("step_size", size)
    case .backtracking(let search):
      try requirePositive("initial_step_size", search.initialStepSize)
      try requirePositive("decrease", search.decrease)
      try require("decrease", search.decrease, atLeast: 0, below: 1)
      try require("max_halvings", Double(search.maximumHalvings), atLeast: 0)
      try require("epsilon", search.epsilon ?? 0, atLeast: 0)
    }
  }

  private func requirePositive(_ name: String, _ value: Double) throws(RunError) {
    guard value.isFinite, value > 0 else {
      throw .invalid("\(Self.kind): \(name) must be above 0, is \(value)")
    }
  }

  /// One update; see the type.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func step<Scalar: Real>(
    _ loss: StepLoss<Scalar>, _ arrays: OptimizerArrays<Scalar>, update: Int
  ) throws(RunError) -> StepRecord {
    let (count, parameters, gradient) = (arrays.count, arrays.parameters, arrays.gradient)
    let base = isAccelerated ? arrays.memory[0] : parameters
    let next = arrays.scratch[0]
    let (value, norm) = try loss.evaluate(at: base, gradient: gradient)
    let size: Scalar
    var halvings: Int?
    var lossAfter: Double?
    switch stepSize {
    case .fixed(let fixed):
      size = Scalar(fixed)
      descend(from: base, along: gradient, by: size, to: next, count: count)
    case .backtracking(let search):
      let remembered = arrays.memory[arrays.memory.count - 1]
      let (found, times, reached) = try backtrack(
        search, loss, value: value, base: base, next: next, arrays, from: remembered[0])
      (size, halvings, lossAfter) = (found, times, reached)
      let grown = found / Scalar(search.decrease)
      if Double(found) <= Self.smallestStepSize {
        remembered[0] = Scalar(search.initialStepSize)
      } else {
        // Where nothing moves, every step is long enough: it must not grow beyond all bounds.
        remembered[0] = grown.isFinite ? grown : found
      }
    }
    if isAccelerated {
      let t = arrays.memory[1][0]
      let nextT = (1 + (1 + 4 * (t * t)).squareRoot()) / 2
      let momentum = (t - 1) / nextT
      arrays.memory[1][0] = nextT
      for i in 0..<count {
        base[i] = next[i] + momentum * (next[i] - parameters[i])
        parameters[i] = next[i]
      }
    } else {
      parameters.update(from: next, count: count)
    }
    guard Scalar.kernels(.selected).allFinite(count, parameters) == 1 else {
      throw loss.diverged("a parameter is not finite")
    }
    return StepRecord(
      step: update, loss: value, lossAfter: lossAfter, gradientNorm: norm,
      learningRate: Double(size), stepSize: Double(size), halvings: halvings)
  }

  /// Finds a step size, and leaves the parameters that it leads to in `next`.
  ///
  /// - Returns: also the loss there; nil where the search was given up, which leaves it unknown.
  @inline(__always)
  private func backtrack<Scalar: Real>(
    _ search: Backtracking, _ loss: StepLoss<Scalar>, value: Double,
    base: UnsafeMutablePointer<Scalar>, next: UnsafeMutablePointer<Scalar>,
    _ arrays: OptimizerArrays<Scalar>, from initial: Scalar
  ) throws(RunError) -> (size: Scalar, halvings: Int, loss: Double?) {
    let (count, gradient) = (arrays.count, arrays.gradient)
    let epsilon = search.epsilon ?? Double(Scalar.ulpOfOne)
    var size = initial
    var halvings = 0
    descend(from: base, along: gradient, by: size, to: next, count: count)
    while halvings < search.maximumHalvings {
      let (slope, square) = movement(from: base, to: next, along: gradient, count: count)
      let reached = try loss.value(at: next)
      let change = Double(size) * (reached - value)
      // Written so that a NaN is no decrease.
      if change <= Double(size) * slope + 0.5 * square + epsilon {
        return (size, halvings, reached.isFinite ? reached : nil)
      }
      size *= Scalar(search.decrease)
      descend(from: base, along: gradient, by: size, to: next, count: count)
      halvings += 1
    }
    return (size, halvings, nil)
  }
}

/// next = base − s g.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func descend<Scalar: Real>(
  from base: UnsafePointer<Scalar>, along gradient: UnsafePointer<Scalar>, by size: Scalar,
  to next: UnsafeMutablePointer<Scalar>, count: Int
) {
  for i in 0..<count { next[i] = base[i] + (-size) * gradient[i] }
}

/// ⟨d, g⟩ and ‖d‖² for d = next − base, in double precision.
///
/// Eight interleaved partial sums each, added in order, as in ``gradientNorm(_:count:)``.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func movement<Scalar: Real>(
  from base: UnsafePointer<Scalar>, to next: UnsafePointer<Scalar>,
  along gradient: UnsafePointer<Scalar>, count: Int
) -> (slope: Double, square: Double) {
  var slopes = SIMD8<Double>(repeating: 0)
  var squares = SIMD8<Double>(repeating: 0)
  for start in stride(from: 0, to: count, by: 8) {
    var (difference, direction) = (SIMD8<Double>(), SIMD8<Double>())
    for lane in 0..<min(8, count - start) {
      difference[lane] = Double(next[start + lane] - base[start + lane])
      direction[lane] = Double(gradient[start + lane])
    }
    slopes += difference * direction
    squares += difference * difference
  }
  var (slope, square) = (0.0, 0.0)
  for lane in 0..<8 {
    slope += slopes[lane]
    square += squares[lane]
  }
  return (slope, square)
}
