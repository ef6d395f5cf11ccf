#!/usr/bin/env python3
"""Runs Scorewalk and its peers side by side and prints one Markdown table of ratios.

Builds nothing and needs nothing but the standard library; the peers need the packages of
peers/requirements.txt in the Python that --python names (see Benchmarks/README.md). Ours and theirs take
turns, and medians over all turns are shown. A peer's seconds leave its compilation out, but for whole
processes, which are measured from their start to results on disk.
"""
import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PEERS = os.path.join(HERE, "peers")

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--python", default=sys.executable, help="the Python that runs the peers (default: this one)")
ap.add_argument("--build", default=os.path.join(ROOT, ".build", "release"),
                help="where scorewalk and scorewalk-bench are (default: .build/release)")
ap.add_argument("--rounds", type=int, default=3, help="how many turns each side has (default: 3)")
ap.add_argument("--quick", action="store_true", help="one turn and few repeats")
ap.add_argument("--only", default="", help="groups, by comma: 000,001,002,scale,methods,limits,start (default: all)")
ap.add_argument("--ours", action="store_true", help="leave the peers out")
ap.add_argument("--json", default=None, help="write everything that was measured to this file")
args = ap.parse_args()
ROUNDS = 1 if args.quick else max(1, args.rounds)


def median(values):
    values = sorted(values)
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2


class Group:
    """What takes turns: benchmarks and a command of ours, and one peer's process."""

    def __init__(self, name, benchmarks=(), spec=None, peer=None, needs=(), once=False):
        self.name, self.benchmarks, self.spec, self.peer = name, benchmarks, spec, peer
        self.needs, self.once = needs, once


GROUPS = [
    Group("000", ["seed-000/"], "walk-jump",
          ["peer_000_walkjump.py", "--variant", "scan", "--flat", "1", "--bare", "1"], ("jax", "flax", "optax")),
    Group("001", ["seed-001/"], "langevin-1d",
          ["peer_001_langevin.py", "--variant", "fast", "--bare", "1"], ("jax", "jaxopt", "scipy"), once=True),
    Group("002", ["seed-002/"], "denoising-2d",
          ["peer_002_dsm2d.py", "--variant", "fast", "--bare", "1", "--big", "0"], ("jax", "flax", "optax")),
    Group("scale", ["chains/", "training/", "diffusions/"], None,
          ["peer_scale.py", "--chains", "128,1000,100000", "--batches", "1024", "--optimizers", "adam"],
          ("jax", "optax")),
    Group("methods", ["methods/"], None, ["peer_methods.py"], ("jax", "optax")),
    Group("limits", ["random/"], None, ["peer_limits.py", "--only", "sgemm,normal", "--skip-c"],
          ("jax", "threadpoolctl")),
    Group("start"),
]

