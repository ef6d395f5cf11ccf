import YAML

/// Rows of finite numbers out of a file.
package struct InputTable: Sendable, Equatable {
  package let rows: Int
  /// How many numbers a row has.
  package let dimension: Int
  /// `[rows, dimension]`, row-major.
  package let values: [Double]

  package init(rows: Int, dimension: Int, values: [Double]) {
    precondition(
      rows * dimension == values.count,
      "\(values.count) numbers for \(rows) rows of \(dimension)")
    self.rows = rows
    self.dimension = dimension
    self.values = values
  }

  /// Up to how many numbers are taken from a file: 4 GB in double precision.
  package static let largestCount = 1 << 29
  /// Up to how many numbers a row may have.
  package static let largestDimension = 1_000_000

  /// Reads a file's bytes.
  ///
  /// - Parameters:
  ///   - path: names the file in messages; ends with `.npy` or `.csv`.
  ///   - columns: the columns to take, by their names in the header or their numbers from 0; nil for all.
  /// - Throws: ``InputProblem`` `.content` where the bytes are no rows of equally many finite numbers.
  /// - Complexity: linear in the bytes; the result takes 8 bytes a number.
  package static func read(
    _ bytes: [UInt8], path: String, columns: [String]?
  ) throws(InputProblem) -> InputTable {
    func requireBytes(_ help: String) throws(InputProblem) {
      if bytes.isEmpty { throw InputProblem(.content, "'\(path)' is empty", help: help) }
    }
    switch InputFile.fileExtension(of: path) {
    case "npy":
      try requireBytes("write it with numpy.save")
      return try NPYTable(bytes, path: path).table(columns)
    case "csv":
      try requireBytes("write a row of numbers a line, separated by commas")
      return try CSVTable(bytes, path: path).table(columns)
    default:
      throw InputProblem(
        .content, "'\(path)' ends with neither .npy nor .csv",
        help: "save it with numpy.save, or as comma-separated values")
    }
  }

  /// The indices of the chosen columns.
  ///
  /// - Parameter names: the names in the header, where there is one.
  static func indices(
    of columns: [String]?, names: [String]?, count: Int, path: String
  ) throws(InputProblem) -> [Int] {
    guard let columns else { return Array(0..<count) }
    var indices: [Int] = []
    for (place, column) in columns.enumerated() {
      guard let index = names?.firstIndex(of: column) ?? Self.number(column, below: count) else {
        let known =
          names.map { "its header has " + $0.prefix(20).joined(separator: ", ") }
          ?? "it has no header: write numbers from 0 to \(count - 1)"
        throw InputProblem(
          .content, "'\(path)' has no column '\(column)'",
          help: nearest(to: column, among: names ?? []).map { "did you mean '\($0)'?" } ?? known,
          column: place)
      }
      let namesakes = (names ?? []).indices.filter { names?[$0] == column }
      if namesakes.count > 1 {
        throw InputProblem(
          .content,
          "'\(path)' has \(namesakes.count) columns named '\(column)': \(namesakes.map(String.init).joined(separator: ", "))",
          help: "choose by number, columns: [\(namesakes[0])], or give each its own name",
          column: place)
      }
      if indices.contains(index) {
        throw InputProblem(
          .content, "column '\(column)' of '\(path)' is chosen twice", column: place)
      }
      indices.append(index)
    }
    return indices
  }

  private static func number(_ text: String, below count: Int) -> Int? {
    guard let number = Int(text), (0..<count).contains(number) else { return nil }
    return number
  }

  /// Refuses shapes that no run could work with.
  static func requireSize(rows: Int, dimension: Int, path: String) throws(InputProblem) {
    if rows == 0 || dimension == 0 {
      throw InputProblem(
        .content, "'\(path)' has no rows of numbers",
        help: "save an array of shape (rows,) or (rows, coordinates), with at least one of each")
    }
    if dimension > largestDimension {
      throw InputProblem(
        .content, "'\(path)' has \(dimension) numbers a row; \(largestDimension) are the most",
        help: "a row is one point: choose its coordinates with columns: [0, 1]")
    }
    let (count, overflow) = rows.multipliedReportingOverflow(by: dimension)
    if overflow || count > largestCount {
      throw InputProblem(
        .content,
        "'\(path)' has \(rows) rows of \(dimension); \(largestCount) numbers are the most",
        help: "save fewer rows, or choose columns")
    }
  }
}
