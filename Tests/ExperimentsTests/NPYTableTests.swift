import Experiments
import Foundation
import Testing

/// Arrays as NumPy writes them, by `Tests/Fixtures/make_arrays.py`.
private struct ArrayFixture: Decodable {
  struct Good: Decodable, CustomTestStringConvertible, Sendable {
    let name: String
    let file: String
    let shape: [Int]
    let values: [Double]
    var testDescription: String { name }
  }
  struct Bad: Decodable, CustomTestStringConvertible, Sendable {
    let name: String
    let file: String
    let reason: String
    var testDescription: String { name }
  }
  let good: [Good]
  let bad: [Bad]

  static let all: ArrayFixture = {
    let path = repository + "/Tests/Fixtures/arrays.json"
    do {
      return try JSONFile.read(ArrayFixture.self, from: path)
    } catch {
      return ArrayFixture(good: [], bad: [])
    }
  }()
}

private func bytes(_ base64: String) -> [UInt8] { [UInt8](Data(base64Encoded: base64) ?? Data()) }

/// The problem of bytes; nil where they are a table.
func tableProblem(_ bytes: [UInt8], _ path: String, columns: [String]? = nil) -> InputProblem? {
  do throws(InputProblem) {
    _ = try InputTable.read(bytes, path: path, columns: columns)
    return nil
  } catch {
    return error
  }
}

@Suite("Tables: NumPy files of others")
struct NPYTableTests {
  @Test func theFixtureIsThere() {
    #expect(ArrayFixture.all.good.count == 34)
    #expect(ArrayFixture.all.bad.count == 14)
  }

  @Test(arguments: ArrayFixture.all.good)
  fileprivate func read(array: ArrayFixture.Good) throws {
    let table = try InputTable.read(bytes(array.file), path: "a.npy", columns: nil)
    #expect(table.rows == array.shape[0])
    #expect(table.dimension == (array.shape.count == 2 ? array.shape[1] : 1))
    #expect(table.values.map(\.bitPattern) == array.values.map(\.bitPattern))
  }

  @Test(arguments: ArrayFixture.all.bad)
  fileprivate func refuse(array: ArrayFixture.Bad) throws {
    let problem = try #require(tableProblem(bytes(array.file), "a.npy"))
    let head = array.reason.hasPrefix(",") ? "'a.npy'" : "'a.npy' "
    #expect(problem.message == head + array.reason)
    #expect(problem.cause == .content)
    #expect(problem.help != nil, "\(array.name)")
  }

  @Test func columns() throws {
    for name in ["<f8 [3, 2]", "<f8 [3, 2] Fortran"] {
      let array = try #require(ArrayFixture.all.good.first { $0.name == name })
      let table = try InputTable.read(bytes(array.file), path: "a.npy", columns: ["1"])
      #expect(table == InputTable(rows: 3, dimension: 1, values: [-1.25, 1e-3, 2]))
      let turned = try InputTable.read(bytes(array.file), path: "a.npy", columns: ["1", "0"])
      #expect(turned.values == [-1.25, 0.5, 1e-3, 3, 2, -7.75])
      let problem = tableProblem(bytes(array.file), "a.npy", columns: ["0", "2"])
      #expect(problem?.message == "'a.npy' has no column '2'")
      #expect(problem?.column == 1)
      #expect(problem?.help == "it has no header: write numbers from 0 to 1")
    }
  }

  /// Every beginning of a good file, and every file with one byte changed, is read or refused.
  @Test func damage() throws {
    let whole = bytes(try #require(ArrayFixture.all.good.first { $0.name == "<f4 [3, 2]" }).file)
    for count in 0..<whole.count {
      #expect(tableProblem(Array(whole.prefix(count)), "a.npy")?.help != nil, "\(count) bytes")
    }
    #expect(tableProblem(whole + [0], "a.npy")?.message.contains("needs 24") == true)
    var refused = 0
    for index in whole.indices {
      for bit in [UInt8(1), 0x10, 0x80] {
        var changed = whole
        changed[index] ^= bit
        guard let problem = tableProblem(changed, "a.npy") else { continue }
        #expect(problem.help != nil, "\(problem.message)")
        refused += 1
      }
    }
    #expect(refused > 100)
  }

  /// A long header's length takes four bytes, of which two are not there.
  @Test func aHeaderWithoutItsLength() {
    let problem = tableProblem([0x93] + Array("NUMPY".utf8) + [2, 0, 100, 0], "a.npy")
    #expect(problem?.message == "'a.npy' has a header that is cut short")
    #expect(problem?.help == "it was cut short or damaged: save it again")
  }

  /// Headers that no array has.
  @Test(arguments: [
    "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,), }",
    "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (1,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}",
    "{'descr': '<f8', 'fortran_order': False}", "{'descr': '<f8'", "{", "", "[]",
    "{'descr': [[[[", "{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } more",
  ])
  func hostileHeaders(header: String) {
    let count = UInt8(header.utf8.count)
    let file =
      [0x93] + Array("NUMPY".utf8) + [1, 0, count, 0] + Array(header.utf8)
      + [UInt8](repeating: 0, count: 8)
    #expect(tableProblem(file, "a.npy")?.help != nil)
  }

  /// As Python 2 wrote shapes, and without the last comma.
  @Test(arguments: [
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1L,), }",
    "{\"shape\": (1,), \"fortran_order\": False, \"descr\": \"<f8\"}",
    "{'descr': '<f8', 'fortran_order': True, 'shape': ( 1 , 1 )}  \n",
  ])
  func otherHeaders(header: String) throws {
    let count = UInt8(header.utf8.count)
    let file =
      [0x93] + Array("NUMPY".utf8) + [1, 0, count, 0] + Array(header.utf8)
      + [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
    #expect(
      try InputTable.read(file, path: "a.npy", columns: nil)
        == InputTable(rows: 1, dimension: 1, values: [1]))
  }
}
