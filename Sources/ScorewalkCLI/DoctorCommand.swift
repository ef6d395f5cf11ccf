import ArgumentParser
import Experiments

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this machine has and lacks, which kernels it uses, and how fast they are.",
    discussion: """
      It measures for a second, and tries the results directory with a file of its own. Exit code 1 where something does \
      not work.
      """)

  @OptionGroup var options: GlobalOptions

  func run() throws {
    try options.perform { () throws(Failure) in
      let doctor = Doctor(options.resultsDirectory)
      if options.json {
        Console.print(Self.json(doctor).rendered() + "\n")
      } else {
        var rows: [[String]] = []
        for finding in doctor.findings {
          rows.append([finding.verdict.rawValue, finding.what, finding.detail])
          if let remedy = finding.remedy { rows.append(["", "", "   help: " + remedy]) }
        }
        Console.print(TextTable.rendered(rows))
      }
      return doctor.isGood ? 0 : 1
    }
  }

  /// `{"findings": [{"verdict", "what", "detail", "help"}]}`.
  private static func json(_ doctor: Doctor) -> JSONText {
    .map([
      (
        "findings",
        .list(
          doctor.findings.map {
            .map([
              ("verdict", .text($0.verdict.rawValue)), ("what", .text($0.what)),
              ("detail", .text($0.detail)), ("help", $0.remedy.map { .text($0) } ?? .null),
            ])
          })
      )
    ])
  }
}
