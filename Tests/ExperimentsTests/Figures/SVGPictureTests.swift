import Testing

@testable import Experiments

#if canImport(FoundationXML)
  import FoundationXML
#endif
import Foundation

@Suite("Pictures for every page")
struct SVGPictureTests {
  private func picture(_ body: String, title: String = "T", description: String = "") throws
    -> String
  {
    let document = """
      <?xml version="1.0" encoding="utf-8"  standalone="no"?>
      <svg
       width="640" height="400"
       viewBox="0 0 640 400"
       xmlns="http://www.w3.org/2000/svg"
      >
      <title>plot</title>
      <desc>Produced by GNUPLOT</desc>
      <defs><circle id='gpDot' r='0.5'/><filter id='textbox'/></defs>
      \(body)
      </svg>
      """
    let roots = try SVGReader.documents(Array((document + "\n" + document).utf8))
    try #require(roots.count == 2)
    let picture = SVGPicture(title: title, description: description, size: .usual, prefix: "f1")
    let text = try #require(picture.text(of: roots[0]))
    #expect(text == picture.text(of: roots[1]))
    return text
  }

  private func bodyOf(_ text: String) throws -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let start = try #require(lines.firstIndex { $0.contains("</style>") })
    return lines[(start + 2)..<(lines.count - 3)].joined(separator: "\n")
  }

  @Test func shapesAndTextsAreTakenOver() throws {
    let text = try picture(
      """
      <g id="gnuplot_canvas">
      <rect x="0" y="0" width="640" height="400" fill="none"/>
      <g fill="none" color="black" stroke="currentColor" stroke-width="1.00" stroke-linecap="round" stroke-linejoin="round">
      </g>
      <g fill="none" color="black" stroke="currentColor" stroke-width="2.00" stroke-linecap="round" stroke-linejoin="round">
        <path stroke='rgb(  0, 114, 178)'  d='M1.00,2.00 L3.00,4.00  '/>	<g transform="translate(53.84,357.35)" stroke="none" fill="rgb(26,26,26)" font-family="sans-serif" font-size="16.00"  text-anchor="end">
          <text>a &lt;b&gt; &amp; c</text>
        </g>
      </g>
      <g id="plot_plot_1" ><title>plot_plot_1</title>
      <g fill="none" color="black" stroke="currentColor" stroke-width="1.00" stroke-linecap="round" stroke-linejoin="round">
        <use xlink:href='#gpPt6' transform='translate(63.63,294.84) scale(2.62)' color='rgb(  0, 158, 115)' opacity='0.50'/>
        <use xlink:href='#gpPt6' transform='translate(1.00,-0.06) scale(2.62)' color='rgb(  0, 158, 115)' opacity='0.50'/>
        <polygon fill = 'rgb(204, 121, 167)' fill-opacity = '0.350000' points = '1,2 3,4 5,6 '/>
      </g></g></g>
      """)
    #expect(
      try bodyOf(text) == """
        <g stroke-width="2">
        <path stroke="#0072b2" d="M1,2 3,4"/>
        <text transform="translate(53.84,357.35)" stroke="none" fill="#1a1a1a" text-anchor="end">a &lt;b&gt; &amp; c</text>
        </g>
        <g fill="#009e73" stroke="none" fill-opacity="0.50">
        <circle cx="63.6" cy="294.8" r="2.62"/>
        <circle cx="1" cy="-0.1" r="2.62"/>
        </g>
        <polygon fill="#cc79a7" fill-opacity="0.35" points="1,2 3,4 5,6"/>
        """)
    #expect(
      text.hasPrefix(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"scorewalk-figure\" role=\"img\""))
    #expect(text.contains("<title id=\"f1-title\">T</title>"))
    #expect(text.contains("aria-labelledby=\"f1-title\""))
    #expect(!text.contains("<?xml") && !text.contains("<desc>"))
  }

  @Test func nothingElseGetsIn() throws {
    let text = try picture(
      """
      <script>alert(1)</script><style>* {}</style><foreignObject><b>x</b></foreignObject>
      <a href="http://example.org"><path d="M0,0 L1,1"/></a><image xlink:href="http://example.org/x.png"/>
      <path d="M0,0 L1,1" onclick="alert(1)" style="fill:url(http://example.org)" class="x" id="y"/>
      """, title: "</title><script>alert('1')</script>", description: "<b>\"&")
    #expect(!text.contains("<script") && !text.contains("onclick") && !text.contains("example.org"))
    #expect(text.contains("&lt;/title&gt;&lt;script&gt;"))
    #expect(text.contains("<desc>&lt;b&gt;&quot;&amp;</desc>"))
    #expect(try bodyOf(text) == "<path d=\"M0,0 1,1\"/>")
    // The only id is the picture's own.
    #expect(text.split(separator: " id=").count == 2)
  }

  @Test func controlCharactersAreLeftOut() throws {
    let controls = String(String.UnicodeScalarView((0..<0x20).compactMap(Unicode.Scalar.init)))
    let text = try picture(
      "<path d=\"M0,0 L1,1\"/>", title: "a\(controls)\u{7F}b\u{FFFE}\u{FFFF}\u{1F600}",
      description: "c\u{1B}[31md")
    let parser = XMLParser(data: Data(text.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(text.contains(">a\t\n\r\u{7F}b\u{1F600}</title>"))
    #expect(text.contains("<desc>c[31md</desc>"))
  }

  @Test func aDocumentWithNothingInItIsEmpty() throws {
    let empty = try SVGReader.documents(Array("<svg/><svg><g><title>x</title></g></svg>".utf8))
    let drawn = try SVGReader.documents(Array("<svg><g><path d='M0,0 L1,1'/></g></svg>".utf8))
    let picture = SVGPicture(title: "", description: "", size: .usual, prefix: "f")
    #expect(empty.allSatisfy { picture.text(of: $0) == nil })
    #expect(drawn.allSatisfy { picture.text(of: $0) != nil })
  }

  @Test func everyColorHasOneForTheDark() {
    var body = SVGElement(name: "g")
    body.children = Palette.all.map {
      SVGElement(name: "path", attributes: [("fill", $0.light), ("stroke", $0.light)])
    }
    let style = SVGPicture.style(of: body)
    for color in Palette.all {
      #expect(style.contains("[fill='\(color.light)']{fill:\(color.dark)}"))
      #expect(style.contains("[stroke='\(color.light)']{stroke:\(color.dark)}"))
    }
    #expect(!SVGPicture.style(of: SVGElement(name: "g")).contains("fill"))
    // No colour of the scale, and neither black nor white, is one that changes.
    let changing = Palette.all.map(\.light)
    #expect(Set(changing).count == changing.count)
    #expect(Set(changing).isDisjoint(with: Palette.scale + ["#000000", "#ffffff"]))
  }

  @Test func pathsAreShort() {
    #expect(
      SVGCompaction.path("M1.04,2.00 L3.06,-4.00\n\tL3.07,-4.01 L5,6 Z") == "M1,2 3.1,-4 5,6Z")
    #expect(SVGCompaction.path("M1,1 M2,2 L3,3 M4,4 ") == "M2,2 3,3")
    #expect(SVGCompaction.path("M1,1 ") == nil)
    // Curves are left alone.
    #expect(SVGCompaction.path("M1.04,1 C2,2 3,3 4,4") == "M1.04,1 C2,2 3,3 4,4")
    #expect(SVGCompaction.points("1.04,2.00 3.06,-0.04 ") == "1,2 3.1,0")
  }

  @Test(arguments: ["<svg", "<svg><g></svg>", "<svg a=>", "<svg a='x></svg>", "<svg>", "<svg><"])
  func brokenDocumentsAreRefused(text: String) {
    #expect(throws: SVGReader.Problem.self) { try SVGReader.documents(Array(text.utf8)) }
  }

  @Test func deepNestingIsRefused() {
    let text = String(repeating: "<g>", count: 100_000)
    #expect(throws: SVGReader.Problem.self) { try SVGReader.documents(Array(text.utf8)) }
  }
}
