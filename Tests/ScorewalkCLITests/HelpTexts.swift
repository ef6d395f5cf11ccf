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
        rerun                   Repeats a run from its frozen spec, in a new
                                directory.
        verify                  Rehashes the samples, checkpoints and metrics of runs
                                and names what has changed.
        ls                      Lists the runs with their status, newest last.
        show                    Shows one run: its nodes, its final metrics, and
                                where they are.
        compare                 Compares runs, grouped over their seeds.
        diff                    Shows how two runs differ: specs, results, metrics,
                                samples, and how they were made.
        confirm                 Runs a sweep's best point again on fresh seeds, and
                                shows both.
        logs                    Prints the logs of a run's nodes.
        watch                   Shows how a run gets on, until it ends.
        why                     Says why a node of a run was taken from the store, or
                                why it was not.
        figures                 Draws the figures of a run anew from its files.
        report                  Writes one HTML file that shows a run, or several
                                side by side: no server, no network.
        export                  Writes what runs have found into files for NumPy,
                                pandas, R and TensorBoard.
        rm                      Removes the directories of runs, after a question.
        gc                      Removes from the store what no run refers to, and
                                what killed processes left behind.
        schema                  Prints the JSON Schema of a spec, for editors.
        selftest                Asks this build, on this machine, questions whose
                                answers are known in closed form.
        doctor                  Says what this machine has and lacks, which kernels
                                it uses, and how fast they are.
        completions             Prints a script with which a shell completes
                                commands, options, runs, specs and their keys.

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
      of the modes to expect. A line that begins with ! is a warning. Of a spec that
      sweeps one point is explained.

      USAGE: scorewalk explain [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <spec> [<override> ...] [--smoke] [--point <n>]

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
        --point <n>             Of a spec that sweeps, the point to explain, from 1.
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
        --no-wait               Stop with exit code 75 where another process computes
                                what is needed.
        -j, --jobs <n>          How many nodes to run at a time, each with its share
                                of the threads. (default: 1)
        -k, --keep-going        When a node fails, go on with everything that does
                                not need it.
        --no-figures            Draw no figures; `scorewalk figures` draws them later.
        -n, --dry-run           Show the plan and run nothing.
        --smoke                 Shrink every step count, chain count and batch to
                                what runs in seconds.
        --no-store              Compute everything: neither read nor fill the store
                                that runs share.
        --only <node>           Compute this node alone, from what the store has of
                                those that it needs; may be repeated.
        --until <node>          Compute this node and everything that it needs; may
                                be repeated.
        --reason <text>         Why the run is made; `show` says it.
        --tag <word>            A word to find the run by, as tag:WORD; may be
                                repeated.
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

      Of a sweep, all points that are not done go on, whichever of them is named. A
      run of `rerun --verify` is compared with its original when it is done.

      USAGE: scorewalk resume [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] [--checkpoint-seconds <s>] [--no-wait] [--jobs <n>] [--keep-going] [--no-figures] <run>

      ARGUMENTS:
        <run>                   The run: NAME (its latest), NAME/7, its words,
                                NAME@-2, @latest, a path.

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
        --no-wait               Stop with exit code 75 where another process computes
                                what is needed.
        -j, --jobs <n>          How many nodes to run at a time, each with its share
                                of the threads. (default: 1)
        -k, --keep-going        When a node fails, go on with everything that does
                                not need it.
        --no-figures            Draw no figures; `scorewalk figures` draws them later.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "rerun",
      #"""
      OVERVIEW: Repeats a run from its frozen spec, in a new directory.

      With overrides it is a variation. Either way the new run records its parent.
      With --verify the original's files are rehashed, every node is computed again
      without the store, and the first difference is named, with exit code 1; where
      that is stopped, `resume` goes on with it and compares.

      USAGE: scorewalk rerun [<options>] <run> [<override> ...]

      ARGUMENTS:
        <run>                   The run: NAME (its latest), NAME/7, its words,
                                NAME@-2, @latest, a path.
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
        --no-wait               Stop with exit code 75 where another process computes
                                what is needed.
        -j, --jobs <n>          How many nodes to run at a time, each with its share
                                of the threads. (default: 1)
        -k, --keep-going        When a node fails, go on with everything that does
                                not need it.
        --no-figures            Draw no figures; `scorewalk figures` draws them later.
        --verify                Compute everything again and compare it with the
                                original.
        -n, --dry-run           Show the plan and run nothing.
        --no-store              Compute everything: neither read nor fill the store
                                that runs share.
        --reason <text>         Why the run is made; `show` says it.
        --tag <word>            A word to find the run by, as tag:WORD; may be
                                repeated.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "verify",
      #"""
      OVERVIEW: Rehashes the samples, checkpoints and metrics of runs and names what
      has changed.

      With --against, the runs are also compared with the results of another machine,
      bit by bit: those under results/reference come with Scorewalk.

      USAGE: scorewalk verify [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> ... [--against <reference>]

      ARGUMENTS:
        <run>                   Runs: NAME (its latest), NAME/7, words, NAME@-2,
                                paths, globs; narrowed by key=value, status:S, tag:T,
                                sweep:ID.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --against <reference>   A reference, a directory of references by experiment,
                                or a run whose results the runs should have.
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
        <run>                   Only these: NAME (all of its runs), NAME/7, words,
                                NAME@-2, paths, globs; narrowed by key=value,
                                status:S, tag:T, sweep:ID.

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

      USAGE: scorewalk show [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> [--origin]

      ARGUMENTS:
        <run>                   The run: NAME (its latest), NAME/7, its words,
                                NAME@-2, @latest, a path.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --origin                Show every value of the resolved spec with the place
                                that it comes from.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "compare",
      #"""
      OVERVIEW: Compares runs, grouped over their seeds.

      For each metric and group: n, mean and 95 % t interval (geometric means and
      ratios for what is declared positive and skewed), every value where n < 5;
      beside the baseline a paired t test over the seeds that both sides have,
      Welch's where there are none, p by Holm over all rows. Results that were lost
      are counted, never dropped.

      USAGE: scorewalk compare [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> ... [--by <key> ...] [--metric <node.metric> ...] [--baseline <run> ...] [--format <format>]

      ARGUMENTS:
        <run>                   Only these: NAME (all of its runs), NAME/7, words,
                                NAME@-2, paths, globs; narrowed by key=value,
                                status:S, tag:T, sweep:ID.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --by <key>              Group by this axis or key of the resolved spec alone
                                and pool the rest; may be repeated.
        --metric <node.metric>  A final metric to compare, as node.metric, or a glob;
                                may be repeated.
        --baseline <run>        What the other groups are compared with: its runs, or
                                a column's value as axis=value; may be repeated.
        --format <format>       How to print: table, csv, md or json. (values: table,
                                csv, md, json; default: table)
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "diff",
      #"""
      OVERVIEW: Shows how two runs differ: specs, results, metrics, samples, and how
      they were made.

      Exit code 0 where specs and results are the same, 1 where they differ; how they
      were made does not count. Samples that differ are tested for being of one law,
      thinned to half their effective sizes: Kolmogorov and Smirnov, and the energy
      distance beside random relabellings. Samples of the same random streams are
      not: compare other seeds.

      USAGE: scorewalk diff [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> <other>

      ARGUMENTS:
        <run>                   The run: NAME (its latest), NAME/7, its words,
                                NAME@-2, @latest, a path.
        <other>                 The run beside it, named the same way.

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
      "confirm",
      #"""
      OVERVIEW: Runs a sweep's best point again on fresh seeds, and shows both.

      The best of many points is also the luckiest: the seeds that chose it make it
      look better than it is. The fresh seeds lie beyond all of the sweep's. What is
      best is declared for errors, distances and effective sizes; for other metrics
      say --minimize or --maximize.

      USAGE: scorewalk confirm [<options>] <run>

      ARGUMENTS:
        <run>                   Any point of the sweep: NAME (its latest), NAME/7,
                                its words, NAME@-2, @latest, a path.

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
        --no-wait               Stop with exit code 75 where another process computes
                                what is needed.
        -j, --jobs <n>          How many nodes to run at a time, each with its share
                                of the threads. (default: 1)
        -k, --keep-going        When a node fails, go on with everything that does
                                not need it.
        --no-figures            Draw no figures; `scorewalk figures` draws them later.
        --metric <node.metric>  The metric by which points are judged, as
                                node.metric; the first declared one of an evaluation
                                unless said.
        --seeds <n>             How many fresh seeds; as many as the best point has,
                                and no fewer than 5, unless said.
        --maximize              Large values are good.
        --minimize              Small values are good.
        -n, --dry-run           Say what would be run.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "logs",
      #"""
      OVERVIEW: Prints the logs of a run's nodes.

      With --follow, the log of a node under way is shown as it grows, and those of
      the nodes that come; a point of a sweep whose turn has not come is waited for.

      USAGE: scorewalk logs [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> [<node>] [--follow]

      ARGUMENTS:
        <run>                   The run: NAME (its latest), NAME/7, its words,
                                NAME@-2, @latest, a path.
        <node>                  One node; all unless said.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        -f, --follow            Go on with what is logged, until the run ends.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "watch",
      #"""
      OVERVIEW: Shows how a run gets on, until it ends.

      On a terminal the table is drawn anew; elsewhere there is a line for each node
      that begins or ends. Steps are those of the last checkpoint and the last logged
      metric. Exit code 0 where the run is done, 1 where it failed, 75 where it was
      interrupted. A point of a sweep whose turn has not come is waited for.

      USAGE: scorewalk watch [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run>

      ARGUMENTS:
        <run>                   The run: NAME (its latest), NAME/7, its words,
                                NAME@-2, @latest, a path.

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
      "why",
      #"""
      OVERVIEW: Says why a node of a run was taken from the store, or why it was not.

      A node is taken from the store where its key is there. Where it was not, the
      first value is named that differs from the nearest stored key of the same kind,
      followed through the nodes that it refers to.

      USAGE: scorewalk why [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> <node>

      ARGUMENTS:
        <run>                   The run: NAME (its latest), NAME/7, its words,
                                NAME@-2, @latest, a path.
        <node>                  The node, with its section in front or not.

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
      "figures",
      #"""
      OVERVIEW: Draws the figures of a run anew from its files.

      A run draws them by itself where gnuplot is there; this is for other formats,
      for runs that were made without it, and after a change of how figures look. The
      figures of a sweep are drawn with those of any of its points.

      USAGE: scorewalk figures [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> [<figure> ...] [--format <formats>]

      ARGUMENTS:
        <run>                   The run: NAME (its latest), NAME/7, its words,
                                NAME@-2, @latest, a path.
        <figure>                Which figures; all unless said.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --format <formats>      svg, png or pdf, several with commas; what the spec
                                says unless said.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "report",
      #"""
      OVERVIEW: Writes one HTML file that shows a run, or several side by side: no
      server, no network.

      Of one run it says in plain words what the results come to, with figures,
      metrics and what they are to be seen beside, the graph, the spec with the place
      that each value comes from, and how to do it again. Of several it has a table
      to sort and filter, and the keys in which they differ.

      USAGE: scorewalk report [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> ... [--output <file>] [--metric <node.metric> ...] [--by <key> ...] [--baseline <run> ...] [--force]

      ARGUMENTS:
        <run>                   Runs: NAME (its latest), NAME/7, words, NAME@-2,
                                paths, globs; narrowed by key=value, status:S, tag:T,
                                sweep:ID.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        -o, --output <file>     The file to write; report.html, in the run's
                                directory where it is one run, unless said.
        --metric <node.metric>  Of several runs: a final metric to show, as
                                node.metric, or a glob; may be repeated.
        --by <key>              Of several runs: group by this axis or key alone and
                                pool the rest; may be repeated.
        --baseline <run>        Of several runs: what the groups are compared with: a
                                run, or a column's value as axis=value; may be
                                repeated.
        --force                 Overwrite a file that is there already and is no
                                report.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "export",
      #"""
      OVERVIEW: Writes what runs have found into files for NumPy, pandas, R and
      TensorBoard.

      npz: the arrays of a run, or of one of its nodes. Samples are `samples`, what
      evaluations drew is `arrays/NAME`, parameters are `parameters/dense-0.kernel`
      and so on, their moving average `ema/…`; without a node, each has the node's
      name in front: `walk/samples`.

      csv: the metrics of runs, a row for each value, to standard output unless
      --output names a file; the columns are experiment, run, one for each axis of a
      sweep, seed, status, node, step, metric and value.

      tensorboard: the metrics of runs as events, in a directory for each run;
      `tensorboard --logdir DIR` shows them.

      reference: a run in little, for `verify --against` on other machines: digests,
      final metrics, spec, plan, a few draws.

      USAGE: scorewalk export [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> ... --to <to> [--output <path>] [--step <n>] [--final] [--force]

      ARGUMENTS:
        <run>                   Runs, as everywhere; for npz one run, and after it
                                one of its nodes, or all that are done; for reference
                                one run.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        --to <to>               The format: csv, npz, tensorboard or reference.
                                (values: csv, npz, reference, tensorboard)
        -o, --output <path>     The file to write, or the directory of tensorboard
                                and reference; named after what is in it unless said.
        --step <n>              For npz: which state of the training; the last unless
                                said.
        --final                 For csv: only the final metrics.
        --force                 Overwrite what is there already.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "rm",
      #"""
      OVERVIEW: Removes the directories of runs, after a question.

      Their numbers stay taken. What they share with the store goes with `scorewalk
      gc`. A run that is running is left alone.

      USAGE: scorewalk rm [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <run> ... [--dry-run] [--yes]

      ARGUMENTS:
        <run>                   Runs: NAME (its latest), NAME/7, words, NAME@-2,
                                paths, globs; narrowed by key=value, status:S, tag:T,
                                sweep:ID.

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        -n, --dry-run           Show what would be removed, and remove nothing.
        -y, --yes               Do not ask.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "gc",
      #"""
      OVERVIEW: Removes from the store what no run refers to, and what killed
      processes left behind.

      It shows what there is with its size and asks. Nothing that a run refers to
      goes, and nothing that a process works on; runs that begin meanwhile are safe.

      USAGE: scorewalk gc [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] [--dry-run] [--yes]

      OPTIONS:
        -C <dir>                Work as if started in this directory.
        --results <dir>         The directory of all results. (default: results)
        --color <color>         When to colour: auto, always or never. (values: auto,
                                always, never; default: auto)
        --json                  Print JSON.
        -q, --quiet             Say nothing but warnings, errors and results.
        -v, --verbose           Say more: the log of every node as it ends.
        -n, --dry-run           Show what would be removed, and remove nothing.
        -y, --yes               Do not ask.
        --version               Show the version.
        -h, --help              Show help information.


      """#
    ),
    (
      "schema",
      #"""
      OVERVIEW: Prints the JSON Schema of a spec, for editors.

      Save it, and begin a spec with `# yaml-language-server: $schema=PATH`: an
      editor with a YAML language server then completes and checks keys while you
      type. What takes the whole spec to see, `scorewalk check` finds.

      USAGE: scorewalk schema [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose]

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
    (
      "doctor",
      #"""
      OVERVIEW: Says what this machine has and lacks, which kernels it uses, and how
      fast they are.

      It measures for a second, and tries the results directory with a file of its
      own. Exit code 1 where something does not work.

      USAGE: scorewalk doctor [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose]

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
      "completions",
      #"""
      OVERVIEW: Prints a script with which a shell completes commands, options, runs,
      specs and their keys.

      bash: scorewalk completions bash >
      ~/.local/share/bash-completion/completions/scorewalk
      zsh: scorewalk completions zsh > a directory of $fpath, as _scorewalk
      fish: scorewalk completions fish > ~/.config/fish/completions/scorewalk.fish

      USAGE: scorewalk completions [-C <dir>] [--results <dir>] [--color <color>] [--json] [--quiet] [--verbose] <shell>

      ARGUMENTS:
        <shell>                 The shell: bash, zsh or fish. (values: bash, zsh,
                                fish)

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
