import Experiments
import Testing

@Suite("Where values come from")
struct SpecOriginsTests {
  private let base = """
    name: base
    seed: 3
    data:
      law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
    sampling:
      walk:
        kind: langevin
        target: law
        initial: {kind: normal}
        step_size: 0.1
        steps: 30
        chains: 3

    """

  private func origins(
    of runner: TestRunner, _ file: String, overrides: [String] = [], isSmoke: Bool = false
  ) throws -> [String: SpecOrigins.Value] {
    let run = try runner.start(file: file, overrides: overrides, isSmoke: isSmoke) {
      $0.overrides = overrides
    }.run
    let values = try SpecOrigins(run, run.record()).values
    #expect(Set(values.map(\.path)).count == values.count)
    return Dictionary(uniqueKeysWithValues: values.map { ($0.path, $0) })
  }

  @Test func filesOverridesAndDefaults() throws {
    let runner = try TestRunner()
    try FileSystem.write(Array(base.utf8), to: runner.directory.path + "/base.yaml")
    let own = """
      base: base.yaml
      name: own
      sampling:
        walk:
          steps: 40

      """
    try FileSystem.write(Array(own.utf8), to: runner.directory.path + "/own.yaml")
    let found = try origins(of: runner, "own.yaml", overrides: ["sampling.walk.chains=5"])
    #expect(found["name"]?.origin == .file("spec.yaml", line: 2))
    #expect(found["seed"]?.origin == .file("spec.base-1.yaml", line: 2))
    #expect(found["sampling.walk.steps"]?.origin == .file("spec.yaml", line: 5))
    #expect(found["sampling.walk.steps"]?.text == "40")
    #expect(found["sampling.walk.step_size"]?.origin == .file("spec.base-1.yaml", line: 10))
    #expect(found["sampling.walk.initial.kind"]?.origin == .file("spec.base-1.yaml", line: 9))
    #expect(found["sampling.walk.initial.std"]?.origin == .standard)
    #expect(found["sampling.walk.chains"]?.origin == .override("sampling.walk.chains=5"))
    #expect(found["sampling.walk.chains"]?.origin.text == "override sampling.walk.chains=5")
    #expect(found["precision"]?.origin == .standard)
    #expect(found["sampling.walk.keep.every"]?.origin == .standard)
  }

  @Test func axesAndSeeds() throws {
    let runner = try TestRunner()
    let run = try runner.start(smallExperiment).run
    var record = try run.record()
    // As a point of a sweep has it.
    let text = """
      {"id": "0001", "point": 0, "points": 2, "label": "", "seedIndex": 1, "seed": 4,
       "axes": [{"name": "rate", "set": ["training.fit.optimizer"], "value": "x"}]}
      """
    let path = runner.directory.path + "/sweep.json"
    try FileSystem.write(Array(text.utf8), to: path)
    record.sweep = try JSONFile.read(RunRecord.Sweep.self, from: path)
    let origins = try SpecOrigins(run, record).values
    func origin(_ path: String) -> SpecOrigins.Origin? { origins.first { $0.path == path }?.origin }
    #expect(origin("training.fit.optimizer.learning_rate") == .axis("rate"))
    #expect(origin("training.fit.optimizer.kind") == .axis("rate"))
    #expect(origin("training.fit.steps") == .file("spec.yaml", line: 15))
    #expect(
      try SpecOrigins(run, record).below("sampling.walk").allSatisfy {
        $0.path.hasPrefix("sampling.walk.")
      })
  }

  /// Sources that are gone leave the values, and what is known of overrides.
  @Test func withoutSources() throws {
    let runner = try TestRunner()
    let run = try runner.start(smallExperiment).run
    FileSystem.remove(run.path("spec.yaml"))
    let origins = try SpecOrigins(run, run.record())
    #expect(origins.values.count > 40)
    #expect(origins.values.allSatisfy { $0.origin == .standard })
    FileSystem.remove(run.path("resolved.json"))
    #expect(throws: Failure.self) { _ = try SpecOrigins(run, run.record()) }
  }
}
