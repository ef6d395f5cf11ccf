"""Writes metrics.json: reference values for the tests of distributions and metrics.

Needs NumPy and SciPy; with arviz-stats installed it also checks the effective sample sizes below,
which are written out here from the definition. The tests read the committed file and need no Python:

    python3 Tests/Fixtures/make_metrics.py
"""

import json
import pathlib

import numpy as np
from scipy import integrate, optimize, stats

rng = np.random.default_rng(20240607)


def short(values):
    """Rounds to six decimals, so that the file holds exactly what the references are of."""
    return np.round(np.asarray(values, dtype=float), 6)


class Line:
    """A Gaussian mixture on the line."""

    def __init__(self, weights, means, deviations):
        self.w = np.array(weights, dtype=float) / np.sum(weights)
        self.m = np.array(means, dtype=float)
        self.s = np.array(deviations, dtype=float)

    def pdf(self, x):
        return float(np.sum(self.w * stats.norm.pdf(x, self.m, self.s)))

    def cdf(self, x):
        return np.sum(self.w * stats.norm.cdf(np.asarray(x)[..., None], self.m, self.s), axis=-1)

    def score(self, x):
        t = self.w * stats.norm.pdf(x, self.m, self.s)
        return float(np.sum(t * (self.m - x) / self.s**2) / np.sum(t))

    def points(self):
        return sorted({float(m + k * s) for m, s in zip(self.m, self.s) for k in range(-10, 11)})

    def integral(self, function):
        cuts = self.points()
        return sum(
            integrate.quad(function, a, b, epsabs=1e-14, epsrel=1e-12)[0]
            for a, b in zip(cuts, cuts[1:])
        )

    def posterior(self, y, sigma):
        total = self.s**2 + sigma**2
        t = self.w * stats.norm.pdf(y, self.m, np.sqrt(total))
        return Line(t, self.m + self.s**2 / total * (y - self.m),
                    np.sqrt(self.s**2 * sigma**2 / total))

    def median(self):
        return optimize.brentq(lambda x: self.cdf(x) - 0.5, -100, 100, xtol=1e-14, rtol=1e-15)

    def json(self):
        return {"weights": self.w.tolist(), "means": self.m.tolist(), "deviations": self.s.tolist()}


def wasserstein_to_law(samples, law):
    """Integral of |F_n - F|, cut at samples and at crossings."""
    x = np.sort(samples)
    n = len(x)
    low, high = min(law.points()[0], x[0]) - 5, max(law.points()[-1], x[-1]) + 5
    edges = np.concatenate([[low], x, [high]])
    total = 0.0
    for level, (a, b) in enumerate(zip(edges, edges[1:])):
        cuts = [a, b] + [p for p in law.points() if a < p < b]
        if law.cdf(a) < level / n < law.cdf(b):
            cuts.append(optimize.brentq(lambda t: law.cdf(t) - level / n, a, b, xtol=1e-14))
        cuts.sort()
        for c, d in zip(cuts, cuts[1:]):
            total += integrate.quad(lambda t: abs(level / n - law.cdf(t)), c, d,
                                    epsabs=1e-14, epsrel=1e-12)[0]
    return total


def effective_sample_size(chains):
    """Geyer's initial monotone sequence over chains x draws, by direct sums."""
    m, n = chains.shape
    centred = chains - chains.mean(axis=1, keepdims=True)
    cov = np.array([np.mean([np.dot(c[: n - t], c[t:]) / n for c in centred]) for t in range(n)])
    within = cov[0] * n / (n - 1)
    plus = within * (n - 1) / n + (np.var(chains.mean(axis=1), ddof=1) if m > 1 else 0.0)
    rho = 1 - (within - cov) / plus
    rho[0] = 1.0
    kept = [(rho[0], rho[1])]
    rest = None
    for t in range(2, n - 2, 2):
        if kept[-1][0] + kept[-1][1] <= 0 and t == 2:
            break
        pair = (rho[t], rho[t + 1])
        if sum(pair) <= 0:
            rest = pair
            break
        kept.append(pair)
    # ArviZ stores one pair less than it has seen and adds the next even lag alone.
    if rest is None:
        rest = kept.pop()
    sums = [sum(pair) for pair in kept]
    sums = np.minimum.accumulate(sums) if sums else np.array([0.0])
    tau = -1 + 2 * float(np.sum(sums)) + max(rest[0], 0.0)
    return m * n / max(tau, 1 / np.log10(m * n))


def split(chains):
    half = chains.shape[1] // 2
    return np.concatenate([np.stack([c[:half], c[-half:]]) for c in chains])


def autoregression(chains, draws, phi, offset=0.0):
    x = np.zeros((chains, draws))
    x[:, 0] = rng.normal(size=chains) / np.sqrt(1 - phi**2)
    for t in range(1, draws):
        x[:, t] = phi * x[:, t - 1] + rng.normal(size=chains)
    return short(x + offset * np.arange(chains)[:, None])


