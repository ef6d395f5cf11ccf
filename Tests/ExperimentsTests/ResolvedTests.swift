import Experiments
import Testing
import YAML

/// Small specs that between them write every kind.
let smallSpecs: [String] = [
  StarterSpec.text(name: "starter"),
  """
  name: covers-much
  description: "text with \\"quotes\\", a tab\\t and é"
  tags: [one, "2", "true"]
  seed: {default: 3, data: 9223372036854775807, training: 5}
  precision: float64
  noise_levels: {half: 0.5, wide: 3}
  data:
    law: {kind: gaussian-mixture, components: [{weight: 2, mean: [0, 1], variances: [1, 0.3]}, {mean: [1e-300, -0.0], covariance: [[2, 0.5], [0.5, 1]]}]}
    atoms: {kind: categorical, values: [[0], [1e-22]], weights: [0.1, 0.7]}
    noisy: {kind: smoothed, from: atoms, noise_level: wide}
    rows: {kind: draws, from: noisy, count: 1e2, seed: 12, stream: other}
  models:
    net: {kind: mlp, output: denoiser, hidden: [], activation: tanh, initializer: pytorch}
    energy: {kind: mlp, output: energy, hidden: [3, 2], dimension: 2, precision: float32}
  training:
    fit:
      model: net
      data: rows
      objective: {kind: denoising-score-matching, noise_level: 0x1, noise: {draws: 2, shared_over: [coordinates, rows]}, residual: noise, loss: norm, reduction: sum}
      optimizer: {kind: sgd, learning_rate: 1e-3, momentum: 0.9, nesterov: true, clip: {norm: 2}, schedule: {kind: piecewise, scales: [{at: 3, factor: 0.1}]}, warm_up: {steps: 2}}
      batch_size: all
      epochs: 8
      last_batch: keep
      snapshots: {from: 1, every: 3}
      ema: {decay: 0.9, debias: true}
      log_every: 2
    fit-energy:
      model: energy
      data: law
      objective: {kind: contrastive-divergence, negatives: {chains: 3, initial: {kind: uniform, from: [-1, -2], to: 2}, step_size: 0.1, steps: 5, keep: {from: 0, to: -2}}}
      optimizer: {kind: adamw, learning_rate: 1e-3, weight_decay: 0, clip: {value: 1}, schedule: {kind: exponential, rate: 0.5, steps: 3, to: 1e-5}}
      batch_size: 4
      steps: 6
  sampling:
    walk: {kind: langevin, target: {node: fit, step: 4, parameters: ema}, noise_level: half, initial: {kind: samples, of: rows}, convention: half, step_size: 0.1, steps: 20, chains: 4, keep: {from: -5, every: 2}}
    last: {kind: langevin, target: law, initial: {kind: point, at: [1, -1]}, step_size: 1e-3, steps: 3, keep: last}
    jump: {kind: denoise, from: walk, using: atoms, noise_level: 0.5, estimate: median}
  evaluation:
    check: {kind: denoiser, of: {node: fit, step: all}, against: atoms, noise_level: half, inputs: {from: atoms, each: 2, shared_over: [rows]}}
    quality: {kind: samples, of: jump, against: atoms, metrics: [ecdf, ks], burn_in: 1, floors: false}

  """,
  """
  name: from-jax
  data:
    law: {kind: gaussian-mixture, components: [{mean: [-5], std: 3}, {mean: [6], std: 1}]}
    rows: {kind: draws, from: law, counts: [10, 5], random: {kind: jax-threefry, mode: partitionable, key: 45, split: [[3, 0]]}}
    exact: {kind: draws, from: law, counts: [0, 7000], stream: other}
  models:
    net: {kind: mlp, output: score, hidden: [3], initializer: stax, random: {kind: jax-threefry, key: 4294967295}}
    stax: {kind: mlp, output: score, hidden: [3], initializer: stax}
  training:
    fit:
      model: net
      data: rows
      objective: {kind: implicit-score-matching}
      optimizer: {kind: gradient-descent, initial_step_size: 2, decrease: 0.7, max_halvings: 3, epsilon: 1e-7}
      batch_size: all
      steps: 3
    fit-fixed:
      model: stax
      data: exact
      objective: {kind: denoising-score-matching, noise_level: 1}
      optimizer: {kind: gradient-descent, line_search: none, acceleration: none, step_size: 1e-3, clip: {norm: 1}}
      batch_size: 5
      steps: 3

  """,
  """
  name: levels
  noise_levels:
    down: {kind: geometric, from: auto, to: end, count: auto, data: rows}
    end: 0.5
    listed: {kind: explicit, levels: [3, 2, 0.5]}
  data:
    law: {kind: gaussian-mixture, components: [{mean: [-2, 0], std: 1}, {mean: [2, 0], std: 0.5}]}
    rows: {kind: draws, from: law, count: 40}
    smoothed: {kind: smoothed, from: law, noise_level: end}
  models:
    net: {kind: mlp, output: denoiser, hidden: [4, 4], residual: true, noise_levels: {kind: edm, from: 5, to: auto, count: 4, rho: 3, data: law}, embedding: fourier, frequencies: 2, preconditioning: edm, data_std: auto, data: rows}
    score: {kind: mlp, output: score, hidden: [4], noise_levels: listed, preconditioning: division}
  training:
    fit:
      model: net
      data: rows
      objective: {kind: denoising-score-matching, noise_levels: down, level_law: {kind: log-normal, std: 0.7}, residual: denoised, weighting: edm}
      optimizer: {kind: adam, learning_rate: 1e-3}
      batch_size: 4
      steps: 6
      ema: {decay: 0.9}
    fit-score:
      model: score
      data: law
      objective: {kind: denoising-score-matching, noise_levels: listed, level_law: {kind: log-uniform}, residual: noise}
      optimizer: {kind: adam, learning_rate: 1e-3}
      batch_size: 4
      steps: 6
  sampling:
    chains: {kind: annealed-langevin, target: {node: fit, parameters: ema}, noise_levels: down, initial: {kind: normal}, step_size: 0.01, steps_per_level: 3, final_denoising: true}
    walk: {kind: langevin, target: {node: fit-score, noise_level: end}, initial: {kind: normal}, step_size: 0.01, steps: 3}
  evaluation:
    error: {kind: score, of: fit, against: law, noise_level: end}

  """,
]

