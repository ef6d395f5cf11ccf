/// A file of TensorBoard's events.
///
/// It is a row of TensorFlow's records, each the length of the event in 8 bytes, the masked CRC-32C of those, the event, and
/// its masked CRC-32C, all little-endian (`tensorflow/core/lib/io/record_writer.h`). An event is the message `Event` of
/// `tensorboard/compat/proto/event.proto`; the first says the version of the format.
///
/// Values are written as tensors of one float64, so that TensorBoard has them whole: its older form holds float32. No
/// event says a time, so that the same results give the same bytes.
package struct EventFile: ~Copyable {
  private var file: OutputFile
  /// The tags of which a value was written: the first alone says what it is for.
  private var tags: Set<String> = []
  /// How many values were written.
  package private(set) var count = 0

  /// Begins a file.
  package init(creating path: String) throws(Failure) {
    var file = try OutputFile(creating: path)
    try Self.append(ProtobufMessage { $0.add(Field.fileVersion, "brain.Event:2") }, to: &file)
    self.file = file
  }

  /// The numbers of the fields, and of the enumerations' words, that are written.
  private enum Field {
    // Event
    static let step = 2
    static let fileVersion = 3
    static let summary = 5
    // Summary and Summary.Value
    static let value = 1
    static let tag = 1
    static let tensor = 8
    static let metadata = 9
    // SummaryMetadata and SummaryMetadata.PluginData
    static let pluginData = 1
    static let pluginName = 1
    static let content = 2
    static let dataClass = 4
    static let isScalar: UInt64 = 1
    // TensorProto
    static let type = 1
    static let shape = 2
    static let doubles = 6
    static let isDouble: UInt64 = 2
  }

  /// Writes one value of a metric.
  package mutating func append(_ tag: String, step: Int, _ value: Double) throws(Failure) {
    let isFirst = tags.insert(tag).inserted
    count += 1
    try append(tag, step: step, value) { field in
      guard isFirst else { return }
      field.add(Field.metadata) { metadata in
        metadata.add(Field.pluginData) { $0.add(Field.pluginName, "scalars") }
        metadata.add(Field.dataClass, Field.isScalar)
      }
    }
  }

  /// Writes what one of TensorBoard's plug-ins keeps under a tag.
  package mutating func append(
    _ tag: String, plugin: String, _ content: ProtobufMessage
  ) throws(Failure) {
    // The value is there because the format wants one; nobody reads it.
    try append(tag, step: 0, 0) { field in
      field.add(Field.metadata) { metadata in
        metadata.add(Field.pluginData) { data in
          data.add(Field.pluginName, plugin)
          data.add(Field.content, content)
        }
      }
    }
  }

  private mutating func append(
    _ tag: String, step: Int, _ value: Double, _ addMetadata: (inout ProtobufMessage) -> Void
  ) throws(Failure) {
    try Self.append(
      ProtobufMessage { event in
        event.add(Field.step, signed: Int64(step))
        event.add(Field.summary) { summary in
          summary.add(Field.value) { entry in
            entry.add(Field.tag, tag)
            entry.add(Field.tensor) { tensor in
              tensor.add(Field.type, Field.isDouble)
              tensor.add(Field.shape) { _ in }
              tensor.add(Field.doubles, packed: [value])
            }
            addMetadata(&entry)
          }
        }
      }, to: &file)
  }

  private static func append(
    _ event: ProtobufMessage, to file: inout OutputFile
  ) throws(Failure) {
    let length = littleEndian(UInt64(event.bytes.count), count: 8)
    try file.append(length)
    try file.append(littleEndian(UInt64(CRC32C.masked(length)), count: 4))
    try file.append(event.bytes)
    try file.append(littleEndian(UInt64(CRC32C.masked(event.bytes)), count: 4))
  }

  private static func littleEndian(_ number: UInt64, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }

  /// Waits until the file is on the disk.
  package consuming func close() throws(Failure) { try file.close(syncing: true) }
}