# Work, ours, theirs, reach. A name that begins with process/ is wall seconds of a whole process, memory/ its peak in
# MiB, start/ seconds; all else is a benchmark, or a stage of a peer. "of peak" says that the reach is a share.
SECONDS, RATE, GIGAFLOPS, MEMORY = "s", "M/s", "GFLOP/s", "MiB"
CHAINS = "(i) langevin 256x256"
TINY = "(iii) langevin 1-10-10-1 softplus"
MIXTURE = "(iv) langevin analytic mixture"
DIFFUSIONS = "(v) diffusions on an analytic mixture"
ROWS = [
    ("seed 000, energy training (30,000 steps, float64)", SECONDS, "seed-000/energy-training", ["000/train_ebm"],
     "10 times"),
    ("seed 000, score training (30,000 steps, float64)", SECONDS, "seed-000/score-training", ["000/train_score"],
     "12 times"),
    ("seed 001, 1,200 full-batch iterations with the trace term", SECONDS, "seed-001/training", ["001/train"],
     "15 times"),
    ("seed 001, 1,000 chains × 2,000 steps, 1–1024–1", SECONDS, "seed-001/chains", ["001/many_chains_1000x2000"],
     "2.5 times"),
    ("seed 002, 38,000 steps of batch 8, 256 × 256", SECONDS, "seed-002/training", ["002/train"],
     "3 times; at least 2.5"),
    ("seed 002, 100 chains × 10,000 steps", SECONDS, "seed-002/chains", ["002/langevin_100x10000"], "1.6 times"),
    ("seed 002, one chain × 100,000 steps", SECONDS, "seed-002/one-chain", ["002/single_100000"], "2 times"),
    ("tiny network (1-10-10-1), 1,000 chains × 2,000 steps", SECONDS, "chains/tiny",
     [f"scale/{TINY}/1000 x 2000 batched", f"scale/{TINY}/1000 x 2000 vmap(grad)"], "15 times"),
    ("exact mixture, 100,000 chains × 1,000 steps", SECONDS, "chains/mixture",
     [f"scale/{MIXTURE}/1e5 x 1000 closed form tanh", f"scale/{MIXTURE}/1e5 x 1000 autodiff"], "7 times"),
    ("annealed Langevin, NCSN's toy, 20,000 chains × 1,000 steps", SECONDS, "methods/annealed", ["methods/annealed"],
     "faster"),
    ("underdamped Langevin (BAOAB), exact mixture, 100,000 × 1,000 steps", SECONDS, "methods/underdamped",
     ["methods/underdamped"], "faster"),
    ("Metropolis-adjusted Langevin, exact mixture, 100,000 × 1,000 steps", SECONDS, "methods/metropolis-adjusted",
     ["methods/metropolis-adjusted"], "faster"),
    ("four measurements at once, NCSN's toy, 20,000 chains × 1,000 steps", SECONDS, "methods/multi-measurement",
     ["methods/multi-measurement"], "faster"),
    ("four measurements in turn, NCSN's toy, 20,000 chains × 1,000 steps", SECONDS, "methods/sequential-measurement",
     ["methods/sequential-measurement"], "faster"),
    ("denoising at all noise levels, 3 residual layers of 64, 2,000 steps of 600 pairs", SECONDS,
     "methods/noise-conditional", ["methods/noise-conditional"], "faster"),
    ("annealed Langevin down that network, 2,000 chains × 1,000 steps", SECONDS, "methods/network-annealed",
     ["methods/network-annealed"], "faster"),
    ("EDM's Heun down that network, 50,000 chains × 18 steps", SECONDS, "methods/network-heun",
     ["methods/network-heun"], "faster"),
    ("sliced score matching, 2–64–64–2, 2,000 steps of batch 256", SECONDS, "methods/sliced", ["methods/sliced"],
     "faster"),
    ("contrastive divergence with a replay buffer, 256 chains × 10, 2,000 steps", SECONDS, "methods/replay",
     ["methods/replay"], "faster"),
    ("log densities by the flow, exact divergence, 10,000 points, float64", SECONDS, "methods/likelihood",
     ["methods/likelihood"], "faster"),
    ("reverse SDE on an exact mixture, 10,000 chains × 1,000 steps", SECONDS, "diffusions/euler-maruyama",
     [f"scale/{DIFFUSIONS}/euler-maruyama 1e4 x 1000"], "faster"),
    ("EDM's Heun on an exact mixture, 100,000 chains × 18 steps", SECONDS, "diffusions/heun",
     [f"scale/{DIFFUSIONS}/heun 1e5 x 18"], "faster"),
    ("probability flow to 1e-5 on an exact mixture, 10,000 chains", SECONDS, "diffusions/dormand-prince",
     [f"scale/{DIFFUSIONS}/dopri5 1e4"], "faster"),
    ("whole process, 000", SECONDS, "process/000", ["process/000"], "12 times"),
    ("whole process, 001", SECONDS, "process/001", ["process/001"], "12 times"),
    ("whole process, 002", SECONDS, "process/002", ["process/002"], "4 times"),
    ("standard normals, float32, one core, beside NumPy and PyTorch", RATE, "random/normals",
     ["limits/numpy_normal_f32_philox", "limits/numpy_normal_f32_pcg64", "limits/numpy_normal_f32_sfc64",
      "limits/torch_randn_f32"], "600 M/s"),
    ("256 × 256 sampling, 128 chains", GIGAFLOPS, "chains/256x256/128", [f"scale/{CHAINS}/128 chains x 200"],
     "80 % of peak"),
    ("256 × 256 sampling, 1,000 chains", GIGAFLOPS, "chains/256x256/1000", [f"scale/{CHAINS}/1000 chains x 200"],
     "80 % of peak"),
    ("256 × 256 sampling, 100,000 chains", GIGAFLOPS, "chains/256x256/100000",
     [f"scale/{CHAINS}/100000 chains x 200"], "80 % of peak"),
    ("training at batch 1,024, 256 × 256", GIGAFLOPS, "training/256x256/1024",
     ["scale/(ii) train 256x256 adam loop/batch 1024"], "70 % of peak"),
    ("training at batch 1,024, 1,024 × 1,024", GIGAFLOPS, "training/1024x1024/1024",
     ["scale/(ii) train 1024x1024 adam loop/batch 1024"], "1.1 times"),
    ("the same beside OpenBLAS's sgemm of 1,024³", GIGAFLOPS, "training/1024x1024/1024", ["limits/sgemm_1024"],
     "0.95 times"),
    ("peak memory, 000", MEMORY, "memory/000", ["memory/000"], "10 times"),
    ("peak memory, 001", MEMORY, "memory/001", ["memory/001"], "10 times"),
    ("peak memory, 002", MEMORY, "memory/002", ["memory/002"], "10 times"),
    ("start: `scorewalk --version`", SECONDS, "start/version", [], "0.020 s"),
    ("start: `scorewalk check walk-jump`", SECONDS, "start/check", [], "0.020 s"),
]

