import Testing

/// One small law, to which the specs below add one mistake each.
private let law = "data: {law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}}\n"

@Suite("Broken specs: text")
struct BrokenSyntaxTests {
  @Test(arguments: [
    MarkedSpec(
      "empty", "1️⃣",
      Expected("1️⃣", "the text is empty")),
    MarkedSpec(
      "a list", "1️⃣- name: x\n",
      Expected(
        "1️⃣", "a spec must be a map of fields, not a list",
        help: "write `name: value` lines below it")),
    MarkedSpec(
      "no nodes", "1️⃣name: x\n",
      Expected(
        "1️⃣", "the spec has no nodes",
        help: "add at least one of data, models, training, sampling, evaluation")),
    MarkedSpec(
      "tab", "name: x\ndata:\n1️⃣\tlaw: 1\n",
      Expected("1️⃣", "a tab in the indentation", help: "YAML indents with spaces")),
    MarkedSpec(
      "unclosed quote", "name: 1️⃣\"x\n" + law,
      Expected(
        "1️⃣", "this quote (\") is never closed",
        help: "close it with \"; a double quote within is written \\\"")),
    MarkedSpec(
      "alias bomb",
      """
      name: x
      a: &a [1,1,1,1,1,1,1,1,1,1]
      b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
      c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
      d: &d [*c,*c,*c,*c,*c,*c,*c,1️⃣*c,*c,*c]

      """,
      Expected(
        "1️⃣", "aliases stand for more than 10000 nodes",
        help: "write less of the spec with aliases, or use 'base:' or a sweep")),
    MarkedSpec(
      "duplicate key", "2️⃣name: x\n" + law + "1️⃣name: y\n",
      Expected(
        "1️⃣", "duplicate key 'name'", help: "remove one of the two",
        notes: [("2️⃣", "first defined here")])),
    MarkedSpec(
      "merge key",
      """
      name: x
      data:
        one: &one {kind: categorical, values: [[0]]}
        two: {1️⃣<<: *one, kind: categorical, values: [[1]]}

      """,
      Expected(
        "1️⃣", "merge keys are not part of YAML 1.2",
        help: "use 'base:' to inherit from another spec, or repeat the keys")),
    MarkedSpec(
      "unknown section", "name: x\n1️⃣modles: {m: {kind: mlp}}\n" + law,
      Expected("1️⃣", "unknown key 'modles'", help: "did you mean 'models'?")),
    MarkedSpec(
      "name that cannot be a directory", "name: 1️⃣a/b\n" + law,
      Expected(
        "1️⃣", "'name' cannot be 'a/b': use letters, digits, '-', '_' and '.'")),
    MarkedSpec(
      "hidden name", "name: 1️⃣.x\n" + law,
      Expected("1️⃣", "'name' cannot be '.x': it begins with '.'")),
    MarkedSpec(
      "name missing", "1️⃣" + law,
      Expected(
        "1️⃣", "missing key 'name'",
        help:
          "add `name:` (letters, digits, '-', '_' and '.'): The experiment's name; its results' directory."
      )),
    MarkedSpec(
      "node without a map", "name: x\ndata:\n  law: 1️⃣gaussian-mixture\n",
      Expected(
        "1️⃣", "'data.law' must be a map of fields, not 'gaussian-mixture'",
        help: "write its fields below it, or in braces: {kind: …}")),
    MarkedSpec(
      "section that is a list", "name: x\ndata: 1️⃣[law]\n",
      Expected("1️⃣", "'data' must be a map of nodes, not a list")),
    MarkedSpec(
      "two nodes of one name",
      """
      name: x
      data:
        2️⃣one: {kind: categorical, values: [[0]]}
      models:
        1️⃣one: {kind: mlp, output: score, hidden: [2], dimension: 1}

      """,
      Expected(
        "1️⃣", "two nodes are called 'one'", help: "names are unique over the whole spec",
        notes: [("2️⃣", "first defined here")])),
    MarkedSpec(
      "node name", "name: x\ndata:\n  1️⃣a b: {kind: categorical, values: [[0]]}\n",
      Expected(
        "1️⃣", "a node cannot be called 'a b': use letters, digits, '-' and '_'")),
    MarkedSpec(
      "noise level's name", "name: x\nnoise_levels: {1️⃣10: 0.5}\n" + law,
      Expected("1️⃣", "a noise level cannot be called '10': it does not begin with a letter")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }
}
