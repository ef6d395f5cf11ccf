import Scorewalk
import YAML

/// `random`: a generator in place of the node's own stream.
package struct RandomDefinition: Sendable {
  package let seed: UInt64
  package let mode: JAXRandom.Mode
  /// The splits from the seed's key to the written one.
  package let path: [JAXRandom.Split]
  /// Whether they could be read.
  package let isPathSound: Bool
  /// Where the generator is written, for what only the whole graph can show.
  package let range: SourceRange?
  package let pathRange: SourceRange?

  /// The kinds of `random`.
  package static let kinds: [Kind<RandomDefinition>] = [
    Kind(
      "jax-threefry",
      "The generator of JAX, bit for bit, in float32: for the data and initial parameters of a program in JAX."
    ) { reader in
      let mode = reader.choice(
        "mode",
        "How JAX lays out its counters: original, its default before version 0.5, or partitionable.",
        default: JAXRandom.Mode.original)
      let seed = reader.count(
        "key", "The seed of the first key, n of jax.random.PRNGKey(n).", atMost: Int(UInt32.max))
      let path = reader.sound { readPath(reader) }
      return RandomDefinition(
        seed: UInt64(seed), mode: mode, path: path ?? [], isPathSound: path != nil,
        range: reader.headRange, pathRange: reader.range(of: "split"))
    }
  ]

  /// Reads the generator of a node, where it has one.
  package static func read(_ reader: FieldReader) -> RandomDefinition? {
    let random = reader.optionalMap("random", "A generator in place of the node's own stream.") {
      $0.kind("random", among: kinds)?.definition
    }
    guard reader.isWritten("random") else { return nil }
    for name in ["stream", "seed"] where reader.isWritten(name) {
      reader.session.error(
        "'\(reader.fullPath(name))' plays no part where 'random' says what is drawn",
        at: reader.range(of: name), help: "remove '\(name)', or 'random'")
    }
    return random ?? nil
  }

  private static func readPath(_ reader: FieldReader) -> [JAXRandom.Split] {
    let name = reader.fullPath("split")
    var path: [JAXRandom.Split] = []
    if let node = reader.field(
      "split", type: "list of lists [how many, which]",
      form: .list(.list(.count(CountRange(0)), atLeast: 2)),
      "The splits on the way to the key: jax.random.split(key, 3)[0] is [[3, 0]].", default: "[]",
      isRequired: false),
      let items = reader.items(of: node, name: name, expected: "a list of lists [how many, which]")
    {
      if items.count > longestPath {
        reader.session.error(
          "'\(name)' has \(items.count) splits; \(longestPath) are the most", at: node.place)
      }
      path = items.prefix(longestPath).enumerated().compactMap {
        split(from: $0.element, name: "\(name).\($0.offset)", reader)
      }
    }
    reader.record(
      "split", .list(path.map { .list([.count($0.count), .count($0.index)]) }),
      isDefault: path.isEmpty)
    return path
  }

  private static let longestPath = 1000

  private static func split(
    from node: Node, name: String, _ reader: FieldReader
  ) -> JAXRandom.Split? {
    guard case .sequence(let pair) = node.content, pair.count == 2 else {
      reader.session.error(
        "'\(name)' must be [how many, which]\(node.items.map { ", not \($0.count) items" } ?? ", not \(node.summary)")",
        at: node.place, help: "jax.random.split(key, 3)[0] is [[3, 0]]")
      return nil
    }
    guard
      let count = reader.count(from: pair[0], name: name + ".0", in: CountRange(1, 1_000_000_000)),
      let index = reader.count(from: pair[1], name: name + ".1", in: CountRange(0))
    else { return nil }
    guard index < count else {
      reader.session.error(
        "'\(name)' takes key \(index) of \(count)", at: pair[1].place,
        help: "they are numbered from 0: write at most \(count - 1)")
      return nil
    }
    return JAXRandom.Split(count: count, index: index)
  }

  // MARK: - Keys

  /// The key that is written.
  package var key: JAXRandom { JAXRandom(seed: seed, mode: mode).descending(path) }

  /// The key of a component: as many places behind the written one, in the last split, as the component has
  /// before it. Nil where there are not so many.
  package func key(ofComponent component: Int) -> JAXRandom? {
    if component == 0 { return key }
    guard let last = path.last, last.index + component < last.count else { return nil }
    return JAXRandom(seed: seed, mode: mode).descending(
      path.dropLast() + [JAXRandom.Split(count: last.count, index: last.index + component)])
  }
}
