/// The specs that the tests run.
enum Specs {
  /// A law and a few chains on it, in an instant.
  static func tiny(name: String) -> String {
    """
    name: \(name)
    data:
      law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
    sampling:
      chains:
        {kind: langevin, target: law, initial: {kind: normal}, step_size: 0.1, steps: 5, chains: 4}

    """
  }

  /// Everything there is, in a tenth of a second.
  static let small = """
    name: small
    noise_levels: {half: 0.5}
    data:
      signs: {kind: categorical, values: [[-1], [1]]}
      noisy: {kind: smoothed, from: signs, noise_level: half}
      rows: {kind: draws, from: noisy, count: 40}
    models:
      energy: {kind: mlp, output: energy, hidden: [6], activation: softplus}
      score: {kind: mlp, output: score, hidden: [8], activation: softplus}
    training:
      fit-energy:
        model: energy
        data: noisy
        objective:
          kind: contrastive-divergence
          negatives: {chains: 4, initial: {kind: normal}, step_size: 0.1, steps: 5}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 8
        steps: 60
      fit:
        model: score
        data: signs
        objective: {kind: denoising-score-matching, noise_level: half}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 16
        steps: 200
        ema: {decay: 0.99}
        snapshots: {from: 0, every: 100}
        log_every: 20
    sampling:
      walk:
        {kind: langevin, target: fit, initial: {kind: normal}, step_size: 0.1, steps: 200, chains: 5}
      jump: {kind: denoise, from: walk, using: fit, noise_level: half}
    evaluation:
      density:
        {kind: density, of: fit-energy, against: noisy, grid: {from: -4, to: 4, points: 101}}
      denoiser: {kind: denoiser, of: fit, against: signs, noise_level: half}
      quality:
        {kind: samples, of: walk, against: noisy, metrics: [ks, wasserstein, ecdf, moments, mode-weights, ess]}

    """

  /// Work that is dealt to threads: chains in several blocks, and a network above the threshold of rows times
  /// parameters from which a step is divided.
  static let threaded = """
    name: threaded
    data:
      law: {kind: gaussian-mixture, components: [{mean: [-1, 0], std: 0.5}, {mean: [1, 1], std: 0.7}]}
    models:
      score: {kind: mlp, output: score, hidden: [48, 48], activation: silu}
    training:
      fit:
        model: score
        data: law
        objective: {kind: denoising-score-matching, noise_level: 0.5}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 300
        steps: 20
    sampling:
      walk: {kind: langevin, target: fit, initial: {kind: normal}, step_size: 0.1, steps: 20, chains: 100}
      exact: {kind: langevin, target: law, initial: {kind: normal}, step_size: 0.1, steps: 20, chains: 100}

    """

  /// Objectives and outputs that the others leave out, above the threshold from which rows are dealt to threads.
  static let objectives = """
    name: objectives
    data:
      law: {kind: gaussian-mixture, components: [{mean: [-1, 0], std: 0.5}, {mean: [1, 1], std: 0.7}]}
    models:
      score: {kind: mlp, output: score, hidden: [48, 48], activation: silu}
      noise: {kind: mlp, output: noise, hidden: [48, 48], activation: silu}
      energy: {kind: mlp, output: energy, hidden: [48, 48], activation: silu}
    training:
      exact:
        model: score
        data: law
        objective: {kind: implicit-score-matching}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 700
        steps: 6
      sliced:
        model: score
        data: law
        objective: {kind: sliced-score-matching, projections: 2, distribution: sphere}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 300
        steps: 6
      denoised:
        model: noise
        data: law
        objective: {kind: denoising-score-matching, noise_level: 0.5, residual: noise}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 300
        steps: 6
      persistent:
        model: energy
        data: law
        objective:
          kind: contrastive-divergence
          negatives:
            chains: 100
            initial: {kind: normal}
            step_size: 0.1
            steps: 3
            persistent: {buffer: 500}
          regularization: 1e-3
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 300
        steps: 6
    sampling:
      walk: {kind: langevin, target: denoised, noise_level: 0.5, initial: {kind: normal}, step_size: 0.1, steps: 20, chains: 100}
      jump: {kind: denoise, from: walk, using: denoised, noise_level: 0.5}

    """

  /// One to two seconds: a training with an average and snapshots, a long chain, jumps, and evaluations.
  static let long = """
    name: long
    noise_levels: {half: 0.5}
    data:
      signs: {kind: categorical, values: [[-1], [1]]}
      noisy: {kind: smoothed, from: signs, noise_level: half}
    models:
      score: {kind: mlp, output: score, hidden: [16, 16], activation: softplus}
    training:
      fit:
        model: score
        data: signs
        objective: {kind: denoising-score-matching, noise_level: half}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 32
        steps: 40000
        ema: {decay: 0.99}
        snapshots: {from: 500, every: 8000}
        log_every: 200
    sampling:
      walk:
        kind: langevin
        target: {node: fit, parameters: ema}
        initial: {kind: normal}
        step_size: 0.1
        steps: 300000
        chains: 4
        keep: {from: 0, every: 25}
      jump: {kind: denoise, from: walk, using: fit, noise_level: half}
    evaluation:
      denoiser: {kind: denoiser, of: {node: fit, step: all}, against: signs, noise_level: half}
      quality: {kind: samples, of: walk, against: noisy, metrics: [moments, ess]}

    """

  /// A chain that writes more than a small disk holds: some 2.4 MB of draws, twice while they are transposed.
  static let wide = """
    name: wide
    data:
      normal: {kind: gaussian-mixture, components: [{weight: 1, mean: [0], std: 1}]}
    sampling:
      first: {kind: langevin, target: normal, initial: {kind: zeros}, step_size: 0.1, steps: 200}
      walk:
        kind: langevin
        target: normal
        initial: {kind: normal}
        step_size: 0.1
        steps: 6000
        chains: 100
    evaluation:
      quality: {kind: samples, of: walk, against: normal, metrics: [moments]}

    """

  /// Some seconds of two trainings and six pairs of samplings, most of it shared by several of the twelve points.
  static let sweep = """
    name: swept
    sweep:
      axes:
        rate: {set: training.fit.optimizer.learning_rate, values: [1e-3, 1e-2]}
        delta: {set: sampling.walk.step_size, values: [0.1, 0.05]}
        chains: {set: sampling.walk.chains, values: [2, 3, 5]}
    noise_levels: {half: 0.5}
    data:
      signs: {kind: categorical, values: [[-1], [1]]}
      noisy: {kind: smoothed, from: signs, noise_level: half}
      rows: {kind: draws, from: signs, count: 200}
    models:
      score: {kind: mlp, output: score, hidden: [16, 16], activation: softplus}
    training:
      fit:
        model: score
        data: rows
        objective: {kind: denoising-score-matching, noise_level: half}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 32
        steps: 4000
        snapshots: {from: 500, every: 1500}
        log_every: 200
    sampling:
      walk:
        kind: langevin
        target: fit
        initial: {kind: normal}
        step_size: 0.1
        steps: 20000
        chains: 4
        keep: {from: 0, every: 25}
      jump: {kind: denoise, from: walk, using: fit, noise_level: half}
    evaluation:
      denoiser: {kind: denoiser, of: {node: fit, step: all}, against: signs, noise_level: half}
      quality: {kind: samples, of: walk, against: noisy, metrics: [moments, ess]}

    """
}
