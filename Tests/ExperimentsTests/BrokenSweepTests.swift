import Experiments
import Testing
import YAML

/// A small experiment with a sweep at its end.
private func experiment(_ sweep: String, _ changes: (String, String)...) -> String {
  let lines = sweep.split(separator: "\n").map { "  " + $0 + "\n" }.joined()
  let text = """
    name: x
    data:
      law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
    sampling:
      walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 10}

    """
  return changes.reduce(text) { $0.replacing($1.0, $1.1) } + "sweep:\n" + lines
}

@Suite("Broken specs: sweeps")
struct BrokenSweepTests {
  @Test(arguments: [
    MarkedSpec(
      "nothing wrong",
      experiment("axes: {a: {set: sampling.walk.step_size, values: [0.1, 0.2]}}")),
    MarkedSpec(
      "a section that is not there",
      experiment("axes: {a: {set: 1️⃣samplin.walk.step_size, values: [0.1, 0.2]}}"),
      Expected("1️⃣", "the spec has no 'samplin'", help: "did you mean 'sampling'?")),
    MarkedSpec(
      "a node that is not there",
      experiment("axes: {a: {set: sampling.1️⃣wlak.step_size, values: [0.1, 0.2]}}"),
      Expected("1️⃣", "'sampling' has no 'wlak'", help: "did you mean 'walk'?")),
    MarkedSpec(
      "a key that the kind does not have",
      experiment("axes: {a: {set: sampling.walk.1️⃣stepsize, values: [0.1, 0.2]}}"),
      Expected(
        "1️⃣", "unknown key 'stepsize' in 'sampling.walk'", help: "did you mean 'step_size'?")),
    MarkedSpec(
      "an item that is not there",
      experiment("axes: {a: {set: data.law.components.1️⃣3.weight, values: [1]}}"),
      Expected(
        "1️⃣", "'data.law.components' is a list of 1; '3' is none of its items",
        help: "write a number from 0 to 0")),
    MarkedSpec(
      "values that the field refuses, one at two of three points",
      experiment("axes: {a: {set: sampling.walk.step_size, values: [0.1, 1️⃣-1, 2️⃣x]}}"),
      Expected(
        "1️⃣", "'sampling.walk.step_size' must be > 0, not -1",
        notes: [("", "at the point a=-1")]),
      Expected(
        "2️⃣", "'sampling.walk.step_size': expected a number, got 'x'",
        notes: [("", "at the point a=x")])),
    MarkedSpec(
      "a mistake at some points is told once",
      experiment(
        """
        axes:
          a: {set: sampling.walk.step_size, values: [0.1, 1️⃣0]}
          b: {set: sampling.walk.chains, values: [1, 2]}
        """),
      Expected(
        "1️⃣", "'sampling.walk.step_size' must be > 0, not 0",
        notes: [("", "at 2 of 4 points, first at a=0 b=1")])),
    MarkedSpec(
      "a mistake at all points needs no point",
      experiment(
        "axes: {b: {set: sampling.walk.chains, values: [1, 2]}}",
        ("target: law", "target: 1️⃣lwa")),
      Expected(
        "1️⃣", "'sampling.walk.target' names no node: 'lwa'", help: "did you mean 'law'?")),
    MarkedSpec(
      "mistakes of the sweep and of the spec at once",
      experiment(
        "axes: {b: {set: sampling.walk.chains, 2️⃣valeus: [1, 2]}}",
        ("target: law", "target: 1️⃣lwa")),
      Expected(
        "1️⃣", "'sampling.walk.target' names no node: 'lwa'", help: "did you mean 'law'?"),
      Expected(
        "2️⃣", "unknown key 'valeus' in 'sweep.axes.b'", help: "did you mean 'values'?")),
    MarkedSpec(
      "no values", experiment("axes: {b: {1️⃣set: sampling.walk.chains}}"),
      Expected(
        "1️⃣", "missing key 'values' in 'sweep.axes.b'",
        help: "write values: […], or one of uniform, log_uniform, latin_hypercube, sobol with count"
      )
    ),
    MarkedSpec(
      "two kinds of values",
      experiment(
        "axes: {b: {set: sampling.walk.step_size, values: [1], uniform: 1️⃣[0, 1], count: 2}}"),
      Expected(
        "1️⃣", "'sweep.axes.b' has values and uniform; one of them is wanted",
        help: "write values: […], or one of uniform, log_uniform, latin_hypercube, sobol with count"
      )
    ),
    MarkedSpec(
      "values that are no list",
      experiment("axes: {b: {set: sampling.walk.chains, values: 1️⃣3}}"),
      Expected(
        "1️⃣", "'sweep.axes.b.values' must be a list of values, not '3'",
        help: "write it in brackets: [3]")),
    MarkedSpec(
      "a random axis without a count",
      experiment("axes: {b: {1️⃣set: sampling.walk.step_size, uniform: [0.1, 1]}}"),
      Expected(
        "1️⃣", "missing key 'count' in 'sweep.axes.b'",
        help: "add `count:`, the number of values to draw")),
    MarkedSpec(
      "bounds the wrong way round, and below 0 on a logarithmic scale",
      experiment(
        """
        axes:
          a: {set: sampling.walk.step_size, uniform: 1️⃣[1, 0.1], count: 2}
          b: {set: sampling.walk.chains, log_uniform: [2️⃣0, 1], count: 2}
        """),
      Expected(
        "1️⃣", "'sweep.axes.a.uniform' must be two numbers, the lower one first",
        help: "write uniform: [1e-4, 1e-2]"),
      Expected(
        "2️⃣", "'sweep.axes.b.log_uniform.0' must be > 0 on a logarithmic scale")),
    MarkedSpec(
      "one key, two axes",
      experiment(
        """
        axes:
          a: {set: 1️⃣sampling.walk.chains, values: [1]}
          b: {set: 2️⃣sampling.walk.chains, values: [2]}
        """),
      Expected(
        "2️⃣", "'sampling.walk.chains' is set by the axis 'a' already",
        notes: [("1️⃣", "first set here")])),
    MarkedSpec(
      "what cannot be swept", experiment("axes: {a: {set: 1️⃣name, values: [x, y]}}"),
      Expected("1️⃣", "'name' cannot be swept")),
    MarkedSpec(
      "an axis with a taken name",
      experiment("axes: {1️⃣not: {set: sampling.walk.chains, values: [1]}}"),
      Expected("1️⃣", "an axis cannot be called 'not': the word is taken")),
    MarkedSpec(
      "nothing is swept", experiment("1️⃣when: 1 == 1"),
      Expected(
        "1️⃣", "'sweep' has neither axes nor seeds",
        help:
          "write axes: {rate: {set: training.fit.optimizer.learning_rate, values: [1e-3, 1e-4]}}"
      )),
    MarkedSpec(
      "seeds of what is not there", experiment("seeds: {count: 2, of: [1️⃣sampilng]}"),
      Expected(
        "1️⃣", "'sweep.seeds.of' names no section and no node: 'sampilng'",
        help: "did you mean 'sampling'?")),
    MarkedSpec(
      "seeds of a section that is not there", experiment("seeds: {count: 2, of: [1️⃣bogus.walk]}"),
      Expected(
        "1️⃣", "'sweep.seeds.of' names no section and no node: 'bogus.walk'",
        help: "did you mean 'sampling.walk'?")),
    MarkedSpec(
      "seeds of a node in another section", experiment("seeds: {count: 2, of: 1️⃣data.walk}"),
      Expected(
        "1️⃣", "'sweep.seeds.of' names no section and no node: 'data.walk'",
        help: "did you mean 'sampling.walk'?")),
    MarkedSpec(
      "an item's number with a zero in front, or a sign",
      experiment(
        """
        axes:
          a: {set: data.law.components.1️⃣00.weight, values: [1]}
          b: {set: data.law.components.2️⃣+0.std, values: [1]}
        """),
      Expected(
        "1️⃣", "'data.law.components' is a list of 1; '00' is none of its items",
        help: "write a number from 0 to 0"),
      Expected(
        "2️⃣", "'data.law.components' is a list of 1; '+0' is none of its items",
        help: "write a number from 0 to 0")),
    MarkedSpec(
      "no seeds", experiment("seeds: {count: 1️⃣0}"),
      Expected("1️⃣", "'sweep.seeds.count' must be ≥ 1, not 0")),
  ])
  func mistake(spec: MarkedSpec) { spec.check() }

