import Experiments
import Testing
import YAML

/// A directory that is removed with all that is in it when it is no longer used.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var generator = SystemRandomNumberGenerator()
    path = "/tmp/scorewalk-tests-" + String(generator.next(), radix: 36)
    try FileSystem.makeDirectory(path)
  }

  deinit { FileSystem.remove(path) }

  func write(_ text: String, to name: String) throws {
    let file = path + "/" + name
    if let slash = file.lastIndex(of: "/") { try FileSystem.makeDirectory(String(file[..<slash])) }
    try FileSystem.write(Array(text.utf8), to: file)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try FileSystem.read(path + "/" + name), as: UTF8.self)
  }
}

private let base = """
  name: base
  seed: 4
  tags: [a, b]
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}, {mean: [4], std: 1}]}
  sampling:
    walk:
      kind: langevin
      target: law
      initial: {kind: normal, std: 2}
      step_size: 0.1
      steps: 10

  """

@Suite("Inheritance")
struct InheritanceTests {
  private func read(_ files: [String: String]) throws -> Reading {
    let directory = try TemporaryDirectory()
    for (name, text) in files { try directory.write(text, to: name) }
    return Reading(try SpecLoader.load(path: directory.path + "/own.yaml"))
  }

  @Test func mapsMergeAndListsReplace() throws {
    let reading = try read([
      "lib/base.yaml": base,
      "own.yaml": """
      base: lib/base.yaml
      name: own
      tags: [c]
      data: {law: {components: [{mean: [1], std: 1}]}}
      sampling: {walk: {steps: 20}}
      """,
    ])
    let spec = try reading.required()
    #expect(spec.name == "own")
    #expect(spec.resolved["seed"] == .count(4))
    #expect(spec.resolved["tags"] == .list([.text("c")]))
    let leaves = ResolvedValue.map(spec.resolved).leaves()
    func leaf(_ path: String) -> String? {
      leaves.first { $0.path == path }?.value.displayText
    }
    #expect(leaf("sampling.walk.steps") == "20")
    #expect(leaf("sampling.walk.step_size") == "0.1")
    #expect(leaf("data.law.components.count") == "1")
    #expect(
      reading.loaded.sources.map { $0.name.split(separator: "/").last } == [
        "own.yaml", "base.yaml",
      ])
  }

  @Test func anotherKindReplaces() throws {
    let spec = try read([
      "base.yaml": base,
      "own.yaml": "base: base.yaml\nsampling: {walk: {initial: {kind: point, at: [1]}}}\n",
    ]).required()
    let leaves = ResolvedValue.map(spec.resolved).leaves().map(\.path)
    #expect(leaves.contains("sampling.walk.initial.at.0"))
    #expect(!leaves.contains("sampling.walk.initial.std"))
    // The same kind merges.
    let same = try read([
      "base.yaml": base,
      "own.yaml": "base: base.yaml\nsampling: {walk: {initial: {kind: normal}}}\n",
    ]).required()
    #expect(
      ResolvedValue.map(same.resolved).leaves().contains {
        $0.path == "sampling.walk.initial.std" && $0.value == .number(2)
      })
  }

  @Test func nullRemoves() throws {
    let spec = try read([
      "base.yaml": base, "own.yaml": "base: base.yaml\nseed: null\nsampling: ~\ntags:\n",
    ]).required()
    #expect(spec.graph["walk"] == nil)
    #expect(spec.resolved["seed"] == .count(0))
    #expect(spec.resolved["tags"] == nil)
  }

  @Test func nullRemovesANode() throws {
    let spec = try read([
      "base.yaml": base, "own.yaml": "base: base.yaml\nsampling: {walk: null}\n",
    ]).required()
    #expect(spec.graph["walk"] == nil)
    #expect(spec.graph["law"] != nil)
  }

  @Test func threeFiles() throws {
    let spec = try read([
      "a/base.yaml": base, "a/middle.yaml": "base: base.yaml\nseed: 5\ndescription: middle\n",
      "own.yaml": "base: a/middle.yaml\nseed: 6\n",
    ]).required()
    #expect(spec.resolved["seed"] == .count(6))
    #expect(spec.description == "middle")
  }

  @Test func cycles() throws {
    let reading = try read([
      "own.yaml": "base: other.yaml\n", "other.yaml": "name: x\nbase: ./own.yaml\n",
    ])
    let first = try #require(reading.diagnostics.found.first)
    #expect(first.message.hasPrefix("'base' leads in a circle: "))
    #expect(first.range?.source.name.hasSuffix("other.yaml") == true)
    #expect(first.range?.text == "./own.yaml")
  }

  @Test func missingBase() throws {
    let reading = try read(["own.yaml": base + "base: nowhere.yaml\n"])
    #expect(
      reading.diagnostics.found.map(\.message)
        == ["cannot read the base 'nowhere.yaml': no such file"])
    #expect(reading.diagnostics.found.first?.range?.text == "nowhere.yaml")
  }

  @Test func baseThatIsNoPath() throws {
    let reading = try read(["own.yaml": base + "base: [a]\n"])
    #expect(reading.diagnostics.found.map(\.message) == ["'base' must be the path of a spec"])
  }

  @Test func mistakesInTheBaseNameItsFile() throws {
    let reading = try read([
      "base.yaml": base.replacing("steps: 10", "steps: ten"),
      "own.yaml": "base: base.yaml\nsampling: {walk: {chains: x}}\n",
    ])
    let places = reading.diagnostics.sorted.map {
      ($0.range?.source.name.split(separator: "/").last).map(String.init) ?? ""
    }
    #expect(reading.diagnostics.count == 2)
    #expect(places.sorted() == ["base.yaml", "own.yaml"])
  }
}