laws = {
    "seed-000": Line([1, 1], [-1, 1], [0.5, 0.5]),
    "seed-001": Line([2, 1], [-5, 6], [3, 1]),
    "three": Line([0.2, 0.5, 0.3], [-3, 0, 1.5], [0.7, 0.3, 1.2]),
}
result = {"laws": {}, "distances": [], "two_sample": [], "chains": [], "moments": [], "full": {}}

for name, law in laws.items():
    sigma = 0.8
    smooth = Line(law.w, law.m, np.sqrt(law.s**2 + sigma**2))
    ys = [-6.0, -1.25, 0.0, 0.3, 2.0, 7.5]
    result["laws"][name] = law.json() | {
        "fisher": law.integral(lambda x: law.pdf(x) * law.score(x) ** 2),
        "entropy": law.integral(lambda x: -law.pdf(x) * np.log(max(law.pdf(x), 1e-300))),
        "noise_level": sigma,
        "y": ys,
        "posterior_medians": [law.posterior(y, sigma).median() for y in ys],
        "minimum_absolute_error": smooth.integral(
            lambda y: smooth.pdf(y) * sum(
                w * ((p.median() - m) * (2 * stats.norm.cdf((p.median() - m) / s) - 1)
                     + 2 * s * stats.norm.pdf((p.median() - m) / s))
                for p in [law.posterior(y, sigma)] for w, m, s in zip(p.w, p.m, p.s))),
        "x": [-9.0, -2.0, 0.4, 11.0],
        "cdf": law.cdf(np.array([-9.0, -2.0, 0.4, 11.0])).tolist(),
    }
    for count, shift in ((1, 0.0), (7, 0.3), (40, 0.0), (200, 3.0)):
        pick = rng.choice(len(law.w), size=count, p=law.w)
        x = short(law.m[pick] + law.s[pick] * rng.normal(size=count) + shift)
        result["distances"].append({
            "law": name, "samples": x.tolist(),
            "ks": float(stats.ks_1samp(x, law.cdf).statistic),
            "wasserstein": wasserstein_to_law(x, law),
        })

for n, m in ((1, 1), (5, 8), (60, 45)):
    a, b = np.round(rng.normal(size=n), 1), np.round(rng.normal(0.3, 1.5, size=m), 1)  # with ties
    result["two_sample"].append({
        "a": a.tolist(), "b": b.tolist(), "ks": float(stats.ks_2samp(a, b).statistic),
        "wasserstein": float(stats.wasserstein_distance(a, b))})

for values in (short(rng.gamma(2.0, size=60)), short(rng.normal(size=25))):
    result["moments"].append({
        "samples": values.tolist(), "mean": float(np.mean(values)),
        "variance": float(np.var(values, ddof=1)), "skewness": float(stats.skew(values)),
        "excess_kurtosis": float(stats.kurtosis(values))})

for chains in (
    autoregression(4, 120, 0.7), autoregression(3, 61, 0.3), autoregression(1, 150, 0.95),
    autoregression(2, 80, -0.6), autoregression(4, 50, 0.5, offset=2.0), autoregression(2, 5, 0.2),
    autoregression(1, 4, 0.2), short(rng.normal(size=(5, 40))),
):
    entry = {
        "chains": chains.shape[0], "draws": chains.shape[1], "values": chains.ravel().tolist(),
        "identity": effective_sample_size(chains), "mean": effective_sample_size(split(chains))}
    entry["mcse"] = float(np.std(chains, ddof=1) / np.sqrt(entry["mean"]))
    try:
        from arviz_stats.base import array_stats
        for method in ("identity", "mean"):
            theirs = float(array_stats.ess(chains, chain_axis=0, draw_axis=1, method=method))
            assert abs(theirs - entry[method]) < 1e-9 * theirs, (method, theirs, entry[method])
        theirs = float(array_stats.mcse(chains, chain_axis=0, draw_axis=1, method="mean"))
        assert abs(theirs - entry["mcse"]) < 1e-9 * theirs, (theirs, entry["mcse"])
        print("ArviZ agrees on", chains.shape)
    except ImportError:
        print("arviz-stats is not installed: not compared with ArviZ")
    result["chains"].append(entry)

covariances = [[[2.0, 0.6, -0.3], [0.6, 1.0, 0.2], [-0.3, 0.2, 0.5]],
               [[0.4, -0.1, 0.0], [-0.1, 0.9, 0.5], [0.0, 0.5, 1.5]]]
means, weights = [[0.0, 1.0, -1.0], [2.0, -1.0, 0.5]], [0.3, 0.7]
xs = [[0.0, 0.0, 0.0], [1.5, -0.5, 0.25], [-3.0, 4.0, 2.0]]
result["full"] = {
    "weights": weights, "means": means, "covariances": covariances, "x": xs,
    "log_density": [float(np.log(sum(
        w * stats.multivariate_normal.pdf(x, m, c)
        for w, m, c in zip(weights, means, covariances)))) for x in xs]}

path = pathlib.Path(__file__).with_name("metrics.json")
path.write_text(json.dumps(result, indent=None, separators=(",", ":")).replace('],"', '],\n"') + "\n")
print(path.stat().st_size, "bytes")
