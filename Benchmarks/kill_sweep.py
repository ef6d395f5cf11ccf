#!/usr/bin/env python3
"""Kills a sweep at random instants, resumes it until it is done, and compares every byte with an undisturbed one.

    python3 Benchmarks/kill_sweep.py [--trials 50] [--signal KILL|TERM] [--spec SPEC] [--seed N]

Each trial kills several times in a row, with -j 1, 2 or 4. Prints a line a trial; exit code 1 where bytes differ.
"""

import argparse
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def results(directory: pathlib.Path) -> dict[str, dict[str, bytes]]:
    """The bytes that the manifests name, by the point's label."""
    points = {}
    for record in sorted(directory.glob("*/[0-9]*/run.json")):
        label = json.loads(record.read_text())["sweep"]["label"]
        run = record.parent
        files = json.loads((run / "manifest.json").read_text())["files"]
        points[label] = {name: (run / name).read_bytes() for name in [*files, "manifest.json"]}
    return points


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--signal", choices=["KILL", "TERM"], default="KILL")
    parser.add_argument("--spec", default=str(ROOT / "experiments/step-size-sweep.yaml"))
    parser.add_argument("--executable", default=str(ROOT / ".build/release/scorewalk"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="scorewalk-kill-"))

    def command(*words: str, jobs: int, place: pathlib.Path) -> list[str]:
        return [
            options.executable, *words, "--results", str(place), "-q", "-j", str(jobs),
            "--checkpoint-seconds", "0.02",
        ]

    began = time.monotonic()
    subprocess.run(
        command("run", options.spec, jobs=2, place=work / "reference"), check=True,
        stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    reference = results(work / "reference")
    different = kills = 0
    for trial in range(options.trials):
        place = work / f"trial-{trial}"
        jobs = generator.choice([1, 2, 4])
        words, count = ["run", options.spec], 0
        while True:
            process = subprocess.Popen(
                command(*words, jobs=jobs, place=place), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            try:
                limit = generator.uniform(0, 0.5) * seconds if count < 5 else None
                code = process.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                process.send_signal(getattr(signal, "SIG" + options.signal))
                code = process.wait()
                count += 1
            if code == 0:
                break
            if code not in (-signal.SIGKILL, -signal.SIGTERM, 75):
                print(f"trial {trial}: exit code {code}")
                return 1
            runs = sorted(place.glob("*/[0-9]*/run.json"))
            if runs:
                words = ["resume", str(generator.choice(runs).parent)]
        found = results(place)
        names = [
            f"{label}: {name}" for label in reference
            for name in reference[label]
            if found.get(label, {}).get(name) != reference[label][name]
        ]
        if names or set(found) != set(reference):
            different += 1
        kills += count
        print(
            f"trial {trial + 1}: -j {jobs}, {options.signal} {count} times, "
            f"{len(found)} points, {len(names)} files differ", flush=True)
        shutil.rmtree(place)
    shutil.rmtree(work)
    print(f"{options.trials} trials, {kills} kills, {different} with other bytes")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
