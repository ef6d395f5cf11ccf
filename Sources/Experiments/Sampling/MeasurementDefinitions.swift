import Scorewalk
import YAML

/// `multi-measurement`: chains on the joint law of several noisy measurements.
package enum MultiMeasurementDefinition {
  package static let kind = ChainDefinition.kind(
    MultiMeasurement.kind,
    "Langevin on the joint law of M measurements y_m = X + σ n_m; a state is their mean, which carries noise of σ/√M (Saremi and Srivastava 2022).",
    goesDownALadder: true
  ) { reader in
    let measurements = reader.measurements()
    let (stepSize, convention) = reader.langevinStep()
    return measurements.map {
      MultiMeasurement(measurements: $0, stepSize: stepSize, convention: convention)
    }
  }
}

/// `sequential-measurement`: chains that make one noisy measurement after the other.
package enum SequentialMeasurementDefinition {
  package static let kind = ChainDefinition.kind(
    SequentialMeasurement.kind,
    "Langevin on each of M measurements y_m = X + σ n_m given those before it; a state is the mean of those there are, with noise of σ/√M at the end (Saremi, Park and Bach 2024).",
    goesDownALadder: true, hasLength: true
  ) { reader in
    let measurements = reader.measurements()
    let steps = reader.count(
      "steps_per_measurement", "How many steps each chain takes on each measurement.", atLeast: 1,
      atMost: 100_000_000, smoke: 20)
    let (stepSize, convention) = reader.langevinStep()
    return measurements.map {
      SequentialMeasurement(
        measurements: $0, stepsPerMeasurement: steps, stepSize: stepSize, convention: convention)
    }
  }
}

extension FieldReader {
  /// `noise_level` and `measurements`; nil where something is wrong, which was reported.
  fileprivate func measurements() -> Measurements? {
    let read = sound {
      (
        level: noiseLevel(
          "noise_level", "σ, the noise of each measurement; that of their mean is σ/√M."),
        count: count(
          "measurements", "M, how many there are.", atLeast: 1, atMost: Measurements.largestCount)
      )
    }
    guard let read, let level = read.level, !session.isListing else { return nil }
    do throws(RunError) {
      return try Measurements(noiseLevel: level, count: read.count)
    } catch {
      session.error("'\(path)': \(error.what)", at: range(of: "noise_level"), help: error.hint)
      return nil
    }
  }
}

extension Measurements {
  /// The last level, and where it comes from.
  var words: String { "σ/√\(count) = \(JSONText.number(meanNoiseLevel) as String)" }
}

extension ChainDefinition {
  /// The measurements whose mean a state is, if it is one.
  package var measurements: Measurements? {
    switch sampler {
    case let joint as MultiMeasurement: joint.measurements
    case let sequential as SequentialMeasurement: sequential.measurements
    default: nil
    }
  }
}
