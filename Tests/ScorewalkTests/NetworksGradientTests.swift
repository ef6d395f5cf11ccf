import Scorewalk
import Testing

/// Gradients against central differences in float64 (fourth order, step 1e-3).
@Suite struct NetworksGradientTests {
  static let shapes = [[1, 10, 10, 1], [2, 5, 4, 2], [3, 7, 1], [2, 3]]

  @Test(arguments: Activation.allCases, shapes)
  func vectorJacobianProduct(_ activation: Activation, _ widths: [Int]) {
    let point = GradientPoint(widths, activation, rows: 5)
    let gradient = point.vjp()
    point.check(gradient) { $0.weightedOutputs() }
  }

  @Test(arguments: Activation.allCases, shapes)
  func vectorJacobianProductOfOneRow(_ activation: Activation, _ widths: [Int]) {
    let point = GradientPoint(widths, activation, rows: 1)
    point.check(point.vjp()) { $0.weightedOutputs() }
  }

  @Test(arguments: Activation.allCases, shapes)
  func jacobianVectorProduct(_ activation: Activation, _ widths: [Int]) {
    for rows in [1, 5] {
      let point = GradientPoint(widths, activation, rows: rows)
      let (outputs, tangents) = point.jvp()
      #expect(outputs == point.outputs())
      // The tangent of every output at once: the weighted sum along the tangent.
      let derivative = GradientPoint.difference { step in
        point.movedAlongTangent(step).weightedOutputs()
      }
      let expected = zip(tangents, elements(point.cotangents)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(derivative - expected) <= 1e-9 * max(1, abs(expected)))
    }
  }

  @Test(arguments: Activation.allCases, shapes)
  func gradientOfJacobianVectorProduct(_ activation: Activation, _ widths: [Int]) {
    for rows in [1, 5] {
      let point = GradientPoint(widths, activation, rows: rows)
      point.check(point.jvpGradient(withOutputs: true)) { $0.weightedTangents(withOutputs: true) }
      point.check(point.jvpGradient(withOutputs: false)) { $0.weightedTangents(withOutputs: false) }
    }
  }

  /// Residual networks: one block, several, and none for want of a second hidden layer.
  @Test(arguments: Activation.allCases, [[1, 6, 6, 1], [2, 4, 4, 4, 4, 2], [3, 7, 1]])
  func residualBlocks(_ activation: Activation, _ widths: [Int]) {
    for rows in [1, 5, 21] {
      let point = GradientPoint(widths, activation, isResidual: true, rows: rows)
      point.check(point.vjp()) { $0.weightedOutputs() }
      let (outputs, tangents) = point.jvp()
      #expect(outputs == point.outputs())
      let derivative = GradientPoint.difference { step in
        point.movedAlongTangent(step).weightedOutputs()
      }
      let expected = zip(tangents, elements(point.cotangents)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(derivative - expected) <= 1e-9 * max(1, abs(expected)))
      guard rows < 21 else { continue }
      point.check(point.jvpGradient(withOutputs: true)) { $0.weightedTangents(withOutputs: true) }
      point.check(point.jvpGradient(withOutputs: false)) { $0.weightedTangents(withOutputs: false) }
    }
  }

  /// Blocks whose weights are zero do nothing but add f(b): with ReLU and no bias, nothing.
  @Test func blocksOfZerosDoNothing() {
    let deep = MLP(widths: [2, 5, 5, 5, 1], activation: .relu, isResidual: true)
    let flat = MLP(widths: [2, 5, 1], activation: .relu)
    var numbers = TestNumbers(seed: 5)
    let ends: [Double] = numbers.numbers(flat.parameterCount)
    var parameters = [Double](repeating: 0, count: deep.parameterCount)
    parameters.replaceSubrange(0..<15, with: ends[..<15])
    parameters.replaceSubrange((deep.parameterCount - 6)..., with: ends[15...])
    for rows in [1, 7, 40] {
      let inputs: Matrix<Double> = numbers.matrix(2, rows)
      func outputs(_ network: MLP, _ parameters: [Double]) -> [Double] {
        let y = Matrix<Double>(features: 1, rows: rows)
        network.forward(
          parameters: parameters, inputs: inputs, outputs: y, rows: rows,
          workspace: network.makeWorkspace(Double.self, maximumRows: rows))
        return elements(y)
      }
      #expect(outputs(deep, parameters) == outputs(flat, ends))
    }
  }

