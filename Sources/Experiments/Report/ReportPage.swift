import Crypto

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One HTML file that holds all that it shows: no server, no network, nothing beside it.
///
/// A policy in it forbids the browser every request, and every script but the one whose SHA-256 it names: what a spec or
/// a file of a run holds can neither run nor ask for anything.
package struct ReportPage {
  /// A part of the page, with its place in the table of contents.
  struct Section {
    let identifier: String
    let title: String
    let content: HTML
  }

  let title: String
  let header: HTML
  let sections: [Section]
  let footer: HTML

  var html: HTML {
    let policy =
      "default-src 'none'; style-src 'unsafe-inline'; script-src '\(Self.scriptDigest)'; img-src data:; "
      + "base-uri 'none'; form-action 'none'"
    let contents = sections.map { section -> HTML in
      "<li><a href=\"#\(section.identifier)\">\(section.title)</a></li>"
    }
    let parts = sections.map { section -> HTML in
      """
      <section id="\(section.identifier)" aria-labelledby="\(section.identifier)-title">
      <h2 id="\(section.identifier)-title">\(section.title)</h2>
      \(section.content)
      </section>

      """
    }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(HTML(markup: policy))">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="scorewalk \(Provenance.toolVersion)">
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      <style>
      \(HTML(markup: PageStyle.text))
      </style>
      </head>
      <body>
      <a class="skip" href="#main">To the results</a>
      <header class="top">
      \(header)
      <nav aria-label="Contents"><ul>\(contents)</ul></nav>
      </header>
      <main id="main">
      \(parts)</main>
      <footer>\(footer)</footer>
      <script>\(HTML(markup: PageScript.text))</script>
      </body>
      </html>

      """
  }

  /// Whether a file is a report that this program has written, which may be written over.
  package static func isReport(_ path: String) throws(Failure) -> Bool {
    let head = String(decoding: try FileSystem.read(path, atMost: 1 << 12), as: UTF8.self)
    return head.hasPrefix("<!doctype html>")
      && head.contains("name=\"generator\" content=\"scorewalk ")
  }

  /// The script's digest as the policy names it.
  private static let scriptDigest =
    "sha256-" + Data(SHA256.hash(data: Data(PageScript.text.utf8))).base64EncodedString()
}

/// A table that can be sorted by each of its columns and filtered by words.
struct ReportTable {
  struct Cell {
    let content: HTML
    /// What it is sorted by where that is not its text.
    var number: Double?

    init(_ content: HTML, number: Double? = nil) {
      self.content = content
      self.number = number
    }

    /// A number with so many significant digits, sorted by all of them; empty for none.
    static func number(_ value: Double?) -> Cell {
      guard let value else { return Cell("") }
      return Cell("\(TextTable.number(value))", number: value)
    }
  }

  let caption: String
  let columns: [(head: String, isNumber: Bool)]
  let rows: [[Cell]]

  /// - Parameter keepsEmptyColumns: whether columns in which nothing stands are shown.
  init(
    caption: String, columns: [(head: String, isNumber: Bool)], rows: [[Cell]],
    keepsEmptyColumns: Bool = true
  ) {
    let kept = columns.indices.filter { column in
      keepsEmptyColumns || rows.contains { !$0[column].content.text.isEmpty }
    }
    self.caption = caption
    self.columns = kept.map { columns[$0] }
    self.rows = rows.map { row in kept.map { row[$0] } }
  }

  /// - Parameter isFilterable: whether a field to filter by stands above it; few rows need none.
  func html(isFilterable: Bool) -> HTML {
    let heads = columns.map { column -> HTML in
      let kind: HTML = column.isNumber ? " class=\"number\"" : ""
      return """
        <th scope="col"\(kind)><button type="button">\(Self.breakable(column.head))</button></th>
        """
    }
    let lines = rows.map { row -> HTML in
      let cells = zip(row, columns).enumerated().map { index, pair -> HTML in
        let (cell, column) = pair
        let key: HTML = cell.number.map { " data-key=\"\(Self.key($0))\"" } ?? ""
        // On a narrow screen a row is a card, and each cell says what it is.
        let label: HTML = index == 0 ? "" : " data-label=\"\(column.head)\""
        let tag: HTML = index == 0 ? "th scope=\"row\"" : "td"
        let end: HTML = index == 0 ? "th" : "td"
        let kind: HTML = column.isNumber ? " class=\"number\"" : ""
        return "<\(tag)\(kind)\(key)\(label)>\(cell.content)</\(end)>"
      }
      return "<tr>\(cells)</tr>\n"
    }
    let filter: HTML? =
      isFilterable
      ? """
      <p class="filter"><label>Filter <input type="search" placeholder="words, all of them" autocomplete="off"></label> \
      <span class="count" role="status"></span></p>
      """ : nil
    return """
      <div class="table">\(filter)<table class="sortable\(columns.count > 9 ? " many" : "")">
      <caption>\(caption)</caption>
      <thead><tr>\(heads)</tr></thead>
      <tbody>
      \(lines)</tbody></table></div>
      """
  }

  /// A name that may be broken behind its dots and bars, so that many columns find room.
  private static func breakable(_ name: String) -> HTML {
    let pieces = name.split(separator: ".", omittingEmptySubsequences: false).map { part -> HTML in
      let words = part.split(separator: "_", omittingEmptySubsequences: false).map {
        "\($0)" as HTML
      }
      return joined(words, by: "_<wbr>")
    }
    return joined(pieces, by: ".<wbr>")
  }

  private static func joined(_ pieces: [HTML], by separator: HTML) -> HTML {
    var result: HTML = ""
    for (index, piece) in pieces.enumerated() {
      if index > 0 { result += separator }
      result += piece
    }
    return result
  }

  private static func key(_ number: Double) -> String { JSONText.number(number) }
}
