#!/usr/bin/env python3
"""Opens what Scorewalk writes with the programs that it is meant for, and compares every value with the run's own files.

    Tests/External/run.sh          all of it, in an environment of its own

It prints a line for each group of checks and, at the end, how many passed and failed; none at all is a failure.
"""

import argparse
import json
import math
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

import browser

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Checks:
    """Counts what held and what did not."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def __call__(self, holds, what):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}")

    def equal(self, found, expected, what):
        same = found == expected or (
            isinstance(found, float) and isinstance(expected, float)
            and math.isnan(found) and math.isnan(expected))
        self(same, f"{what}: {found!r} where {expected!r} was expected")


class Workspace:
    """A directory in which the command line is used as a person would."""

    def __init__(self, scorewalk, path):
        self.scorewalk, self.path = scorewalk, path

    def run(self, *words, code=0):
        result = subprocess.run(
            [self.scorewalk, *map(str, words)], cwd=self.path, capture_output=True, text=True,
            timeout=120, check=False)
        if result.returncode != code:
            sys.exit(
                f"scorewalk {shlex.join(map(str, words))} ended with {result.returncode}, not {code}\n"
                f"{result.stdout}{result.stderr}")
        return result.stdout

    def runs(self, *words):
        """Runs a spec; returns the directories of what came of it."""
        made = json.loads(self.run("run", *words, "--quiet", "--json"))["runs"]
        return [self.path / run["directory"] for run in made]


def number(value):
    return float(value)  # "nan", "inf" and "-inf" too


def logged(run):
    """The values of a run's metrics as (node, metric) -> [(step, value)], in their order."""
    values = {}
    for line in (run / "metrics.jsonl").read_text().splitlines():
        entry = json.loads(line)
        values.setdefault((entry["node"], entry["name"]), []).append(
            (entry["step"], number(entry["value"])))
    return values


def summary(run):
    return json.loads((run / "summary.json").read_text())["metrics"]


# Documents -----------------------------------------------------------------------------------------------------------


def blocks(document, heading):
    """The code blocks below a heading, as (language, text)."""
    text = (REPOSITORY / document).read_text()
    start = text.index(f"\n{heading}\n")
    end = text.find("\n##", start + 1)
    found = re.findall(r"```(\w+)\n(.*?)```", text[start:end if end > 0 else None], re.DOTALL)
    if not found:
        sys.exit(f"{document} has no code below '{heading}'")
    return found


def check_documents(check, workspace, run):
    """What docs/results.md says of Python is done word for word."""
    import numpy as np

    namespace, shown = {}, False
    for language, text in blocks("docs/results.md", "## Reading them in Python"):
        if language == "sh":
            for line in text.splitlines():
                words = shlex.split(line, comments=True)
                if words:
                    check.equal(words[0], "scorewalk", "a command of docs/results.md")
                    workspace.run(*words[1:])
        elif language == "python":
            exec(compile(text, "docs/results.md", "exec"), namespace)
            if not shown:
                check_lines(check, namespace["metrics"], run)
            shown = True
    walk, frame = namespace["walk"], namespace["metrics"]
    plan = {node["name"]: node for node in json.loads((run / "plan.json").read_text())["nodes"]}
    raw = (run / "samples" / "walk.npy").read_bytes()
    check.equal(walk.ndim, 3, "the axes of samples")
    check.equal(walk.dtype, np.dtype("<f4" if plan["walk"]["precision"] == "float32" else "<f8"), "their type")
    check(raw.endswith(np.ascontiguousarray(walk).tobytes()), "NumPy has other samples than the file")
    check(np.isfinite(walk).all(), "samples that are not finite")
    arrays = namespace["run"]
    check(np.array_equal(namespace["again"], walk), "the samples of an archive")
    check(np.array_equal(arrays["walk/samples"], walk), "the samples of an archive of the whole run")
    check_table(check, frame, run)
    final = namespace["final"]
    for node, metrics in summary(run).items():
        for name, value in metrics.items():
            check.equal(float(final[node, name]), number(value), f"the final {node}.{name}")


