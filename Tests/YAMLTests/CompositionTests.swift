import Testing
import YAML

@Suite("Mistakes beyond syntax")
struct CompositionTests {
  @Test func duplicateKeys() {
    let node = expectMistakes(
      "1️⃣a: 1\nb: {2️⃣c: 1, 3️⃣\"c\": 2, d: 3}\n4️⃣a: {x: 1}\n5️⃣'a': 3\n",
      [
        Mistake(
          marker: "3️⃣", message: "duplicate key 'c'", help: "remove one of the two",
          notes: [("2️⃣", "first defined here")]),
        Mistake(
          marker: "4️⃣", message: "duplicate key 'a'", help: "remove one of the two",
          notes: [("1️⃣", "first defined here")]),
        Mistake(
          marker: "5️⃣", message: "duplicate key 'a'", help: "remove one of the two",
          notes: [("1️⃣", "first defined here")]),
      ])
    #expect(node?.outline == "{a: '1', b: {c: '1', d: '3'}}")
  }

  @Test func keysThatOnlyLookAlikeDiffer() throws {
    #expect(try node("\"\\u00e9\": 1\n\"e\\u0301\": 2\n").entries?.count == 2)
  }

  @Test func mergeKeys() {
    let node = expectMistakes(
      "a: &a {x: 1}\nb:\n  1️⃣<<: *a\n  y: 2\nc: {2️⃣<<: [*a, *a]}\nd: {\"<<\": 1}\n",
      [1, 2].map {
        Mistake(
          marker: "\($0)\u{FE0F}\u{20E3}", message: "merge keys are not part of YAML 1.2",
          help: "use 'base:' to inherit from another spec, or repeat the keys")
      })
    #expect(node?.outline == "{a: {x: '1'}, b: {y: '2'}, c: {}, d: {<<: '1'}}")
  }

  @Test func keysThatAreNoTexts() {
    let node = expectMistakes(
      "a: {1️⃣{ x }}\n? 2️⃣[1, 2]\n: b\n? 3️⃣\"\"\n: c\n",
      [
        Mistake(
          marker: "1️⃣", message: "a key must be a text, not a map",
          help: "put text that begins with a bracket in quotes"),
        Mistake(
          marker: "2️⃣", message: "a key must be a text, not a list",
          help: "put text that begins with a bracket in quotes"),
        Mistake(marker: "3️⃣", message: "a key is missing before ':'"),
      ])
    #expect(node?.outline == "{a: {}}")
  }

  @Test func moreThanOneDocument() throws {
    let node = expectMistakes(
      "a: 1\n1️⃣---\nb: 2\n---\nc: 3\n",
      [
        Mistake(
          marker: "1️⃣", message: "more than one document in a text",
          help: "put each document in a file of its own")
      ])
    #expect(node?.outline == "{a: '1'}")
    #expect(try YAMLTests.node("%YAML 1.2\n---\na: 1\n...\n# end\n").outline == "{a: '1'}")
  }

  @Test func nothing() {
    for text in ["", "\n", "# only a comment\n", "\u{FEFF}"] {
      let document = parse(Source(name: "x.yaml", text: text))
      #expect(document.node == nil)
      #expect(document.diagnostics.found.map(\.message) == ["the text is empty"])
    }
    expectMistakes("1️⃣---\n", [Mistake(marker: "1️⃣", message: "the document is empty")])
    expectMistakes("1️⃣---\n# x\n...", [Mistake(marker: "1️⃣", message: "the document is empty")])
  }

