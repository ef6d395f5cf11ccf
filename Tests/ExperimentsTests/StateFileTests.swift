import Experiments
import Scorewalk
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("States and checkpoints")
struct StateFileTests {
  private static let doubles: [Double] = [
    0, -0.0, 1, -1.5, 0.1, 5e-324, -2.2250738585072009e-308, 2.2250738585072014e-308, .pi, 1e22,
    .greatestFiniteMagnitude, 1.0000000000000002, 1e-5, 123456789012345680,
  ]
  private static let floats: [Float] = [
    0, -0.0, 1, -1.5, 0.1, .leastNonzeroMagnitude, -.leastNormalMagnitude, 1.1754942e-38, .pi,
    .greatestFiniteMagnitude, 16_777_216, 1.0000001,
  ]

  /// Random bit patterns beside the nasty ones.
  private static func values(_ precision: Precision, count: Int) -> TensorValues {
    var choice = InputChoice(state: UInt64(count))
    func random<Value>(_ nasty: [Value], _ make: (UInt64) -> Value?) -> [Value] {
      var values = Array(nasty.prefix(count))
      while values.count < count {
        if let value = make(choice.next()) { values.append(value) }
      }
      return values
    }
    switch precision {
    case .float32:
      return .float32(
        random(floats) {
          let value = Float(bitPattern: UInt32(truncatingIfNeeded: $0))
          return value.isFinite ? value : nil
        })
    case .float64:
      return .float64(
        random(doubles) {
          let value = Double(bitPattern: $0)
          return value.isFinite ? value : nil
        })
    }
  }

  private static func tensor(_ precision: Precision, count: Int) -> NamedTensor {
    NamedTensor(name: "dense-0.kernel", shape: [count], values: values(precision, count: count))
  }

  private func state(_ tensor: NamedTensor, step: Int = 7) -> StateFile {
    var state = StateFile(step: step)
    state.parameters = [TensorRecord(tensor)]
    state.accumulators = ["sum": 0.1]
    state.lengths = ["metrics": 12]
    state.prefixes = ["metrics": Digest.hex(Array("twelve bytes".utf8))]
    return state
  }

