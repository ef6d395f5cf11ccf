import Foundation
import Scorewalk

/// A state as JSON: a model's parameters, a snapshot, the final state of a training, or a checkpoint to resume from.
package struct StateFile: Sendable {
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
  /// In a checkpoint: the digests of the files that the node had finished.
  package var files: [String: String]?

  /// The numbers of kept states: `first`, `first` + `every`, … up to `last`.
  package struct Kept: Sendable {
    package var first: Int
    package var last: Int
    package var every: Int

    package init(_ states: KeptStates) {
      (first, last, every) = (states.first, states.last, states.every)
    }

    init(first: Int, last: Int, every: Int) {
      (self.first, self.last, self.every) = (first, last, every)
    }

    /// The states of chains of a length; nil where these numbers name none.
    package func states(steps: Int) -> KeptStates? {
      try? KeepRule(from: first, to: last, every: every).states(steps: steps)
    }
  }

  package init(step: Int) { self.step = step }

  /// Reads a state's text.
  ///
  /// - Throws: ``Failure`` `.inputOutput` naming the file and what is wrong in it.
  package static func decoded(_ bytes: [UInt8], path: String) throws(Failure) -> StateFile {
    let result = bytes.withUnsafeBytes { raw -> Result<StateFile, JSONReader.Problem> in
      var reader = JSONReader(raw)
      do throws(JSONReader.Problem) {
        return .success(try StateFile(from: &reader))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let state): return state
    case .failure(let problem): throw damaged(path, problem.reason)
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
