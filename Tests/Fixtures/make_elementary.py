"""Writes elementary.json: arguments and correctly rounded values of the elementary functions.

Each entry is [x, y, offset]: x and y as hexadecimal bits of the format, y correctly rounded, and
the true value minus y in units in the last place of y (between -1/2 and 1/2), so that a test knows
the error of a result to 0.001 ulp.
Run: python3 make_elementary.py [points per function] > elementary.json   (needs mpmath)
"""
import json
import random
import struct
import sys
from mpmath import mp, mpf, exp, expm1, log, log1p, sin, cos, tanh, erf, erfc, sqrt, pi, fabs, erfinv

mp.prec = 1400
POINTS = int(sys.argv[1]) if len(sys.argv) > 1 else 160
FORMATS = {"float64": ("<d", "<Q", 53, -1074, 1024), "float32": ("<f", "<I", 24, -149, 128)}


def normal_cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def normal_quantile(p):
    if p == mpf(1) / 2:
        return mpf(0)
    if p > mpf(1) / 2:
        return -normal_quantile(1 - p)
    z = sqrt(-2 * log(p)) if p < mpf("0.05") else -sqrt(mpf(2)) * float_erfinv(2 * p - 1)
    for _ in range(100):  # Newton on the logarithm
        q = normal_cdf(-z)
        step = (log(q) - log(p)) * q * exp(z * z / 2) * sqrt(2 * pi)
        z += step
        if fabs(step) < mpf(2) ** -150:
            return -z
    raise ArithmeticError("no quantile")


def float_erfinv(x):
    return erfinv(mpf(x))


def inverse_erf(x):
    if fabs(x) < mpf("0.5"):
        return float_erfinv(x)
    size = -normal_quantile((1 - fabs(x)) / 2) / sqrt(mpf(2))
    return size if x > 0 else -size


def softplus(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


def sigmoid(x):
    return 1 / (1 + exp(-x))


def powers(low, high, signs=(1, -1)):
    """Numbers of random sign and of magnitude 2^low ... 2^high, evenly in the exponent."""
    return lambda r, k: r.choice(signs) * 2.0 ** r.uniform(low, high)


def uniform(low, high):
    return lambda r, k: r.uniform(low, high)


def around(centre, low, high, signs=(1, -1)):
    return lambda r, k: centre + r.choice(signs) * 2.0 ** r.uniform(low, high)


def multiples(step, count):
    return lambda r, k: r.randint(-count, count) * step


def domains(single):
    top = 127.9 if single else 1023.9
    bottom = -149 if single else -1074
    eps = -24 if single else -53
    largest = 88.7 if single else 709.7
    smallest = -103.9 if single else -745.1
    quarter = float(pi / 2)
    return {
        "exp": (exp, [uniform(smallest, largest), powers(eps - 5, 3), uniform(smallest, smallest + 40),
                      uniform(-1, 1)]),
        "expm1": (expm1, [uniform(-45, largest), powers(bottom, 3), powers(-10, 1), uniform(-2, 2)]),
        "log": (log, [powers(bottom, top, (1,)), around(1, eps, -1), uniform(0.5, 2),
                      uniform(0.6, 1.6)]),
        "log1p": (log1p, [powers(eps - 5, top, (1,)), around(-1, eps, -1, (1,)), powers(bottom, -1),
                          uniform(-0.5, 1.5)]),
        "sin": (sin, [uniform(-10, 10), powers(-30, top), multiples(quarter, 1000000),
                      uniform(-600000, 600000), powers(-10, 0)]),
        "cos": (cos, [uniform(-10, 10), powers(-30, top), multiples(quarter, 1000000),
                      uniform(-600000, 600000), powers(-10, 0)]),
        "tanh": (tanh, [uniform(-3, 3), powers(bottom, 4.3), powers(-8, 2), uniform(-1, 1)]),
        "softplus": (softplus, [uniform(smallest, 40), uniform(-5, 5), powers(eps, 9),
                                uniform(-1, 1)]),
        "sigmoid": (sigmoid, [uniform(smallest, 40), uniform(-5, 5), powers(eps, 6),
                              uniform(-1, 1)]),
        "erf": (erf, [uniform(-6, 6), powers(bottom, 2), uniform(-1, 1), around(1, -30, -3)]),
        "erfc": (erfc, [uniform(-6, 9.1 if single else 26.5), powers(eps, 1), uniform(-1, 2),
                        around(0.5, -30, -3)]),
        "erfinv": (inverse_erf, [uniform(-1, 1), powers(bottom, -1), around(1, eps, -2, (-1,)),
                                 around(0.75, -20, -4)]),
        "normalCDF": (normal_cdf, [uniform(-12.9 if single else -37.5, 6), powers(eps, 1),
                                   uniform(-3, 3), around(-0.65, -20, -4)]),
        "normalQuantile": (normal_quantile, [uniform(0, 1), powers(bottom, -1, (1,)),
                                             around(1, eps, -2, (-1,)), around(0.5, eps, -2),
                                             around(0.135, -20, -6)]),
    }


def bits(value, form):
    return struct.unpack(form[1], struct.pack(form[0], value))[0]


def rounded(value, form):
    """The nearest number of the format (ties cannot happen) and the rest in ulp; None on overflow."""
    if value == 0:
        return 0.0, 0.0
    exponent = int(mp.floor(log(fabs(value), 2)))
    ulp = mpf(2) ** max(exponent - form[2] + 1, form[3])
    count = mp.nint(value / ulp)
    if fabs(count * ulp) >= mpf(2) ** form[4]:
        return None
    return float(count * ulp), float(value / ulp - count)


result = {}
for name, form in FORMATS.items():
    result[name] = {}
    for function, (reference, makers) in domains(name == "float32").items():
        random_numbers = random.Random(f"{function} {name}")
        rows = []
        k = 0
        while len(rows) < POINTS:
            x = makers[k % len(makers)](random_numbers, k)
            k += 1
            x = struct.unpack(form[0], struct.pack(form[0], x))[0]
            if function in ("log", "normalQuantile") and x <= 0:
                continue
            if function in ("erfinv", "normalQuantile") and abs(x) >= 1 or function == "log1p" and x <= -1:
                continue
            mp.prec = 1400 if function in ("sin", "cos") else 250
            if function == "erfinv" or function == "normalQuantile":
                mp.prec = 300
            pair = rounded(reference(mpf(x)), form)
            if pair is not None:
                rows.append([f"{bits(x, form):x}", f"{bits(pair[0], form):x}", round(pair[1], 3)])
        result[name][function] = rows
print("{")
for i, (name, functions) in enumerate(result.items()):
    print(f' "{name}": {{')
    for j, (function, rows) in enumerate(functions.items()):
        lines = ",\n   ".join(json.dumps(row, separators=(",", ":")) for row in rows)
        print(f'  "{function}": [\n   {lines}\n  ]' + ("," if j + 1 < len(functions) else ""))
    print(" }" + ("," if i + 1 < len(result) else ""))
print("}")
