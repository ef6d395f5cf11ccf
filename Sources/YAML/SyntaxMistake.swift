/// A mistake at which libyaml stopped, told in words that say what to do.
struct SyntaxMistake {
  private let failure: EventFailure
  private let source: Source
  private let part: Range<Int>
  /// The latest quoted text of several lines, and the bracket that is still open.
  private let longQuote: SourceRange?
  private let openBracket: Int?
  /// The byte offsets of the problem and of what libyaml was in the middle of.
  private let problem: Int
  private let context: Int

  init(
    failure: EventFailure, source: Source, part: Range<Int>, firstScalar: Int,
    longQuote: SourceRange?, openBracket: Int?
  ) {
    self.failure = failure
    self.source = source
    self.part = part
    self.longQuote = longQuote
    self.openBracket = openBracket
    problem = min(source.byteOffset(ofScalar: firstScalar + failure.place), part.upperBound)
    context = min(source.byteOffset(ofScalar: firstScalar + failure.contextPlace), part.upperBound)
  }

  var diagnostic: Diagnostic {
    if let tab = tabInIndentation {
      return Diagnostic(
        .error, "a tab in the indentation", at: place(tab), help: "YAML indents with spaces")
    }
    var diagnostic = explanation
    // A quote that is not closed runs to the next quote, and the mistake shows up behind that.
    if let longQuote, longQuote.end.line == source.location(at: problem).line {
      diagnostic.notes.append(
        .init("this quoted text goes over several lines; is its quote closed?", at: longQuote))
    }
    return diagnostic
  }

  private var explanation: Diagnostic {
    switch failure.problem {
    case "found unexpected end of stream", "found unexpected document indicator":
      return unclosedQuote
    case "found character that cannot start any token":
      return Diagnostic(
        .error, "a text cannot begin with \(quoted(character(at: problem)))", at: place(problem),
        help: "put the text in quotes")
    case "could not find expected ':'":
      return missingColon
    case "mapping values are not allowed in this context":
      return unexpectedColon
    case "block sequence entries are not allowed in this context":
      return Diagnostic(
        .error, "a list cannot begin here", at: place(problem),
        help: "begin the list on the next line, indented, or write it as [a, b]")
    case "mapping keys are not allowed in this context":
      return Diagnostic(.error, "a key cannot be here", at: place(problem))
    case "did not find expected key", "did not find expected '-' indicator":
      return brokenBlock
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
      return brokenFlow
    case "did not find expected node content":
      return isAtEnd ? unclosedBracket ?? other : unexpected("a value")
    case "found unknown escape character":
      return Diagnostic(
        .error, "unknown escape in double quotes", at: place(problem),
        help: "write a backslash as \\\\, or use single quotes")
    case "found undefined tag handle":
      return Diagnostic(
        .error, "unknown tag", at: place(problem), help: "remove it; types come from the fields")
    case "did not find expected <document start>":
      return Diagnostic(
        .error, "text after the end of the document", at: place(problem),
        help: "a spec is one map; is this line indented as the lines before it?")
    case "found incompatible YAML document":
      return Diagnostic(
        .error, "the text says it is in another version of YAML", at: place(problem),
        help: "write %YAML 1.2, or remove the line")
    case "out of memory":
      return Diagnostic(.error, "not enough memory to read the text")
    default: return other
    }
  }

  // MARK: - Particular mistakes

  private var unclosedQuote: Diagnostic {
    let quote = character(at: context)
    return Diagnostic(
      .error, "this quote (\(quote)) is never closed", at: place(context),
      help: quote == "'"
        ? "close it with '; an apostrophe within is written ''"
        : "close it with \"; a double quote within is written \\\"")
  }

  private var missingColon: Diagnostic {
    let line = source.byteRange(ofLine: source.location(at: context).line)
    let text = String(
      decoding: source.bytes[context..<max(line.upperBound, context)], as: UTF8.self)
    let end = context + text.trimmedUTF8Count
    let place = SourceRange(source: source, startOffset: context, endOffset: end)
    let isGlued = text.contains(":")
    return Diagnostic(
      .error, "expected ':' after the key", at: place,
      help: isGlued ? "put a space after ':'" : "write 'key: value'")
  }

  private var unexpectedColon: Diagnostic {
    let line = source.byteRange(ofLine: source.location(at: problem).line)
    let isFirst = !source.bytes[line.lowerBound..<problem].contains(UInt8(ascii: ":"))
    return Diagnostic(
      .error, "unexpected ':'", at: place(problem),
      help: isFirst
        ? "is this line indented as the lines before it? text that holds ': ' stands in quotes"
        : "put text that holds ': ' in quotes; a map begins on a line of its own, indented")
  }

