#!/usr/bin/env python3
"""Makes the pictures of docs/methods out of the pages' own specs.

    make method-pictures

Every complete spec of a page (a block that begins with `name:`) and every spec beside the pictures is checked and run in a
scratch directory: in full where it has figures, which are copied to docs/pictures/methods, and with --smoke where it has
none. A mistake in any of them, or a picture that a page shows and no spec draws, is a failure.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PAGES = REPOSITORY / "docs/methods"
PICTURES = REPOSITORY / "docs/pictures/methods"
LARGEST = 60_000


def specs(scratch):
    """The specs' files, written into the scratch directory where they stand in a page."""
    for page in sorted(PAGES.glob("*.md")):
        blocks = re.findall(r"^```yaml\n(name:.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
        for number, block in enumerate(blocks, 1):
            path = scratch / f"{page.stem}-{number}.yaml"
            path.write_text(block)
            yield path
    yield from sorted(PICTURES.glob("*.yaml"))


def run(scorewalk, spec, scratch):
    """Runs one spec, and gives the pictures that it has drawn."""
    results = scratch / f"results-{spec.stem}"
    options = ["-j", "2"] if "\nfigures:" in spec.read_text() else ["--smoke"]
    for words in (["check", spec], ["run", spec, *options, "--quiet", "--results", results]):
        done = subprocess.run([scorewalk, *words], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit(f"error: scorewalk {words[0]} of {spec} ends with {done.returncode}\n{done.stdout}")
    for pattern in ("*/[0-9]*/figures/*.svg", "*/sweep-*/figures/*.svg"):
        yield from results.glob(pattern)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scorewalk", required=True, type=pathlib.Path)
    scorewalk = parser.parse_args().scorewalk.resolve()
    PICTURES.mkdir(parents=True, exist_ok=True)
    made = set()
    with tempfile.TemporaryDirectory(prefix="scorewalk-methods-") as directory:
        scratch = pathlib.Path(directory)
        for spec in specs(scratch):
            drawn = list(run(scorewalk, spec, scratch))
            if not drawn:
                print(f"{spec.name}: runs")
            for figure in drawn:
                picture = PICTURES / figure.name
                shutil.copyfile(figure, picture)
                size = picture.stat().st_size
                if size > LARGEST:
                    sys.exit(f"error: {picture} has {size} bytes, more than {LARGEST}")
                made.add(picture)
                print(f"{picture.relative_to(REPOSITORY)}: {size} bytes")
    for page in sorted(PAGES.glob("*.md")):
        for link in re.findall(r"\]\((\.\./pictures/[^)]*)\)", page.read_text()):
            if (page.parent / link).resolve() not in made:
                sys.exit(f"error: {page} shows {link}, which no spec draws")


if __name__ == "__main__":
    main()