  @Test func unknownTags() {
    let help =
      "types come from the fields; !!str, !!int, !!float, !!bool, !!null, !!seq, !!map are known"
    let node = expectMistakes(
      """
      a: 1️⃣!!python/object:os.system x
      b: &b 2️⃣!foo {c: 1}
      c: 3️⃣!!set {a}
      d: 4️⃣!<tag:example.org,2000:x> [1]
      e: 5️⃣!!seq {a: 1}
      f: 6️⃣!!int [1]
      g: 7️⃣!!map x
      """,
      [
        Mistake(marker: "1️⃣", message: "unknown tag '!!python/object:os.system'", help: help),
        Mistake(marker: "2️⃣", message: "unknown tag '!foo'", help: help),
        Mistake(marker: "3️⃣", message: "unknown tag '!!set'", help: help),
        Mistake(marker: "4️⃣", message: "unknown tag 'tag:example.org,2000:x'", help: help),
        Mistake(marker: "5️⃣", message: "tag '!!seq' does not fit a map", help: "remove the tag"),
        Mistake(marker: "6️⃣", message: "tag '!!int' does not fit a list", help: "remove the tag"),
        Mistake(marker: "7️⃣", message: "tag '!!map' does not fit a scalar", help: "remove the tag"),
      ])
    #expect(
      node?.outline
        == "{a: 'x', b: {c: '1'}, c: {a: ''}, d: ['1'], e: {a: '1'}, f: ['1'], g: 'x'}")
  }

  @Test func coreTags() throws {
    let root = try node(
      "a: !!str 12\nb: !!int \"17\"\nc: !!float 1\nd: !!bool 'true'\ne: !!null ''\nf: !!seq [1]\n"
        + "g: !!map {x: 1}\nh: ! 12\n")
    #expect(try root["a"]?.string() == "12")
    #expect(throws: Diagnostic.self) { try root["a"]?.integer() }
    #expect(try root["b"]?.integer() == 17)
    #expect(try root["c"]?.number() == 1)
    #expect(try root["d"]?.flag() == true)
    #expect(root["e"]?.isNull == true)
    #expect(throws: Diagnostic.self) { try root["h"]?.integer() }
    #expect(root["a"]?.tag == "tag:yaml.org,2002:str")
    #expect(root["a"]?.range.text == "12")
    #expect(root["g"]?.range.text == "{x: 1}")
    expectMistakes(
      "a: 1️⃣!!int x\nb: 2️⃣!!bool yes\n",
      [
        Mistake(marker: "1️⃣", message: "expected an integer, got 'x'"),
        Mistake(marker: "2️⃣", message: "expected true or false, got 'yes'", help: "write true"),
      ])
  }

  @Test func aliases() throws {
    let root = try node("a: &x {k: [1, 2]}\nb: *x\nc: &x 3\nd: [*x, *x]\n*x : e\n")
    #expect(
      root.outline
        == "{a: {k: ['1', '2']}, b: {k: ['1', '2']}, c: '3', d: ['3', '3'], 3: 'e'}")
    let alias = try #require(root["b"])
    #expect(alias.range.text == "{k: [1, 2]}")
    #expect(alias.range.start.line == 1)
    #expect(alias.aliasRange?.text == "*x")
    #expect(alias.place.start.line == 2)
    #expect(root["a"]?.aliasRange == nil)
    #expect(root["d"]?.items?.last?.aliasRange?.start.column == 9)
  }

  @Test func redefinitionWithinIsTheLater() throws {
    let root = try node("a: &x [&x 1]\nb: *x\n")
    #expect(root["b"]?.outline == "'1'")
  }

  @Test func aliasesThatLeadNowhere() {
    expectMistakes(
      "a: &first 1\nb: 1️⃣*frist\nc: 2️⃣*somewhere\nd: 3️⃣*late\ne: &late 1\nf: &f 4️⃣[[5️⃣*f]]\n",
      [
        Mistake(
          marker: "1️⃣", message: "alias '*frist' has no anchor before it",
          help: "did you mean '*first'?"),
        Mistake(
          marker: "2️⃣", message: "alias '*somewhere' has no anchor before it",
          help: "mark the value with '&somewhere' first"),
        Mistake(
          marker: "3️⃣", message: "alias '*late' has no anchor before it",
          help: "mark the value with '&late' first"),
        Mistake(
          marker: "5️⃣", message: "alias '*f' stands within the value that it repeats",
          notes: [("4️⃣", "the value begins here")]),
      ])
  }
}
