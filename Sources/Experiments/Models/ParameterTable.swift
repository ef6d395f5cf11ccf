import Scorewalk

/// The parameters of a network as a table: layer, shape, count, mean, standard deviation.
package struct ParameterTable {
  package let text: String

  package init(network: Network, parameters: [NamedTensor]) {
    var rows = [["name", "shape", "count", "mean", "std"]]
    var total = 0
    for tensor in parameters {
      let values = tensor.values.doubles
      total += values.count
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      let variance =
        values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))
      rows.append([
        tensor.name, "(" + tensor.shape.map(String.init).joined(separator: ", ") + ")",
        String(values.count), Self.short(mean), Self.short(variance.squareRoot()),
      ])
    }
    text = TextTable.rendered(rows, alignRight: [2, 3, 4]) + "total: \(total) parameters\n"
  }

  private static func short(_ value: Double) -> String { TextTable.number(value, digits: 3) }
}
