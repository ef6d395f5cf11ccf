import Testing

/// Rows of a mixture with one line left open, trained on by `batch` of them where that is said.
private func draws(
  _ line: String, batch: String? = nil,
  law: String = "gaussian-mixture, components: [{mean: [0], std: 1}, {mean: [4], std: 2}]"
) -> String {
  """
  name: x
  data:
    law: {kind: \(law)}
    rows:
      kind: draws
      from: law
      \(line)

  """
    + (batch.map {
      """
      models:
        net: {kind: mlp, output: score, hidden: [4]}
      training:
        fit:
          model: net
          data: rows
          objective: {kind: implicit-score-matching}
          optimizer: {kind: gradient-descent}
          batch_size: \($0)
          epochs: 3

      """
    } ?? "")
}

/// A model with its fields left open.
private func model(_ fields: String) -> String {
  "name: x\nmodels:\n  net: {kind: mlp, output: score, hidden: [4], dimension: 1, \(fields)}\n"
}

/// A training with its optimizer left open.
private func training(_ optimizer: String, batch: String = "all", objective: String = "") -> String
{
  let objective =
    objective.isEmpty ? "{kind: denoising-score-matching, noise_level: 0.5}" : objective
  return """
    name: x
    data:
      law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
      rows: {kind: draws, from: law, count: 8}
    models:
      net: {kind: mlp, output: energy, hidden: [4]}
    training:
      fit:
        model: net
        data: rows
        objective: \(objective)
        optimizer: {kind: gradient-descent\(optimizer)}
        batch_size: \(batch)
        steps: 3

    """
}

private let jax = "random: {kind: jax-threefry, key: 45, split: [[3, 0]]}"
private let divergence =
  "1️⃣{kind: contrastive-divergence, negatives: {initial: {kind: normal}, step_size: 0.1, steps: 2}}"

