import Foundation
import Scorewalk
import Testing

/// A perceptron written down a second time, with the platform's own functions: slow, short, and
/// sharing nothing with the code under test but the layout of the parameters.
struct ReferenceNetwork {
  var widths: [Int]
  var activation: Activation
  var isResidual: Bool

  init(_ network: Network) {
    widths = network.mlp.widths
    activation = network.mlp.activation
    isResidual = network.mlp.isResidual
  }

  /// The output and its derivative along a direction.
  func evaluate(
    _ parameters: [Double], at point: [Double], along direction: [Double]
  ) -> (values: [Double], derivatives: [Double]) {
    var (values, derivatives) = (point, direction)
    var offset = 0
    for layer in 1..<widths.count {
      let (before, after) = (widths[layer - 1], widths[layer])
      let bias = offset + before * after
      var sums = Array(parameters[bias..<(bias + after)])
      var slopes = [Double](repeating: 0, count: after)
      for i in 0..<before {
        for o in 0..<after {
          sums[o] += parameters[offset + i * after + o] * values[i]
          slopes[o] += parameters[offset + i * after + o] * derivatives[i]
        }
      }
      offset = bias + after
      if layer < widths.count - 1 {
        for o in 0..<after {
          let (value, slope) = activate(sums[o])
          sums[o] = value
          slopes[o] *= slope
          if isResidual, layer > 1 {
            sums[o] += values[o]
            slopes[o] += derivatives[o]
          }
        }
      }
      (values, derivatives) = (sums, slopes)
    }
    return (values, derivatives)
  }

  func output(_ parameters: [Double], at point: [Double]) -> [Double] {
    evaluate(parameters, at: point, along: point.map { _ in 0 }).values
  }

  /// −∇E.
  func energyScore(_ parameters: [Double], at point: [Double]) -> [Double] {
    point.indices.map { axis in
      let direction = point.indices.map { $0 == axis ? 1.0 : 0.0 }
      return -evaluate(parameters, at: point, along: direction).derivatives[0]
    }
  }

  private func activate(_ z: Double) -> (value: Double, slope: Double) {
    let sigmoid = 1 / (1 + Foundation.exp(-z))
    switch activation {
    case .softplus: return (Foundation.log1p(Foundation.exp(-abs(z))) + max(z, 0), sigmoid)
    case .relu: return (max(z, 0), z > 0 ? 1 : 0)
    case .silu: return (z * sigmoid, sigmoid + z * sigmoid * (1 - sigmoid))
    case .tanh: return (Foundation.tanh(z), 1 - Foundation.tanh(z) * Foundation.tanh(z))
    }
  }
}

/// The gradient of a function by central differences, with one step of Richardson's extrapolation:
/// error O(h⁴).
func centralDifferences(
  of function: ([Double]) -> Double, at point: [Double], step: Double = 1e-3
) -> [Double] {
  point.indices.map { index in
    func slope(_ h: Double) -> Double {
      var (above, below) = (point, point)
      above[index] += h
      below[index] -= h
      return (function(above) - function(below)) / (2 * h)
    }
    return (4 * slope(step / 2) - slope(step)) / 3
  }
}

/// An evaluator with its arrays, for tests.
struct EvaluatorHarness {
  let network: Network
  let evaluator: any ObjectiveEvaluator<Double>
  let batch: Matrix<Double>
  let rows: Int

  /// - Parameter data: `[rows, dimension]`.
  init(
    _ objective: any Objective, network: Network, data: [[Double]], stream: RandomStream,
    largestBatch: Int? = nil, pool: WorkerPool = .serial
  ) throws {
    try objective.validate(for: network)
    self.network = network
    rows = data.count
    let size = largestBatch ?? rows
    evaluator = objective.makeEvaluator(
      network: network, batchSize: size, stream: stream, pool: pool)
    batch = Matrix(features: network.dimension, rows: size)
    for (row, point) in data.enumerated() {
      for (coordinate, value) in point.enumerated() { batch[coordinate, row] = value }
    }
  }

  func evaluate(
    _ parameters: [Double], step: Int
  ) throws -> (loss: Double, gradient: [Double]) {
    var gradient = [Double](repeating: .nan, count: parameters.count)
    let loss = try parameters.withUnsafeBufferPointer { parameters in
      try gradient.withUnsafeMutableBufferPointer { gradient in
        try evaluator.evaluate(
          parameters: try #require(parameters.baseAddress), batch: batch, rows: rows, step: step,
          gradient: gradient.baseAddress)
      }
    }
    return (loss, gradient)
  }

  /// The loss alone.
  func loss(_ parameters: [Double], step: Int) throws -> Double {
    try parameters.withUnsafeBufferPointer { parameters in
      try evaluator.evaluate(
        parameters: try #require(parameters.baseAddress), batch: batch, rows: rows, step: step,
        gradient: nil)
    }
  }
}
