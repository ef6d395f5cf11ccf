import Experiments
import Testing
import YAML

/// A spec on a disk, with files beside it, and everything that is said about it.
private struct InputCase: Sendable, CustomTestStringConvertible {
  let spec: MarkedSpec
  let files: [String: String]
  /// What a command that reads the spec ends with.
  let code: Failure.Code?

  var testDescription: String { spec.title }

  init(files: [String: String] = [:], code: Failure.Code? = nil, _ spec: MarkedSpec) {
    self.spec = spec
    self.files = files
    self.code = code
  }

  func check() throws {
    let directory = try TemporaryDirectory()
    for (name, text) in files { try directory.write(text, to: name) }
    try FileSystem.makeDirectory(directory.path + "/folder")
    let inputs = SpecInputs(results: ResultsDirectory(path: directory.path + "/results"))
    var diagnostics = Diagnostics()
    try spec.check(named: directory.path) { text in
      try directory.write(text, to: "spec.yaml")
      let reading = Reading(
        try SpecLoader.load(path: directory.path + "/spec.yaml"), inputs: inputs)
      diagnostics = reading.diagnostics
      return reading
    }
    #expect(inputs.failureCode(for: diagnostics) == code)
  }
}

/// A spec with one file, trained on in epochs.
private func observed(_ fields: String, extra: String = "") -> String {
  """
  name: x
  data:
    observed: {kind: file, \(fields)}
  \(extra)models:
    net: {kind: mlp, output: score, hidden: [4]}
  training:
    fit:
      model: net
      data: observed
      objective: {kind: denoising-score-matching, noise_level: 0.5}
      optimizer: {kind: adam, learning_rate: 1e-3}
      batch_size: 2
      epochs: 3

  """
}

/// A model with a warm start.
private func warm(_ fields: String, model: String = "") -> String {
  """
  name: x
  models:
    net: {kind: mlp, output: score, hidden: [4], dimension: 1, \(model)warm_start: {\(fields)}}

  """
}

private let pathHelp = "a path counts from the directory of the file in which it is written"

