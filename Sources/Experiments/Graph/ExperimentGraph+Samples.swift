extension ExperimentGraph {
  /// Whether rows were drawn independently: data, and what is denoised of it.
  package func rowsAreIndependent(_ reference: Reference) -> Bool {
    switch self[reference.node]?.definition {
    case .data?: true
    case .sampling(let sampling)?:
      (sampling as? DenoiseDefinition).map { rowsAreIndependent($0.from) } ?? false
    case .model?, .training?, .evaluation?, nil: false
    }
  }

  /// The jump that made the samples, where they are denoised points.
  package func jump(_ reference: Reference) -> DenoiseDefinition? {
    guard case .sampling(let sampling)? = self[reference.node]?.definition else { return nil }
    return sampling as? DenoiseDefinition
  }
}
