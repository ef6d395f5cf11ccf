/// Builds nodes from libyaml's events, and collects what is wrong with them on the way.
struct Composer {
  private let source: Source
  private let part: Range<Int>
  private let limits: Limits
  private let firstScalar: Int

  private(set) var diagnostics = Diagnostics()
  private var root: Node?
  private var isAbandoned = false
  private var documentCount = 0
  private var nodeCount = 0
  private var frames: [Frame] = []
  private var anchors = Anchors()
  /// The latest quoted scalar of several lines: the first suspect where a quote is not closed.
  private var longQuote: SourceRange?

  init(source: Source, part: Range<Int>, limits: Limits) {
    self.source = source
    self.part = part
    self.limits = limits
    firstScalar = source.scalarIndex(at: part.lowerBound)
  }

  /// The root; nil after a mistake of syntax, beyond a limit, and for an empty text.
  mutating func compose() -> Node? {
    do throws(EventFailure) {
      let reader = try EventReader(source.bytes[part])
      while let event = try reader.next(), consume(event) {}
    } catch {
      let mistake = SyntaxMistake(
        failure: error, source: source, part: part, firstScalar: firstScalar, longQuote: longQuote,
        openBracket: frames.last { $0.hasBrackets }?.start)
      diagnostics.append(mistake.diagnostic)
      return nil
    }
    if isAbandoned { return nil }
    let isEmpty = root.map { $0.isNull && $0.range.isEmpty && $0.tag == nil } ?? true
    guard !isEmpty else {
      diagnostics.error(
        documentCount == 0 ? "the text is empty" : "the document is empty",
        at: SourceRange(source: source, startOffset: part.lowerBound, endOffset: part.lowerBound))
      return nil
    }
    return root
  }

  /// Takes one event; false to stop reading.
  private mutating func consume(_ event: Event) -> Bool {
    switch event.kind {
    case .streamStart, .streamEnd, .documentEnd: return true
    case .documentStart:
      documentCount += 1
      guard documentCount > 1 else { return true }
      diagnostics.error(
        "more than one document in a text", at: range(of: event),
        help: "put each document in a file of its own")
      return false
    case .alias: return attachAlias(event)
    case .scalar(let text, let style): return attachScalar(event, text, style)
    case .sequenceStart(let isFlow): return open(event, isMapping: false, isFlow: isFlow)
    case .mappingStart(let isFlow): return open(event, isMapping: true, isFlow: isFlow)
    case .collectionEnd: return close(event)
    }
  }

  // MARK: - Scalars and aliases

  private mutating func attachScalar(
    _ event: Event, _ text: String, _ style: Scalar.Style
  ) -> Bool {
    let whole = range(of: event)
    let properties = Properties(of: event, in: whole)
    var end = whole.endOffset
    if style == .literal || style == .folded {
      // libyaml ends a block scalar where the next token begins.
      while end > properties.contentStart, Self.blanks.contains(source.bytes[end - 1]) { end -= 1 }
    }
    let place = SourceRange(
      source: source, startOffset: properties.contentStart, endOffset: end)
    if style == .single || style == .double, place.start.line < place.end.line {
      longQuote = place
    }
    var scalar = Scalar(text, style: style)
    switch properties.tag {
    case .none: break
    case .nonSpecific: scalar.coreTag = .string
    case .core(let name, let range):
      if let tag = Scalar.CoreTag(rawValue: name) {
        scalar.coreTag = tag
        if let problem = scalar.tagProblem {
          diagnostics.error(problem.message, at: range, help: problem.help)
          scalar.coreTag = nil
        }
      } else {
        refuseTag(properties.tag, on: "a scalar")
      }
    case .foreign: refuseTag(properties.tag, on: "a scalar")
    }
    let node = Node(.scalar(scalar), range: place, tag: event.tag)
    if let name = event.anchor {
      anchors.define(name, .closed(node, size: 1, height: 0))
    }
    return countNode(at: place) && attach(node, size: 1, height: 0, end: place.endOffset)
  }

