import Scorewalk

/// What a training or chains have in common with longer and shorter ones: a longer one begins with the steps of a
/// shorter one, and is computed from its final state.
package struct Series: Sendable, Equatable {
  /// The node's key without its length and without which states are kept, 64 hexadecimal digits.
  package let key: String
  /// How many steps the node takes.
  package let steps: Int
  /// Which states chains keep; nil for a training.
  package let kept: KeptStates?

  /// Whether a stored final state is one that this node can go on from: of fewer steps, and with every state that the
  /// node keeps of those steps among the states that were kept.
  package func canGoOn(from state: StateFile) -> Bool {
    guard state.step >= 1, state.step < steps else { return false }
    guard let kept else { return true }
    guard let there = state.kept?.states(steps: state.step) else { return false }
    let needed = Array(kept.states(in: 0...state.step).prefix(2))
    guard let first = needed.first, let second = needed.last else { return true }
    // What is summed from the first kept state on cannot be begun in the middle of the shorter work.
    let tensors = state.positions ?? []
    let isSummed = tensors.contains { $0.tensor.name == KineticTemperature.sumName }
    guard !isSummed || there.first == kept.first else { return false }
    // With the first, the second and the last, all of an arithmetic progression are there.
    let last = kept.first + (state.step - kept.first) / kept.every * kept.every
    return [first, second, Swift.min(last, kept.last)].allSatisfy(there.contains)
  }
}

extension ExperimentNode {
  /// How long the node goes on, and which of its fields say so and nothing else; nil where it has no steps that longer
  /// work could begin with, as chains have none whose sampler itself says where they end.
  func length(
    in graph: ExperimentGraph
  ) -> (steps: Int, kept: KeptStates?, fields: Set<String>)? {
    switch definition {
    case .training(let training):
      training.totalSteps(in: graph).map { ($0, nil, ["steps", "epochs"]) }
    case .sampling(let sampling):
      (sampling as? ChainDefinition).flatMap { chains in
        guard chains.sampler.length == nil else { return nil }
        return (try? chains.keep.states(steps: chains.steps)).map {
          (chains.steps, $0, ["steps", "keep"])
        }
      }
    case .data, .model, .evaluation: nil
    }
  }
}
