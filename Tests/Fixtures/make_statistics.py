"""Writes statistics.json: reference values for the tests of Student's t, t tests, power and Holm's correction.

Needs NumPy, SciPy and mpmath. Values are SciPy's. Where SciPy overflows (it squares t) or its quantile fails, they are
mpmath's with 40 digits instead; everywhere the two are compared, and must agree to 1e-12. SciPy has no Holm and no power:
they are written out here. The tests read the committed file and need no Python:

    pip install numpy scipy mpmath
    python3 Tests/Fixtures/make_statistics.py
"""

import json
import pathlib

import mpmath as mp
import numpy as np
from scipy import special, stats

mp.mp.dps = 40
rng = np.random.default_rng(20240611)
counts = {"scipy": 0, "mpmath": 0}


def choose(scipy_value, exact):
    """SciPy's value where it is right, else the exact one."""
    exact = float(exact)
    if exact == scipy_value or abs(scipy_value - exact) <= 1e-12 * abs(exact):
        counts["scipy"] += 1
        return float(scipy_value)
    counts["mpmath"] += 1
    return exact


def t_tail(df, t):
    df, t = mp.mpf(df), mp.mpf(t)
    return mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2


def t_density(df, t):
    df, t = mp.mpf(df), mp.mpf(t)
    log = -(df + 1) / 2 * mp.log1p(t * t / df) - mp.log(df) / 2
    return mp.exp(log) / mp.beta(df / 2, mp.mpf(1) / 2)


def t_quantile(df, q, start):
    """The t with a tail of q, by Newton's method in log t."""
    z = mp.log(mp.mpf(start))
    for _ in range(500):
        t = mp.exp(z)
        tail = t_tail(df, t)
        step = (mp.log(mp.mpf(q)) - mp.log(tail)) / (-t * t_density(df, t) / tail)
        z += step
        if abs(step) < mp.mpf(10) ** -25:
            return mp.exp(z)
    raise ArithmeticError((df, q))


def student():
    rows = []
    for df in [1, 1.5, 2, 2.7, 3, 4, 5.25, 9, 17.5, 30, 99, 250.75, 1e3, 1e4, 123456.7, 1e6]:
        tails = []
        for q in [0.49, 0.4, 0.3, 0.25, 0.2, 0.1, 0.05, 0.025, 0.005, 1e-4, 1e-6, 1e-10, 1e-20, 1e-50, 1e-100, 1e-200, 1e-300]:
            start = stats.t.isf(q, df)
            t = choose(start, t_quantile(df, q, start if 0 < start < np.inf else stats.norm.isf(q)))
            tails.append({"q": q, "t": t})
        points = []
        for t in [1e-12, 1e-3, 0.1, 0.7, 1, 1.6, 1.8, 2.5, 5, 12, 30, 1e3, 1e8]:
            tail = t_tail(df, t)
            if tail < mp.mpf("1e-300"):
                continue
            points.append({
                "t": t,
                "tail": choose(stats.t.sf(t, df), tail),
                "density": choose(stats.t.pdf(t, df), t_density(df, t)),
            })
        rows.append({"df": df, "quantiles": tails, "points": points})
    return rows


def nct_tail(df, delta, t):
    """The mixture over the chi-squared variable, by mpmath."""
    df, delta, t = mp.mpf(df), mp.mpf(delta), mp.mpf(t)
    log_norm = mp.log(2) + df / 2 * mp.log(df / 2) - mp.loggamma(df / 2)
    width = 1 / mp.sqrt(2 * df)

    def integrand(u):
        return mp.exp(log_norm + df * u - df / 2 * mp.exp(2 * u)) * mp.ncdf(delta - t * mp.exp(u))

    low, high = -(9 * width * 2 + 60 / df), 9 * width + mp.mpf("0.1")
    cuts = [low + (high - low) * k / 24 for k in range(25)]
    return mp.quad(integrand, cuts)