  private static let axes = """
    axes:
      a: {set: sampling.walk.step_size, values: [0.1, 0.2]}
      b: {set: sampling.walk.chains, values: [1, 2, 3]}
      c: {set: sampling.walk.stream, values: [x, y]}

    """

  @Test(arguments: [
    MarkedSpec(
      "an axis that is not there", experiment(axes + "combine: {product: [a, b, 1️⃣cc]}"),
      Expected(
        "1️⃣", "'sweep.combine' names no axis: 'cc'", help: "did you mean 'c'?")),
    MarkedSpec(
      "an axis that is left out", experiment(axes + "combine: 1️⃣{product: [a, b]}"),
      Expected(
        "1️⃣", "'sweep.combine' leaves out 'c'",
        help: "name every axis once, or take it out of axes")),
    MarkedSpec(
      "an axis twice", experiment(axes + "combine: {product: [1️⃣a, b, c, 2️⃣a]}"),
      Expected(
        "2️⃣", "'sweep.combine' names the axis 'a' twice", notes: [("1️⃣", "first here")])),
    MarkedSpec(
      "lengths that differ", experiment(axes + "combine: {product: [c, {zip: [1️⃣a, 2️⃣b]}]}"),
      Expected(
        "2️⃣", "zip wants equal lengths: 2 and 3", notes: [("1️⃣", "2 values here")])),
    MarkedSpec(
      "a product of nothing", experiment(axes + "combine: {product: 1️⃣[]}"),
      Expected(
        "1️⃣", "'sweep.combine.product' is empty", help: "name axes in it: product: [a, b, c]")),
    MarkedSpec(
      "a zip of nothing within a product",
      experiment(axes + "combine: {product: [a, b, c, {zip: 1️⃣[]}]}"),
      Expected("1️⃣", "'sweep.combine.zip' is empty", help: "name axes in it: zip: [a, b, c]")),
    MarkedSpec(
      "an unknown way", experiment(axes + "combine: {1️⃣prodcut: [a, b, c]}"),
      Expected(
        "1️⃣", "unknown way to combine 'prodcut'", help: "did you mean 'product'?")),
    MarkedSpec(
      "a bare list", experiment(axes + "combine: 1️⃣[a, b, c]"),
      Expected(
        "1️⃣", "'sweep.combine' must say how a list is combined",
        help: "write {product: […]} or {zip: […]}")),
    MarkedSpec(
      "two ways at once", experiment(axes + "combine: 1️⃣{product: [a, b], zip: [c]}"),
      Expected(
        "1️⃣", "'sweep.combine' must have one of product and zip, not 2 keys",
        help: "nest them: {product: [a, {zip: [b, c]}]}")),
    MarkedSpec(
      "coordinates of one design apart",
      experiment(
        """
        axes:
          a: {set: sampling.walk.step_size, sobol: [0.1, 0.2], count: 2}
          b: {set: data.law.components.0.std, sobol: [0.1, 0.2], count: 2}
        combine: 1️⃣{product: [a, b]}
        """),
      Expected(
        "1️⃣", "the axes of sobol go together, and 'b' is in another factor of a product",
        help: "put them in one zip")),
    MarkedSpec(
      "coordinates of one design with different counts",
      experiment(
        """
        axes:
          1️⃣a: {set: sampling.walk.step_size, latin_hypercube: [0.1, 0.2], count: 2}
          b: {set: data.law.components.0.std, latin_hypercube: [0.1, 0.2], count: 3}
        """),
      Expected(
        "1️⃣", "the axes of one design go together, and have different counts",
        help: "give them one count, or combine them yourself with combine:")),
  ])
  func combination(spec: MarkedSpec) { spec.check() }

