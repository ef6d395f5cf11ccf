#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How a run or a node stands.
package enum RunStatus: String, Codable, Sendable {
  case pending
  case running
  case done
  case failed
  /// Stopped after a checkpoint, or killed.
  case interrupted
  /// Something it needs has failed.
  case skipped
}

/// `run.json`: everything about a run that is not a result.
package struct RunRecord: Codable, Sendable {
  /// A node of the run.
  package struct Node: Codable, Sendable {
    package var name: String
    package var key: String
    package var status: RunStatus
    /// Whether this run computed it; false where the store had it.
    package var executed: Bool?
    /// The last step of the stored shorter one from whose final state this run went on, where it did.
    package var continued: Int?
    package var seconds: Double?
    /// What went wrong, in full.
    package var failure: String?
    /// The node's files in the run's directory with their digests.
    package var files: [String: String]?
    /// The node's final metrics, in the order in which they were written.
    package var summary: [Metric]?
    /// The versions of the kinds that the node is made of, by their places: `kind`, `objective.kind`. Nil in the records of
    /// versions that did not write them.
    package var versions: [String: Int]?
  }

  /// A final metric; numbers that are not finite are written as text.
  package struct Metric: Codable, Sendable, Equatable {
    package var name: String
    package var value: MetricValue
  }

  /// A node that went on from a checkpoint.
  package struct Resumption: Codable, Sendable, Equatable {
    package var node: String
    package var step: Int
  }

  /// A file that the run reads, of which it keeps a copy.
  package struct Input: Codable, Sendable, Equatable {
    package var node: String
    /// The copy, in the run's directory.
    package var file: String
    /// Where it came from.
    package var origin: String
    package var sha256: String
  }

  /// The run that was rerun.
  package struct Parent: Codable, Sendable, Equatable {
    /// `walk-jump/0007-brisk-otter`.
    package var run: String
    /// What was changed; empty where the run is a repetition.
    package var overrides: [String]

    package init(run: String, overrides: [String]) {
      self.run = run
      self.overrides = overrides
    }
  }

  /// Where the run stands in a sweep.
  package struct Sweep: Codable, Sendable, Equatable {
    /// The value of one axis.
    package struct Axis: Codable, Sendable, Equatable {
      package var name: String
      /// The keys that it sets.
      package var set: [String]
      /// The value as labels show it, and as a number where it is one.
      package var value: String
      package var number: Double?

      package init(name: String, set: [String], value: String, number: Double?) {
        self.name = name
        self.set = set
        self.value = value
        self.number = number
      }
    }

    /// What all points have in common: the number of the first one.
    package var id: String
    /// The point, from 0, and how many there are.
    package var point: Int
    package var points: Int
    /// `chains=100 delta=0.05 seed=2`.
    package var label: String
    package var axes: [Axis]
    /// How much the seeds are raised, where there is an axis of seeds, and the spec's seed then.
    package var seedIndex: Int?
    package var seed: Int?
  }

  package var format = 1
  package var experiment: String
  package var run: String
  package var status: RunStatus
  package var started: String
  package var finished: String?
  package var heartbeat: String
  package var host: String
  package var process: Int
  package var command: [String]
  package var overrides: [String]
  package var isSmoke: Bool
  package var usesSharedStore: Bool
  package var tool: String
  package var resumed: [Resumption]
  package var nodes: [Node]
  /// What the run reads from outside; nil where that is nothing.
  package var inputs: [Input]?
  /// Why the run was made, as its maker said.
  package var reason: String?
  /// The words of the spec and of the command line to find the run by; nil where there are none.
  package var tags: [String]?
  /// The run that this one repeats or varies.
  package var parent: Parent?
  /// The run with which this one is compared when it is done: `walk-jump/0007-brisk-otter` of the same results, or an
  /// absolute path where that lies in none; nil where it is not made to verify one.
  package var verifies: String?
  /// Nil for a run that belongs to no sweep.
  package var sweep: Sweep?

  package subscript(node name: String) -> Node? {
    get { nodes.first { $0.name == name } }
    set {
      guard let newValue, let index = nodes.firstIndex(where: { $0.name == name }) else { return }
      nodes[index] = newValue
    }
  }
}

/// A number in JSON, where NaN and infinities are the texts `nan`, `inf`, `-inf`.
package struct MetricValue: Codable, Sendable, Equatable {
  package var number: Double

  package init(_ number: Double) { self.number = number }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      switch text {
      case "nan": number = .nan
      case "inf": number = .infinity
      case "-inf": number = -.infinity
      default:
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "'\(text)' is no metric")
      }
    } else {
      number = try container.decode(Double.self)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if number.isFinite {
      try container.encode(number)
    } else {
      try container.encode(JSONText.number(number))
    }
  }

  /// NaN equals itself here.
  package static func == (left: Self, right: Self) -> Bool {
    left.number == right.number || (left.number.isNaN && right.number.isNaN)
  }
}

/// JSON files of the run's directory, pretty and with sorted keys.
package enum JSONFile {
  package static func encode(_ value: some Encodable) throws(Failure) -> [UInt8] {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return [UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")]
    } catch {
      throw Failure(.failed, "a value cannot be written as JSON", reason: "\(error)")
    }
  }

  package static func write(_ value: some Encodable, to path: String) throws(Failure) {
    try FileSystem.write(try encode(value), to: path)
  }

  package static func read<Value: Decodable>(_ type: Value.Type, from path: String) throws(Failure)
    -> Value
  {
    let bytes = try FileSystem.read(path)
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw Failure(
        .inputOutput, "'\(path)' is damaged", path: path, reason: "\(error)",
        remedy: "it was written by another version, or changed by hand")
    }
  }
}