  private static let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]

  private mutating func attachAlias(_ event: Event) -> Bool {
    let place = range(of: event)
    let name = event.anchor ?? ""
    guard countNode(at: place) else { return false }
    switch anchors[name] {
    case .closed(var node, let size, let height):
      anchors.expandedNodeCount += size
      guard anchors.expandedNodeCount <= limits.aliasNodes else {
        return abandon(
          "aliases stand for more than \(limits.aliasNodes) nodes", at: place,
          help: "write less of the spec with aliases, or use 'base:' or a sweep")
      }
      guard frames.count + height <= limits.depth else { return abandonDepth(at: place) }
      node.aliasRange = place
      return attach(node, size: size, height: height, end: place.endOffset)
    case .open(let range):
      diagnostics.error(
        "alias \(quoted("*" + name)) stands within the value that it repeats", at: place,
        notes: [.init("the value begins here", at: range)])
    case nil:
      let suggestion = diagnostics.count < 20 ? nearest(to: name, among: anchors.names) : nil
      diagnostics.error(
        "alias \(quoted("*" + name)) has no anchor before it", at: place,
        help: suggestion.map { "did you mean '*\($0)'?" } ?? "mark the value with '&\(name)' first")
    }
    let nothing = Node("", range: place)
    return attach(nothing, size: 1, height: 0, end: place.endOffset)
  }

  // MARK: - Collections

  private mutating func open(_ event: Event, isMapping: Bool, isFlow: Bool) -> Bool {
    let whole = range(of: event)
    let properties = Properties(of: event, in: whole)
    let start = SourceRange(
      source: source, startOffset: properties.contentStart, endOffset: whole.endOffset)
    guard frames.count < limits.depth else { return abandonDepth(at: start) }
    switch properties.tag {
    case .none, .nonSpecific: break
    case .core(let name, _) where name == (isMapping ? "map" : "seq"): break
    case .core, .foreign: refuseTag(properties.tag, on: isMapping ? "a map" : "a list")
    }
    var frame = Frame(
      isMapping: isMapping, start: properties.contentStart, tag: event.tag, anchor: event.anchor)
    let first =
      properties.contentStart < part.upperBound ? source.bytes[properties.contentStart] : 0
    frame.hasBrackets = isFlow && (first == UInt8(ascii: "[") || first == UInt8(ascii: "{"))
    if let name = event.anchor { frame.anchorOrder = anchors.define(name, .open(start)) }
    frames.append(frame)
    return countNode(at: start)
  }

  private mutating func close(_ event: Event) -> Bool {
    guard let frame = frames.popLast() else { return true }
    let end = frame.hasBrackets ? range(of: event).endOffset : frame.end
    let place = SourceRange(source: source, startOffset: frame.start, endOffset: end)
    let node = Node(frame.content, range: place, tag: frame.tag)
    if let name = frame.anchor {
      anchors.close(
        name, order: frame.anchorOrder, .closed(node, size: frame.size, height: frame.height))
    }
    return attach(node, size: frame.size, height: frame.height, end: end)
  }

  private mutating func attach(_ node: Node, size: Int, height: Int, end: Int) -> Bool {
    guard !frames.isEmpty else {
      root = node
      return true
    }
    let top = frames.count - 1
    frames[top].size += size
    frames[top].height = max(frames[top].height, height + 1)
    frames[top].end = max(frames[top].end, end)
    if let problem = frames[top].add(node) { diagnostics.append(problem) }
    return true
  }

  // MARK: - Mistakes

  private mutating func countNode(at place: SourceRange) -> Bool {
    nodeCount += 1
    guard nodeCount > limits.nodes else { return true }
    return abandon(
      "more than \(limits.nodes) values in a text", at: place,
      help: "keep data in files of their own and name them in the spec")
  }

  private mutating func abandonDepth(at place: SourceRange) -> Bool {
    abandon("lists and maps are nested more than \(limits.depth) deep", at: place, help: nil)
  }

  private mutating func abandon(_ message: String, at place: SourceRange, help: String?) -> Bool {
    diagnostics.error(message, at: place, help: help)
    isAbandoned = true
    return false
  }

  private mutating func refuseTag(_ tag: Properties.Tag, on what: String) {
    let known =
      "types come from the fields; !!str, !!int, !!float, !!bool, !!null, !!seq, !!map are known"
    switch tag {
    case .none, .nonSpecific: break
    case .core(let name, let range):
      let isKnown = ["seq", "map"].contains(name) || Scalar.CoreTag(rawValue: name) != nil
      if isKnown {
        diagnostics.error("tag '!!\(name)' does not fit \(what)", at: range, help: "remove the tag")
      } else {
        diagnostics.error("unknown tag \(quoted("!!" + name))", at: range, help: known)
      }
    case .foreign(let name, let range):
      diagnostics.error("unknown tag \(quoted(name))", at: range, help: known)
    }
  }

  private func range(of event: Event) -> SourceRange {
    SourceRange(
      source: source,
      startOffset: min(source.byteOffset(ofScalar: firstScalar + event.start), part.upperBound),
      endOffset: min(source.byteOffset(ofScalar: firstScalar + event.end), part.upperBound))
  }
}