ours, theirs = {}, {}         # name -> list of numbers in the unit of its row
missing = {}                  # group -> why its peer did not run
raw = {"ours": [], "peers": []}
versions = {}


def add(table, name, *values):
    table.setdefault(name, []).extend(values)


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def steal():
    """Seconds that the hypervisor took from this machine, and those that any process had."""
    try:
        v = [int(x) for x in open("/proc/stat").readline().split()[1:]]
        hz = os.sysconf("SC_CLK_TCK")
        return v[7] / hz, (v[0] + v[1] + v[2]) / hz
    except (OSError, IndexError, ValueError):
        return 0.0, 0.0


def process(command, cwd=ROOT, one_core=False):
    """Runs a command to its end: its output, wall seconds, CPU seconds and peak memory in MiB, from wait4."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pin = (lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})) if one_core else None
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=err, preexec_fn=pin)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text, errors = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    return {"command": command, "status": child.returncode, "wall_s": wall, "out": text, "err": errors,
            "cpu_s": usage.ru_utime + usage.ru_stime, "maxrss_mib": usage.ru_maxrss / 1024}


def executable(name):
    path = os.path.join(args.build, name)
    if not os.access(path, os.X_OK):
        sys.exit(f"compare.py: no {name} in {args.build}; build it: swift build -c release --product {name}")
    return path


def run_ours(group):
    if group.benchmarks:
        few = ["--repeats", "1", "--seconds", "0"] if args.quick else ["--repeats", "3", "--seconds", "0.5"]
        done = process([executable("scorewalk-bench"), "--json", *few, *group.benchmarks])
        if done["status"] != 0:
            sys.exit(f"compare.py: scorewalk-bench failed:\n{done['err']}")
        report = json.loads(done["out"])
        raw["ours"].append(report)
        add(ours, "peak", report["peakGigaflops"])
        versions.setdefault("kernels", report["kernels"])
        for b in report["benchmarks"]:
            if "gigaflops" in b and b["name"].startswith(("chains/256", "training/")):
                add(ours, b["name"], *(b["gigaflops"] * b["median"] / t for t in b["runs"]))
                if "shareOfPeak" in b:
                    add(ours, "share " + b["name"], b["shareOfPeak"])
            elif b["unit"] == "numbers":
                add(ours, b["name"], *(b["work"] / t / 1e6 for t in b["runs"]))
            else:
                add(ours, b["name"], *b["runs"])
    if group.spec:
        with tempfile.TemporaryDirectory(prefix="scorewalk-compare-") as results:
            # The peers draw no figures either.
            done = process([executable("scorewalk"), "run", group.spec, "--quiet", "--no-figures", "--results", results])
        if done["status"] != 0:
            sys.exit(f"compare.py: scorewalk run {group.spec} failed:\n{done['err']}")
        raw["ours"].append({k: done[k] for k in ("command", "wall_s", "cpu_s", "maxrss_mib")})
        add(ours, "process/" + group.name, done["wall_s"])
        add(ours, "memory/" + group.name, done["maxrss_mib"])
    if group.name == "start":
        for name, words in (("version", ["--version"]), ("check", ["check", "walk-jump"])):
            for _ in range(5 if args.quick else 20):
                add(ours, "start/" + name, process([executable("scorewalk"), *words])["wall_s"])


def run_peer(group):
    with tempfile.TemporaryDirectory(prefix="scorewalk-compare-") as scratch:
        path = os.path.join(scratch, "peer.json")
        script, *words = group.peer
        if group.name == "limits":
            # The normals are those of one core; so that the products have all, they are a process of their own.
            for only, pin in (("sgemm", False), ("normal", True)):
                command = [args.python, os.path.join(PEERS, script), "--only", only, "--skip-c", "--json", path]
                if "torch" in absent:
                    command.append("--skip-torch")
                if not take_peer(group, process(command, one_core=pin), path):
                    return
            return
        take_peer(group, process([args.python, os.path.join(PEERS, script), *words, "--json", path]), path)


def take_peer(group, done, path):
    if done["status"] != 0:
        last = (done["err"].strip().splitlines() or ["no message"])[-1]
        missing[group.name] = f"peer failed: {last}"
        say(f"  {group.peer[0]} failed:\n{done['err'][-2000:]}")
        return False
    with open(path) as file:
        document = json.load(file)
    document["process"] = {k: done[k] for k in ("wall_s", "cpu_s", "maxrss_mib")}
    raw["peers"].append(document)
    versions.update(document["versions"])
    if group.spec:
        add(theirs, "process/" + group.name, done["wall_s"])
        add(theirs, "memory/" + group.name, done["maxrss_mib"])
        for stage, t in document["timings"].items():
            if isinstance(t, dict) and "runs" in t:
                add(theirs, f"{group.name}/{stage}", *t["runs"])
    elif group.name == "scale":
        for what, cases in document["results"].items():
            for case, r in cases.items():
                runs = [r["gflops"] * r["run_s"] / t for t in r["runs"]] if "gflops" in r else r["runs"]
                add(theirs, f"scale/{what}/{case}", *runs)
    elif group.name == "methods":
        for name, r in document["results"].items():
            if isinstance(r, dict):
                add(theirs, "methods/" + name, *r["runs"])
    else:
        cores = document["versions"]["cores"]
        for name, value in document["results"].items():
            if name.endswith("_M_per_s"):
                add(theirs, "limits/" + name[:-len("_M_per_s")], value)
            elif name == f"sgemm_1024_threads_{cores}" and isinstance(value, dict):
                add(theirs, "limits/sgemm_1024", value["gflops_median"])
    return True


def machine():
    model, system = platform.processor(), platform.platform()
    try:
        model = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
        system = next(line.split("=", 1)[1].strip().strip('"') for line in open("/etc/os-release")
                      if line.startswith("PRETTY_NAME="))
    except (OSError, StopIteration):
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2 ** 30
    return {"cpu": model, "cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory, 1), "system": system,
            "kernel": platform.release()}


def find_absent():
    """Which of the peers' modules the Python of the peers has not."""
    wanted = sorted({m for g in GROUPS for m in g.needs} | {"numpy", "torch"})
    code = f"import importlib.util as u; print(*[m for m in {wanted!r} if u.find_spec(m) is None])"
    done = process([args.python, "-c", code])
    if done["status"] != 0:
        sys.exit(f"compare.py: {args.python} does not run:\n{done['err']}")
    return set(done["out"].split())