  private var brokenBlock: Diagnostic {
    let isMap = failure.problem.contains("key")
    if isMap, character(at: problem) == ":" {
      return Diagnostic(.error, "a key is missing before ':'", at: place(problem))
    }
    let before = source.bytes[part.lowerBound..<problem].last { $0 != 0x20 }
    if before == UInt8(ascii: "'") || before == UInt8(ascii: "\"") {
      return Diagnostic(
        .error, "text after a closing quote", at: place(problem),
        help: before == UInt8(ascii: "'")
          ? "an apostrophe within single quotes is written ''"
          : "a double quote within double quotes is written \\\"")
    }
    var diagnostic = unexpected(isMap ? "a key" : "'- '")
    let kind = isMap ? "map" : "list"
    if leadingBlanks(of: source.location(at: problem).line).upperBound == problem {
      diagnostic.help = "lines of one \(kind) begin in the same column"
    }
    diagnostic.notes = [.init("the \(kind) begins here", at: place(context))]
    return diagnostic
  }

  private var brokenFlow: Diagnostic {
    if isAtEnd, let unclosedBracket { return unclosedBracket }
    let isList = failure.problem.contains("]")
    var diagnostic = unexpected(isList ? "',' or ']'" : "',' or '}'")
    let isLater = source.location(at: problem).line > source.location(at: context).line
    let question = isLater ? "; is its bracket closed?" : ""
    diagnostic.notes = [
      .init("the \(isList ? "list" : "map") begins here\(question)", at: place(context))
    ]
    return diagnostic
  }

  private var unclosedBracket: Diagnostic? {
    guard let openBracket else { return nil }
    let closing = character(at: openBracket) == "[" ? "]" : "}"
    return Diagnostic(
      .error, "this bracket is never closed", at: place(openBracket),
      help: "close it with '\(closing)'")
  }

  private func unexpected(_ expected: String) -> Diagnostic {
    let found = isAtEnd ? "the end of the text" : quoted(character(at: problem))
    return Diagnostic(.error, "expected \(expected), found \(found)", at: place(problem))
  }

  /// libyaml's own words, which say what it looked for.
  private var other: Diagnostic {
    let words = failure.problem.replacing("did not find expected", with: "expected")
      .replacing("hexdecimal", with: "hexadecimal")
    let context = failure.context.isEmpty ? "" : " \(failure.context)"
    return Diagnostic(.error, "\(words)\(context)", at: place(problem))
  }

  // MARK: - The text around the problem

  private var isAtEnd: Bool {
    source.bytes[problem..<part.upperBound].allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }

  private func place(_ offset: Int) -> SourceRange {
    guard offset < part.upperBound, ![0x0A, 0x0D].contains(source.bytes[offset]) else {
      return SourceRange(source: source, startOffset: offset, endOffset: offset)
    }
    let length = DecodedScalar(source.bytes, at: offset).length
    return SourceRange(source: source, startOffset: offset, endOffset: offset + length)
  }

  private func character(at offset: Int) -> String {
    place(offset).text
  }

  private func leadingBlanks(of line: Int) -> Range<Int> {
    let line = source.byteRange(ofLine: line)
    let end = source.bytes[line].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? line.upperBound
    return line.lowerBound..<end
  }

  /// The first tab before the first character of the problem's line, where that can be what is
  /// wrong.
  private var tabInIndentation: Int? {
    let candidates = [
      "found character that cannot start any token", "found a tab character",
      "mapping values are not allowed", "mapping keys are not allowed",
      "block sequence entries are not allowed", "did not find expected key",
      "did not find expected '-' indicator", "could not find expected ':'",
    ]
    guard candidates.contains(where: failure.problem.hasPrefix) else { return nil }
    for offset in [problem, context] {
      let blanks = leadingBlanks(of: source.location(at: offset).line)
      if let tab = source.bytes[blanks].firstIndex(of: 0x09), tab >= part.lowerBound { return tab }
    }
    return nil
  }
}

extension String {
  /// The number of bytes up to a comment or the last character that is no blank.
  fileprivate var trimmedUTF8Count: Int {
    let bytes = Array(utf8)
    var end =
      bytes.indices.dropFirst().first { bytes[$0] == 0x23 && bytes[$0 - 1] == 0x20 } ?? bytes.count
    while end > 0, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    return end
  }
}
