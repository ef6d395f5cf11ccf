import ArgumentParser
import Experiments

/// The shells that completions are made for.
enum Shell: String, ExpressibleByArgument, CaseIterable {
  case bash
  case zsh
  case fish

  fileprivate var completionShell: CompletionShell {
    switch self {
    case .bash: .bash
    case .zsh: .zsh
    case .fish: .fish
    }
  }
}

struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract:
      "Prints a script with which a shell completes commands, options, runs, specs and their keys.",
    discussion: """
      bash: scorewalk completions bash > ~/.local/share/bash-completion/completions/scorewalk
      zsh: scorewalk completions zsh > a directory of $fpath, as _scorewalk
      fish: scorewalk completions fish > ~/.config/fish/completions/scorewalk.fish
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: "The shell: bash, zsh or fish.") var shell: Shell

  func run() throws {
    try options.perform { () throws(Failure) in
      let script = ScorewalkCommand.completionScript(for: shell.completionShell)
      Console.print((shell == .bash ? BashCompletion.whole(script) : script) + "\n")
      return 0
    }
  }
}
