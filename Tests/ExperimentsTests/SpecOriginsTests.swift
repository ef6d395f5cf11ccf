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

  /// Seeds of sections that an axis of seeds raises, and those that it leaves as they are.
  @Test func seedsOfSections() throws {
    let runner = try TestRunner()
    for (written, line) in [("seed: 3", 2), ("seed: {default: 3, data: 7}", 2), ("", 0)] {
      let name = "seeds-\(line)-\(written.count)"
      let text = base.replacing("name: base", with: "name: \(name)").replacing(
        "seed: 3", with: written)
      try FileSystem.write(Array(text.utf8), to: runner.directory.path + "/a.yaml")
      let run = try runner.start(file: "a.yaml").run
      // As a point of a sweep over `seeds: {count: 2, of: [sampling]}` has it.
      let old = written.isEmpty ? 0 : 3
      let data = written.hasSuffix("}") ? 7 : old
      var resolved = String(decoding: try FileSystem.read(run.path("resolved.json")), as: UTF8.self)
      let seed = try #require(resolved.firstRange(of: #/"seed": (\d+|\{[^}]*\})/#))
      resolved.replaceSubrange(
        seed,
        with:
          "\"seed\": {\"default\": \(old), \"data\": \(data), \"sampling\": \(old + 1)}")
      try FileSystem.write(Array(resolved.utf8), to: run.path("resolved.json"))
      var record = try run.record()
      record.sweep = try sweep(
        #"{"id": "1", "point": 1, "points": 2, "label": "", "seedIndex": 1, "seed": 1, "axes": []}"#
      )
      let values = try SpecOrigins(run, record).values
      func origin(_ path: String) -> SpecOrigins.Origin? {
        values.first { $0.path == path }?.origin
      }
      let place: SpecOrigins.Origin = line == 0 ? .standard : .file("spec.yaml", line: line)
      #expect(origin("seed.sampling") == .seeds, "\(written)")
      #expect(origin("seed.data") == place && origin("seed.default") == place, "\(written)")
    }
  }

  private func sweep(_ text: String) throws -> RunRecord.Sweep {
    let directory = try TemporaryDirectory()
    try FileSystem.write(Array(text.utf8), to: directory.path + "/sweep.json")
    return try JSONFile.read(RunRecord.Sweep.self, from: directory.path + "/sweep.json")
  }

  /// Smoke comes after the axes: what it made smaller is no axis's.
  @Test func smokeShrinksWhatAnAxisSet() throws {
    let runner = try TestRunner()
    let text = base.replacing("steps: 30", with: "steps: 100000")
    try FileSystem.write(Array(text.utf8), to: runner.directory.path + "/a.yaml")
    let run = try runner.start(file: "a.yaml", isSmoke: true).run
    var record = try run.record()
    record.sweep = try sweep(
      #"""
      {"id": "1", "point": 0, "points": 1, "label": "", "axes": [
        {"name": "steps", "set": ["sampling.walk.steps"], "value": "100000", "number": 100000},
        {"name": "delta", "set": ["sampling.walk.step_size"], "value": "0.1", "number": 0.1}]}
      """#)
    let values = try SpecOrigins(run, record).values
    func origin(_ path: String) -> SpecOrigins.Origin? { values.first { $0.path == path }?.origin }
    #expect(origin("sampling.walk.steps") == .smoke)
    #expect(origin("sampling.walk.step_size") == .axis("delta"))
    #expect(origin("seed") == .file("spec.yaml", line: 2))
  }

  /// Sources that are gone leave the values, and what is known of overrides.
  @Test func withoutSources() throws {
    let runner = try TestRunner()
    let run = try runner.start(smallExperiment).run
    FileSystem.remove(run.path("spec.yaml"))
    let origins = try SpecOrigins(run, run.record())
    #expect(origins.values.count > 40)
    #expect(origins.values.allSatisfy { $0.origin == .unknown })
    #expect(origins.values[0].origin.text == "unknown: the spec's file is gone")
    // What the command line set is known without.
    var record = try run.record()
    record.overrides = ["sampling.walk.steps=30"]
    let known = try SpecOrigins(run, record).values.first { $0.path == "sampling.walk.steps" }
    #expect(known?.origin == .override("sampling.walk.steps=30"))
    FileSystem.remove(run.path("resolved.json"))
    #expect(throws: Failure.self) { _ = try SpecOrigins(run, run.record()) }
  }
}
