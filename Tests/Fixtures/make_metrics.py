"""Writes metrics.json: reference values for the tests of distributions and metrics.

Needs NumPy, SciPy, ArviZ (arviz 0.23 and arviz-stats 0.8) and POT. The effective sample sizes are also
written out here from the definition and compared. The tests read the committed file and need no Python:

    pip install numpy scipy arviz arviz-stats POT
    python3 Tests/Fixtures/make_metrics.py
"""

import json
import pathlib

import arviz
import numpy as np
import ot
from arviz_stats.base import array_stats
from scipy import integrate, optimize, stats
from scipy.spatial import distance

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
    for method in ("identity", "mean"):
        theirs = float(array_stats.ess(chains, chain_axis=0, draw_axis=1, method=method))
        assert abs(theirs - entry[method]) < 1e-9 * theirs, (method, theirs, entry[method])
    theirs = float(array_stats.mcse(chains, chain_axis=0, draw_axis=1, method="mean"))
    assert abs(theirs - entry["mcse"]) < 1e-9 * theirs, (theirs, entry["mcse"])
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


def rank_rhat(chains):
    """ArviZ's rank R-hat. For one chain it has none: then its own pieces on the chain's two halves, as Stan does."""
    if chains.shape[0] > 1:
        return float(array_stats.rhat(chains, chain_axis=0, draw_axis=1, method="rank"))
    halves = split(chains)
    folded = np.abs(halves - np.median(halves))
    return float(max(array_stats._rhat(array_stats._z_scale(x)) for x in (halves, folded)))


def ranks(chains):
    axes = {"chain_axis": 0, "draw_axis": 1}
    return {
        "chains": chains.shape[0], "draws": chains.shape[1], "values": chains.ravel().tolist(),
        "rhat": rank_rhat(chains),
        "bulk": float(array_stats.ess(chains, method="bulk", **axes)),
        "tail": float(array_stats.ess(chains, method="tail", prob=(0.05, 0.95), **axes)),
        # arviz-stats 0.8 divides by the effective size of x and not of (x - mean)^2, which ArviZ and posterior take.
        "mcse_sd": float(arviz.mcse(chains, method="sd")),
    }


result["ranks"] = [
    ranks(np.array(entry["values"]).reshape(entry["chains"], entry["draws"]))
    for entry in result["chains"]
] + [
    ranks(np.round(autoregression(4, 55, 0.6))),  # ties, an odd number of draws
    ranks(np.round(2 * autoregression(1, 81, 0.8))),
    ranks(short(rng.standard_cauchy(size=(3, 41)))),
    ranks(short(rng.normal(size=(4, 60)) * np.array([[1], [1], [1], [6]]))),  # only the tails tell
    ranks((rng.random(size=(2, 101)) < 0.02).astype(float)),  # both quantiles are 0
    ranks((rng.random(size=(3, 34)) < 0.9).astype(float)),  # nothing above the upper quantile
]


def cloud(count, dimension, shift=0.0, scale=1.0):
    return short(shift + scale * rng.normal(size=(count, dimension)))


def energy_distance(x, y):
    """The V-statistic, as SciPy's is on the line."""
    return float(np.sqrt(2 * distance.cdist(x, y).mean() - distance.cdist(x, x).mean()
                         - distance.cdist(y, y).mean()))


def unbiased_mmd(x, y, bandwidth):
    """sbibm's formula: pairs of different points, exp(-d^2 / 2 l^2)."""
    def kernel(a, b):
        return np.exp(-distance.cdist(a, b, "sqeuclidean") / (2 * bandwidth**2))
    n, m = len(x), len(y)
    return float((kernel(x, x).sum() - n) / (n * (n - 1)) + (kernel(y, y).sum() - m) / (m * (m - 1))
                 - 2 * kernel(x, y).mean())


