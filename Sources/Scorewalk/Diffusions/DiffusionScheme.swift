/// How a step back in time is made, from t to t' < t.
///
/// With the score s = S(x/s, σ)/s of x_t, Δ = t − t', and primes for what is taken at t':
///
/// | scheme | a step | scores a step |
/// |---|---|---|
/// | ``eulerMaruyama`` | x − (f x − g² s) Δ + g √Δ ξ | 1 |
/// | ``reverseDiffusion`` | (2 − a) x + b² s + b ξ, a and b those of the exact step t' → t, x_t = a x_t' + b ξ | 1 |
/// | ``ddim(eta:)`` | s' (x̂ + √(σ'² − c²) n̂ + c ξ), c = η σ' √(1 − σ'²/σ²) | 1 |
/// | ``ancestral`` | the same with η = 1: the law of x_t' given x_t and x̂ | 1 |
/// | ``euler`` | x − (f x − ½ g² s) Δ | 1 |
/// | ``heun`` | the same with the mean of the slopes at both ends | 2 |
/// | ``edm(_:)`` | noise added up to σ̂ = (1 + γ) σ, then Heun's step in σ for x/s | 2 |
/// | ``dormandPrince(relative:absolute:)`` | as many steps of order 5 as the tolerance asks for | varies |
///
/// where x̂ = (x + s² σ² s)/s is the posterior mean of X and n̂ = (x/s − x̂)/σ. Euler–Maruyama, reverse
/// diffusion and the ancestral step draw from the reverse SDE, whose law is that of x_t' up to O(Δ); `euler`,
/// `heun` and `dormandPrince` follow the probability flow, dx/dt = f x − ½ g² s, which has the same
/// law at each time and no noise (Song et al. 2021, arXiv:2011.13456; Anderson 1982,
/// doi:10.1016/0304-4149(82)90051-5). `ddim(0)` is Euler's step of it in σ for x/s (Song, Meng and Ermon
/// 2021, arXiv:2010.02502).
public enum DiffusionScheme: Sendable, Hashable {
  /// Euler and Maruyama's step of the reverse SDE.
  case eulerMaruyama
  /// The forward step turned round, as in the reverse diffusion sampler of Song et al.
  case reverseDiffusion
  /// The posterior's step (Ho, Jain and Abbeel 2020, arXiv:2006.11239, with the variance β̃).
  case ancestral
  /// Between the probability flow, η = 0, and the ancestral step, η = 1.
  case ddim(eta: Double = 0)
  /// Euler's step of the probability flow in t.
  case euler
  /// Heun's step of the probability flow in t.
  case heun
  /// Karras et al. 2022, arXiv:2206.00364, algorithm 2.
  case edm(Churn = Churn())
  /// Dormand and Prince's pair of orders 5 and 4 (1980, doi:10.1016/0771-050X(80)90013-3), each chain
  /// with steps of its own.
  case dormandPrince(relative: Double = 1e-5, absolute: Double = 1e-5)

  /// The noise that is added before each step of ``DiffusionScheme/edm(_:)``: γ = min(amount/L, √2 − 1)
  /// where σ lies from `from` to `to`, else 0, for L noise levels.
  public struct Churn: Sendable, Hashable {
    /// S_churn ≥ 0.
    public var amount: Double
    /// S_tmin.
    public var from: Double
    /// S_tmax.
    public var to: Double
    /// S_noise, the deviation of the noise in units of what is right.
    public var noise: Double

    /// Noise at all levels; none unless said.
    public init(
      amount: Double = 0, from: Double = 0, to: Double = .infinity, noise: Double = 1
    ) {
      self.amount = amount
      self.from = from
      self.to = to
      self.noise = noise
    }

    /// γ at a noise level, of so many.
    public func growth(at level: Double, of levels: Int) -> Double {
      guard level >= from, level <= to else { return 0 }
      return min(amount / Double(levels), 2.0.squareRoot() - 1)
    }
  }

  /// Whether chains are followed to a tolerance.
  public var isAdaptive: Bool {
    if case .dormandPrince = self { true } else { false }
  }

  /// Whether a step takes noise.
  public var isRandom: Bool {
    switch self {
    case .eulerMaruyama, .reverseDiffusion, .ancestral: true
    case .ddim(let eta): eta > 0
    case .edm(let churn): churn.amount > 0
    case .euler, .heun, .dormandPrince: false
    }
  }

  func validate() throws(RunError) {
    switch self {
    case .eulerMaruyama, .reverseDiffusion, .ancestral, .euler, .heun: break
    case .ddim(let eta):
      guard (0...1).contains(eta) else { throw .invalid("eta must lie from 0 to 1, is \(eta)") }
    case .edm(let churn):
      guard churn.amount.isFinite, churn.amount >= 0 else {
        throw .invalid("the amount of churn must not be below 0, is \(churn.amount)")
      }
      guard churn.noise.isFinite, churn.noise >= 0 else {
        throw .invalid("the noise of churn must not be below 0, is \(churn.noise)")
      }
      guard churn.from >= 0, churn.from <= churn.to else {
        throw .invalid("churn from \(churn.from) to \(churn.to)")
      }
    case .dormandPrince(let relative, let absolute):
      for (name, value) in [("relative", relative), ("absolute", absolute)]
      where !(value.isFinite && value > 0) {
        throw .invalid("the \(name) tolerance must be above 0, is \(value)")
      }
    }
  }
}
