extension Oracle {
  /// Objectives with known optima, optimizers with known steps.
  static var training: [Oracle] { [] }
}
