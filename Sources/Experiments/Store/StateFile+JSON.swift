import Scorewalk

extension StateFile {
  /// The file's text; the same state always gives the same bytes, those of `JSONEncoder` with sorted keys.
  package func encoded() throws(Failure) -> [UInt8] {
    let tensors = [parameters, optimizer, ema, objective, emaAccumulator, positions]
    let size = tensors.reduce(4096) { $0 + ($1 ?? []).reduce(0) { $0 + $1.textSize } }
    var writer = JSONWriter(capacity: size + (losses?.textSize ?? 0))
    do throws(JSONWriter.NotFinite) {
      try write(to: &writer)
    } catch {
      throw Failure(
        .failed, "a state cannot be written as JSON",
        reason: "JSON has no number for \(JSONText.number(error.value))")
    }
    writer.endLine()
    return writer.bytes
  }

  private func write(to writer: inout JSONWriter) throws(JSONWriter.NotFinite) {
    try writer.object { (writer) throws(JSONWriter.NotFinite) in
      if let accumulators {
        writer.key("accumulators")
        try writer.map(accumulators) { (writer, value) throws(JSONWriter.NotFinite) in
          try writer.number(value)
        }
      }
      try writer.tensors("ema", ema)
      try writer.tensors("emaAccumulator", emaAccumulator)
      if let files {
        writer.key("files")
        writer.map(files) { $0.string($1) }
      }
      writer.key("format")
      writer.integer(format)
      if let kept {
        writer.key("kept")
        writer.map(["every": kept.every, "first": kept.first, "last": kept.last]) {
          $0.integer($1)
        }
      }
      if let lengths {
        writer.key("lengths")
        writer.map(lengths) { $0.integer($1) }
      }
      if let losses {
        writer.key("losses")
        try losses.write(to: &writer)
      }
      try writer.tensors("objective", objective)
      try writer.tensors("optimizer", optimizer)
      try writer.tensors("parameters", parameters)
      try writer.tensors("positions", positions)
      writer.key("step")
      writer.integer(step)
    }
  }

  init(from reader: inout JSONReader) throws(JSONReader.Problem) {
    var (format, step): (Int?, Int?)
    self.init(step: 0)
    try reader.object { (reader, key) throws(JSONReader.Problem) in
      switch key {
      case "format": format = try reader.integer()
      case "step": step = try reader.integer()
      case "parameters": parameters = try reader.tensors()
      case "optimizer": optimizer = try reader.tensors()
      case "ema": ema = try reader.tensors()
      case "objective": objective = try reader.tensors()
      case "emaAccumulator": emaAccumulator = try reader.tensors()
      case "positions": positions = try reader.tensors()
      case "losses":
        losses = try reader.optional { (reader) throws(JSONReader.Problem) in
          try TensorRecord(from: &reader)
        }
      case "accumulators":
        accumulators = try reader.map { (reader) throws(JSONReader.Problem) in try reader.number() }
      case "lengths":
        lengths = try reader.map { (reader) throws(JSONReader.Problem) in try reader.integer() }
      case "files":
        files = try reader.map { (reader) throws(JSONReader.Problem) in try reader.string() }
      case "kept":
        let numbers = try reader.map { (reader) throws(JSONReader.Problem) in try reader.integer() }
        guard let numbers else { return }
        guard let first = numbers["first"], let last = numbers["last"], let every = numbers["every"]
        else { throw reader.damaged("'kept' without first, last or every") }
        kept = Kept(first: first, last: last, every: every)
      default: try reader.skip()
      }
    }
    try reader.end()
    guard let format, let step else { throw reader.damaged("'format' or 'step' is missing") }
    (self.format, self.step) = (format, step)
  }
}

extension JSONWriter {
  fileprivate mutating func map<Value, Problem: Error>(
    _ members: [String: Value], _ write: (inout JSONWriter, Value) throws(Problem) -> Void
  ) throws(Problem) {
    try object { (writer) throws(Problem) in
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        writer.key(name)
        try write(&writer, value)
      }
    }
  }

  fileprivate mutating func tensors(
    _ name: String, _ records: [TensorRecord]?
  ) throws(NotFinite) {
    guard let records else { return }
    key(name)
    try list(records) { (writer, record) throws(NotFinite) in try record.write(to: &writer) }
  }
}

extension JSONReader {
  fileprivate mutating func tensors() throws(Problem) -> [TensorRecord]? {
    try optional { (reader) throws(Problem) in
      try reader.list(of: { (reader) throws(Problem) in try TensorRecord(from: &reader) })
    }
  }

  fileprivate mutating func map<Value>(
    _ value: (inout JSONReader) throws(Problem) -> Value
  ) throws(Problem) -> [String: Value]? {
    try optional { (reader) throws(Problem) in
      var members: [String: Value] = [:]
      try reader.object { (reader, key) throws(Problem) in members[key] = try value(&reader) }
      return members
    }
  }
}
