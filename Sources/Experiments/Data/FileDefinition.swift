import Scorewalk
import YAML

/// `file`: rows out of a file.
package struct FileDefinition: DataDefinition {
  /// How many rows there are; nil where the file could not be read.
  private let rows: Int?
  private let table: InputTable?
  package let file: InputFile?
  private let pathRange: SourceRange?

  package static let kind = Kind<any DataDefinition>(
    "file",
    "Rows of numbers out of a file; a run keeps a copy, and the content, not the path, is in the key."
  ) { reader in
    let content = reader.inputFile(
      "path", type: "path of an .npy or .csv file",
      "An array [rows] or [rows, coordinates] of real numbers as numpy.save writes it, or comma-separated values; "
        + "counts from the directory of the file in which it is written.", isRequired: true)
    let columns = reader.sound {
      reader.columns(
        "columns",
        "Which columns are the coordinates: names in the header of a .csv, or numbers from 0."
      )
    }
    let table = columns.flatMap { columns in content.flatMap { reader.table($0, columns: columns) }
    }
    let rows = reader.rows(of: table)
    reader.digest(of: content)
    return FileDefinition(
      rows: rows, table: table, file: content?.file, pathRange: reader.range(of: "path"))
  }

  package var isLaw: Bool { false }
  package func rows(in graph: ExperimentGraph) -> Int? { rows }
  package var isRandom: Bool { false }
  package var input: InputFile? { file }

  package func law(in graph: ExperimentGraph) -> Law? { nil }
  package func dimension(in graph: ExperimentGraph) -> Int? { table?.dimension }

  /// The numbers in use, `[rows, dimension]`.
  private var values: ArraySlice<Double> {
    guard let table, let rows else { return [] }
    return table.values.prefix(rows * table.dimension)
  }

  /// The rows, where they could be read; none where there is no number in them.
  package var points: (values: [Double], dimension: Int)? {
    table.flatMap { values.isEmpty ? nil : (Array(values), $0.dimension) }
  }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    guard node.precision == .float32,
      let value = values.first(where: { !Float($0).isFinite })
    else { return }
    session.error(
      "'data.\(node.name)': \(JSONText.number(value)) of '\(file?.path ?? "")' is too large for float32",
      at: pathRange, help: "add `precision: float64` to the node, or rescale the data")
  }

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let table, let rows, let file else { return }
    try context.writeSamples(
      Array(values), chains: 1, draws: rows, dimension: table.dimension, precision: node.precision)
    context.log("\(rows) rows of \(table.dimension) from a file with SHA-256 \(file.digest)")
  }
}

extension FieldReader {
  fileprivate func table(_ content: SpecInputs.Content, columns: [String]?) -> InputTable? {
    do throws(InputProblem) {
      return try session.inputs.table(content, columns: columns)
    } catch {
      if let column = error.column {
        report(error, "columns.\(column)", at: range(of: "columns", item: column))
      } else {
        report(error, "path", at: range(of: "path"))
      }
      return nil
    }
  }

  /// `rows`: how many of the table's rows are used. A smoke run uses no more than 1,000.
  fileprivate func rows(of table: InputTable?) -> Int? {
    let written = optionalCount(
      "rows", "Only the first so many rows; all unless said.", atLeast: 1, smoke: 1000)
    guard let table else { return nil }
    if let written, written > table.rows, !session.isSmoke {
      session.error(
        "'\(fullPath("rows"))' is \(written); the file has \(table.rows)", at: range(of: "rows"),
        help: "write at most \(table.rows), or leave it out")
    }
    let count = min(written ?? (session.isSmoke ? 1000 : table.rows), table.rows)
    if count == table.rows {
      addsNothing("rows")
    } else if written == nil {
      record("rows", .count(count), isDefault: false)
    }
    return count
  }
}
