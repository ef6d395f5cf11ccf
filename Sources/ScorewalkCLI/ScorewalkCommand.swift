import ArgumentParser
import CMemory
import Experiments

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@main
struct ScorewalkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scorewalk",
    abstract: "Runs generative-sampling experiments that are written down in YAML.",
    discussion: """
      A spec says which data, models, trainings, samplings and evaluations there are; `run` executes it and leaves one \
      directory per run under results/.

      Exit codes: 0 done; 1 a node failed or files differ; 64 usage; 65 a bad spec; 66 no such input; 74 input or \
      output; 75 stopped after a checkpoint, or in use; 130 and 143 after a second signal.
      """,
    version: Provenance.toolVersion,
    subcommands: [
      InitCommand.self, CheckCommand.self, ExplainCommand.self, PlanCommand.self, RunCommand.self,
      ResumeCommand.self, RerunCommand.self, VerifyCommand.self, ListCommand.self,
      ShowCommand.self, CompareCommand.self, DiffCommand.self, ConfirmCommand.self,
      LogsCommand.self, WatchCommand.self, WhyCommand.self, FiguresCommand.self,
      ReportCommand.self, ExportCommand.self, RemoveCommand.self, GarbageCommand.self,
      SchemaCommand.self,
      SelftestCommand.self, DoctorCommand.self, CompletionsCommand.self,
    ])

  static func main() {
    sw_return_freed_memory()
    // Who ignores the ends of children hands that down, and then there is none to wait for.
    signal(SIGCHLD, SIG_DFL)
    main(nil)
  }
}
