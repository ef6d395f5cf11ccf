extension Composer {
  /// A list or map that is being built.
  struct Frame {
    let isMapping: Bool
    let start: Int
    let tag: String?
    let anchor: String?
    var anchorOrder = 0
    /// Whether it stands in brackets, so that its end mark can be believed.
    var hasBrackets = false
    /// Where the last child ends.
    var end: Int
    /// The number of nodes in it, with itself.
    var size = 1
    /// How deep collections are nested in it, with itself.
    var height = 1

    private var items: [Node] = []
    private var entries: [Node.Entry] = []
    private var pendingKey: Node?
    private var keys: [[UInt8]: Int] = [:]

    init(isMapping: Bool, start: Int, tag: String?, anchor: String?) {
      self.isMapping = isMapping
      self.start = start
      self.tag = tag
      self.anchor = anchor
      end = start
    }

    var content: Node.Content { isMapping ? .mapping(entries) : .sequence(items) }

    /// Adds an item, a key or a value; the mistake where an entry had to be left out.
    mutating func add(_ node: Node) -> Diagnostic? {
      guard isMapping else {
        items.append(node)
        return nil
      }
      guard let key = pendingKey else {
        pendingKey = node
        return nil
      }
      pendingKey = nil
      guard let scalar = key.scalar else {
        return Diagnostic(
          .error, "a key must be a text, not \(key.summary)", at: key.place,
          help: "put text that begins with a bracket in quotes")
      }
      if scalar.text == "<<", scalar.style == .plain {
        return Diagnostic(
          .error, "merge keys are not part of YAML 1.2", at: key.place,
          help: "use 'base:' to inherit from another spec, or repeat the keys")
      }
      if scalar.text.isEmpty {
        return Diagnostic(.error, "a key is missing before ':'", at: key.place)
      }
      // Bytes, because strings are equal when their characters only look alike.
      let name = Array(scalar.text.utf8)
      if let first = keys[name] {
        return Diagnostic(
          .error, "duplicate key \(quoted(scalar.text))", at: key.place,
          help: "remove one of the two",
          notes: [.init("first defined here", at: entries[first].key.place)])
      }
      keys[name] = entries.count
      entries.append(Node.Entry(key: key, value: node))
      return nil
    }
  }

  /// The anchors defined so far.
  struct Anchors {
    enum State {
      /// The collection is still being read.
      case open(SourceRange)
      case closed(Node, size: Int, height: Int)
    }

    private var states: [String: (order: Int, state: State)] = [:]
    private var definedCount = 0
    /// The first names, to suggest from.
    private(set) var names: [String] = []
    /// How many nodes aliases have stood for.
    var expandedNodeCount = 0

    subscript(name: String) -> State? { states[name]?.state }

    /// Defines or redefines `name`; the order tells the definitions of one name apart.
    @discardableResult
    mutating func define(_ name: String, _ state: State) -> Int {
      definedCount += 1
      states[name] = (definedCount, state)
      if names.count < 100 { names.append(name) }
      return definedCount
    }

    /// Closes the definition `order` of `name`, unless it was redefined meanwhile.
    mutating func close(_ name: String, order: Int, _ state: State) {
      if states[name]?.order == order { states[name] = (order, state) }
    }
  }

  /// The tag and anchor before a value, found again in the text: libyaml's events begin with them.
  struct Properties {
    enum Tag {
      case none
      case nonSpecific
      case core(String, SourceRange)
      case foreign(String, SourceRange)
    }

    var tag = Tag.none
    /// Where the value itself begins.
    var contentStart: Int

    init(of event: Event, in range: SourceRange) {
      contentStart = range.startOffset
      let count = (event.tag == nil ? 0 : 1) + (event.anchor == nil ? 0 : 1)
      guard count > 0 else { return }
      let bytes = range.source.bytes
      let end = range.endOffset
      var tagRange = range
      var offset = range.startOffset
      for _ in 0..<count {
        let start = offset
        if start < end, bytes[start] == UInt8(ascii: "&") {
          offset = start + 1
          while offset < end, Self.isAnchorCharacter(bytes[offset]) { offset += 1 }
        } else {
          while offset < end, ![0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
          tagRange = SourceRange(source: range.source, startOffset: start, endOffset: offset)
        }
        offset = Self.skipSeparation(bytes, offset, end)
      }
      contentStart = offset
      guard let name = event.tag else { return }
      let prefix = "tag:yaml.org,2002:"
      if name == "!" {
        tag = .nonSpecific
      } else if name.hasPrefix(prefix) {
        tag = .core(String(name.dropFirst(prefix.count)), tagRange)
      } else {
        tag = .foreign(name, tagRange)
      }
    }

    /// Whether libyaml takes the character for a part of an anchor's name.
    private static func isAnchorCharacter(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
      default: false
      }
    }

    /// Past blanks, line breaks and comments.
    private static func skipSeparation(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
      var offset = start
      while offset < end {
        switch bytes[offset] {
        case 0x20, 0x09, 0x0A, 0x0D: offset += 1
        case UInt8(ascii: "#"):
          while offset < end, bytes[offset] != 0x0A, bytes[offset] != 0x0D { offset += 1 }
        default: return offset
        }
      }
      return offset
    }
  }
}

extension Scalar {
  /// Why the text does not fit its core tag; nil where it does.
  var tagProblem: ScalarProblem? {
    do throws(ScalarProblem) {
      switch coreTag {
      case nil, .string: break
      case .integer: _ = try integer()
      case .float: _ = try number(allowsNonFinite: true)
      case .flag: _ = try flag()
      case .null: if !isNull { throw expected("null") }
      }
      return nil
    } catch {
      return error
    }
  }
}
