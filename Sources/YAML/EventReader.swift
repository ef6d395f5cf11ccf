import CLibYAML

/// One event of libyaml, in Swift's types. Places are scalar indices from the beginning of the
/// input.
struct Event {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias
    case scalar(text: String, style: Scalar.Style)
    case sequenceStart(isFlow: Bool)
    case mappingStart(isFlow: Bool)
    case collectionEnd
  }

  var kind: Kind
  var start: Int
  var end: Int
  /// The anchor that is defined, or that an alias names.
  var anchor: String?
  var tag: String?
}

/// Where and why libyaml stopped, in its own words.
struct EventFailure: Error {
  var problem: String
  var place: Int
  var context: String
  var contextPlace: Int
}

/// libyaml's parser, owned: the C structure lives on the heap because it points into itself, the
/// input is a copy, and `deinit` frees both.
final class EventReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private var isFinished = false

  /// Reads `bytes`, which must be well-formed UTF-8 without a byte order mark.
  init(_ bytes: ArraySlice<UInt8>) throws(EventFailure) {
    input = UnsafeMutableBufferPointer.allocate(capacity: max(bytes.count, 1))
    _ = input.initialize(from: bytes)
    parser = UnsafeMutablePointer.allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    guard yaml_parser_initialize(parser) == 1 else {
      throw EventFailure(problem: "out of memory", place: 0, context: "", contextPlace: 0)
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deinitialize(count: 1)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event; nil after the end of the stream, and after a failure, when libyaml must not
  /// be asked again.
  func next() throws(EventFailure) -> Event? {
    guard !isFinished else { return nil }
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      isFinished = true
      throw failure()
    }
    defer { yaml_event_delete(&event) }
    var result = Event(
      kind: .streamEnd, start: event.start_mark.index, end: event.end_mark.index)
    switch event.type {
    case YAML_STREAM_START_EVENT: result.kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: result.kind = .collectionEnd
    case YAML_ALIAS_EVENT:
      result.kind = .alias
      result.anchor = Self.string(event.data.alias.anchor)
    case YAML_SCALAR_EVENT:
      let data = event.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
      result.kind = .scalar(text: text, style: Self.style(data.style))
      result.anchor = Self.string(data.anchor)
      result.tag = Self.string(data.tag)
    case YAML_SEQUENCE_START_EVENT:
      let data = event.data.sequence_start
      result.kind = .sequenceStart(isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE)
      result.anchor = Self.string(data.anchor)
      result.tag = Self.string(data.tag)
    case YAML_MAPPING_START_EVENT:
      let data = event.data.mapping_start
      result.kind = .mappingStart(isFlow: data.style == YAML_FLOW_MAPPING_STYLE)
      result.anchor = Self.string(data.anchor)
      result.tag = Self.string(data.tag)
    default:
      // The end of the stream, or libyaml's empty event, which nothing may follow either.
      isFinished = true
    }
    return result
  }

  private func failure() -> EventFailure {
    let state = parser.pointee
    let hasContext = state.context != nil
    return EventFailure(
      problem: Self.string(state.problem) ?? "out of memory",
      place: state.problem == nil ? state.mark.index : state.problem_mark.index,
      context: Self.string(state.context) ?? "",
      contextPlace: hasContext ? state.context_mark.index : state.problem_mark.index)
  }

  private static func string(_ bytes: UnsafePointer<CChar>?) -> String? {
    bytes.map { String(cString: $0) }
  }

  private static func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    bytes.map { String(cString: UnsafePointer($0)) }
  }

  private static func style(_ style: yaml_scalar_style_t) -> Scalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }
}
