import Experiments
import Testing

@Suite("The report of a run")
struct RunPageTests {
  private let runner: TestRunner

  init() throws { runner = try TestRunner() }

  /// The text between two marks, the first time that they stand there.
  private func part(_ text: String, from start: String, to end: String) throws -> Substring {
    let begin = try #require(text.firstRange(of: start), "no \(start)")
    let rest = text[begin.upperBound...]
    return try rest[..<#require(rest.firstRange(of: end), "no \(end)").lowerBound]
  }

  @Test func everyPartIsThere() throws {
    let run = try runner.start(smallExperiment) { $0.reason = "to see" }.run
    let text = try RunPage(run).text
    for name in ["summary", "metrics", "graph", "nodes", "spec", "provenance", "again"] {
      #expect(text.contains("<section id=\"\(name)\""), "\(name)")
      #expect(text.contains("<a href=\"#\(name)\">"), "\(name)")
    }
    let record = try run.record()
    for node in record.nodes {
      #expect(text.contains("<details id=\"node-\(node.name)\">"))
      #expect(text.contains(node.key))
      // Once in each drawing of the graph.
      #expect(text.ranges(of: "<a href=\"#node-\(node.name)\" class=\"").count == 2)
    }
    for metric in FinalMetric.all(record) { #expect(text.contains(">\(metric.name)<")) }
    #expect(text.contains("All 8 nodes are done; the computation took "))
    #expect(text.contains("<dt>reason</dt><dd>to see</dd>"))
    #expect(text.contains("scorewalk rerun \(run.displayName) --verify"))
    // The spec with its lines, and where a value comes from.
    #expect(text.contains("<span class=\"line\" data-number=\"1\">name: small </span>"))
    #expect(text.contains("<td data-label=\"from\">spec.yaml:12</td>"))
    #expect(text.contains("<td data-label=\"from\">default</td>"))
    #expect(!text.contains("id=\"figures\""))
  }

  /// Every element that is opened is closed, in its order; ids are unique; links lead somewhere.
  @Test func theMarkupIsSound() throws {
    let run = try runner.start(smallExperiment).run
    let text = try RunPage(run).text
    let start = try #require(text.firstRange(of: "<body>")).upperBound
    let end = try #require(text.firstRange(of: "<script>")).lowerBound
    var open: [Substring] = []
    var rest = text[start..<end]
    let void: Set<Substring> = ["input", "meta", "link", "rect", "path", "wbr"]
    while let mark = rest.firstIndex(of: "<") {
      let tag = rest[rest.index(after: mark)...]
      let close = try #require(tag.firstIndex(of: ">"))
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
      if tag.hasPrefix("/") {
        #expect(open.popLast() == name)
      } else if !void.contains(name) {
        open.append(name)
      }
      rest = rest[rest.index(after: close)...]
    }
    #expect(open.isEmpty, "\(open)")
    #expect(!text.contains("=&quot;"), "markup that was put in as text")
    func values(_ attribute: String) -> [Substring] {
      text.ranges(of: " \(attribute)=\"").map { range in
        text[range.upperBound...].prefix { $0 != "\"" }
      }
    }
    let identifiers = values("id")
    #expect(Set(identifiers).count == identifiers.count)
    for link in values("href") where link.hasPrefix("#") {
      #expect(identifiers.contains(link.dropFirst()), "\(link)")
    }
    #expect(values("href").allSatisfy { $0.hasPrefix("#") || $0 == "data:," })
    #expect(!text.contains("http://") && !text.contains("https://") && !text.contains("src=\""))
  }

  /// The page's policy names the script that stands in it, and lets nothing else run or be loaded.
  @Test func thePolicy() throws {
    let run = try runner.start(smallExperiment).run
    let text = try RunPage(run).text
    let policy = try part(text, from: "http-equiv=\"Content-Security-Policy\" content=\"", to: "\"")
    #expect(policy.hasPrefix("default-src 'none'; "))
    #expect(!policy.contains("http") && !policy.contains("*"))
    let script = try part(text, from: "<script>", to: "</script>")
    #expect(text.ranges(of: "<script").count == 1)
    let hash = try part(String(policy), from: "script-src 'sha256-", to: "'")
    // Base64 of the digest, by way of its hexadecimal digits.
    let digits = Array(Digest.hex(Array(script.utf8)).utf8).map { $0 > 57 ? $0 - 87 : $0 - 48 }
    let bytes = stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var bits = bytes.flatMap { byte in (0..<8).map { Int(byte) >> (7 - $0) & 1 } }
    bits += [0, 0]
    let base64 = stride(from: 0, to: bits.count, by: 6).map { place in
      letters[bits[place..<(place + 6)].reduce(0) { $0 << 1 | $1 }]
    }
    #expect(hash == String(base64) + "=")
  }

  /// What people write in specs and on the command line is shown, and can be nothing else.
  @Test func hostileText() throws {
    let hostile = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&"
    let quoted = hostile.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let spec = smallExperiment.replacing(
      "name: small", with: "name: small\ndescription: \"\(quoted)\"\ntags: [\"\(quoted)\"]")
    let run = try runner.start(spec) {
      $0.reason = hostile
      $0.command = ["scorewalk", hostile]
      $0.overrides = ["seed=3", hostile]
      $0.parent = RunRecord.Parent(run: hostile, overrides: [hostile])
    }.run
    try FileSystem.write(Array(hostile.utf8), to: run.path("logs/walk.txt"))
    let text = try RunPage(run).text
    #expect(text.ranges(of: "<script").count == 1 && !text.contains("<img"))
    #expect(text.ranges(of: "</title>").count == text.ranges(of: "<title>").count)
    let shown =
      "&lt;/title&gt;&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;&#39;&quot;&amp;"
    #expect(text.ranges(of: shown).count >= 5)
  }

  /// Figures stand in the page; what is more than shapes and text, or not whole, is named only.
  @Test func figures() throws {
    let run = try runner.start(smallExperiment).run
    try FileSystem.makeDirectory(run.path("figures/movie"))
    func write(_ text: String, to file: String) throws {
      try FileSystem.write(Array(text.utf8), to: run.path("figures/" + file))
    }
    let good =
      "<svg xmlns=\"x\"><title>A &lt;title&gt;</title><desc>More.</desc><path d=\"M0 0\"/></svg>\n"
    try write("<?xml version=\"1.0\"?>\n" + good, to: "good.svg")
    for frame in 1...3 { try write(good, to: "movie/000\(frame).svg") }
    try write("GIF89a", to: "movie.gif")
    let bad = [
      "<svg><script>alert(1)</script></svg>", "<svg></svg><h1>x</h1><svg></svg>", "<svg>",
      "<svg><foreignObject><p>x</p></foreignObject></svg>", "nothing", "",
      "<svg><a href=\"javascript:alert(1)\">x</a></svg>", "<svg></svg></main>",
    ]
    for (index, text) in bad.enumerated() { try write(text, to: "bad-\(index).svg") }
    let text = try RunPage(run).text
    let section = String(try part(text, from: "<section id=\"figures\"", to: "</section>"))
    #expect(
      section.contains("<figure>" + good.dropLast() + "\n") || section.contains(good.dropLast()))
    #expect(section.contains("<figcaption>good: More.</figcaption>"))
    #expect(section.ranges(of: "<div class=\"frame\"").count == 3)
    #expect(section.ranges(of: " hidden>").count == 3, "two frames and the player")
    #expect(section.contains("min=\"0\" max=\"2\""))
    let names = (0..<bad.count).map { "bad-\($0).svg" }.joined(separator: ", ")
    #expect(
      section.contains("Not shown here, but in <span class=\"mono\">figures/</span>: \(names)."))
    #expect(!section.contains("<h1>") && !section.contains("alert"))
  }

  /// A run that failed says so first; what was not done has no numbers.
  @Test func aRunThatFailed() throws {
    let run = try runner.start(
      smallExperiment.replacing("step_size: 0.1", with: "step_size: 1e300")
    ).run
    let text = try RunPage(run).text
    #expect(text.contains("<span class=\"badge warning\">failed</span>"))
    let first = try part(text, from: "<ul class=\"verdicts\">", to: "</li>")
    #expect(first.contains("it failed: ") && first.contains("#node-walk"), "\(first)")
    #expect(text.contains("scorewalk resume \(run.displayName)"))
  }

  /// A spec of another version leaves out what it would say; the rest is there.
  @Test func withoutWhatCannotBeRead() throws {
    let run = try runner.start(smallExperiment).run
    try FileSystem.write(Array("{\"name\": 1".utf8), to: run.path("resolved.json"))
    FileSystem.remove(run.path("spec.yaml"))
    FileSystem.remove(run.path("provenance.json"))
    let text = try RunPage(run).text
    #expect(text.contains("id=\"metrics\"") && !text.contains("Known exactly before it ran"))
  }
}