def check_lines(check, frame, run):
    """pandas' own reader of JSON is not exact, but has every line."""
    expected = [(node, name, step, value) for (node, name), values in logged(run).items() for step, value in values]
    check.equal(len(frame), len(expected), "the lines of metrics.jsonl")
    check.equal(list(frame.columns), ["node", "step", "name", "value"], "their members")
    place = lambda row: row[:3]
    rows = zip(frame["node"], frame["name"], frame["step"], frame["value"].astype(float))
    for (*found, value), (*names, exact) in zip(sorted(rows, key=place), sorted(expected, key=place)):
        check.equal(found, names, "a line of metrics.jsonl")
        check(math.isclose(value, exact, rel_tol=1e-9) or math.isnan(exact), f"the value of {names}")


# pandas --------------------------------------------------------------------------------------------------------------


def check_table(check, frame, run):
    """A frame has every value of a run's metrics, in their order."""
    rows = frame[frame["run"] == run.name]
    expected = logged(run)
    check.equal(len(rows), sum(map(len, expected.values())), f"the rows of {run.name}")
    for (node, metric), group in rows.groupby(["node", "metric"], sort=False):
        found = [(int(step), float(value)) for step, value in zip(group["step"], group["value"])]
        check(
            len(found) == len(expected[node, metric])
            and all(a[0] == b[0] and (a[1] == b[1] or math.isnan(a[1]) and math.isnan(b[1]))
                    for a, b in zip(found, expected[node, metric])),
            f"pandas reads other values of {node}.{metric}")


def check_sweep_table(check, workspace, runs):
    import pandas as pd

    workspace.run("export", "step-size-sweep/*", "--to", "csv", "-o", "sweep.csv")
    frame = pd.read_csv(workspace.path / "sweep.csv", float_precision="round_trip")
    check.equal(
        list(frame.columns),
        ["experiment", "run", "delta", "chains", "steps", "seed", "status", "node", "step", "metric", "value"],
        "the columns of a sweep")
    check.equal(frame["value"].dtype.kind, "f", "the type of the values")
    check.equal(frame["run"].nunique(), len(runs), "the runs of a sweep")
    for run in runs:
        check_table(check, frame, run)
        sweep = json.loads((run / "run.json").read_text())["sweep"]
        rows = frame[frame["run"] == run.name]
        for axis in sweep["axes"]:
            check.equal(set(rows[axis["name"]]), {axis["number"]}, f"{axis['name']} of {run.name}")
        check.equal(set(rows["seed"]), {sweep["seed"]}, f"the seed of {run.name}")
    # What the table is for: a column an axis, a row a run.
    wide = frame[frame["metric"] == "ks"].pivot_table(index="delta", columns="chains", values="value")
    check.equal(wide.shape, (4, 3), "a pivot table of a sweep")


# TensorBoard ---------------------------------------------------------------------------------------------------------


def check_events(check, directory, runs):
    """TensorBoard's loader has every value of every run."""
    from tensorboard.backend.event_processing import event_accumulator
    from tensorboard.util import tensor_util

    for run in runs:
        accumulator = event_accumulator.EventAccumulator(
            str(directory / run.parent.name / run.name), size_guidance={event_accumulator.TENSORS: 0})
        accumulator.Reload()
        expected = logged(run)
        tags = [tag for tag in accumulator.Tags()["tensors"] if not tag.startswith("_hparams_/")]
        check.equal(tags, [f"{node}/{metric}" for node, metric in expected], f"the tags of {run.name}")
        for (node, metric), values in expected.items():
            events = accumulator.Tensors(f"{node}/{metric}")
            found = [(event.step, tensor_util.make_ndarray(event.tensor_proto).item()) for event in events]
            check(
                len(found) == len(values)
                and all(a[0] == b[0] and (a[1] == b[1] or math.isnan(a[1]) and math.isnan(b[1]))
                        for a, b in zip(found, values)),
                f"TensorBoard reads other values of {node}/{metric}")
            plugin = accumulator.SummaryMetadata(f"{node}/{metric}").plugin_data.plugin_name
            check.equal(plugin, "scalars", f"the plug-in of {node}/{metric}")
        for node, metrics in summary(run).items():
            for name, value in metrics.items():
                last = accumulator.Tensors(f"{node}/{name}")[-1]
                check.equal(
                    tensor_util.make_ndarray(last.tensor_proto).item(), number(value), f"the last {node}/{name}")