  @Test func gradientsAreAddedAndInputGradientsOverwritten() {
    let point = GradientPoint([2, 5, 2], .tanh, rows: 5)
    let once = point.vjp()
    let twice = point.vjp(start: once.parameters)
    for (a, b) in zip(once.parameters, twice.parameters) {
      #expect(abs(2 * a - b) <= 1e-12 * max(1, abs(b)))
    }
    #expect(once.inputs == twice.inputs)
  }
}

/// A network, a batch, and cotangents to weigh its outputs with.
final class GradientPoint {
  let network: MLP
  let rows: Int
  var parameters: [Double]
  let inputs: Matrix<Double>
  let tangents: Matrix<Double>
  let cotangents: Matrix<Double>
  let tangentCotangents: Matrix<Double>
  let workspace: MLPWorkspace<Double>

  /// Draws until no hidden unit is near the kink of a ReLU.
  init(_ widths: [Int], _ activation: Activation, isResidual: Bool = false, rows: Int) {
    network = MLP(widths: widths, activation: activation, isResidual: isResidual)
    self.rows = rows
    workspace = network.makeWorkspace(Double.self, maximumRows: rows)
    var numbers = TestNumbers(seed: UInt64(widths.count * 10 + rows))
    var parameters: [Double]
    var inputs: Matrix<Double>
    repeat {
      parameters = numbers.numbers(network.parameterCount, scale: 0.9)
      inputs = numbers.matrix(widths[0], rows)
    } while activation == .relu && Self.distanceToKink(network, parameters, inputs) < 0.02
    self.parameters = parameters
    self.inputs = inputs
    tangents = numbers.matrix(widths[0], rows)
    cotangents = numbers.matrix(network.outputCount, rows)
    tangentCotangents = numbers.matrix(network.outputCount, rows)
  }

  init(copying other: GradientPoint) {
    network = other.network
    rows = other.rows
    parameters = other.parameters
    inputs = Matrix(features: network.inputCount, rows: rows)
    for feature in 0..<inputs.features {
      for row in 0..<rows { inputs[feature, row] = other.inputs[feature, row] }
    }
    (tangents, cotangents) = (other.tangents, other.cotangents)
    tangentCotangents = other.tangentCotangents
    workspace = network.makeWorkspace(Double.self, maximumRows: rows)
  }

  /// The smallest |z| of any hidden unit, by plain loops.
  static func distanceToKink(_ network: MLP, _ p: [Double], _ inputs: Matrix<Double>) -> Double {
    var smallest = Double.infinity
    for row in 0..<inputs.rows {
      var x = (0..<network.inputCount).map { inputs[$0, row] }
      for (index, layer) in network.layers.dropLast().enumerated() {
        let z = (0..<layer.outputs).map { o in
          x.indices.reduce(p[layer.biasOffset + o]) {
            $0 + x[$1] * p[layer.kernelOffset + $1 * layer.outputs + o]
          }
        }
        smallest = min(smallest, z.map(abs).min() ?? .infinity)
        let isBlock = network.isResidual && index > 0
        x = z.indices.map { max(z[$0], 0) + (isBlock ? x[$0] : 0) }
      }
    }
    return smallest
  }

  func outputs() -> [Double] {
    let y = Matrix<Double>(features: network.outputCount, rows: rows)
    network.forward(
      parameters: parameters, inputs: inputs, outputs: y, rows: rows, workspace: workspace)
    return elements(y)
  }

