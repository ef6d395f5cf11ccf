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
      "<svg xmlns=\"x\"><title>A &lt;title&gt;</title><desc>More &amp; more.</desc><path d=\"M0 0\"/></svg>\n"
    try write("<?xml version=\"1.0\"?>\n" + good, to: "good.svg")
    for frame in 1...3 { try write(good, to: "movie/000\(frame).svg") }
    try write("GIF89a", to: "movie.gif")
    let bad = [
      "<svg><script>alert(1)</script></svg>", "<svg></svg><h1>x</h1><svg></svg>", "<svg>",
      "<svg><foreignObject><p>x</p></foreignObject></svg>", "nothing", "",
      "<svg><a href=\"javascript:alert(1)\">x</a></svg>", "<svg></svg></main>",
      "<svg><meta http-equiv=\"refresh\" content=\"0;url=https://example.org/\"/></svg>",
      "<svg><a href=\"https://example.org/\"><text>x</text></a></svg>",
      "<svg><image href=\"https://example.org/x.png\" width=\"9\" height=\"9\"/></svg>",
      "<svg><use href=\"https://example.org/x.svg#a\"/></svg>",
      "<svg><rect fill=\"url(https://example.org/x)\"/></svg>",
      "<svg><rect style=\"fill: u\\72l(https://example.org/x)\"/></svg>",
      "<svg><svg><path d=\"M0 0\"/></svg></svg>", "<SVG><path d=\"M0 0\"/></SVG>",
      "<svg><set attributeName=\"href\" to=\"x\"/></svg>",
      "<svg><g id=\"a\"><use href=\"#b\"/></g><g id=\"b\"><use href=\"#a\"/></g></svg>",
    ]
    for (index, text) in bad.enumerated() { try write(text, to: "bad-\(index).svg") }
    let text = try RunPage(run).text
    let section = String(try part(text, from: "<section id=\"figures\"", to: "</section>"))
    let taken = [
      "<figure><svg>", "<title>A &lt;title&gt;</title>", "<desc>More &amp; more.</desc>",
      "<path d=\"M0 0\"/>", "</svg>",
    ]
    #expect(section.contains(taken.joined(separator: "\n")), "\(section)")
    #expect(section.contains("<figcaption><strong>good</strong>: More &amp; more.</figcaption>"))
    #expect(section.ranges(of: "<div class=\"frame\"").count == 3)
    #expect(section.ranges(of: " hidden>").count == 3, "two frames and the player")
    #expect(section.contains("min=\"0\" max=\"2\""))
    let names = bad.indices.map { "bad-\($0).svg" }.sorted().joined(separator: ", ")
    #expect(
      section.contains("Not shown here, but in <span class=\"mono\">figures/</span>: \(names)."))
    #expect(!section.contains("<h1>") && !section.contains("alert"))
    #expect(!section.contains("http"))
  }

  /// Of a figure the shapes and texts alone come into the page: no style for all of it, no ids of its own, nothing that acts.
  @Test func aFigureIsWrittenAnew() throws {
    let file = """
      <svg class="verdicts" onload="alert(1)" style="position: fixed; inset: 0" viewBox="0 0 9 9">
      <style>.verdicts{display:none!important}</style><metadata><x/></metadata>
      <defs><linearGradient id="summary"><stop offset="0" style="stop-color: red"/></linearGradient>
      <path id="mark" d="M0 0"/></defs>
      <rect x="1" class="skip" style="fill: url(#summary); position: fixed" onclick="alert(2)" fill-opacity="0.5"/>
      <use xlink:href="#mark" x="3"/><text>a &lt;b&gt; &amp; c</text>
      </svg>
      """
    let admitted = try SVGAdmission(Array(file.utf8), prefix: "f-")
    #expect(
      admitted.text == """
        <svg viewBox="0 0 9 9">
        <defs>
        <linearGradient id="f-summary">
        <stop offset="0" stop-color="red"/>
        </linearGradient>
        <path id="f-mark" d="M0 0"/>
        </defs>
        <rect x="1" fill="url(#f-summary)" fill-opacity="0.5"/>
        <use href="#f-mark" x="3"/>
        <text>a &lt;b&gt; &amp; c</text>
        </svg>

        """)
    #expect(admitted.description == nil)
  }

  /// Pictures of this program keep their colours for dark screens, which are made anew.
  @Test func ownFigures() throws {
    let file = """
      <svg class="scorewalk-figure" aria-labelledby="a-title"><title id="a-title">A</title>
      <style>body{display:none}</style><path stroke="#0072b2" d="M0 0"/></svg>
      """
    let text = try SVGAdmission(Array(file.utf8), prefix: "f-").text
    #expect(text.contains("<style>:root.scorewalk-figure{") && !text.contains("body"))
    #expect(text.contains("aria-labelledby=\"f-a-title\"") && text.contains("id=\"f-a-title\""))
  }

  // MARK: - What the page says of the run

  /// Metrics that were changed by hand are not judged as if they had been computed.
  @Test func aRecordThatWasChanged() throws {
    let run = try runner.start(smallExperiment).run
    let warning = "the run’s record was changed after the run was complete"
    #expect(try !RunPage(run).text.contains(warning))
    var record = try run.record()
    let node = try #require(record.nodes.lastIndex { $0.summary?.isEmpty == false })
    record.nodes[node].summary?[0].value = MetricValue(1e-9)
    try run.write(record)
    let text = try RunPage(run).text
    let head = try part(text, from: "<header class=\"top\">", to: "</header>")
    #expect(head.contains(warning) && head.contains("scorewalk verify \(run.displayName)"))
  }

  /// Commands are those that the reader would type.
  @Test func commandsOfAnotherPlace() throws {
    let run = try runner.start(smallExperiment).run
    let commands = RunPage.Commands(run.displayName) { command, arguments in
      ShellText.line(["scorewalk", command] + arguments + ["--results", "my results"])
    }
    let text = try RunPage(run, commands: commands).text
    let again = try part(text, from: "<section id=\"again\"", to: "</section>")
    #expect(
      again.contains(
        "<code>scorewalk verify \(run.displayName) --results &#39;my results&#39;</code>"))
    #expect(again.ranges(of: "--results").count == again.ranges(of: "<code>").count)
  }

  /// A reference has no day and no times, and says what it is.
  @Test func aReference() throws {
    let run = try runner.start(smallExperiment).run
    let path = runner.directory.path + "/reference/small"
    _ = try ReferenceResult.write(run, to: path)
    let text = try RunPage(RunDirectory(path: path)).text
    #expect(text.contains("a reference: results to compare with, made on another machine"))
    #expect(!text.contains("1970") && !text.contains("the computation took"))
    #expect(text.contains("<code>scorewalk verify small --against \(path)</code>"))
  }

  /// Links of the graph can be heard, with the warning that a dashed box shows.
  @Test func theGraphIsRead() throws {
    let spec = smallExperiment.replacing("step_size: 0.1", with: "step_size: 1e300")
    let text = try RunPage(runner.start(spec).run).text
    let graph = try part(text, from: "<figure class=\"graph\">", to: "</figure>")
    #expect(graph.ranges(of: "role=\"group\"").count == 2 && !graph.contains("role=\"img\""))
    #expect(graph.contains("aria-label=\"sampling.walk, langevin: failed, with a warning\""))
    #expect(graph.contains("aria-label=\"data.law, gaussian-mixture: done\""))
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
