import Testing
import YAML

@testable import Experiments

/// A spec with nodes of every sort, whose figures are given.
private func figures(_ lines: String) -> String {
  """
  name: x
  noise_levels: {half: 0.5}
  data:
    line: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
    plane: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 1}]}
    atoms: {kind: categorical, values: [[-1], [1]]}
    rows: {kind: draws, from: plane, count: 8}
  models:
    net: {kind: mlp, output: score, hidden: [4]}
    flat: {kind: mlp, output: score, hidden: [4]}
    energy: {kind: mlp, output: energy, hidden: [4], dimension: 1}
  training:
    fit: {model: net, data: line, objective: {kind: implicit-score-matching}, optimizer: {kind: sgd, learning_rate: 1e-3}, batch_size: 4, steps: 4}
    fit-plane: {model: flat, data: rows, objective: {kind: implicit-score-matching}, optimizer: {kind: sgd, learning_rate: 1e-3}, batch_size: 4, steps: 4}
  sampling:
    🔟walk: {kind: langevin, target: line, initial: {kind: zeros}, step_size: 0.1, steps: 10, chains: 2}
    wander: {kind: langevin, target: plane, initial: {kind: zeros}, step_size: 0.1, steps: 10}
    jump: {kind: denoise, from: rows, using: plane, noise_level: half}
  evaluation:
    shape: {kind: density, of: energy, grid: {from: -5, to: 5, points: 11}}
    error: {kind: score, of: fit, against: line, grid: {from: -5, to: 5, points: 11}}
    bare: {kind: score, of: fit, against: line}
    check: {kind: denoiser, of: fit, against: line, noise_level: half}
    quality: {kind: samples, of: walk, against: line}
  figures:
  \(lines.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))

  """
}

@Suite("Broken specs: figures")
struct FigureSpecTests {
  @Test(arguments: [
    MarkedSpec(
      "every kind",
      figures(
        """
        a: {kind: histogram, of: [walk, line-rows], labels: [w, r], against: line, bins: 30, from: -2, to: 2}
        b: {kind: ecdf, of: walk, against: atoms}
        c: {kind: density, of: [shape, line]}
        d: {kind: score, of: error}
        e: {kind: denoiser, of: check}
        f: {kind: loss, of: [fit, fit-plane], scale: log}
        g: {kind: scatter, of: [rows, wander], against: plane}
        h: {kind: vector-field, of: fit-plane, against: plane}
        i: {kind: trajectory, of: wander, behind: rows}
        j: {kind: trace, of: walk}
        k: {kind: autocorrelation, of: walk, format: [png, svg], width: 320, height: 200}
        l: {kind: animation, of: walk, over: draw, frames: {to: 5}}
        m: {kind: histogram, of: rows, along: {direction: [1, -1]}, title: T, description: D}
        """
      ).replacing(
        "  rows: {kind: draws, from: plane, count: 8}",
        with:
          "  rows: {kind: draws, from: plane, count: 8}\n  line-rows: {kind: draws, from: line, count: 8}"
      )),
    MarkedSpec(
      "no node, a wrong section, a kind without a name",
      figures(
        """
        a: {kind: histogram, of: [1️⃣wlak, 2️⃣fit]}
        b: {kind: 3️⃣histgram, of: walk}
        c: {4️⃣of: walk}
        d: 5️⃣walk
        """),
      Expected("1️⃣", "'figures.a.of.0' names no node: 'wlak'", help: "did you mean 'walk'?"),
      Expected(
        "2️⃣",
        "'figures.a.of.1' must be a sampling or a data set (a node of data); 'fit' is of training (training)"
      ),
      Expected("3️⃣", "unknown kind of figure 'histgram'", help: "did you mean 'histogram'?"),
      Expected(
        "4️⃣", "missing key 'kind' in 'figures.c'",
        help:
          "add `kind:` (one of histogram, ecdf, density, score, denoiser, loss, scatter, vector-field, trajectory, trace, autocorrelation, heat-map, lines, animation): Which kind of figure."
      ),
      Expected(
        "5️⃣", "'figures.d' must be a map of fields, not 'walk'",
        help: "write its fields below it, or in braces: {kind: …}")),
    MarkedSpec(
      "names that are taken or bad",
      figures(
        """
        1️⃣walk: {kind: trace, of: walk}
        2️⃣a: {kind: trace, of: walk}
        3️⃣a: {kind: trace, of: walk}
        4️⃣../b: {kind: trace, of: walk}
        """),
      Expected(
        "1️⃣", "two nodes are called 'walk'", help: "names are unique over the whole spec",
        notes: [("🔟", "first defined here")]),
      Expected(
        "3️⃣", "duplicate key 'a'", help: "remove one of the two",
        notes: [("2️⃣", "first defined here")]),
      Expected("4️⃣", "a figure cannot be called '../b': it begins with '.'")),
    MarkedSpec(
      "dimensions",
      figures(
        """
        a: {kind: histogram, of: 1️⃣rows}
        b: {kind: histogram, of: rows, coordinate: 2️⃣2}
        c: {kind: ecdf, of: rows, along: {direction: 3️⃣[1]}}
        d: {kind: scatter, of: 4️⃣walk}
        e: {kind: scatter, of: rows, against: 5️⃣line}
        f: {kind: scatter, of: rows, coordinates: 6️⃣[0, 0]}
        g: {kind: vector-field, of: 7️⃣fit, against: line}
        h: {kind: histogram, of: walk, from: 8️⃣2, to: 1}
        """),
      Expected(
        "1️⃣", "'rows' has 2 coordinates where one is shown",
        help: "add `coordinate: 0`, or project the points: `along: {direction: […]}`"),
      Expected("2️⃣", "'coordinate' is 2; 'rows' has 2, counted from 0"),
      Expected("3️⃣", "a direction of 1 coordinates where 'rows' has 2"),
      Expected(
        "4️⃣", "'walk' has 1 coordinate where two are shown",
        help: "choose `kind: histogram` or `kind: trace`"),
      Expected("5️⃣", "contours are for laws of the plane; 'line' has 1 coordinates"),
      Expected(
        "6️⃣", "'figures.f.coordinates' must be two different coordinates", help: "write [0, 1]"),
      Expected(
        "7️⃣", "a vector field is for the plane; 'fit' has 1 coordinate",
        help: "choose `kind: score`, which shows an evaluation of kind score"),
      Expected("8️⃣", "'figures.h.from' must lie below 'figures.h.to'")),
    MarkedSpec(
      "what a kind does not show",
      figures(
        """
        a: {kind: density, of: 1️⃣quality}
        b: {kind: score, of: 2️⃣bare}
        c: {kind: autocorrelation, of: 3️⃣jump, coordinate: 0}
        d: {kind: animation, of: 4️⃣shape, over: step}
        e: {kind: animation, of: walk, over: 5️⃣step}
        f: {kind: animation, of: error, over: 6️⃣draw}
        g: {kind: animation, of: walk, over: draw, chain: 7️⃣2}
        h: {kind: density, of: 8️⃣atoms}
        i: {kind: trace, of: walk, 9️⃣labels: [a]}
        """),
      Expected(
        "1️⃣",
        "a figure of kind density shows evaluations of kind density; 'quality' is of kind samples"),
      Expected(
        "2️⃣", "'bare' writes out no scores on a grid",
        help: "add `grid: {from: …, to: …, points: …}` to evaluation.bare"),
      Expected("3️⃣", "'autocorrelation' needs chains; the rows of 'jump' are independent"),
      Expected("4️⃣", "'shape' shows one state of 'energy'"),
      Expected(
        "5️⃣", "'walk' has draws, not steps of a training", help: "write `over: draw`"),
      Expected(
        "6️⃣", "'error' is an evaluation, which has no draws", help: "write `over: step`"),
      Expected("7️⃣", "there is no chain 2: 'walk' has 2, counted from 0"),
      Expected(
        "8️⃣",
        "a figure of kind density shows laws with a density on the line; 'atoms' has atoms"),
      Expected(
        "9️⃣", "unknown key 'labels' in 'figures.i'",
        help:
          "allowed: description, title, format, width, height, kind, of, coordinate, along, chains, points"
      )),
  ])
  func isTold(spec: MarkedSpec) { spec.check() }

