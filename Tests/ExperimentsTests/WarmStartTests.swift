import Experiments
import Scorewalk
import Testing
import YAML

/// A model that begins with what a run has learned, and goes on.
private func continued(_ warmStart: String, model: String = "hidden: [8]") -> String {
  """
  name: continued
  data:
    law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
  models:
    net: {kind: mlp, output: score, \(model), warm_start: {\(warmStart)}}
  training:
    more:
      model: net
      data: law
      objective: {kind: denoising-score-matching, noise_level: 0.5}
      optimizer: {kind: sgd, learning_rate: 1e-3}
      batch_size: 4
      steps: 12
      snapshots: {from: 0, every: 6}

  """
}

@Suite("Warm starts")
struct WarmStartTests {
  /// A finished run of the small experiment, and a spec that goes on from it.
  private func runner(_ warmStart: String, model: String = "hidden: [8]") throws -> TestRunner {
    let runner = try TestRunner()
    let outcome = try runner.start(smallExperiment)
    #expect(outcome.record.status == .done)
    try runner.directory.write(continued(warmStart, model: model), to: "spec.yaml")
    return runner
  }

  private func state(_ run: RunDirectory, _ node: String, _ step: Int) throws -> StateFile {
    try StateFile.read(run.path(of: RunDirectory.stateFile(step: step), node: node))
  }

  private func hasSameBits(_ one: [TensorRecord]?, _ other: [TensorRecord]?) -> Bool {
    guard let one, let other, !one.isEmpty, one.count == other.count else { return false }
    return zip(one.tensors, other.tensors).allSatisfy { $0.hasSameBits(as: $1) }
  }

  @Test(arguments: [
    ("node: fit", 40, "raw"), ("node: fit, step: last", 40, "raw"),
    ("node: fit, step: 20", 20, "raw"),
    ("node: fit, parameters: ema", 40, "ema"), ("node: fit, step: 20, parameters: ema", 20, "ema"),
    ("node: net", 0, "raw"),
  ])
  func parametersAreThoseOfTheRun(fields: String, step: Int, kind: String) throws {
    let runner = try runner("run: small/1, " + fields)
    let outcome = try runner.start(file: "spec.yaml")
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    let source = try state(
      runner.results.run("small/1"), fields.contains("net") ? "net" : "fit", step)
    let wanted = kind == "ema" ? source.ema : source.parameters
    #expect(hasSameBits(try state(outcome.run, "net", 0).parameters, wanted))
    #expect(hasSameBits(try state(outcome.run, "more", 0).parameters, wanted))
    #expect(!hasSameBits(try state(outcome.run, "more", 12).parameters, wanted))
  }