def check_server(check, directory, runs):
    """What the server of TensorBoard hands to its pages: scalars, and hyperparameters grouped over seeds."""
    from tensorboard import context
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.data import provider as base
    from tensorboard.plugins.hparams import backend_context

    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(directory))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(directory))
    request = context.RequestContext()
    series = provider.read_scalars(
        request, experiment_id="", plugin_name="scalars", downsample=100_000,
        run_tag_filter=base.RunTagFilter())
    check.equal(
        sorted(series), sorted(f"{run.parent.name}/{run.name}" for run in runs), "TensorBoard's runs")
    for run in runs:
        for (node, metric), values in logged(run).items():
            found = series[f"{run.parent.name}/{run.name}"][f"{node}/{metric}"]
            check.equal([point.step for point in found], [step for step, _ in values], f"the steps of {node}/{metric}")
            check(
                all(a.value == b or math.isnan(a.value) and math.isnan(b)
                    for a, (_, b) in zip(found, values)),
                f"TensorBoard's server has other values of {node}/{metric}")
    hparams = backend_context.Context(_Context(provider))
    experiment = hparams.experiment_from_metadata(
        request, "", include_metrics=True,
        hparams_run_to_tag_to_content=hparams.hparams_metadata(request, ""), data_provider_hparams=None)
    names = {info.name for info in experiment.hparam_infos}
    check.equal(names, {"delta", "chains", "steps", "seed"}, "the hyperparameters of a sweep")


# Reports -------------------------------------------------------------------------------------------------------------

WIDTHS = (1280, 390)


def check_page(check, chromium, path, pictures=None):
    """A report opens from the disk with nothing to complain of, asks for nothing, and fits."""
    address = path.resolve().as_uri()
    for width in WIDTHS:
        for dark in (False, True):
            page = chromium.open(address, width=width, dark=dark, mobile=width < 500)
            what = f"{path.name} at {width}{', dark' if dark else ''}"
            check.equal(page.complaints, [], f"what the console has of {what}")
            check.equal(page.requests, [address], f"what {what} asks for")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            check.equal(wide, 0, f"how much {what} must be scrolled sideways")
            overflow = page.evaluate("""Array.from(document.querySelectorAll('main *')).filter((one) =>
                one.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(one).position !== 'absolute'
              ).slice(0, 5).map((one) => one.tagName + '.' + one.className)""")
            check.equal(overflow, [], f"what stands out of {what}")
            if pictures:
                page.picture(pictures / f"{path.parent.name}-{width}{'-dark' if dark else ''}.png")
            page.close()


def column(page, head, table="table.sortable"):
    """The texts of a table's column, of the rows that are shown."""
    return page.evaluate(f"""(() => {{
      const table = document.querySelector({json.dumps(table)});
      const index = Array.from(table.tHead.rows[0].cells).findIndex((cell) =>
        cell.textContent.trim() === {json.dumps(head)});
      return Array.from(table.tBodies[0].rows).filter((row) => !row.hidden).map((row) => row.cells[index].textContent);
    }})()""")


def check_table_on_page(check, page, table, head):
    """Sorting and filtering, by the keyboard alone."""
    before = column(page, head, table)
    numbers = [float(text) for text in before if text]
    focus = f"""(() => {{
      const table = document.querySelector({json.dumps(table)});
      const cell = Array.from(table.tHead.rows[0].cells).find((cell) => cell.textContent.trim() === {json.dumps(head)});
      cell.querySelector('button').focus();
      return cell.querySelector('button') === document.activeElement;
    }})()"""
    check(page.evaluate(focus), f"the head '{head}' takes the focus")
    for order in ("ascending", "descending"):
        page.key("Enter", 13, "\r")
        found = [float(text) for text in column(page, head, table) if text]
        check.equal(found, sorted(numbers, reverse=order == "descending"), f"'{head}', {order}")
        state = page.evaluate(
            f"document.querySelector({json.dumps(table)}).querySelector('th[aria-sort]').getAttribute('aria-sort')")
        check.equal(state, order, f"what a screen reader hears of '{head}'")


def check_filter(check, page, table, word, expected):
    """Types a word into a table's filter."""
    field = f"document.querySelector({json.dumps(table)}).parentElement.querySelector('input[type=search]')"
    page.evaluate(f"{field}.focus()")
    page.send("Input.insertText", {"text": word})
    shown = page.evaluate(
        f"Array.from(document.querySelector({json.dumps(table)}).tBodies[0].rows).filter((row) => !row.hidden).length")
    check.equal(shown, expected, f"the rows that have '{word}'")
    check(page.evaluate(f"{field}.closest('.table').querySelector('.count').textContent").startswith(f"{expected} of "),
          "the number of rows is told")
    page.evaluate(f"{field}.value = ''; {field}.dispatchEvent(new Event('input'))")