@Suite("Broken specs: files and earlier runs")
struct InputDiagnosticsTests {
  @Test(arguments: [
    InputCase(
      code: .noInput,
      MarkedSpec(
        "missing", observed("path: 1️⃣observations.npy"),
        Expected(
          "1️⃣", "'data.observed.path': there is no file '$D/observations.npy'", help: pathHelp))),
    InputCase(
      files: ["data/rows.csv": "1\n"], code: .noInput,
      MarkedSpec(
        "misspelled", observed("path: 1️⃣data/row.csv"),
        Expected(
          "1️⃣", "'data.observed.path': there is no file '$D/data/row.csv'",
          help: "did you mean 'rows.csv'?"))),
    InputCase(
      code: .noInput,
      MarkedSpec(
        "absolute and missing", observed("path: 1️⃣/nowhere/at/all.npy"),
        Expected(
          "1️⃣", "'data.observed.path': there is no file '/nowhere/at/all.npy'", help: pathHelp))),
    InputCase(
      code: .noInput,
      MarkedSpec(
        "directory", observed("path: 1️⃣folder"),
        Expected(
          "1️⃣", "'data.observed.path': '$D/folder' is a directory, not a file",
          help: "name a file with an end"))),
    InputCase(
      code: .noInput,
      MarkedSpec(
        "device", observed("path: 1️⃣/dev/zero"),
        Expected(
          "1️⃣", "'data.observed.path': '/dev/zero' is a pipe or a device, not a file",
          help: "name a file with an end"))),
    InputCase(
      files: ["a.csv": ""],
      MarkedSpec(
        "empty", observed("path: 1️⃣a.csv"),
        Expected(
          "1️⃣", "'data.observed.path': '$D/a.csv' is empty",
          help: "write a row of numbers a line, separated by commas"))),
    InputCase(
      files: ["a.csv": "1,2\n3\n"],
      MarkedSpec(
        "ragged", observed("path: 1️⃣a.csv"),
        Expected(
          "1️⃣", "'data.observed.path': '$D/a.csv', line 2 has 1 field where line 1 has 2",
          help: "every line needs as many numbers as the first"))),
    InputCase(
      files: ["a.csv": "x\n1\n2\n", "b.npy": "x\n1\n"],
      MarkedSpec(
        "content of another kind",
        observed("path: a.csv", extra: "  more: {kind: file, path: 1️⃣b.npy}\n"),
        Expected(
          "1️⃣", "'data.more.path': '$D/b.npy' does not begin as an .npy file",
          help: "write it with numpy.save"))),
    InputCase(
      files: ["a.txt": "1\n"],
      MarkedSpec(
        "another ending", observed("path: 1️⃣a.txt"),
        Expected(
          "1️⃣", "'data.observed.path': '$D/a.txt' ends with neither .npy nor .csv",
          help: "save it with numpy.save, or as comma-separated values"))),
    InputCase(
      files: ["a.csv": "1e300\n1\n"],
      MarkedSpec(
        "too large for float32", observed("path: 1️⃣a.csv"),
        Expected(
          "1️⃣", "'data.observed': 1e+300 of '$D/a.csv' is too large for float32",
          help: "add `precision: float64` to the node, or rescale the data"))),
    InputCase(
      files: ["a.csv": "x,y\n1,2\n"],
      MarkedSpec(
        "columns", observed("path: a.csv, columns: [x, 1️⃣z]"),
        Expected(
          "1️⃣", "'data.observed.columns.1': '$D/a.csv' has no column 'z'",
          help: "its header has x, y"))),
    InputCase(
      files: ["a.csv": "1,2\n3,4\n"],
      MarkedSpec(
        "rows", observed("path: a.csv, rows: 1️⃣3"),
        Expected(
          "1️⃣", "'data.observed.rows' is 3; the file has 2",
          help: "write at most 2, or leave it out"))),
    InputCase(
      files: ["a.csv": "1,2\n3,4\n"],
      MarkedSpec(
        "another content", observed("path: a.csv, sha256: 1️⃣\(String(repeating: "0a", count: 32))"),
        Expected(
          "1️⃣", "'data.observed.sha256' is not that of '$D/a.csv'",
          help: "the content's is \(digestOfPairs): the file was changed, or is another"))),
    InputCase(
      files: ["a.csv": "1,2\n3,4\n"],
      MarkedSpec(
        "no digest", observed("path: a.csv, sha256: 1️⃣abc"),
        Expected(
          "1️⃣", "'data.observed.sha256' must be 64 hexadecimal digits",
          help: "the content's is \(digestOfPairs)"))),
    InputCase(
      files: ["a.csv": "x,x\n1,2\n"],
      MarkedSpec(
        "columns of one name", observed("path: a.csv, columns: [1️⃣x]"),
        Expected(
          "1️⃣", "'data.observed.columns.0': '$D/a.csv' has 2 columns named 'x': 0, 1",
          help: "choose by number, columns: [0], or give each its own name"))),
    InputCase(
      MarkedSpec(
        "no path", observed("columns: [0]").replacing("kind: file", "1️⃣kind: file"),
        Expected(
          "1️⃣", "missing key 'path' in 'data.observed'",
          help:
            "add `path:` (path of an .npy or .csv file): An array [rows] or [rows, coordinates] of real numbers "
            + "as numpy.save writes it, or comma-separated values; counts from the directory of the file in which it "
            + "is written."))),
    InputCase(
      MarkedSpec(
        "an empty path", observed("path: 1️⃣''"),
        Expected("1️⃣", "'data.observed.path' must be the path of a file"))),
    InputCase(
      files: ["a.csv": "1\n2\n3\n"],
      MarkedSpec(
        "a batch of more rows than there are",
        observed("path: a.csv").replacing("batch_size: 2", "batch_size: 1️⃣4"),
        Expected(
          "1️⃣", "a batch of 4 rows cannot be taken from 3", help: "write at most 3, or all"))),
    InputCase(
      files: ["a.csv": "1,2\n3,4\n"],
      MarkedSpec(
        "another dimension",
        observed("path: a.csv").replacing("hidden: [4]", "hidden: [4], dimension: 3").replacing(
          "data: observed", "data: 1️⃣observed"),
        Expected("1️⃣", "'observed' has 2 coordinates where model 'net' has 3"))),
    // With a mistake beside it, the spec is wrong whatever the world is.
    InputCase(
      MarkedSpec(
        "missing, and a mistake",
        observed("path: 1️⃣a.npy").replacing("batch_size: 2", "2️⃣batch_sise: 2"),
        Expected("1️⃣", "'data.observed.path': there is no file '$D/a.npy'", help: pathHelp),
        Expected(
          "2️⃣", "unknown key 'batch_sise' in 'training.fit'", help: "did you mean 'batch_size'?"))),
    InputCase(
      code: .noInput,
      MarkedSpec(
        "two are missing",
        observed("path: 1️⃣a.npy", extra: "  more: {kind: file, path: 2️⃣a.npy}\n"),
        Expected("1️⃣", "'data.observed.path': there is no file '$D/a.npy'", help: pathHelp),
        Expected("2️⃣", "'data.more.path': there is no file '$D/a.npy'", help: pathHelp))),
  ])
  fileprivate func files(_ input: InputCase) throws { try input.check() }