  @Test(arguments: [
    MarkedSpec(
      "an axis that is not there", experiment(axes + "when: a == 0.1 and 1️⃣bb == 2"),
      Expected("1️⃣", "'sweep.when': there is no axis 'bb'", help: "did you mean 'b'?")),
    MarkedSpec(
      "in quotes the columns are the same", experiment(axes + "when: \"a == 0.1 and 1️⃣bb == 2\""),
      Expected("1️⃣", "'sweep.when': there is no axis 'bb'", help: "did you mean 'b'?")),
    MarkedSpec(
      "assignment", experiment(axes + "when: a 1️⃣= 0.1"),
      Expected("1️⃣", "'sweep.when': unexpected '='", help: "write == to compare")),
    MarkedSpec(
      "an operand is missing", experiment(axes + "when: \"a == 1️⃣\""),
      Expected("1️⃣", "'sweep.when': expected an axis, a number or a text, got the end")),
    MarkedSpec(
      "a parenthesis is missing", experiment(axes + "when: \"(a == 1 or b == 21️⃣\""),
      Expected("1️⃣", "'sweep.when': expected ')', got the end")),
    MarkedSpec(
      "an axis is no condition", experiment(axes + "when: a == 1 and b 1️⃣or b == 2"),
      Expected(
        "1️⃣", "'sweep.when': expected one of ==, !=, <, <=, >, >=, got 'or'")),
    MarkedSpec(
      "too much", experiment(axes + "when: a == 1 1️⃣b"),
      Expected("1️⃣", "'sweep.when': expected 'and', 'or' or the end, got 'b'")),
    MarkedSpec(
      "a text beside a number", experiment(axes + "when: b == 1️⃣'1'"),
      Expected(
        "1️⃣", "'sweep.when': a text is compared with a number: b",
        help: "write numbers without quotes, and texts in quotes")),
    MarkedSpec(
      "texts have no order", experiment(axes + "when: c 1️⃣< 'y'"),
      Expected(
        "1️⃣", "'sweep.when': texts are equal or not, and have no order", help: "write == or !=")),
    MarkedSpec(
      "a number as YAML refuses it", experiment(axes + "when: b == 1️⃣1_000"),
      Expected(
        "1️⃣", "'sweep.when': expected a number, got '1_000'", help: "write 1000")),
    MarkedSpec(
      "a quote that is not closed", experiment(axes + "when: c == 1️⃣'x"),
      Expected("1️⃣", "'sweep.when': a quote is not closed")),
    MarkedSpec(
      "nothing is left", experiment(axes + "when: 1️⃣a > 1"),
      Expected(
        "1️⃣", "no point of the sweep is left by 'when'", help: "none of the 12 points meets it")),
  ])
  func condition(spec: MarkedSpec) { spec.check() }