def number(value, unit):
    if unit == SECONDS:
        return f"{value:.3g} s"
    return f"{value:.0f} {unit}"


def row(work, unit, mine, peers, reach):
    own = median(ours[mine]) if mine in ours else None
    found = [median(theirs[p]) for p in peers if p in theirs]
    group = next((p.split("/")[0 if p.split("/")[0] not in ("process", "memory") else 1] for p in peers), None)
    faster = max if unit in (RATE, GIGAFLOPS) else min
    peer = faster(found) if found else None
    left = number(peer, unit) if peer is not None else ("–" if not peers else missing.get(group, "not measured"))
    right = number(own, unit) if own is not None else "not measured"
    share = ours.get("share " + mine)
    if share:
        right += f", {100 * median(share):.0f} % of peak"
    ratio = "–"
    if peer is not None and own:
        ratio = f"{own / peer if unit in (RATE, GIGAFLOPS) else peer / own:.2g}"
    return f"| {work} | {left} | {right} | {ratio} | {reach} |"


only = set(filter(None, args.only.split(",")))
unknown = only - {g.name for g in GROUPS}
if unknown:
    sys.exit(f"compare.py: no group {', '.join(sorted(unknown))}")
chosen = [g for g in GROUPS if not only or g.name in only]
absent = set() if args.ours else find_absent()
started = datetime.datetime.now().astimezone()
stolen, used = steal()
for group in chosen:
    lacking = sorted(absent & set(group.needs))
    if args.ours:
        missing[group.name] = "left out"
    elif lacking:
        missing[group.name] = "no " + ", ".join(lacking)
    for turn in range(ROUNDS if group.name != "start" else 1):
        say(f"{group.name}, turn {turn + 1} of {ROUNDS}")
        run_ours(group)
        if group.peer and group.name not in missing and (turn == 0 or not group.once):
            run_peer(group)