def check_report(check, chromium, workspace, run, pictures):
    workspace.run("report", run)
    path = run / "report.html"
    check_page(check, chromium, path, pictures)
    page = chromium.open(path.resolve().as_uri())
    check_table_on_page(check, page, "table.sortable", "value")
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true })")
    table = "#metrics details table"
    words = column(page, "node", table)
    check_filter(check, page, table, words[0], words.count(words[0]))
    # A box of the graph leads to its node, which opens.
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = false })")
    page.evaluate("document.querySelector('.graph .wide a').focus()")
    page.key("Tab", 9)
    focus = page.evaluate("getComputedStyle(document.activeElement).outline")
    check("solid 3px" in focus, f"what is seen of a box with the focus: {focus}")
    page.key("Enter", 13, "\r")
    page.wait("document.querySelectorAll('#nodes details[open]').length === 1")
    check(True, "a box of the graph opens its node")
    check_players(check, page)
    check.equal(page.complaints, [], "what the console has after all that")
    page.close()


HOSTILE = {
    "meta": '<svg xmlns="http://www.w3.org/2000/svg"><meta http-equiv="refresh" content="0;url=https://example.org/"/></svg>',
    "style": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style>.verdicts,.figures{display:none!important}</style>'
             '<rect width="9" height="9"/></svg>',
    "image": '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://example.org/a.png" width="9" height="9"/></svg>',
    "cover": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" style="position:fixed;inset:0;z-index:9">'
             '<rect width="9" height="9" onclick="alert(1)"/></svg>',
}


def check_hostile_figures(check, chromium, workspace, run):
    """What others put into a run's figures can neither leave the page, nor ask for anything, nor hide what it says."""
    (run / "figures").mkdir(exist_ok=True)
    for name, text in HOSTILE.items():
        (run / "figures" / f"hostile-{name}.svg").write_text(text)
    workspace.run("report", run, "-o", "hostile.html")
    address = (workspace.path / "hostile.html").resolve().as_uri()
    page = chromium.open(address)
    time.sleep(0.5)
    check.equal(page.evaluate("location.href"), address, "the page after half a second")
    check.equal(page.requests, [address], "what a page with hostile figures asks for")
    check.equal(page.complaints, [], "what its console has")
    check(page.evaluate("document.querySelector('.verdicts').checkVisibility()"), "its verdicts are seen")
    shown = page.evaluate("""Array.from(document.querySelectorAll('.figures figcaption')).map((one) => one.textContent)
      .filter((text) => text.startsWith('hostile-'))""")
    check.equal(shown, ["hostile-cover", "hostile-style"], "the hostile figures that have shapes")
    check.equal(page.evaluate("""Array.from(document.querySelectorAll('.figures svg')).filter((one) =>
      getComputedStyle(one).position !== 'static').length"""), 0, "figures that leave their places")
    page.close()
    for name in HOSTILE:
        (run / "figures" / f"hostile-{name}.svg").unlink()


def check_players(check, page):
    """Every animation shows one frame, and another when the slider is moved by a key."""
    count = page.evaluate("document.querySelectorAll('.player').length")
    for index in range(count):
        player = f"document.querySelectorAll('.player')[{index}]"
        shown = f"""Array.from({player}.parentElement.querySelectorAll('.frame')).map((frame, index) =>
          frame.checkVisibility() ? index : -1).filter((index) => index >= 0)"""
        check.equal(page.evaluate(shown), [0], "the frame that is shown first")
        page.evaluate(f"{player}.querySelector('input').focus()")
        page.key("ArrowRight", 39)
        check.equal(page.evaluate(shown), [1], "the frame that is shown after a key")
        check(page.evaluate(f"{player}.querySelector('output').textContent").startswith("2 of "), "its number")
        last = page.evaluate(f"Number({player}.querySelector('input').max)")
        page.key("End", 35)
        check.equal(page.evaluate(shown), [last], "the last frame")
        page.evaluate(f"{player}.querySelector('button').focus()")
        page.key("Enter", 13, "\r")
        page.wait(f"{player}.querySelector('button').textContent === 'Play' && "
                  f"Number({player}.querySelector('input').value) === {last}", 60)
        check.equal(page.evaluate(shown), [last], "the frame at which it stops")
    return count