  /// Both encodings, up to 4,096 numbers and beyond, give back the same bits.
  @Test(arguments: [Precision.float32, .float64], [0, 1, 14, 4096, 4097, 20_000])
  func roundTrip(precision: Precision, count: Int) throws {
    let tensor = Self.tensor(precision, count: count)
    let bytes = try state(tensor).encoded()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("\"data\":\"") == (count > TensorRecord.decimalLimit))
    let read = try StateFile.decoded(bytes, path: "x")
    #expect(read.step == 7)
    #expect(read.accumulators == ["sum": 0.1])
    let back = try #require(read.parameters?.first?.tensor)
    #expect(back.hasSameBits(as: tensor))
    #expect(try read.encoded() == bytes)
  }

  private func refuses(_ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
    #expect(throws: Failure.self, sourceLocation: sourceLocation) {
      _ = try StateFile.decoded(Array(text.utf8), path: "some.json")
    }
  }

  @Test func tamperedData() throws {
    let text = String(decoding: try state(Self.tensor(.float64, count: 3)).encoded(), as: UTF8.self)
    _ = try StateFile.decoded(Array(text.utf8), path: "x")
    #expect(text.contains("[0,-0,1]"))
    refuses(text.replacing("[0,-0,1]", "[0,-0,2]"))
    refuses(text.replacing("[0,-0,1]", "[0,0,1]"))
    refuses(text.replacing("[0,-0,1]", "[0,-0]"))
    refuses(text.replacing("[0,-0,1]", "\"AAAA\""))
    refuses(text.replacing("\"shape\":[3]", "\"shape\":[4]"))
    refuses(text.replacing("\"shape\":[3]", "\"shape\":[-3]"))
    refuses(text.replacing("\"shape\":[3]", "\"shape\":[4294967296,4294967296]"))
    refuses(text.replacing("float64", "float32"))
    refuses(text.replacing("float64", "float16"))
    refuses(text.replacing("\"step\":7", "\"step\":\"7\""))
    refuses(String(text.dropLast(20)))
    refuses("")
    let long = String(
      decoding: try state(Self.tensor(.float32, count: 5000)).encoded(), as: UTF8.self)
    refuses(long.replacing("\"data\":\"AAAA", "\"data\":\"AAAB"))
    refuses(long.replacing("\"data\":\"AAAA", "\"data\":\"AA"))
  }

  @Test func failuresNameTheFile() throws {
    let directory = try TemporaryDirectory()
    try directory.write("{", to: "state.json")
    do {
      _ = try StateFile.read(directory.path + "/state.json")
      Issue.record("a damaged state was read")
    } catch {
      #expect(error.description.contains(directory.path + "/state.json"))
      #expect(error.code == .inputOutput)
    }
  }

  // MARK: - Series of checkpoints

  private func series(_ directory: TemporaryDirectory, steps: [Int]) throws -> CheckpointSeries {
    let series = CheckpointSeries(directory: directory.path)
    try directory.write("twelve bytes", to: "metrics")
    for step in steps {
      try series.write(state(Self.tensor(.float64, count: 5), step: step))
    }
    return series
  }

  @Test func theLastTwoAreKept() throws {
    let directory = try TemporaryDirectory()
    let series = try series(directory, steps: [9, 10, 100, 1_000_000_000_000])
    #expect(
      FileSystem.names(in: directory.path)
        == ["checkpoint-000000000100.json", "checkpoint-1000000000000.json", "metrics"])
    #expect(series.newestStep == 1_000_000_000_000)
    var told: [String] = []
    #expect(series.newest { told.append($0) }?.step == 1_000_000_000_000)
    #expect(told.isEmpty)
    let none = CheckpointSeries(directory: directory.path + "/none")
    #expect(none.newest { told.append($0) } == nil)
    #expect(none.newestStep == nil && told.isEmpty)
  }

  @Test(arguments: ["cut", "empty", "tampered", "not JSON"])
  func theOneBeforeADamagedOneIsUsed(damage: String) throws {
    let directory = try TemporaryDirectory()
    let series = try series(directory, steps: [10, 20])
    let path = directory.path + "/checkpoint-000000000020.json"
    var bytes = try FileSystem.read(path)
    switch damage {
    case "cut": bytes.removeLast(bytes.count / 2)
    case "empty": bytes = []
    case "tampered":
      let place = try #require(bytes.firstIndex(of: UInt8(ascii: "7")))
      bytes[place] ^= 1
    default: bytes = Array("hello".utf8)
    }
    try FileSystem.write(bytes, to: path)
    var told: [String] = []
    #expect(series.newest { told.append($0) }?.step == 10)
    #expect(told.count == 1 && told[0].contains(path) && told[0].contains("set aside"), "\(told)")
    #expect(FileSystem.exists(path + ".damaged"))
    // It is told once.
    #expect(series.newest { told.append($0) }?.step == 10)
    #expect(told.count == 1)
  }

  /// A checkpoint is worth what lies beside it.
  @Test func filesThatAreTooShort() throws {
    let directory = try TemporaryDirectory()
    let series = try series(directory, steps: [10, 20])
    try directory.write("eleven byte", to: "metrics")
    var told: [String] = []
    #expect(series.newest { told.append($0) } == nil)
    #expect(told.count == 2 && told[0].contains("metrics has 11 bytes of 12"), "\(told)")
    #expect(told[0].hasSuffix("the one before it is used"))
    #expect(told[1].hasSuffix("the work begins anew"))
  }

  /// What was written after the checkpoint is cut off and may be anything; what was written before may not.
  @Test func filesThatBeginOtherwise() throws {
    let directory = try TemporaryDirectory()
    let series = try series(directory, steps: [10, 20])
    try directory.write("twelve bytes and more", to: "metrics")
    var told: [String] = []
    #expect(series.newest { told.append($0) }?.step == 20)
    try directory.write("twelve Bytes", to: "metrics")
    #expect(series.newest { told.append($0) } == nil)
    #expect(told.count == 2 && told[0].contains("metrics has changed"), "\(told)")
  }

  @Test func allDamaged() throws {
    let directory = try TemporaryDirectory()
    let series = try series(directory, steps: [10, 20])
    for name in FileSystem.names(in: directory.path) where name != "metrics" {
      try directory.write("", to: name)
    }
    var told: [String] = []
    #expect(series.newest { told.append($0) } == nil)
    #expect(told.count == 2)
    // What is set aside goes when the node is done.
    #expect(
      FileSystem.names(in: directory.path).allSatisfy {
        $0 == "metrics" || Store.isOnlyForResuming($0)
      })
  }
}
