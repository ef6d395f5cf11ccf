import ArgumentParser
import Foundation
import Scorewalk

@main
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scorewalk-bench",
    abstract: "Time what Scorewalk is made of, beside what the machine can do.",
    discussion: """
      Every benchmark runs once to warm up and then at least as often as --repeats says; medians are shown. The peak is \
      that of fused multiply-adds in registers, in float32, measured before and after each benchmark on as many threads. \
      Release builds only: swift run -c release scorewalk-bench.
      """)

  @Argument(help: "Prefixes of names; all but growth/ where none is given.")
  var names: [String] = []

  @Flag(help: "Show the names and what they stand for.")
  var list = false

  @Option(help: "How many timed runs at least.")
  var repeats = 5

  @Option(help: "For how many seconds runs are added, up to 15.")
  var seconds = 1.0

  @Option(help: "How many threads; all cores where not given.")
  var threads: Int?

  @Flag(help: "Print JSON: the machine, and every run of every benchmark.")
  var json = false

  func validate() throws {
    guard repeats >= 1, seconds >= 0, (threads ?? 1) >= 1 else {
      throw ValidationError("repeats and threads begin at 1, seconds at 0")
    }
  }

  func run() throws {
    #if DEBUG
      throw ValidationError("a debug build says nothing: swift run -c release scorewalk-bench")
    #endif
    let chosen = try Benchmarks.all().filter { benchmark in
      names.isEmpty
        ? !benchmark.name.hasPrefix("growth/")
        : names.contains { benchmark.name.hasPrefix($0) }
    }
    guard !chosen.isEmpty else {
      throw ValidationError("no benchmark begins with \(names.joined(separator: ", ")): see --list")
    }
    if list {
      for benchmark in chosen { print(padded(benchmark.name, 28), benchmark.what) }
      return
    }
    let threads = threads ?? WorkerPool.defaultThreads
    let peak = Machine.peak(WorkerPool(threads: threads))
    if !json {
      print(
        "kernels \(KernelSelection.selected.rawValue), \(threads) threads, peak \(number(peak)) GFLOP/s\n"
      )
      print(
        padded("benchmark", 28), right("median s", 10), right("min", 9), right("max", 9),
        right("rate", 10), padded(" a second", 13), right("GFLOP/s", 8), right("of peak", 8))
    }
    var measurements: [Measurement] = []
    for benchmark in chosen {
      let measured = try benchmark.measure(repeats: repeats, seconds: seconds, threads: threads)
      measurements.append(measured)
      if !json {
        print(
          padded(measured.name, 28), right(number(measured.median), 10),
          right(number(measured.shortest), 9), right(number(measured.longest), 9),
          right(number(measured.rate), 10), padded(" " + measured.unit.rawValue, 13),
          right(measured.gigaflops.map(number) ?? "", 8),
          right(measured.shareOfPeak.map { "\(Int(($0 * 100).rounded())) %" } ?? "", 8))
      }
    }
    if json {
      let report = Report(
        kernels: KernelSelection.selected.rawValue, threads: threads, peakGigaflops: peak,
        benchmarks: measurements)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
  }

  private struct Report: Encodable {
    let kernels: String
    let threads: Int
    let peakGigaflops: Double
    let benchmarks: [Measurement]
  }

  /// Four significant digits.
  private func number(_ value: Double) -> String { String(format: "%.4g", value) }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