  // MARK: - What figures are not

  private let plain = smallExperiment
  private let drawn =
    smallExperiment + """
      figures:
        samples: {kind: histogram, of: [walk, jump], against: law}
        losses: {kind: loss, of: fit}

      """

  @Test func figuresAreInNoKeyAndInThePlan() throws {
    let (one, other) = (try Reading(plain).required(), try Reading(drawn).required())
    let (before, after) = (Plan(one), Plan(other))
    #expect(before.nodes.map(\.key) == after.nodes.map(\.key))
    #expect(before.nickname == after.nickname)
    #expect(before.figures == nil)
    #expect(
      after.figures == [
        Plan.Figure(name: "samples", kind: "histogram", references: ["walk", "jump", "law"]),
        Plan.Figure(name: "losses", kind: "loss", references: ["fit"]),
      ])
  }

  @Test func figuresOfChosenNodesAlone() throws {
    let spec = try Reading(drawn).required()
    let plan = try Plan(spec, selection: NodeSelection(only: [], until: ["fit"]))
    #expect(plan.figures?.map(\.name) == ["losses"])
  }

  @Test func theResolvedSpecReadsBackToTheSameFigures() throws {
    let spec = try Reading(drawn).required()
    let text = ResolvedValue.map(spec.resolved).json.rendered()
    let again = try Reading(text).required()
    #expect(again.resolved == spec.resolved)
    #expect(Plan(again).figures == Plan(spec).figures)
    #expect(text.contains("\"figures\": {"))
    #expect(
      !ResolvedValue.map(try Reading(plain).required().resolved).json.rendered().contains("figures")
    )
  }

  @Test func oldPlansHaveNoFigures() throws {
    let plan = Plan(try Reading(plain).required())
    let text = String(decoding: try JSONFile.encode(plan), as: UTF8.self)
    #expect(!text.contains("figures"))
  }
}
