"""Makes many run directories out of one: how long do `scorewalk ls` and `scorewalk compare` take over 5,000 runs?

    scorewalk run walk-jump --smoke --results /tmp/many
    python3 Benchmarks/many_runs.py /tmp/many walk-jump 5000
    time scorewalk ls --results /tmp/many > /dev/null

With `--distinct SEEDS` the copies are points of their own, with so many seeds each: other keys, other metrics, another value of the
first number below `sampling` for each group, so that all of them count.

    python3 Benchmarks/many_runs.py /tmp/many walk-jump 5000 --distinct 50
    time scorewalk compare walk-jump --results /tmp/many > /dev/null
"""

import argparse
import json
import os
import pathlib
import random

parser = argparse.ArgumentParser()
parser.add_argument("results", type=pathlib.Path)
parser.add_argument("experiment")
parser.add_argument("count", type=int)
parser.add_argument("--distinct", type=int, metavar="SEEDS")
arguments = parser.parse_args()

directory = arguments.results / arguments.experiment
first = sorted(p for p in directory.iterdir() if p.name[:4].isdigit())[0]
words = first.name.split("-", 1)[1]
own = ["run.json"] + (["resolved.json"] if arguments.distinct else [])
files = [p for p in first.iterdir() if p.is_file() and p.name not in own]
record = (first / "run.json").read_text()
resolved = (first / "resolved.json").read_text()
random.seed(1)


def distinct(number):
    """The record and the spec of a run that shares nothing with the others."""
    run, spec = json.loads(record), json.loads(resolved)
    group, seed = divmod(number, arguments.distinct)
    spec["seed"] = seed
    node = next(iter(spec["sampling"].values()))
    field = next(k for k, v in node.items() if isinstance(v, (int, float)) and not isinstance(v, bool))
    node[field] += group
    for item in run["nodes"]:
        item["key"] = f"{number:08x}" + item["key"][8:]
        for metric in item.get("summary", []):
            if isinstance(metric["value"], (int, float)):
                metric["value"] *= random.lognormvariate(0, 0.2)
    return json.dumps(run, indent=2, sort_keys=True) + "\n", json.dumps(spec, indent=2) + "\n"


for number in range(2, arguments.count + 1):
    name = f"{number:04d}-{words}"
    run = directory / name
    if run.exists():
        continue
    (directory / ".ids" / f"{number:04d}").mkdir(exist_ok=True)
    run.mkdir()
    for file in files:
        os.link(file, run / file.name)
    text = record
    if arguments.distinct:
        text, spec = distinct(number)
        (run / "resolved.json").write_text(spec)
    (run / "run.json").write_text(text.replace(first.name, name))
