import ArgumentParser
import Experiments
import Scorewalk

struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Asks this build, on this machine, questions whose answers are known in closed form.",
    discussion: "Exit code 1 where an answer is wrong.")

  @OptionGroup var options: GlobalOptions

  func run() throws {
    try options.perform { () throws(Failure) in
      let pool = WorkerPool()
      var answers: [(oracle: Oracle, outcome: Oracle.Outcome)] = []
      for oracle in Oracle.all {
        do {
          answers.append((oracle, try oracle.ask(pool)))
        } catch {
          throw Failure(
            .failed, "the selftest '\(oracle.question)' cannot be done", reason: "\(error)")
        }
      }
      let wrong = answers.filter { !$0.outcome.agrees }
      if options.json {
        Console.print(Self.json(answers).rendered() + "\n")
      } else {
        Console.print(table(answers))
        Console.print(
          wrong.isEmpty
            ? "all \(answers.count) answers are right (kernels \(KernelSelection.selected.rawValue), \(pool.threads) threads)\n"
            : "\(wrong.count) of \(answers.count) answers are wrong\n")
      }
      if !wrong.isEmpty {
        Console.say(
          "   help: nothing computed here can be trusted; try `SCOREWALK_KERNELS=plain scorewalk selftest`, "
            + "and report the table with the output of `scorewalk --version`\n")
      }
      return wrong.isEmpty ? 0 : 1
    }
  }

  private func table(_ answers: [(oracle: Oracle, outcome: Oracle.Outcome)]) -> String {
    var rows = [["", "area", "question", "expected", "found", "tolerance"]]
    for (oracle, outcome) in answers {
      rows.append([
        outcome.agrees ? "ok" : "WRONG", oracle.area.rawValue, oracle.question,
        TextTable.number(outcome.expected, digits: 7), TextTable.number(outcome.value, digits: 7),
        TextTable.number(outcome.tolerance, digits: 2),
      ])
    }
    return TextTable.rendered(rows, alignRight: [3, 4, 5])
  }

  /// `{"oracles": [{"area", "question", "expected", "value", "tolerance", "agrees"}]}`.
  private static func json(
    _ answers: [(oracle: Oracle, outcome: Oracle.Outcome)]
  ) -> JSONText {
    .map([
      (
        "oracles",
        .list(
          answers.map { oracle, outcome in
            .map([
              ("area", .text(oracle.area.rawValue)), ("question", .text(oracle.question)),
              ("expected", .number(outcome.expected)), ("value", .number(outcome.value)),
              ("tolerance", .number(outcome.tolerance)), ("agrees", .flag(outcome.agrees)),
            ])
          })
      )
    ])
  }
}
