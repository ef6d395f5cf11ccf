import Scorewalk

/// What the nodes of a run have left for others: the states of networks, as references name them.
struct RunInputs: Sendable {
  let run: RunDirectory
  let graph: ExperimentGraph

  /// The parameters that a reference means.
  func parameters(of reference: Reference, step: Int? = nil) throws(Failure) -> [NamedTensor] {
    let wanted = step ?? self.step(of: reference)
    let state = try StateFile.read(
      run.path(of: RunDirectory.stateFile(step: wanted), node: reference.node))
    let records = reference.parameters == .ema ? state.ema : state.parameters
    guard let records else {
      throw Failure(
        .failed,
        "'\(reference.node)' has no \(reference.parameters.rawValue) parameters at step \(wanted)")
    }
    return records.tensors
  }

  /// The step that a reference to one state means.
  func step(of reference: Reference) -> Int {
    switch reference.step {
    case .at(let step):
      // A smoke run has fewer snapshots than the spec says: the nearest before stands for it.
      return graph.training(reference)?.nearestState(to: step, in: graph) ?? step
    case .last, .all: return graph.training(reference)?.totalSteps(in: graph) ?? 0
    }
  }

  /// The states that a reference means, ascending: one, or with `step: all` every snapshot.
  func steps(of reference: Reference) -> [Int] {
    guard let training = graph.training(reference) else { return [0] }
    return reference.step == .all ? training.snapshotSteps(in: graph) : [step(of: reference)]
  }

  /// The network that a reference means, with its parameters at a step.
  func network(
    _ reference: Reference, step: Int, pool: WorkerPool = .serial
  ) throws -> NetworkEvaluation {
    guard let network = graph.network(reference) else {
      throw Failure(.failed, "'\(reference.node)' is no network")
    }
    return try NetworkEvaluation(
      network, parameters: try parameters(of: reference, step: step), pool: pool)
  }
}