  private static let onePoint =
    "some points differ in nothing; for repetitions with other random numbers write seeds:"

  @Test(arguments: [
    MarkedSpec(
      "a value twice",
      experiment("axes: {a: {set: sampling.walk.chains, values: [1, 2, 1️⃣1]}}"),
      Expected("1️⃣", "the axis 'a' has '1' twice", help: onePoint, severity: .warning)),
    MarkedSpec(
      "one value in two ways",
      experiment("axes: {a: {set: sampling.walk.chains, values: [1, 1️⃣1.0]}}"),
      Expected(
        "1️⃣", "the axis 'a' has '1' and '1.0', which mean the same", help: onePoint,
        severity: .warning)),
    MarkedSpec(
      "maps in another order, and many of them",
      experiment(
        """
        axes:
          a:
            set: sampling.walk.initial
            values:
              one: {kind: normal, std: 1}
              two: 1️⃣{std: 1.0, kind: normal}
              three: {std: 1e0, kind: normal}
        """),
      Expected(
        "1️⃣",
        "the axis 'a' has 'one' and 'two', which mean the same: of its 3 values 1 differ",
        help: onePoint, severity: .warning)),
    MarkedSpec(
      "random values that rounding makes equal",
      experiment(
        "axes: {1️⃣a: {set: sampling.walk.chains, uniform: [1, 3], whole: true, count: 40}}"),
      Expected(
        "1️⃣", "the axis 'a' has '3' twice: of its 40 values 3 differ",
        help: "these became equal by rounding: draw fewer values, or from a wider range",
        severity: .warning)),
    MarkedSpec(
      "side by side the points differ",
      experiment(
        """
        axes:
          a: {set: sampling.walk.chains, values: [1, 1, 2]}
          b: {set: sampling.walk.step_size, values: [0.1, 0.2, 0.1]}
        combine: {zip: [a, b]}
        """)),
  ])
  func repetition(spec: MarkedSpec) { spec.check() }

