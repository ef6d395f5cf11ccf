/// What a state of chains has the law of: s (X + σ N), X being what the chains are to find and N ~ N(0, I).
public struct StateNoise: Sendable, Hashable {
  /// σ, in units of X; 0 for what was denoised.
  public let level: Double
  /// s; below 1 where a process shrinks what it makes noisy.
  public let scale: Double

  /// Describes noise.
  public init(level: Double, scale: Double = 1) {
    self.level = level
    self.scale = scale
  }
}
