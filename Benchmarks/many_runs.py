"""Makes many run directories out of one: how long does `scorewalk ls` take over 5,000 runs?

    scorewalk run walk-jump --smoke --results /tmp/many
    python3 Benchmarks/many_runs.py /tmp/many walk-jump 5000
    time scorewalk ls --results /tmp/many > /dev/null
"""

import os
import pathlib
import sys

results, experiment, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
directory = results / experiment
first = sorted(p for p in directory.iterdir() if p.name[:4].isdigit())[0]
words = first.name.split("-", 1)[1]
files = [p for p in first.iterdir() if p.is_file() and p.name != "run.json"]
record = (first / "run.json").read_text()
for number in range(2, count + 1):
    name = f"{number:04d}-{words}"
    run = directory / name
    if run.exists():
        continue
    (directory / ".ids" / f"{number:04d}").mkdir(exist_ok=True)
    run.mkdir()
    for file in files:
        os.link(file, run / file.name)
    (run / "run.json").write_text(record.replace(first.name, name))