@Suite("Broken specs: counts, random and line searches")
struct BrokenRandomTests {
  @Test(arguments: [
    MarkedSpec("exact counts", draws("counts: [3, 5]")),
    MarkedSpec("exact counts with a component left out", draws("counts: [3, 0]")),
    MarkedSpec("JAX's stream", draws("counts: [3, 5]\n    \(jax)")),
    MarkedSpec(
      "JAX's stream for one component",
      draws(
        "count: 3\n    random: {kind: jax-threefry, mode: partitionable, key: 1}",
        law: "gaussian-mixture, components: [{mean: [0], std: 1}]")),
    MarkedSpec(
      "neither count nor counts",
      draws("precision: float64", batch: "50").replacing(
        "kind: draws", "1️⃣kind: draws"),
      Expected(
        "1️⃣", "missing key 'count' in 'data.rows'",
        help: "write count (components at random) or counts (so many of each)")),
    MarkedSpec(
      "both count and counts", draws("count: 8\n    counts: 1️⃣[3, 5]", batch: "50"),
      Expected(
        "1️⃣", "'data.rows' has both 'count' and 'counts'",
        help: "write count (components at random) or counts (so many of each)")),
    MarkedSpec(
      "too few counts", draws("counts: 1️⃣[3]"),
      Expected(
        "1️⃣", "'data.rows.counts' has 1 numbers; 'law' has 2 components",
        help: "write one number for each, 0 where there is to be none")),
    MarkedSpec(
      "no rows at all", draws("counts: 1️⃣[0, 0]", batch: "50"),
      Expected(
        "1️⃣", "'data.rows.counts' makes 0 rows",
        help: "write at least 1 and at most 1000000000 in all")),
    // Of a number of rows that is in error, nothing follows.
    MarkedSpec(
      "a count of no rows", draws("count: 1️⃣0", batch: "50"),
      Expected("1️⃣", "'data.rows.count' must be ≥ 1, not 0")),
    MarkedSpec(
      "a batch of more rows than are drawn", draws("counts: [3, 5]", batch: "1️⃣50"),
      Expected(
        "1️⃣", "a batch of 50 rows cannot be taken from 8", help: "write at most 8, or all")),
    MarkedSpec(
      "a batch of fewer rows than are drawn", draws("counts: [3, 5]", batch: "1️⃣7"),
      Expected(
        "1️⃣", "the line search of 'training.fit' sees another batch at every step",
        help: "write batch_size: all", severity: .warning)),
    MarkedSpec(
      "counts that are a number", draws("counts: 1️⃣8"),
      Expected(
        "1️⃣", "'data.rows.counts' must be a list of whole numbers, not '8'",
        help: "write it in brackets: [8]")),
    MarkedSpec(
      "a seed beside random", draws("counts: [3, 5]\n    seed: 1️⃣7\n    stream: 2️⃣s\n    \(jax)"),
      Expected(
        "1️⃣", "'data.rows.seed' plays no part where 'random' says what is drawn",
        help: "remove 'seed', or 'random'"),
      Expected(
        "2️⃣", "'data.rows.stream' plays no part where 'random' says what is drawn",
        help: "remove 'stream', or 'random'")),
    MarkedSpec(
      "components at random", draws("count: 8\n    random: {1️⃣kind: jax-threefry, key: 45}"),
      Expected(
        "1️⃣", "'data.rows.random' chooses no component at random; 'law' has 2",
        help: "write counts, one for each component, in place of count")),
    MarkedSpec(
      "a split too short",
      draws("counts: [3, 5]\n    random: {kind: jax-threefry, key: 45, split: 1️⃣[[3, 2]]}"),
      Expected(
        "1️⃣",
        "'data.rows.random.split' has no key for component 1 of 'law': each takes the key after that of the one before",
        help: "split into at least 4: [[4, 2]]")),
    MarkedSpec(
      "a last split too short",
      draws("counts: [3, 5]\n    random: {kind: jax-threefry, key: 45, split: 1️⃣[[7, 6], [2, 1]]}"),
      Expected(
        "1️⃣",
        "'data.rows.random.split' has no key for component 1 of 'law': each takes the key after that of the one before",
        help: "split into at least 3: [[7, 6], [3, 1]]")),
    MarkedSpec(
      "no split", draws("counts: [3, 5]\n    random: 1️⃣{kind: jax-threefry, key: 45}"),
      Expected(
        "1️⃣",
        "'data.rows.random.split' has no key for component 1 of 'law': each takes the key after that of the one before",
        help: "split into at least 2: [[2, 0]]")),
    MarkedSpec(
      "a flat split",
      draws("counts: [3, 5]\n    random: {kind: jax-threefry, key: 45, split: [1️⃣3, 2️⃣0]}"),
      Expected(
        "1️⃣", "'data.rows.random.split.0' must be [how many, which], not '3'",
        help: "jax.random.split(key, 3)[0] is [[3, 0]]"),
      Expected(
        "2️⃣", "'data.rows.random.split.1' must be [how many, which], not '0'",
        help: "jax.random.split(key, 3)[0] is [[3, 0]]")),
    MarkedSpec(
      "a key that is none of the split",
      draws(
        "counts: [3, 5]\n    random: {kind: jax-threefry, key: 45, split: [[3, 1️⃣3]]}"),
      Expected(
        "1️⃣", "'data.rows.random.split.0' takes key 3 of 3",
        help: "they are numbered from 0: write at most 2")),
    MarkedSpec(
      "a key beyond 32 bits",
      draws(
        "counts: [3, 5]\n    random: {kind: jax-threefry, key: 1️⃣4294967296, split: [[2, 0]]}"),
      Expected("1️⃣", "'data.rows.random.key' must be ≤ 4294967295, not 4294967296")),
    MarkedSpec(
      "an unknown generator", draws("counts: [3, 5]\n    random: {kind: 1️⃣jax-threefly, key: 45}"),
      Expected(
        "1️⃣", "unknown kind of random 'jax-threefly'", help: "did you mean 'jax-threefry'?")),
    MarkedSpec(
      "atoms",
      draws(
        "counts: [3, 5]\n    random: {1️⃣kind: jax-threefry, key: 45, split: [[2, 0]]}",
        law: "categorical, values: [[0], [1]]"),
      Expected(
        "1️⃣", "'data.rows.random' draws normal numbers; 'law' is categorical",
        help: "remove 'random'")),
    MarkedSpec(
      "a full covariance",
      draws(
        "count: 5\n    random: {1️⃣kind: jax-threefry, key: 45}",
        law: "gaussian-mixture, components: [{mean: [0, 0], covariance: [[2, 1], [1, 2]]}]"),
      Expected(
        "1️⃣", "'data.rows.random' draws every coordinate by itself; 'law' has a full covariance",
        help: "remove 'random', or write the component with std or variances")),
    MarkedSpec("parameters of stax", model("initializer: stax, \(jax)")),
    MarkedSpec("stax on the node's stream", model("initializer: stax, seed: 3")),
    MarkedSpec(
      "parameters of Flax", model("initializer: 1️⃣flax, \(jax)"),
      Expected(
        "1️⃣", "'models.net.random' draws the parameters of initializer stax only, not of flax",
        help: "write initializer: stax, or remove 'random'")),
    MarkedSpec(
      "a model's stream beside random", model("initializer: stax, stream: 1️⃣s, \(jax)"),
      Expected(
        "1️⃣", "'models.net.stream' plays no part where 'random' says what is drawn",
        help: "remove 'stream', or 'random'")),
    MarkedSpec("a line search", training("")),
    MarkedSpec(
      "all of its constants",
      training(
        ", line_search: backtracking, acceleration: none, initial_step_size: 2, decrease: 0.7, max_halvings: 3, epsilon: 0"
      )),
    MarkedSpec("a batch of all rows", training("", batch: "8")),
    MarkedSpec("a fixed step", training(", line_search: none, step_size: 0.1", batch: "4")),
    MarkedSpec(
      "a fixed step that is missing",
      training(", line_search: none").replacing("kind: grad", "1️⃣kind: grad"),
      Expected(
        "1️⃣", "missing key 'step_size' in 'training.fit.optimizer'",
        help: "add `step_size:` (number > 0), or write line_search: backtracking")),
    MarkedSpec(
      "a step that is searched and fixed", training(", step_size: 1️⃣0.1"),
      Expected(
        "1️⃣",
        "'training.fit.optimizer.step_size' has no meaning with a line search, which finds it",
        help: "remove it, or write line_search: none; the search begins at initial_step_size")),
    MarkedSpec(
      "constants of no search",
      training(", line_search: none, step_size: 0.1, decrease: 1️⃣0.5, max_halvings: 2️⃣3"),
      Expected(
        "1️⃣", "'training.fit.optimizer.decrease' has no meaning without a line search",
        help: "remove it, or write line_search: backtracking"),
      Expected(
        "2️⃣", "'training.fit.optimizer.max_halvings' has no meaning without a line search",
        help: "remove it, or write line_search: backtracking")),
    MarkedSpec(
      "a decrease that is none", training(", decrease: 1️⃣1"),
      Expected(
        "1️⃣", "'training.fit.optimizer.decrease' must be above 0 to below 1, not 1")),
    MarkedSpec(
      "small batches", training("", batch: "1️⃣4"),
      Expected(
        "1️⃣", "the line search of 'training.fit' sees another batch at every step",
        help: "write batch_size: all", severity: .warning)),
    MarkedSpec(
      "fresh batches of a law", training("", batch: "1️⃣4").replacing("data: rows", "data: law"),
      Expected(
        "1️⃣", "the line search of 'training.fit' sees another batch at every step",
        help:
          "draw rows once (data: {kind: draws, from: law, count: …}), and write batch_size: all",
        severity: .warning)),
    MarkedSpec(
      "losses that cannot be compared", training("", objective: divergence),
      Expected(
        "1️⃣",
        "the line search of 'training.fit' compares losses; that of 'contrastive-divergence' cannot be compared",
        help: "write line_search: none, or another optimizer")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }
}
