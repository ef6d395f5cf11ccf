import Experiments
import Testing

@Suite struct ResolvedLeavesTests {
  @Test func valuesAndSeedsApart() throws {
    let text = """
      {"name": "a", "seed": {"default": 1, "data": 2}, "tags": ["x"], "description": "y",
       "figures": {"f": {"kind": "histogram"}},
       "data": {"rows": {"kind": "draws", "seed": 7, "description": "z", "count": 3,
         "deep": [{"a": 1, "b": [1,
           2]}, {"a": [], "c": {}}]}}}
      """
    let leaves = try #require(ResolvedLeaves(Array(text.utf8)))
    #expect(
      leaves.values.map { $0.path + " " + $0.text } == [
        "name \"a\"", "data.rows.kind \"draws\"", "data.rows.count 3", "data.rows.deep.0.a 1",
        "data.rows.deep.0.b [1, 2]", "data.rows.deep.1.a []", "data.rows.deep.1.c {}",
      ])
    #expect(
      leaves.seeds.map { $0.path + " " + $0.text }
        == [
          "seed.data 2", "seed.models 1", "seed.training 1", "seed.sampling 1", "seed.evaluation 1",
          "data.rows.seed 7",
        ])
    #expect(ResolvedLeaves.collapsed(leaves.seeds) == leaves.seeds)
    let plain = try #require(ResolvedLeaves(Array(#"{"name": "a", "seed": 3}"#.utf8)))
    #expect(ResolvedLeaves.collapsed(plain.seeds).map { $0.path + $0.text } == ["seed3"])
    #expect(leaves["data.rows.count"] == "3" && leaves["seed.data"] == "2")
    #expect(leaves["data.rows"] == nil)
  }

  @Test func aCutSpecIsNone() {
    let text = Array(CompareFixture.chain(delta: 0.5, seed: 3).utf8)
    let whole = [UInt8(ascii: "{")] + text + [UInt8(ascii: "}")]
    #expect(ResolvedLeaves(whole) != nil)
    for count in 0..<whole.count - 1 { #expect(ResolvedLeaves(Array(whole[..<count])) == nil) }
  }

  @Test func leavesAsPeopleReadThem() throws {
    let leaves = try #require(
      ResolvedLeaves(Array(#"{"a": "x", "b": "", "c": "q\"", "d": 1e-05, "e": true}"#.utf8)))
    #expect(leaves.values.map(\.displayText) == ["x", "\"\"", #""q\"""#, "1e-05", "true"])
  }
}