@Suite("Resolved specs")
struct ResolvedTests {
  private static let sources: [LoadedSpec] = {
    var sources = smallSpecs.enumerated().map {
      SpecLoader.load(text: $0.element, name: "small-\($0.offset)")
    }
    for path in shippedSpecs {
      do {
        sources.append(try SpecLoader.load(path: path))
      } catch {
        Issue.record(error)
      }
    }
    return sources
  }()

  @Test(arguments: 0..<(smallSpecs.count + shippedSpecs.count), [false, true])
  func roundTrip(index: Int, isSmoke: Bool) throws {
    let spec = try Reading(Self.sources[index], isSmoke: isSmoke).required()
    let json = ResolvedValue.map(spec.resolved).json.rendered()
    let second = try Reading(json, isSmoke: isSmoke).required()
    #expect(ResolvedValue.map(second.resolved).json.rendered() == json)
    #expect(second.warnings.map(\.message) == spec.warnings.map(\.message))
    #expect(second.name == spec.name)
    #expect(second.description == spec.description)
    #expect(second.graph.nodes.map(\.name) == spec.graph.nodes.map(\.name))
    let (keys, others) = (NodeKeys(spec.graph), NodeKeys(second.graph))
    for node in spec.graph.nodes {
      #expect(keys[node.name] == others[node.name], "\(node.name)")
      #expect(second.graph[node.name]?.stream == node.stream)
      #expect(second.graph[node.name]?.seed == node.seed)
      let values = try #require(second.graph[node.name]?.values)
      #expect(
        ResolvedValue.map(values).json.rendered() == ResolvedValue.map(node.values).json.rendered())
    }
  }

  /// A smoke run computes other numbers, so that it must not share keys with the run that it stands for.
  @Test func smokeRunsHaveKeysOfTheirOwn() throws {
    let text = """
      name: x
      data: {law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}}
      sampling:
        walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 50}
      evaluation:
        quality: {kind: samples, of: walk, against: law, burn_in: 5}

      """
    let full = NodeKeys(try Reading(text).required().graph)
    let smoke = NodeKeys(try Reading(text, isSmoke: true).required().graph)
    #expect(full["walk"] == smoke["walk"])
    #expect(full["quality"] != smoke["quality"])
  }
}
