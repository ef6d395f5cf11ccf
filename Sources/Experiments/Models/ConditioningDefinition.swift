import Scorewalk
import YAML

/// How a model takes the noise level: the fields that come with its `noise_levels`.
enum ConditioningDefinition {
  private enum Preconditioning: String, CaseIterable {
    case none
    case division
    case edm
  }

  private static let names = ["embedding", "frequencies", "preconditioning", "data_std", "data"]

  /// Reads the fields.
  ///
  /// - Returns: nil for a model of one noise level, or where something is wrong, which was reported.
  static func read(_ reader: FieldReader, output: NetworkOutput) -> NoiseConditioning? {
    let isListing = reader.session.isListing
    let ladder = reader.ladder(
      "noise_levels",
      "The noise levels that the network takes as a further input; one alone, or none, unless said.",
      isRequired: false)
    guard reader.isWritten("noise_levels") || isListing else {
      for name in names where reader.isWritten(name) {
        reader.acceptField(name)
        reader.session.error(
          "'\(reader.fullPath(name))' has no meaning without 'noise_levels'",
          at: reader.range(of: name), help: "add `noise_levels:`, a ladder, or remove it")
      }
      return nil
    }
    let embedding = reader.sound {
      reader.choice(
        "embedding",
        "How the network sees the noise level: log, log σ scaled to [−1, 1] on the ladder; fourier, its sines and cosines as well; none.",
        default: NoiseConditioning.Embedding.log)
    }
    let frequencies = readFrequencies(reader, of: embedding)
    let preconditioning = reader.choice(
      "preconditioning",
      "Scales of inputs and outputs: division, a score divided by σ (NCSNv2); edm, a denoiser between y and the network (Karras et al. 2022).",
      default: Preconditioning.none)
    let (deviation, isDeviationSound) = readDeviation(reader)
    guard let ladder else { return nil }
    var scales = NoiseConditioning.Preconditioning.none
    switch preconditioning {
    case .none: break
    case .division: scales = .division
    case .edm:
      guard isDeviationSound else { return nil }
      guard let deviation else {
        reader.isMissing(
          "data_std",
          help: "add `data_std:`, the standard deviation of the data, for preconditioning edm")
        return nil
      }
      scales = .edm(dataDeviation: deviation)
    }
    if preconditioning != .edm, reader.isWritten("data_std") {
      reader.session.error(
        "'\(reader.fullPath("data_std"))' has no meaning without `preconditioning: edm`",
        at: reader.range(of: "data_std"))
    }
    let conditioning = NoiseConditioning(
      ladder: ladder, embedding: embedding ?? .log, frequencies: frequencies,
      preconditioning: scales)
    do throws(RunError) {
      try conditioning.validate(output: output)
      return conditioning
    } catch {
      reader.session.error(
        "'\(reader.path)': \(error.what)",
        at: reader.range(
          of: reader.isWritten("preconditioning") ? "preconditioning" : "noise_levels"),
        help: error.hint)
      return nil
    }
  }

  private static let usualFrequencies = 4

  /// `frequencies`, which do nothing without the embedding that has them.
  ///
  /// - Parameter embedding: nil where it is wrong, so that nothing is said of what depends on it.
  private static func readFrequencies(
    _ reader: FieldReader, of embedding: NoiseConditioning.Embedding?
  ) -> Int {
    let count = reader.count(
      "frequencies", "Of embedding fourier: how many sines and cosines.", atLeast: 1, atMost: 64,
      default: usualFrequencies)
    guard let embedding, embedding != .fourier else { return count }
    reader.addsNothing("frequencies")
    // A resolved spec has the default.
    if count != usualFrequencies {
      reader.session.warning(
        "'\(reader.fullPath("frequencies"))' is not used: the embedding is \(embedding.rawValue)",
        at: reader.range(of: "frequencies"), help: "write `embedding: fourier`, or remove it")
    }
    return count
  }

  /// `data_std`: a number, or `auto` with the data that it is of.
  private static func readDeviation(_ reader: FieldReader) -> (value: Double?, isSound: Bool) {
    let automatic = AutomaticFields(reader)
    defer { automatic.finish() }
    let node = reader.field(
      "data_std", type: "number > 0, or auto",
      form: .either([.number(.deviation), .choice(["auto"])]),
      "σ_d of preconditioning edm: the standard deviation of the data.", unit: "of the data",
      default: nil, isRequired: false)
    guard let node else { return (nil, true) }
    let value =
      automatic.isAutomatic(node)
      ? automatic.choose("data_std", { $0.deviation }, { $0.reasonOfDeviation($1) })
      : reader.number(from: node, name: reader.fullPath("data_std"), in: .deviation)
    reader.record("data_std", .number(value ?? 1), isDefault: false)
    return (value, value != nil)
  }
}