  @Test func deepConditionsAreRefused() {
    let text = String(repeating: "(", count: 10_000) + "a == 1"
    let reading = Reading(experiment(Self.axes + "when: \"\(text)\""))
    #expect(
      reading.diagnostics.found.map(\.message).contains { $0.contains("nested more than 64") })
  }

  @Test func seedsBeyondTheLargest() {
    let text = "seed: \(Int.max)\n" + experiment("seeds: {count: 2}")
    let found = Reading(text).diagnostics.found
    #expect(found.count == 1)
    #expect(found.first?.range?.start.line == 1)
    #expect(found.first?.message.hasPrefix("'seed'") == true, "\(found)")
  }

  @Test func tooManyPoints() {
    let values = (1...500).map(String.init).joined(separator: ", ")
    let text = """
      axes:
        a: {set: sampling.walk.step_size, values: [\(values)]}
        b: {set: sampling.walk.chains, values: [\(values)]}
      """
    #expect(
      Reading(experiment(text)).diagnostics.found.map(\.message)
        == ["the sweep has more than 100000 points"])
  }

  @Test func whatIsSweptCannotBeOverridden() throws {
    let text = experiment("axes: {a: {set: sampling.walk.step_size, values: [0.1, 0.2]}}")
    let reading = Reading(text, overrides: ["sampling.walk.step_size=3"])
    let found = try #require(reading.diagnostics.found.first)
    #expect(reading.diagnostics.found.count == 1)
    #expect(found.message == "'sampling.walk.step_size' is swept by the axis 'a'")
    #expect(found.range?.description == "command line:1:1")
    #expect(
      found.help == "change the axis: 'sweep.axes.a.values=[…]'; or sweep nothing: ~sweep")
    #expect(found.notes.first?.range?.text == "sampling.walk.step_size")
    // Neither twice, in the spec and on the command line.
    let twice = Reading(text, sweeps: ["sampling.walk.step_size=3,4"])
    #expect(
      twice.diagnostics.found.map(\.message)
        == ["'sampling.walk.step_size' is set by the axis 'a' already"])
  }

  /// The spec's own axis of seeds, or an axis that is called as the key is.
  @Test func axesOfTheCommandLineAreNotCalledAsOthers() {
    let seeds = Reading(experiment("seeds: {count: 2}"), sweeps: ["seed=1,2"]).diagnostics.found
    #expect(seeds.map(\.message) == ["'seed' is swept by 'sweep.seeds' already"])
    #expect(
      seeds.first?.help == "change 'sweep.seeds.count', or leave that axis out: ~sweep.seeds")
    let text = experiment("axes: {precision: {set: sampling.walk.chains, values: [1, 2]}}")
    let found = Reading(text, sweeps: ["precision=float32,float64"]).diagnostics.found
    #expect(
      found.map(\.message) == [
        "'precision' would be called as the axis 'precision' of the spec is, which sets something else"
      ])
  }

  @Test(arguments: [
    ("sampling.walk.chains", "a sweep is written key=value,value,…"),
    ("sampling.walk.chains=", "a sweep is written key=value,value,…"),
    ("+sampling.walk.chains=1,2", "a sweep sets keys that are there: a.b.c=1,2,3"),
    ("sampling..chains=1,2", "a sweep sets keys that are there: a.b.c=1,2,3"),
    ("name=a,b", "'name' cannot be swept"),
    ("sampling.walk.chains=1,,2", "a value is missing"),
    ("sampling.walk.chians=1,2", "unknown key 'chians' in 'sampling.walk'"),
    ("sampling.walk.chains=1,x", "'sampling.walk.chains': expected a count, got 'x'"),
    (
      "data.law.components.00.std=1,2",
      "'data.law.components' is a list of 1; '00' is none of its items"
    ),
  ])
  func axesOfTheCommandLine(text: String, message: String) {
    let spec = experiment("seeds: {count: 1}").replacing("sweep:\n  seeds: {count: 1}\n", "")
    let found = Reading(spec, sweeps: [text]).diagnostics.found
    #expect(found.first?.message == message)
    #expect(found.count == 1)
    #expect(found.first?.range?.source.name == "command line")
  }
}
