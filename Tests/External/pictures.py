#!/usr/bin/env python3
"""Makes the pictures of reports that the README shows, with the browser that the tests use.

    make pictures

Runs `langevin-1d` and `step-size-sweep` in a scratch directory, and takes the beginning of their reports, light and dark.
"""

import argparse
import pathlib
import subprocess
import tempfile

import browser

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scorewalk", required=True, type=pathlib.Path)
    parser.add_argument("directory", type=pathlib.Path)
    arguments = parser.parse_args()
    scorewalk = arguments.scorewalk.resolve()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scorewalk-pictures-") as scratch, browser.Browser() as chromium:
        def run(*words):
            subprocess.run([scorewalk, *words, "--results", f"{scratch}/results"], check=True, cwd=REPOSITORY,
                           stdout=subprocess.DEVNULL)

        run("run", "langevin-1d", "--quiet")
        run("report", "langevin-1d", "-o", f"{scratch}/run.html")
        run("run", "step-size-sweep", "-j", "2", "--quiet")
        run("report", "step-size-sweep/*", "--metric", "quality.ks", "--metric", "quality.wasserstein", "-o",
            f"{scratch}/sweep.html")
        for name, width, height in (("run", 1280, 1500), ("sweep", 1280, 1500), ("run", 390, 1500)):
            for dark in (False, True):
                page = chromium.open(f"file://{scratch}/{name}.html", width=width, dark=dark, mobile=width < 500)
                size = "-phone" if width < 500 else ""
                path = arguments.directory / f"report-{name}{size}{'-dark' if dark else ''}.png"
                page.picture(path, height)
                page.close()
                print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
