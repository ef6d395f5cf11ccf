/// What a chain follows, or a denoiser uses: something with a score.
public enum ChainTarget: Sendable {
  /// A law's exact score.
  case law(GaussianMixture)
  /// A network with its parameters. An energy's score is −∇E(y), a score network's its output, a
  /// denoiser's (x̂(y) − y)/σ², a noise network's −n̂(y)/σ; for these two `noiseLevel` is needed.
  case network(Network, parameters: [NamedTensor], noiseLevel: Double? = nil)
  /// The exact scores of a law with noise, X + σ N, at each level of a ladder.
  case smoothed(Law, ladder: NoiseLadder)
  /// The scores of a network that takes the noise level, at each level of a ladder.
  case conditional(Network, parameters: [NamedTensor], ladder: NoiseLadder)

  /// How many coordinates a point has.
  public var dimension: Int {
    switch self {
    case .law(let mixture): mixture.dimension
    case .network(let network, _, _): network.dimension
    case .smoothed(let law, _): law.dimension
    case .conditional(let network, _, _): network.dimension
    }
  }

  /// The noise levels at which there is a score, where there are several.
  public var ladder: NoiseLadder? {
    switch self {
    case .law, .network: nil
    case .smoothed(_, let ladder), .conditional(_, _, let ladder): ladder
    }
  }

  /// Whether the score is a derivative of a network by its input, which a ReLU network does not
  /// stand.
  public var differentiatesByInput: Bool {
    if case .network(let network, _, _) = self { network.output == .energy } else { false }
  }

  /// Whether log p is known up to a constant: that of a law, or −E of an energy network.
  public var hasDensity: Bool {
    switch self {
    case .law, .smoothed: true
    case .network(let network, _, _): network.output.hasDensity
    case .conditional: false
    }
  }

  /// Finds what has no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    if case .conditional(let network, _, _) = self {
      guard let conditioning = network.conditioning else {
        throw .invalid("the network has one noise level or none, and a ladder asks for several")
      }
      try conditioning.validate(output: network.output)
    }
    guard case .network(let network, _, let noiseLevel) = self else { return }
    try network.conditioning?.validate(output: network.output)
    if let noiseLevel, !(noiseLevel.isFinite && noiseLevel > 0) {
      throw .invalid("a noise level must be above 0, is \(noiseLevel)")
    }
    if network.needsNoiseLevel && noiseLevel == nil {
      throw .invalid(
        network.conditioning == nil
          ? "the score of a network whose output is \(network.output.rawValue) needs its noise level"
          : "the network takes the noise level", hint: "give the noise_level it learned at")
    }
  }
}