def check_report_of_sweep(check, chromium, workspace, runs, pictures):
    (workspace.path / "sweep").mkdir()
    workspace.run("report", "step-size-sweep/*", "-o", "sweep/report.html")
    path = workspace.path / "sweep" / "report.html"
    check_page(check, chromium, path, pictures)
    page = chromium.open(path.resolve().as_uri())
    table = "#runs table"
    check.equal(len(column(page, "run", table)), len(runs), "the rows of the table of runs")
    check_table_on_page(check, page, table, "delta")
    check_table_on_page(check, page, table, "quality.ks")
    check_filter(check, page, table, "delta=0.5", len(runs) // 4)
    check_filter(check, page, table, "delta=0.5 chains=10 seed=2", 1)
    check_filter(check, page, table, "delta=0.50", len(runs) // 4)
    # A value is that value, and none that begins so: 0.05, 0.01.
    check_filter(check, page, table, "delta=0.0", 0)
    check_filter(check, page, table, "<script>", 0)
    check.equal(page.complaints, [], "what the console has after all that")
    page.close()


def check_many_runs(check, chromium, workspace, run):
    """A sweep of 500 runs stays under 5 MB, and opens."""
    subprocess.run(
        [sys.executable, "-B", REPOSITORY / "Benchmarks" / "many_runs.py", workspace.path / "results", run.parent.name,
         "500", "--distinct", "5"], check=True, stdout=subprocess.DEVNULL)
    workspace.run("report", f"{run.parent.name}/*", "-o", "many.html")
    path = workspace.path / "many.html"
    check(path.stat().st_size < 5_000_000, f"500 runs take {path.stat().st_size} bytes")
    page = chromium.open(path.resolve().as_uri())
    check.equal(len(column(page, "run", "#runs table")), 500, "the rows of 500 runs")
    check.equal(page.complaints, [], "what the console has of 500 runs")
    print(f"500 runs: {path.stat().st_size / 1e6:.2f} MB, opened in {page.seconds:.2f} s")
    check(page.seconds < 10, f"500 runs open in {page.seconds:.1f} s")
    check_filter(check, page, "#runs table", "0499-", 1)
    page.close()


class _Context:
    """As much of a plug-in's context as hyperparameters ask for."""

    def __init__(self, provider):
        self.data_provider = provider


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scorewalk", required=True)
    parser.add_argument("--scratch", required=True, type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path, help="where to put pictures of the reports")
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures = arguments.pictures.resolve()
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    check = Checks()
    workspace = Workspace(arguments.scorewalk, arguments.scratch.resolve())
    os.chdir(workspace.path)  # where the documents' paths begin
    start = time.monotonic()

    def step(name, work, *rest):
        before = check.passed + check.failed
        work(check, *rest)
        print(f"{name}: {check.passed + check.failed - before} checks, {time.monotonic() - start:.0f} s", flush=True)

    specs = REPOSITORY / "experiments"
    walk_jump = workspace.runs(specs / "walk-jump.yaml", "--smoke")
    sweep = workspace.runs(specs / "step-size-sweep.yaml", "--smoke", "-j", "2")
    step("NumPy and pandas, as docs/results.md says", check_documents, workspace, walk_jump[0])
    step("pandas, a sweep", check_sweep_table, workspace, sweep)
    workspace.run("export", "walk-jump", "step-size-sweep/*", "--to", "tensorboard", "-o", "events")
    step("TensorBoard's loader", check_events, workspace.path / "events", walk_jump + sweep)
    step("TensorBoard's server", check_server, workspace.path / "events", walk_jump + sweep)

    with browser.Browser() as chromium:
        pictures = arguments.pictures
        step("a report in Chromium", check_report, chromium, workspace, walk_jump[0], pictures)
        step("a report with hostile figures", check_hostile_figures, chromium, workspace, walk_jump[0])
        step("a report of a sweep", check_report_of_sweep, chromium, workspace, sweep, pictures)
        step("a report of 500 runs", check_many_runs, chromium, workspace, walk_jump[0])

    print(f"{check.passed} passed, {check.failed} failed")
    if check.failed or not check.passed:
        sys.exit(1)


if __name__ == "__main__":
    main()