result["clouds"] = []
for dimension, n, m in ((1, 30, 45), (2, 25, 40), (2, 32, 32), (3, 50, 17), (7, 12, 20)):
    x, y = cloud(n, dimension), cloud(m, dimension, shift=0.4, scale=1.3)
    if dimension == 2 and n == 32:
        x, y = np.round(x), np.round(y)  # ties
    bandwidth = float(np.median(distance.pdist(y)))
    directions = rng.normal(size=(dimension, 9))
    directions /= np.linalg.norm(directions, axis=0)
    energy = energy_distance(x, y)
    if dimension == 1:
        assert abs(energy - stats.energy_distance(x[:, 0], y[:, 0])) < 1e-12
    result["clouds"].append({
        "dimension": dimension, "a": x.ravel().tolist(), "b": y.ravel().tolist(),
        "energy": energy, "bandwidth": bandwidth, "mmd": unbiased_mmd(x, y, bandwidth),
        "mmd_at_one": unbiased_mmd(x, y, 1.0), "directions": directions.T.tolist(),
        "sliced": float(ot.sliced_wasserstein_distance(x, y, projections=directions, p=2))})

for entry in result["two_sample"]:
    a, b = np.array(entry["a"]), np.array(entry["b"])
    entry["energy"] = float(stats.energy_distance(a, b))
    entry["wasserstein2"] = float(np.sqrt(ot.wasserstein_1d(a, b, p=2)))


def energy_to_law(samples, law):
    """The root of twice the integral of (F_n - F)^2."""
    x = np.sort(samples)
    edges = np.concatenate([[min(law.points()[0], x[0]) - 5], x, [max(law.points()[-1], x[-1]) + 5]])
    total = 0.0
    for level, (a, b) in enumerate(zip(edges, edges[1:])):
        cuts = [a] + [p for p in law.points() if a < p < b] + [b]
        for c, d in zip(cuts, cuts[1:]):
            total += integrate.quad(lambda t: (level / len(x) - law.cdf(t)) ** 2, c, d,
                                    epsabs=1e-15, epsrel=1e-12)[0]
    return float(np.sqrt(2 * total))


def wasserstein2_to_law(samples, law):
    """Cells between the law's quantiles of i/n, each carried to the i-th sample."""
    x = np.sort(samples)
    n = len(x)
    ends = law.points()[0] - 5, law.points()[-1] + 5
    edges = [ends[0]] + [
        optimize.brentq(lambda t: law.cdf(t) - i / n, *ends, xtol=1e-14) for i in range(1, n)
    ] + [ends[1]]
    total = 0.0
    for value, a, b in zip(x, edges, edges[1:]):
        cuts = [a] + [p for p in law.points() if a < p < b] + [b]
        for c, d in zip(cuts, cuts[1:]):
            total += integrate.quad(lambda t: (value - t) ** 2 * law.pdf(t), c, d,
                                    epsabs=1e-15, epsrel=1e-12)[0]
    return float(np.sqrt(total))


for entry in result["distances"]:
    law, x = laws[entry["law"]], np.array(entry["samples"])
    entry["energy"] = energy_to_law(x, law)
    entry["wasserstein2"] = wasserstein2_to_law(x, law)

points = cloud(20, 3)
bandwidth = 1.3


def embedded(x, mean, covariance):
    """E k(x, Y), Y ~ N(mean, covariance)."""
    scaled = np.eye(3) + np.array(covariance) / bandwidth**2
    shift = np.array(x) - np.array(mean)
    return np.exp(-0.5 * shift @ np.linalg.solve(scaled, shift) / bandwidth**2) / np.sqrt(
        np.linalg.det(scaled))


gram = np.exp(-distance.cdist(points, points, "sqeuclidean") / (2 * bandwidth**2))
twice = sum(v * w * embedded(m, l, np.array(c) + np.array(k))
            for v, m, c in zip(weights, means, covariances)
            for w, l, k in zip(weights, means, covariances))
result["mmd_to_full"] = {
    "points": points.ravel().tolist(), "bandwidth": bandwidth,
    "mmd": float((gram.sum() - 20) / (20 * 19) + twice - 2 * np.mean([
        sum(w * embedded(x, m, c) for w, m, c in zip(weights, means, covariances))
        for x in points]))}
result["gaussians"] = {
    "wasserstein2": float(ot.gaussian.bures_wasserstein_distance(
        np.array(means[0]), np.array(means[1]), np.array(covariances[0]),
        np.array(covariances[1])))}

path = pathlib.Path(__file__).with_name("metrics.json")
path.write_text(json.dumps(result, indent=None, separators=(",", ":")).replace('],"', '],\n"') + "\n")
print(path.stat().st_size, "bytes")