  @Test(arguments: [
    InputCase(
      code: .noInput,
      MarkedSpec(
        "no such run", warm("run: 1️⃣walk-jump/3, node: fit"),
        Expected(
          "1️⃣", "'models.net.warm_start.run': 'walk-jump' has no run 3 in '$D/results'",
          help: "`scorewalk ls` lists the runs"))),
    InputCase(
      code: .noInput,
      MarkedSpec(
        "no such state", warm("path: 1️⃣state.json"),
        Expected(
          "1️⃣", "'models.net.warm_start.path': there is no file '$D/state.json'", help: pathHelp))),
    InputCase(
      MarkedSpec(
        "nothing is named", warm("1️⃣parameters: ema"),
        Expected(
          "1️⃣", "missing key 'run' in 'models.net.warm_start'",
          help: "write run and node, or the path of a state"),
        Expected(
          "1️⃣", "missing key 'node' in 'models.net.warm_start'",
          help: "write run and node, or the path of a state"))),
    InputCase(
      files: ["base.yaml": #"name: x"#],
      MarkedSpec(
        "a spec is no state", warm("path: 1️⃣base.yaml"),
        Expected(
          "1️⃣", "'models.net.warm_start.path': '$D/base.yaml' is no state of a model or a training",
          help: "name checkpoints/NODE/step-N.json of a run"))),
    InputCase(
      files: ["resolved.json": #"{"name": "x"}"#],
      MarkedSpec(
        "a resolved spec is no state", warm("path: 1️⃣resolved.json"),
        Expected(
          "1️⃣",
          "'models.net.warm_start.path': '$D/resolved.json' is no state of a model or a training",
          help: "name checkpoints/NODE/step-N.json of a run"))),
    InputCase(
      files: ["list.json": #"[1]"#],
      MarkedSpec(
        "a list is no state", warm("path: 1️⃣list.json"),
        Expected(
          "1️⃣", "'models.net.warm_start.path': '$D/list.json' is no state of a model or a training",
          help: "name checkpoints/NODE/step-N.json of a run"))),
    InputCase(
      files: ["state.json": #"{"format":1,"parameters":[],"step":0}"#],
      MarkedSpec(
        "no digest of a state", warm("1️⃣path: state.json, sha256: 2️⃣abc"),
        Expected(
          "1️⃣",
          "'models.net.warm_start' does not fit: '$D/state.json' holds nothing where the model has (1, 4) (4) (4, 1) (1)",
          help: "give the model the hidden widths, the output and the dimension of that network"),
        Expected(
          "2️⃣", "'models.net.warm_start.sha256' must be 64 hexadecimal digits",
          help: "the content's is "
            + Digest.hex(Array(#"{"format":1,"parameters":[],"step":0}"#.utf8))))),
    InputCase(
      files: ["state.json": #"{"format":1,"parameters":[],"step":0}"#],
      MarkedSpec(
        "both ways", warm("path: state.json, node: 1️⃣fit"),
        Expected(
          "1️⃣", "'models.net.warm_start' has both 'path' and 'node'",
          help: "write run and node, or path alone"))),
    InputCase(
      files: ["state.json": #"{"format":1,"parameters":[],"step":0}"#],
      MarkedSpec(
        "no average", warm("path: state.json, parameters: 1️⃣ema"),
        Expected(
          "1️⃣", "'models.net.warm_start.parameters': '$D/state.json' has no ema parameters",
          help: "write raw, or train with `ema: {decay: 0.999}`"))),
    InputCase(
      files: ["state.json": #"{"format":1,"parameters":[],"step":0}"#],
      MarkedSpec(
        "no layers, and an initializer",
        warm("2️⃣path: state.json", model: "initializer: 1️⃣flax, "),
        Expected(
          "1️⃣", "'models.net' has both 'initializer' and 'warm_start'",
          help: "keep one: random parameters, or those of another run"),
        Expected(
          "2️⃣",
          "'models.net.warm_start' does not fit: '$D/state.json' holds nothing where the model has (1, 4) (4) (4, 1) (1)",
          help: "give the model the hidden widths, the output and the dimension of that network"))),
  ])
  fileprivate func warmStarts(_ input: InputCase) throws { try input.check() }

  /// What may have been a state is a matter of the disk.
  @Test(arguments: [
    (
      #"{"format":1,"step":0,"parameters":[{"name"#,
      "it is not JSON, or was cut short"
    ),
    (#"{"format":1,"step":0,"parameters":[{"name":"a"}]}"#, "'parameters.0.shape' is missing"),
    (#"{"format":1,"step":0,"parameters":3}"#, "'parameters' is of another type"),
    (
      #"{"format":1,"step":0,"parameters":[{"name":"a","shape":[1],"dtype":"float16","sha256":"","data":[1]}]}"#,
      "tensor 'a': unknown dtype 'float16'"
    ),
  ])
  func aDamagedState(text: String, reason: String) throws {
    let directory = try TemporaryDirectory()
    try directory.write(text, to: "state.json")
    try directory.write(warm("path: state.json"), to: "spec.yaml")
    let inputs = SpecInputs(results: nil)
    let reading = Reading(
      try SpecLoader.load(path: directory.path + "/spec.yaml"), inputs: inputs)
    #expect(
      reading.diagnostics.found.map(\.message) == [
        "'models.net.warm_start': the state '\(directory.path)/state.json' is damaged: \(reason)"
      ])
    #expect(inputs.failureCode(for: reading.diagnostics) == .inputOutput)
  }

  /// A text without a file cannot name files, and says so.
  @Test func textsHaveNoFiles() {
    for text in [observed("path: a.csv"), warm("run: x, node: y"), warm("path: a.json")] {
      let reading = Reading(text)
      #expect(reading.spec == nil)
      #expect(reading.diagnostics.rendered().contains("beside this text"))
    }
  }
}

/// `printf '1,2\n3,4\n' | sha256sum`.
private let digestOfPairs = "96bbd5de61f36b0e10c5771d180998d066192e8986aa34a8cb7c453f62959274"
