/// The spec that `scorewalk init` writes.
package enum StarterSpec {
  package static func text(name: String) -> String {
    """
    # A first experiment: learn to denoise two points, walk in noisy space, jump back, and measure it all.
    # Every field that a spec can have: scorewalk init --reference
    name: \(NodeName.problem(name, allowsDots: true) == nil ? name : "my-experiment")
    seed: 0                    # {default: 0, data: 7} gives a section its own
    precision: float32         # of networks and chains; metrics are always float64

    noise_levels:
      half: 0.5                # named here, used below

    data:
      signs: {kind: categorical, values: [[-1], [1]]}               # two atoms, in one dimension
      noisy: {kind: smoothed, from: signs, noise_level: half}       # their law after noise, in closed form

    models:
      score: {kind: mlp, output: score, hidden: [32, 32], activation: softplus}

    training:
      fit:
        model: score
        data: signs
        objective: {kind: denoising-score-matching, noise_level: half}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 64
        steps: 5000
        snapshots: {from: 0, every: 1000}    # kept as results; evaluations can look at all of them

    sampling:
      # Unadjusted Langevin on the learned score: 200 chains, the first 200 states of each left out.
      walk:
        kind: langevin
        target: fit
        initial: {kind: normal, std: 2}
        step_size: 0.05
        steps: 1000
        chains: 200
        keep: {from: 201}
      # One jump from every kept state back to clean space.
      jump: {kind: denoise, from: walk, using: fit, noise_level: half}

    evaluation:
      denoiser-check: {kind: denoiser, of: {node: fit, step: all}, against: signs, noise_level: half}
      walk-quality: {kind: samples, of: walk, against: noisy}
      jump-quality: {kind: samples, of: jump, against: signs, metrics: [wasserstein, mode-weights]}

    """
  }
}
