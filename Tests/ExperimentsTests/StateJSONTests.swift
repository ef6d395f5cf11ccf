import Experiments
import Scorewalk
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// States are written and read by our own JSON, for the sake of time; Foundation's says what the bytes are.
@Suite("JSON of states")
struct StateJSONTests {
  /// What `JSONEncoder` and `JSONDecoder` see.
  private struct Reference: Codable {
    struct Kept: Codable {
      var first, last, every: Int
    }
    struct Tensor: Codable {
      let tensor: NamedTensor

      enum CodingKeys: String, CodingKey {
        case name, shape, dtype, sha256, data
      }

      init(_ tensor: NamedTensor) { self.tensor = tensor }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tensor.name, forKey: .name)
        try container.encode(tensor.shape, forKey: .shape)
        try container.encode(tensor.values.precision.rawValue, forKey: .dtype)
        let bytes = tensor.values.littleEndianBytes
        try container.encode(Digest.hex(bytes), forKey: .sha256)
        if tensor.values.count > TensorRecord.decimalLimit {
          try container.encode(Data(bytes).base64EncodedString(), forKey: .data)
          return
        }
        switch tensor.values {
        case .float32(let values): try container.encode(values, forKey: .data)
        case .float64(let values): try container.encode(values, forKey: .data)
        }
      }

      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let shape = try container.decode([Int].self, forKey: .shape)
        let isSingle = try container.decode(String.self, forKey: .dtype) == "float32"
        let values: TensorValues
        if shape.reduce(1, *) > TensorRecord.decimalLimit {
          let text = try container.decode(String.self, forKey: .data)
          let data = try #require(Data(base64Encoded: text))
          let decoded = TensorValues(
            littleEndianBytes: [UInt8](data), precision: isSingle ? .float32 : .float64)
          values = try #require(decoded)
        } else if isSingle {
          values = .float32(try container.decode([Float].self, forKey: .data))
        } else {
          values = .float64(try container.decode([Double].self, forKey: .data))
        }
        tensor = NamedTensor(
          name: try container.decode(String.self, forKey: .name), shape: shape, values: values)
      }
    }
    var format = 1
    var step: Int
    var parameters, optimizer, ema, objective, emaAccumulator: [Tensor]?
    var losses: Tensor?
    var positions: [Tensor]?
    var accumulators: [String: Double]?
    var kept: Kept?
    var lengths: [String: Int]?
    var files: [String: String]?

    init(_ state: StateFile) {
      func tensors(_ records: [TensorRecord]?) -> [Tensor]? {
        records?.map { Tensor($0.tensor) }
      }
      (format, step) = (state.format, state.step)
      (parameters, optimizer) = (tensors(state.parameters), tensors(state.optimizer))
      (ema, objective) = (tensors(state.ema), tensors(state.objective))
      emaAccumulator = tensors(state.emaAccumulator)
      losses = state.losses.map { Tensor($0.tensor) }
      positions = tensors(state.positions)
      (accumulators, lengths, files) = (state.accumulators, state.lengths, state.files)
      kept = state.kept.map { Kept(first: $0.first, last: $0.last, every: $0.every) }
    }

    func encoded() throws -> [UInt8] {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
  }

  /// Numbers of every size: of all exponents, subnormal, whole, next to powers of two and ten, and random bits.
  private static func doubles(_ count: Int, _ choice: inout InputChoice) -> [Double] {
    var values: [Double] = [
      0, -0.0, 1, -1, 0.5, 1e15, 1e16, 1e17, -1e16, 123456789012345680, 9007199254740991,
      9007199254740992, 9007199254740993, 1e-4, 1e-5, 0.0001234, 5e-324, -5e-324,
      .leastNormalMagnitude, .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude, .pi, 1e22,
      1e21, 1e23, 0.1, 1.0 / 3, 100, 12345678, 1e100, 2.5e-300,
    ]
    while values.count < count {
      let bits = choice.next()
      let value =
        switch values.count % 4 {
        case 0: Double(bitPattern: bits)
        case 1: Double(Int64(truncatingIfNeeded: bits) >> Int64(choice.next() % 63))
        case 2: Double(bitPattern: bits & 0x800f_ffff_ffff_ffff)
        default: Double(Int64(truncatingIfNeeded: bits) >> 40) / 1000
        }
      if value.isFinite { values.append(value) }
    }
    return Array(values.prefix(count))
  }

  private static func floats(_ count: Int, _ choice: inout InputChoice) -> [Float] {
    var values: [Float] = [
      0, -0.0, 1, -1.5, 0.1, .leastNonzeroMagnitude, .leastNormalMagnitude, .pi, 16_777_216,
      16_777_217, .greatestFiniteMagnitude, 1e15, 1e16, 1e7, 1e8, 1e-4, 1e-5, 3.4e38,
    ]
    while values.count < count {
      let bits = UInt32(truncatingIfNeeded: choice.next())
      let value =
        switch values.count % 3 {
        case 0: Float(bitPattern: bits)
        case 1: Float(Int32(bitPattern: bits) >> Int32(choice.next() % 31))
        default: Float(bitPattern: bits & 0x807f_ffff)
        }
      if value.isFinite { values.append(value) }
    }
    return Array(values.prefix(count))
  }

  private static func state(_ count: Int, _ choice: inout InputChoice) throws -> StateFile {
    func tensor(_ name: String, _ values: TensorValues) -> TensorRecord {
      TensorRecord(NamedTensor(name: name, shape: [values.count], values: values))
    }
    let (doubles, floats) = (doubles(count, &choice), floats(count, &choice))
    var state = StateFile(step: Int(choice.next() % 1_000_000))
    state.parameters = [
      tensor("dense-0.kernel", .float32(floats)),
      tensor("é\"\\/\u{8}\u{1f}\t\n\u{7f}\u{2028}😀", .float64(doubles)),
      TensorRecord(NamedTensor(name: "scalar", shape: [], values: .float64([doubles[0]]))),
      TensorRecord(NamedTensor(name: "none", shape: [3, 0, 2], values: .float32([]))),
    ]
    state.objective = []
    if choice.next() % 2 == 0 {
      state.optimizer = [tensor("m", .float32(floats))]
      state.emaAccumulator = [tensor("ema", .float32(floats))]
      state.ema = [tensor("ema", .float32(floats))]
      state.kept = StateFile.Kept(try KeepRule(from: 2, to: 9, every: 3).states(steps: 20))
      state.losses = tensor("losses", .float64(doubles))
    }
    if choice.next() % 2 == 0 {
      state.positions = [tensor("positions", .float64(doubles))]
      state.accumulators = ["b": doubles[count - 1], "B": -0.0, "a10": 1e300, "a9": 2, "ä": 0.1]
      state.lengths = ["metrics.jsonl": 12, "Z": -1, "work-draws": .max]
      state.files = [
        "checkpoints/step-10.json": "ab", "checkpoints/step-9.json": "c/d\u{1}", "": "",
      ]
    }
    return state
  }

  @Test(arguments: [1, 2, 3, 40, 1000, 4095, 4096, 4097, 4098, 4099, 9000])
  func theBytesAreThoseOfFoundation(count: Int) throws {
    var choice = InputChoice(state: UInt64(count))
    for _ in 0..<(count < 1000 ? 20 : 4) {
      let state = try Self.state(count, &choice)
      let bytes = try state.encoded()
      let reference = try Reference(state).encoded()
      #expect(bytes == reference)
      // Both read what the other wrote.
      let read = try StateFile.decoded(reference, path: "x")
      #expect(try read.encoded() == bytes)
      let decoded = try JSONDecoder().decode(Reference.self, from: Data(bytes))
      #expect(try decoded.encoded() == reference)
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func whatJSONCannotSay(value: Double) throws {
    var state = StateFile(step: 1)
    state.accumulators = ["sum": value]
    #expect(throws: Failure.self) { try state.encoded() }
    state.accumulators = nil
    state.losses = TensorRecord(NamedTensor(name: "l", shape: [2], values: .float64([0, value])))
    #expect(throws: Failure.self) { try state.encoded() }
    // Base64 can say everything.
    let many = [Double](repeating: value, count: 5000)
    state.losses = TensorRecord(NamedTensor(name: "l", shape: [5000], values: .float64(many)))
    let read = try StateFile.decoded(try state.encoded(), path: "x")
    let back = try #require(read.losses?.tensor.values)
    #expect(back.hasSameBits(as: .float64(many)))
  }

  @Test func whatOthersWrote() throws {
    let text = """
       { "unknown" : {"a": [1, -2.5E+3, true, false, null, "\\u00e9\\\\", [], {}]} ,\r
      \t"step":\t12, "format" : 1, "ema": null, "losses": null, "files": {"a\\/b\\n": "\\ud83d\\ude00"} }

      """
    let state = try StateFile.decoded(Array(text.utf8), path: "x")
    #expect(state.step == 12 && state.ema == nil && state.losses == nil)
    #expect(state.files == ["a/b\n": "😀"])
    #expect(throws: Never.self) {
      try JSONDecoder().decode(Reference.self, from: Data(text.utf8))
    }
  }

  @Test(arguments: [
    "", " ", "{", "[]", "1", "{}", "{\"step\":1}", "{\"format\":1}", "{\"format\":1,\"step\":1",
    "{\"format\":1,\"step\":1}x", "{\"format\":1,\"step\":1,}", "{\"format\":1 \"step\":1}",
    "{\"format\":1,\"step\":01}", "{\"format\":1,\"step\":1.5}", "{\"format\":1,\"step\":-}",
    "{\"format\":1,\"step\":1e}", "{\"format\":1,\"step\":99999999999999999999}",
    "{\"format\":1,\"step\":\"1\"}", "{\"format\":1,\"step\":null}", "{'format':1,\"step\":1}",
    "{\"format\":1,\"step\":1,\"x\":\"\u{1}\"}", "{\"format\":1,\"step\":1,\"x\":\"\\",
    "{\"format\":1,\"step\":1,\"x\":nul}", "{\"format\":1,\"step\":1,\"x\":[1,]}",
    "{\"format\":1,\"step\":1,\"files\":{\"a\":\"\\x\"}}",
    "{\"format\":1,\"step\":1,\"files\":{\"a\":\"\\ud800\"}}",
    "{\"format\":1,\"step\":1,\"files\":{\"a\":\"\\u12\"}}",
    "{\"format\":1,\"step\":1,\"accumulators\":{\"a\":1e999}}",
    "{\"format\":1,\"step\":1,\"accumulators\":{\"a\":NaN}}",
    "{\"format\":1,\"step\":1,\"kept\":{\"first\":1,\"last\":2}}",
    "{\"format\":1,\"step\":1,\"parameters\":[{\"name\":\"a\"}]}",
  ])
  func whatIsNoState(text: String) throws {
    #expect(throws: Failure.self) { try StateFile.decoded(Array(text.utf8), path: "x") }
  }

  @Test func depthHasAnEnd() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: Failure.self) {
      try StateFile.decoded(Array("{\"format\":1,\"step\":1,\"x\":\(deep)".utf8), path: "x")
    }
  }

  /// Any byte that is changed is found, or changes nothing; nothing crashes.
  @Test func everyByteBroken() throws {
    var choice = InputChoice(state: 1)
    let bytes = try Self.state(40, &choice).encoded()
    for place in bytes.indices {
      var broken = bytes
      broken[place] = UInt8(truncatingIfNeeded: choice.next())
      _ = try? StateFile.decoded(broken, path: "x")
      _ = try? StateFile.decoded(Array(bytes.prefix(place)), path: "x")
    }
  }
}