  /// The wider precision holds the narrower exactly.
  @Test func anotherPrecision() throws {
    let runner = try runner("run: small, node: fit", model: "hidden: [8], precision: float64")
    let outcome = try runner.start(file: "spec.yaml")
    let source = try state(runner.results.run("small"), "fit", 40)
    let begun = try state(outcome.run, "net", 0)
    #expect(begun.parameters?.first?.tensor.values.precision == .float64)
    #expect(
      begun.parameters?.map { $0.tensor.values.doubles }
        == source.parameters?.map { $0.tensor.values.doubles })
  }

  /// The run has its own copy: the other run may go, and the results may lie elsewhere.
  @Test func theStateIsFrozen() throws {
    let other = try runner("run: small, node: fit")
    let undisturbed = try withExtendedLifetime(other) {
      try other.start(file: "spec.yaml").run.results()
    }
    let runner = try runner("run: small, node: fit")
    let control = RunControl()
    let first = try runner.start(
      file: "spec.yaml", control: control, monitor: StoppingMonitor(control, at: 5, of: "more"))
    #expect(first.record.status == .interrupted)
    let file = first.run.path("inputs/net.json")
    let source = try runner.results.run("small").path(
      of: RunDirectory.stateFile(step: 40), node: "fit")
    #expect(try FileSystem.read(file) == FileSystem.read(source))
    let input = try #require(try first.run.record().inputs?.first)
    #expect(input.node == "net" && input.file == "inputs/net.json" && input.origin == source)
    FileSystem.remove(runner.results.path + "/small")
    let moved = runner.directory.path + "/elsewhere"
    try FileSystem.rename(runner.results.path, to: moved)
    let second = try runner.resume(try ResultsDirectory(path: moved).run("continued"))
    #expect(second.record.status == .done, "\(String(describing: second.failure))")
    #expect(try second.run.results() == undisturbed)
  }

  /// Keys hold the state's content, and neither a seed, which nothing is drawn from, nor the run's name.
  @Test func keys() throws {
    let runner = try runner("run: small, node: fit")
    func keys(_ overrides: String...) throws -> [String?] {
      let keys = NodeKeys(try runner.read("spec.yaml", overrides: overrides).spec.graph)
      return [keys["net"], keys["more"]]
    }
    let before = try keys()
    let path = try runner.results.run("small").path(
      of: RunDirectory.stateFile(step: 40), node: "fit")
    #expect(try keys("models.net.warm_start={path: \(path)}") == before)
    #expect(try keys("models.net.warm_start={run: small/1, node: fit, step: 40}") == before)
    #expect(try keys("models.net.seed=9", "models.net.stream=other") == before)
    let other = try keys("models.net.warm_start.step=20")
    #expect(other[0] != before[0] && other[1] != before[1])
    let average = try keys("models.net.warm_start.parameters=ema")
    #expect(average[0] != before[0])
    let cold = try keys("~models.net.warm_start")
    #expect(cold[0] != before[0])
  }

  /// What does not fit says both; what is not there ends with another code.
  @Test(arguments: [
    (
      "run: small, node: fit", "hidden: [9]",
      "'models.net.warm_start' does not fit: '$F' holds (1, 8) (8) (8, 1) (1) where the model has (1, 9) (9) (9, 1) (1)",
      Failure.Code?.none
    ),
    (
      "run: small, node: ft", "hidden: [8]",
      "'models.net.warm_start.node': $R has no node 'ft'", .noInput
    ),
    (
      "run: small, node: walk", "hidden: [8]",
      "'models.net.warm_start.node': 'walk' of $R has no parameters", .noInput
    ),
    (
      "run: small, node: fit, step: 21", "hidden: [8]",
      "'models.net.warm_start.step': 'fit' of $R has no state at step 21", .noInput
    ),
    (
      "run: small, node: net, parameters: ema", "hidden: [8]",
      "'models.net.warm_start.parameters': '$N' has no ema parameters", nil
    ),
  ])
  func mistakes(fields: String, model: String, message: String, code: Failure.Code?) throws {
    let runner = try runner(fields, model: model)
    let run = try runner.results.run("small")
    let inputs = SpecInputs(results: runner.results)
    let reading = Reading(
      try SpecLoader.load(path: runner.directory.path + "/spec.yaml"), inputs: inputs)
    let expected = message.replacing("$R", run.displayName).replacing(
      "$F", run.path("checkpoints/fit/step-00000040.json")
    ).replacing("$N", run.path("checkpoints/net/step-00000000.json"))
    #expect(reading.diagnostics.found.map(\.message) == [expected])
    #expect(reading.diagnostics.found.first?.help != nil)
    #expect(inputs.failureCode(for: reading.diagnostics) == code)
  }

  /// Parameters that fit and mean something else.
  @Test func anotherMeaning() throws {
    let runner = try runner("run: small, node: fit", model: "hidden: [8], activation: tanh")
    let run = try runner.results.run("small").displayName
    let (spec, _) = try runner.read("spec.yaml")
    #expect(
      spec.warnings.map(\.message) == [
        "'models.net' has activation tanh; 'fit' of \(run) was learned with softplus"
      ])
    #expect(
      try runner.read("spec.yaml", overrides: ["models.net.activation=softplus"]).spec.warnings
        .isEmpty)
    let (energy, _) = try runner.read(
      "spec.yaml", overrides: ["models.net.activation=softplus", "models.net.output=energy"])
    #expect(
      energy.warnings.map(\.message) == [
        "'models.net' has output energy; 'fit' of \(run) was learned with score"
      ])
  }

  /// A training that was stopped has no final state to begin with.
  @Test func aTrainingThatIsNotDone() throws {
    let runner = try TestRunner()
    let control = RunControl()
    _ = try runner.start(
      smallExperiment, control: control, monitor: StoppingMonitor(control, at: 30, of: "fit"))
    try runner.directory.write(continued("run: small, node: fit"), to: "spec.yaml")
    let inputs = SpecInputs(results: runner.results)
    let reading = Reading(
      try SpecLoader.load(path: runner.directory.path + "/spec.yaml"), inputs: inputs)
    let message = try #require(reading.diagnostics.found.first?.message)
    #expect(message.hasSuffix("is not done: it is interrupted"), "\(message)")
    #expect(inputs.failureCode(for: reading.diagnostics) == .noInput)
  }
}
