import Scorewalk
import Testing

/// A chain in one call against steps of the network on one row.
@Suite struct EnergyChainTests {
  @Test(
    arguments: Activation.allCases.filter { $0 != .relu },
    [[1, 10, 10, 1], [3, 17, 1], [2, 1], [1, 32, 32, 1], [2, 5, 9, 41, 1]])
  func isTheNetworkOnOneRow(_ activation: Activation, _ widths: [Int]) {
    check(Double.self, activation, widths)
    check(Float.self, activation, widths)
  }

  private func check<S: Real>(_: S.Type, _ activation: Activation, _ widths: [Int]) {
    let (steps, dimension) = (7, widths[0])
    let network = MLP(widths: widths, activation: activation)
    var numbers = TestNumbers(seed: UInt64(widths.count))
    let update = LangevinUpdate<S>(stepSize: 0.1)
    let positions: Matrix<S> = numbers.matrix(dimension, 1)
    let noise: Matrix<S> = numbers.matrix(steps * dimension, 1)
    let chain = EnergyChain<S>(network, steps: steps)
    let workspace = network.makeWorkspace(S.self, maximumRows: 1, pool: .serial)
    let (energy, score) = (Matrix<S>(features: 1, rows: 1), Matrix<S>(features: dimension, rows: 1))
    let minusOne = Matrix<S>(features: 1, rows: 1)
    minusOne[0, 0] = -1
    let found = Matrix<S>(features: dimension, rows: 1)
    // Twice, since parameters change.
    for _ in 0..<2 {
      let parameters: [S] = numbers.numbers(network.parameterCount)
      chain.load(parameters)
      chain.walk(from: positions, steps: steps, update: update, noise: noise)
      for step in 0..<steps {
        network.forward(
          parameters: parameters, inputs: positions, outputs: energy, rows: 1, workspace: workspace)
        network.vjp(
          parameters: parameters, inputs: positions, cotangents: minusOne, rows: 1,
          parameterGradient: nil, inputGradient: score, workspace: workspace)
        update.apply(
          positions: positions, score: score, noise: noise, noiseFeature: step * dimension,
          dimension: dimension, rows: 1)
        chain.read(step: step, into: found)
        for coordinate in 0..<dimension {
          #expect(found[coordinate, 0].isFinite)
          #expect(found[coordinate, 0] == positions[coordinate, 0], "step \(step)")
        }
      }
    }
  }
}
