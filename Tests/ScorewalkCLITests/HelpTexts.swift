// swift-format-ignore-file: lines are as wide as the terminal makes them.

/// The help of the tool, under the empty name, and of every command.
enum HelpTexts {
  static let all: [(command: String, text: String)] = [
    (
      "",
      #"""
      OVERVIEW: Runs generative-sampling experiments that are written down in YAML.

      A spec says which data, models, trainings, samplings and evaluations there are;
      `run` executes it and leaves one directory per run under results/.

      Exit codes: 0 done; 1 a node failed or files differ; 64 usage; 65 a bad spec;
      66 no such input; 74 input or output; 75 stopped after a checkpoint, or in use;
      130 and 143 after a second signal.

      USAGE: scorewalk <subcommand>

      OPTIONS:
        --version               Show the version.
        -h, --help              Show help information.

      SUBCOMMANDS:
        init                    Writes a commented spec to begin with.
        check                   Finds every mistake of a spec, and does nothing else.
        explain                 Says what is known exactly about a spec before
                                anything runs.
        plan                    Shows what `run` would do: every node, and whether it
                                is new, stored or resumed.
        run                     Runs a spec and leaves one directory with everything
                                that came of it.
        resume                  Goes on with a run that was stopped, killed, or
                                failed; to the same bits.
        verify                  Rehashes the samples, checkpoints and metrics of runs
                                and names what has changed.
        ls                      Lists the runs with their status, newest last.
        show                    Shows one run: its nodes, its final metrics, and
                                where they are.
        export                  Writes the arrays of a run, or of one of its nodes,
                                into one file for NumPy.
        selftest                Asks this build, on this machine, questions whose
                                answers are known in closed form.

        See 'scorewalk help <subcommand>' for detailed help.

      """#
    ),
    (
      "init",
      #"""
      OVERVIEW: Writes a commented spec to begin with.

      Nothing that is there is overwritten.

      USAGE: scorewalk init [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] [<path>] [--reference]

      ARGUMENTS:
        <path>                  The file to write. (default:
                                experiments/my-experiment.yaml)

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --reference             Print every field that a spec can have, as Markdown,
                                and write nothing.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "check",
      #"""
      OVERVIEW: Finds every mistake of a spec, and does nothing else.

      USAGE: scorewalk check [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <spec> ... [--sweep <key=values> ...]

      ARGUMENTS:
        <spec>                  Specs: paths, or names in experiments/; and overrides
                                of all of them: a.b.c=value, +a.b=value, ~a.b.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        -m, --sweep <key=values>
                                Sweep a key over values: a.b.c=1,2,3; may be
                                repeated, and multiplies what the spec sweeps.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "explain",
      #"""
      OVERVIEW: Says what is known exactly about a spec before anything runs.

      Laws: moments, modes, barriers, Fisher information. Trainings: what the loss
      can come to at best. Chains on a law, or on a score that is learned from one:
      the law that they really have, how long they take to reach it, and the weights
      of the modes to expect. A line that begins with ! is a warning.

      USAGE: scorewalk explain [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <spec> [<override> ...] [--smoke]

      ARGUMENTS:
        <spec>                  The spec: a path, or a name in experiments/.
        <override>              Overrides: a.b.c=value, +a.b=value, ~a.b.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --smoke                 Shrink every step count, chain count and batch to
                                what runs in seconds.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "plan",
      #"""
      OVERVIEW: Shows what `run` would do: every node, and whether it is new, stored
      or resumed.

      Of a spec that sweeps: its points, and every node once for all points that
      share it. What it will cost is estimated from what nodes of the same sort took
      on this machine, one at a time.

      USAGE: scorewalk plan [<options>] <spec> [<override> ...]

      ARGUMENTS:
        <spec>                  The spec: a path, or a name in experiments/.
        <override>              Overrides: a.b.c=value, +a.b=value, ~a.b.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --smoke                 Shrink every step count, chain count and batch to
                                what runs in seconds.
        --measure               Measure the first steps of what this machine has
                                never done; takes some seconds.
        --only <node>           Compute this node alone, from what the store has of
                                those that it needs; may be repeated.
        --until <node>          Compute this node and everything that it needs; may
                                be repeated.
        -m, --sweep <key=values>
                                Sweep a key over values: a.b.c=1,2,3; may be
                                repeated, and multiplies what the spec sweeps.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "run",
      #"""
      OVERVIEW: Runs a spec and leaves one directory with everything that came of it.

      The first Ctrl-C writes a checkpoint and stops; `scorewalk resume` goes on from
      it, to the same bits. The second stops at once. A spec that sweeps leaves one
      directory for each point; what points share is computed once.

      USAGE: scorewalk run [<options>] <spec> [<override> ...]

      ARGUMENTS:
        <spec>                  The spec: a path, or a name in experiments/.
        <override>              Overrides: a.b.c=value, +a.b=value, ~a.b.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --checkpoint-seconds <s>
                                Seconds between checkpoints; fractions are allowed.
                                (default: 10.0)
        -j, --jobs <n>          How many nodes to run at a time, each with its share
                                of the threads. (default: 1)
        -k, --keep-going        When a node fails, go on with everything that does
                                not need it.
        -n, --dry-run           Show the plan and run nothing.
        --smoke                 Shrink every step count, chain count and batch to
                                what runs in seconds.
        --no-store              Compute everything: neither read nor fill the store
                                that runs share.
        --only <node>           Compute this node alone, from what the store has of
                                those that it needs; may be repeated.
        --until <node>          Compute this node and everything that it needs; may
                                be repeated.
        -m, --sweep <key=values>
                                Sweep a key over values: a.b.c=1,2,3; may be
                                repeated, and multiplies what the spec sweeps.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "resume",
      #"""
      OVERVIEW: Goes on with a run that was stopped, killed, or failed; to the same
      bits.

      Of a sweep, all points that are not done go on, whichever of them is named.

      USAGE: scorewalk resume [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] [--checkpoint-seconds <s>] [--jobs <n>] [--keep-going] <run>

      ARGUMENTS:
        <run>                   The run: a path, NAME/7, NAME (its latest), or
                                @latest.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --checkpoint-seconds <s>
                                Seconds between checkpoints; fractions are allowed.
                                (default: 10.0)
        -j, --jobs <n>          How many nodes to run at a time, each with its share
                                of the threads. (default: 1)
        -k, --keep-going        When a node fails, go on with everything that does
                                not need it.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "verify",
      #"""
      OVERVIEW: Rehashes the samples, checkpoints and metrics of runs and names what
      has changed.

      USAGE: scorewalk verify [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> ...

      ARGUMENTS:
        <run>                   Runs: paths, NAME/7, NAME (its latest), or @latest.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "ls",
      #"""
      OVERVIEW: Lists the runs with their status, newest last.

      With --metric, each named final metric is a column, and the medians of the runs
      that are done stand below, smoke runs aside, where they differ in nothing but
      the seed. A result that several runs share counts once.

      USAGE: scorewalk ls [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] [<run> ...] [--metric <node.metric> ...]

      ARGUMENTS:
        <run>                   Only these: experiments, or runs as paths, NAME/7, or
                                @latest.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --metric <node.metric>  A final metric to show, as node.metric; may be
                                repeated.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "show",
      #"""
      OVERVIEW: Shows one run: its nodes, its final metrics, and where they are.

      USAGE: scorewalk show [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run>

      ARGUMENTS:
        <run>                   The run: a path, NAME/7, NAME (its latest), or
                                @latest.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "export",
      #"""
      OVERVIEW: Writes the arrays of a run, or of one of its nodes, into one file for
      NumPy.

      Samples are `samples`, what evaluations drew is `arrays/NAME`, parameters are
      `parameters/dense-0.kernel` and so on, their moving average `ema/…`; without a
      node, each has the node's name in front: `walk/samples`.

      USAGE: scorewalk export [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> [<node>] --to <format> [--output <file>] [--step <n>] [--force]

      ARGUMENTS:
        <run>                   The run: a path, NAME/7, NAME (its latest), or
                                @latest.
        <node>                  One node; all that are done unless said.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --to <format>           The format: npz.
        --output <file>         The file to write; named after the run and the node,
                                in the working directory, unless said.
        --step <n>              Which state of the training; the last unless said.
        --force                 Overwrite the file where it is there already.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "selftest",
      #"""
      OVERVIEW: Asks this build, on this machine, questions whose answers are known
      in closed form.

      Exit code 1 where an answer is wrong.

      USAGE: scorewalk selftest [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose]

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
  ]
}