  func weightedOutputs() -> Double {
    zip(outputs(), elements(cotangents)).reduce(0) { $0 + $1.0 * $1.1 }
  }

  func jvp() -> (outputs: [Double], tangents: [Double]) {
    let y = Matrix<Double>(features: network.outputCount, rows: rows)
    let dy = Matrix<Double>(features: network.outputCount, rows: rows)
    network.jvp(
      parameters: parameters, inputs: inputs, tangents: tangents, outputs: y, outputTangents: dy,
      rows: rows, workspace: workspace)
    return (elements(y), elements(dy))
  }

  func weightedTangents(withOutputs: Bool) -> Double {
    let (y, dy) = jvp()
    let tangentPart = zip(dy, elements(tangentCotangents)).reduce(0) { $0 + $1.0 * $1.1 }
    let outputPart = zip(y, elements(cotangents)).reduce(0) { $0 + $1.0 * $1.1 }
    return tangentPart + (withOutputs ? outputPart : 0)
  }

  func movedAlongTangent(_ step: Double) -> GradientPoint {
    let moved = GradientPoint(copying: self)
    for feature in 0..<inputs.features {
      for row in 0..<rows { moved.inputs[feature, row] += step * tangents[feature, row] }
    }
    return moved
  }

  func vjp(recording: Bool = true, start: [Double]? = nil) -> (
    parameters: [Double], inputs: [Double]
  ) {
    if recording { _ = outputs() }
    var gradient = start ?? [Double](repeating: 0, count: network.parameterCount)
    let dx = Matrix<Double>(features: network.inputCount, rows: rows)
    for feature in 0..<dx.features { dx[feature, 0] = .nan }
    network.vjp(
      parameters: parameters, inputs: inputs, cotangents: cotangents, rows: rows,
      parameterGradient: &gradient, inputGradient: dx, workspace: workspace)
    return (gradient, elements(dx))
  }

  func jvpGradient(withOutputs: Bool) -> (parameters: [Double], inputs: [Double]) {
    _ = jvp()
    var gradient = [Double](repeating: 0, count: network.parameterCount)
    let dx = Matrix<Double>(features: network.inputCount, rows: rows)
    network.jvpGradient(
      parameters: parameters, inputs: inputs, tangents: tangents,
      outputCotangents: withOutputs ? cotangents : nil, tangentCotangents: tangentCotangents,
      rows: rows, parameterGradient: &gradient, inputGradient: dx, workspace: workspace)
    return (gradient, elements(dx))
  }

  /// (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h, h = 1e-3: error O(h⁴) = 1e-12.
  static func difference(_ function: (Double) -> Double) -> Double {
    let h = 1e-3
    return (8 * (function(h) - function(-h)) - (function(2 * h) - function(-2 * h))) / (12 * h)
  }

  func check(
    _ gradient: (parameters: [Double], inputs: [Double]), _ objective: (GradientPoint) -> Double
  ) {
    let moved = GradientPoint(copying: self)
    for index in parameters.indices {
      let expected = Self.difference { step in
        moved.parameters[index] = parameters[index] + step
        return objective(moved)
      }
      moved.parameters[index] = parameters[index]
      #expect(
        abs(gradient.parameters[index] - expected) <= 1e-8 * max(1, abs(expected)),
        "parameter \(index): \(gradient.parameters[index]), difference \(expected)")
    }
    for feature in 0..<inputs.features {
      for row in 0..<rows {
        let expected = Self.difference { step in
          moved.inputs[feature, row] = inputs[feature, row] + step
          return objective(moved)
        }
        moved.inputs[feature, row] = inputs[feature, row]
        let value = gradient.inputs[feature * rows + row]
        #expect(
          abs(value - expected) <= 1e-8 * max(1, abs(expected)),
          "input (\(feature), \(row)): \(value), difference \(expected)")
      }
    }
  }
}