def noncentral():
    rows = []
    mp.mp.dps = 25
    for df in [1, 2, 4.5, 9, 18, 98, 1998]:
        critical = stats.t.isf(0.025, df)
        for delta in [0, 0.3, 1, 2.8, 6, 15]:
            for t in [-critical, 0.5, critical, 4]:
                exact = nct_tail(df, delta, t)
                scipy_value = stats.nct.sf(t, df, delta)
                if abs(scipy_value - float(exact)) <= 1e-11:
                    counts["scipy"] += 1
                    value = float(scipy_value)
                else:
                    counts["mpmath"] += 1
                    value = float(exact)
                rows.append({"df": df, "delta": delta, "t": t, "tail": value})
    mp.mp.dps = 40
    return rows


def power(df, delta):
    critical = stats.t.isf(0.025, df)
    # SciPy gives NaN for the far tail where it is below the smallest number.
    return stats.nct.sf(critical, df, delta) + np.nan_to_num(stats.nct.cdf(-critical, df, delta))


def seeds():
    rows = []
    for effect in [0.1, 0.25, 0.5, 1, 2, 5]:
        paired = next(n for n in range(2, 100000) if power(n - 1, effect * np.sqrt(n)) >= 0.8)
        two = next(n for n in range(2, 100000) if power(2 * n - 2, effect * np.sqrt(n / 2)) >= 0.8)
        rows.append({
            "effect": effect, "paired": paired, "two_sample": two,
            "paired_power_at_10": power(9, effect * np.sqrt(10)),
            "two_sample_power_at_10": power(18, effect * np.sqrt(5)),
        })
    return rows


def tests():
    rows = []
    for n, m, shift, scale in [(2, 2, 0, 1), (3, 3, 1, 1), (5, 5, 0.2, 3), (10, 10, 0.5, 1), (8, 3, -1, 0.1), (4, 25, 30, 10)]:
        a = np.round(rng.normal(size=n), 6)
        b = np.round(shift + scale * rng.normal(size=m), 6)
        welch = stats.ttest_ind(b, a, equal_var=False)
        interval = welch.confidence_interval(0.95)
        row = {
            "a": a.tolist(), "b": b.tolist(),
            "welch": {"t": welch.statistic, "df": welch.df, "p": welch.pvalue,
                      "low": interval.low, "high": interval.high},
        }
        if n == m:
            b = np.round(b + 0.9 * a, 6)
            paired = stats.ttest_rel(b, a)
            interval = paired.confidence_interval(0.95)
            row["paired"] = {"b": b.tolist(), "t": paired.statistic, "df": float(paired.df), "p": paired.pvalue,
                             "low": interval.low, "high": interval.high,
                             "r": float(np.corrcoef(a, b)[0, 1])}
        mean = stats.ttest_1samp(a, 0).confidence_interval(0.95)
        row["mean"] = {"mean": float(np.mean(a)), "deviation": float(np.std(a, ddof=1)),
                       "low": mean.low, "high": mean.high}
        rows.append(row)
    return rows


def holm(p):
    order = np.argsort(p, kind="stable")
    steps = [min(1, (len(p) - k) * p[i]) for k, i in enumerate(order)]
    result = np.empty(len(p))
    result[order] = np.maximum.accumulate(steps)
    return result.tolist()


def corrections():
    sets = [[0.03], [0.01, 0.04, 0.03, 0.005], [0.5, 0.6, 0.7], [1e-9, 0.9, 0.02, 0.02, 0.011]]
    return [{"p": p, "adjusted": holm(p)} for p in sets]


def kolmogorov():
    return [{"lambda": x, "tail": special.kolmogorov(x)}
            for x in [0.03, 0.1, 0.3, 0.5, 0.8, 1, 1.17, 1.18, 1.19, 1.3581, 2, 3, 5, 10, 18]]


fixture = {
    "student": student(), "noncentral": noncentral(), "seeds": seeds(), "tests": tests(),
    "holm": corrections(), "kolmogorov": kolmogorov(),
}
path = pathlib.Path(__file__).with_name("statistics.json")
path.write_text(json.dumps(fixture, default=float, allow_nan=False).replace("}, ", "},\n") + "\n")
print(counts)