stolen, used = steal()[0] - stolen, steal()[1] - used

m = machine()
named = [f"{k} {versions[k]}" for k in ("python", "jax", "jaxlib", "flax", "optax", "jaxopt", "numpy", "torch")
         if k in versions]
ours_version = process([executable("scorewalk"), "--version"])["out"].strip()
commit = process(["git", "rev-parse", "--short", "HEAD"])["out"].strip() if os.path.isdir(os.path.join(ROOT, ".git")) else ""
if commit and process(["git", "status", "--porcelain", "-uno"])["out"].strip():
    commit += " with changes"
# What was measured are the executables, which nothing here builds.
sources = [os.path.join(d, f) for top in ("Sources", "Benchmarks") for d, _, fs in os.walk(os.path.join(ROOT, top))
           for f in fs if f.endswith((".swift", ".c", ".h"))]
if commit and any(os.path.getmtime(s) > os.path.getmtime(os.path.join(args.build, b))
                  for s in sources for b in ("scorewalk", "scorewalk-bench")):
    commit += " (executables older than some sources)"
shown = {g.name for g in chosen}
print("| work | fastest peer, median | Scorewalk, median | ratio | reach |")
print("|---|---|---|---|---|")
for work, unit, mine, peers, reach in ROWS:
    parts = [p.split("/") for p in (peers or [mine])]
    if any(p[1 if p[0] in ("process", "memory") else 0] in shown for p in parts):
        print(row(work, unit, mine, peers, reach))
print()
print(f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB, {m['system']}, Linux {m['kernel']}. "
      f"Scorewalk {ours_version}{f' at {commit}' if commit else ''}"
      + (f", kernels {versions['kernels']}, peak {median(ours['peak']):.0f} GFLOP/s" if "peak" in ours else "") + ". "
      + ("; ".join(named) + ". " if named and not args.ours else "")
      + f"{started:%Y-%m-%d}, {'one turn' if ROUNDS == 1 else f'{ROUNDS} turns'}; "
      f"the hypervisor took {100 * stolen / max(1e-9, stolen + used):.0f} % of the CPU.")
if args.json:
    with open(args.json, "w") as file:
        json.dump({"machine": m, "versions": versions, "scorewalk": ours_version, "commit": commit,
                   "date": started.isoformat(timespec="seconds"), "rounds": ROUNDS, "steal_s": stolen, "cpu_s": used,
                   "missing": missing, "ours": ours, "peers": theirs, "raw": raw}, file, indent=1)
        file.write("\n")
