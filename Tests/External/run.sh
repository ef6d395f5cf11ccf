#!/usr/bin/env bash
# Opens what Scorewalk writes with the programs that it is meant for: NumPy, pandas, TensorBoard.
# Works in .build-external; the Python environment there is made once, and again when the requirements change.
set -euo pipefail
cd "$(dirname "$0")/../.."

scratch=$PWD/.build-external
scorewalk=${SCOREWALK:-$PWD/.build/release/scorewalk}
requirements=Tests/External/requirements.txt
python=$scratch/venv/bin/python

if [ ! -x "$scorewalk" ]; then
  echo "error: there is no $scorewalk" >&2
  echo "   help: build it with make build" >&2
  exit 1
fi

mkdir -p "$scratch"
stamp=$(python3 --version; cat "$requirements")
if [ ! -x "$python" ] || [ "$(cat "$scratch/stamp" 2>/dev/null)" != "$stamp" ]; then
  echo "making a Python environment in .build-external"
  rm -rf "$scratch/venv" "$scratch/stamp"
  python3 -m venv "$scratch/venv" || {
    echo "error: python3 cannot make an environment" >&2
    echo "   help: run .ci/setup external, which installs python3-venv" >&2
    exit 1
  }
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" || {
    echo "error: pip cannot install what $requirements names" >&2
    echo "   help: look at pip's message above; pip config list shows which index it asks" >&2
    exit 1
  }
  printf '%s\n' "$stamp" > "$scratch/stamp"
fi

rm -rf "$scratch/work"
mkdir -p "$scratch/work"
exec "$python" -B Tests/External/checks.py --scorewalk "$scorewalk" --scratch "$scratch/work" "$@"
