import Scorewalk

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A state as JSON: a model's parameters, a snapshot, the final state of a training, or a checkpoint to resume from.
package struct StateFile: Codable, Sendable {
  package var format = 1
  /// The state's step, as the node counts.
  package var step: Int
  package var parameters: [TensorRecord]?
  package var optimizer: [TensorRecord]?
  package var ema: [TensorRecord]?
  package var objective: [TensorRecord]?
  /// In the final state of a training whose average is debiased: the average as it is accumulated. There `ema` is the
  /// average as it is used; in a checkpoint `ema` is what is accumulated.
  package var emaAccumulator: [TensorRecord]?
  /// The last losses of a training, oldest first.
  package var losses: TensorRecord?
  /// The positions of chains, and what their sampler keeps beside them.
  package var positions: [TensorRecord]?
  /// In a checkpoint: running sums of the node, by name.
  package var accumulators: [String: Double]?
  /// In the final state of chains: which states they kept.
  package var kept: Kept?
  /// In a checkpoint or a final state: the lengths to which append-only files are cut when the work goes on from here.
  package var lengths: [String: Int]?
  /// In a checkpoint: the digests of those files up to those lengths.
  package var prefixes: [String: String]?
  /// In a checkpoint: the digests of the files that the node had finished.
  package var files: [String: String]?

  /// The numbers of kept states: `first`, `first` + `every`, … up to `last`.
  package struct Kept: Codable, Sendable {
    package var first: Int
    package var last: Int
    package var every: Int

    package init(_ states: KeptStates) {
      (first, last, every) = (states.first, states.last, states.every)
    }

    /// The states of chains of a length; nil where these numbers name none.
    package func states(steps: Int) -> KeptStates? {
      try? KeepRule(from: first, to: last, every: every).states(steps: steps)
    }
  }

  package init(step: Int) { self.step = step }

  /// The file's text; the same state always gives the same bytes.
  package func encoded() throws(Failure) -> [UInt8] {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    } catch {
      throw Failure(.failed, "a state cannot be written as JSON", reason: "\(error)")
    }
  }

  /// Reads a state's text.
  ///
  /// - Throws: ``Failure`` `.inputOutput` naming the file and what is wrong in it.
  package static func decoded(_ bytes: [UInt8], path: String) throws(Failure) -> StateFile {
    do {
      return try JSONDecoder().decode(StateFile.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw damaged(path, reason(of: error))
    } catch {
      throw damaged(path, "it does not read as a state")
    }
  }

  /// What is wrong in a state's text, in our words.
  private static func reason(of error: DecodingError) -> String {
    func field(_ path: [any CodingKey]) -> String {
      "'" + path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".") + "'"
    }
    switch error {
    case .dataCorrupted(let context):
      if context.codingPath.isEmpty { return "it is not JSON, or was cut short" }
      // Those of tensors are ours.
      return context.debugDescription.hasPrefix("tensor '")
        ? context.debugDescription : "\(field(context.codingPath)) is no number that can be held"
    case .keyNotFound(let key, let context):
      return "\(field(context.codingPath + [key])) is missing"
    case .valueNotFound(_, let context), .typeMismatch(_, let context):
      return context.codingPath.isEmpty
        ? "it is no JSON object" : "\(field(context.codingPath)) is of another type"
    @unknown default: return "it does not read as a state"
    }
  }

  /// Whether bytes may have been a state: a JSON object with a format and a step, or the beginning of some object.
  package static func looksLikeState(_ bytes: [UInt8]) -> Bool {
    struct Head: Decodable {
      let format: Int
      let step: Int
    }
    guard bytes.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{") else {
      return false
    }
    do {
      _ = try JSONDecoder().decode(Head.self, from: Data(bytes))
      return true
    } catch let DecodingError.dataCorrupted(context) {
      return context.codingPath.isEmpty
    } catch {
      return false
    }
  }

  package static func read(_ path: String) throws(Failure) -> StateFile {
    try decoded(try FileSystem.read(path), path: path)
  }

  private static func damaged(_ path: String, _ reason: String) -> Failure {
    Failure(
      .inputOutput, "the state '\(path)' is damaged", path: path, reason: reason,
      remedy: "check the run with `scorewalk verify`; run it again to compute the state anew")
  }
}

extension [TensorRecord] {
  package init(_ tensors: [NamedTensor]) { self = tensors.map(TensorRecord.init) }

  package var tensors: [NamedTensor] { map(\.tensor) }
}
