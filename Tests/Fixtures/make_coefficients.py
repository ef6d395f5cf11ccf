"""Writes Sources/CKernels/coefficients.h: polynomials of the elementary functions.

Each polynomial interpolates, in 60 digits, at the Chebyshev points of its interval, which is
within a small factor of the minimax one; the coefficients are then rounded to double (or float).
The largest error, computed after rounding, stands beside each; `weight` makes it relative to the
function that the polynomial is part of.
Run: python3 make_coefficients.py > ../../Sources/CKernels/coefficients.h   (needs mpmath)
"""
import struct
from mpmath import (mp, mpf, cos, pi, exp, log, expm1, atanh, sqrt, erf, erfc, erfinv, sin, tanh, fabs,
                    chop, nstr, findroot, polyval, matrix, lu_solve)

mp.dps = 60


def to_double(value):
    return mpf(float(value))


def to_float(value):
    return mpf(struct.unpack("f", struct.pack("f", float(value)))[0])


def fit(name, note, function, low, high, degree, weight, real="double"):
    low, high = mpf(low), mpf(high)
    nodes = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * k + 1) / (2 * degree + 2))
             for k in range(degree + 1)]
    # Newton's divided differences, expanded to monomials
    table = [function(x) for x in nodes]
    for order in range(1, degree + 1):
        for k in range(degree, order - 1, -1):
            table[k] = (table[k] - table[k - 1]) / (nodes[k] - nodes[k - order])
    poly = [mpf(0)]
    for k in range(degree, -1, -1):
        shifted = [mpf(0)] + poly
        poly = [shifted[i] - nodes[k] * (poly[i] if i < len(poly) else 0) for i in range(len(shifted))]
        poly[0] += table[k]
    poly = poly[:degree + 1]
    rounded = [to_double(c) if real == "double" else to_float(c) for c in poly]
    worst = mpf(0)
    for k in range(400):
        x = low + (high - low) * (k + mpf(1) / 3) / 400
        worst = max(worst, fabs((polyval(rounded[::-1], x) - function(x)) * weight(x)))
    suffix = "" if real == "double" else "f"
    print(f"// {note}; error {nstr(worst, 3)}")
    print(f"static const {real} {name}[{degree + 1}] = {{")
    for c in rounded:
        print(f"    {float(c).hex()}{suffix},")
    print("};\n")


def near(x):  # keeps clear of removable singularities
    return x if fabs(x) > mpf(10) ** -20 else mpf(10) ** -20


def log_quotient(z):  # (2 atanh s - 2 s) / s^3, z = s^2
    s = sqrt(near(z))
    return 2 * (atanh(s) - s) / s ** 3


print("// Made by Tests/Fixtures/make_coefficients.py; do not edit.\n")
half_log2 = log(mpf(2)) / 2 * mpf("1.0001")
exp_tail = lambda r: (expm1(near(r)) - near(r)) / near(r) ** 2
fit("EXP", "(e^r - 1 - r) / r^2, |r| <= log(2) / 2, relative to e^r - 1", exp_tail,
    -half_log2, half_log2, 10, lambda r: r)
fit("EXP_SHORT", "the same for results in float, relative to e^r", exp_tail,
    -half_log2, half_log2, 5, lambda r: r * r)
fit("EXP_FLOAT", "the same in float, relative to e^r", exp_tail,
    -half_log2, half_log2, 4, lambda r: r * r, "float")
fit("TANH_FLOAT", "(tanh x - x) / x^3 in x^2, |x| <= 1/2, in float",
    lambda z: (tanh(sqrt(near(z))) - sqrt(near(z))) / sqrt(near(z)) ** 3, 0, mpf(1) / 4, 4,
    lambda z: z, "float")
fit("LOG", "(2 atanh(s) - 2 s) / s^3 in s^2, s = f / (2 + f), 1 + f in [sqrt(1/2), sqrt(2)]",
    log_quotient, 0, ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.001"), 7,
    lambda z: z / 2)
fit("LOG_FLOAT", "the same in float", log_quotient, 0,
    ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.001"), 3, lambda z: z / 2, "float")
fit("LOG1P", "(2 atanh(s) - 2 s) / s^3 in s^2, s in [0, 1/3]", log_quotient, 0, mpf(1) / 9, 9,
    lambda z: z / 2)
fit("LOG1P_FLOAT", "the same in float", log_quotient, 0, mpf(1) / 9, 3, lambda z: z / 2, "float")
quarter_pi = pi / 4 * mpf("1.0001")
sin_tail = lambda z: (sin(sqrt(near(z))) - sqrt(near(z))) / sqrt(near(z)) ** 3
cos_tail = lambda z: (cos(sqrt(near(z))) - 1 + near(z) / 2) / near(z) ** 2
fit("SIN", "(sin r - r) / r^3 in r^2, |r| <= pi/4", sin_tail, 0, quarter_pi ** 2, 6, lambda z: z)
fit("COS", "(cos r - 1 + r^2/2) / r^4 in r^2, |r| <= pi/4", cos_tail, 0, quarter_pi ** 2, 6,
    lambda z: z * z)
fit("SIN_FLOAT", "the same in float", sin_tail, 0, quarter_pi ** 2, 3, lambda z: z, "float")
fit("COS_FLOAT", "the same in float", cos_tail, 0, quarter_pi ** 2, 3, lambda z: z * z, "float")
fit("ERF", "(erf(x)/x - 2/sqrt(pi)) / x^2 in x^2, |x| <= 1, relative to erf",
    lambda z: (erf(sqrt(near(z))) / sqrt(near(z)) - 2 / sqrt(pi)) / near(z), 0, 1, 13,
    lambda z: z)


def scaled_erfcx(q):  # (1 + 2a) erfcx(a), q = (a - 4) / (a + 4)
    a = 4 * (1 + q) / (1 - q)
    return (1 + 2 * a) * exp(a * a) * erfc(a)


fit("ERFCX", "(1 + 2a) exp(a^2) erfc(a) in q = (a - 4) / (a + 4), a in [0.45, 28]", scaled_erfcx,
    (mpf("0.45") - 4) / mpf("4.45"), mpf(24) / 32, 24, lambda q: 1 / scaled_erfcx(q))
inverse = lambda z: (erfinv(sqrt(near(z))) / sqrt(near(z)) - sqrt(pi) / 2) / near(z)
fit("ERFINV", "(erfinv(x)/x - sqrt(pi)/2) / x^2 in x^2, |x| <= 3/4, relative to erfinv", inverse,
    0, mpf(9) / 16, 22, lambda z: z)


def tail_quantile(t):  # z with Phi(-z) = exp(-s^2/2), over s; t = (s - 6) / (s + 6)
    s = 6 * (1 + t) / (1 - t)
    target = -s * s / 2
    z = s - log(s * sqrt(2 * pi)) / s if s > 3 else s * mpf("0.6")
    for _ in range(60):
        q = erfc(z / sqrt(mpf(2))) / 2
        step = (log(q) - target) * q * exp(z * z / 2) * sqrt(2 * pi)
        z += step
        if fabs(step) < mpf(10) ** -40:
            break
    return z / s


fit("QUANTILE", "z / s in t = (s - 6) / (s + 6), Phi(-z) = exp(-s^2 / 2), s in [2, 38.7]",
    tail_quantile, (mpf(2) - 6) / 8, mpf("32.7") / mpf("44.7"), 11,
    lambda t: 1 / tail_quantile(t))


def split(name, value, bits):  # a sum of parts of the given lengths, the last one full
    rest = value
    for k, length in enumerate(bits):
        exponent = int(mp.floor(log(fabs(rest), 2)))
        if length:
            part = mp.floor(rest * mpf(2) ** (length - 1 - exponent)) / mpf(2) ** (length - 1 - exponent)
        else:
            part = to_double(rest)
        print(f"static const double {name}_{k + 1} = {float(part).hex()};")
        rest -= part


def split_float(name, value, bits):  # the same in float, two parts
    exponent = int(mp.floor(log(value, 2)))
    part = mp.floor(value * mpf(2) ** (bits - 1 - exponent)) / mpf(2) ** (bits - 1 - exponent)
    for k, number in enumerate((part, to_float(value - part))):
        print(f"static const float {name}_{k + 1} = {float(number).hex()}f;")


split("LN2", log(mpf(2)), [42, 0])
print(f"static const double INVERSE_LN2 = {float(1 / log(mpf(2))).hex()};")
split_float("LN2_FLOAT", log(mpf(2)), 16)
split("HALF_PI", pi / 2, [33, 33, 33, 0])
split("WHOLE_HALF_PI", pi / 2, [0, 0])
print(f"static const double TWO_OVER_PI = {float(2 / pi).hex()};")
split("TWO_OVER_ROOT_PI", 2 / sqrt(pi), [0, 0])
split("HALF_ROOT_PI", sqrt(pi) / 2, [0, 0])
split("ROOT_HALF", sqrt(mpf(1) / 2), [0, 0])
split("ROOT_TWO", sqrt(mpf(2)), [0, 0])
print(f"static const double ROOT_TWO_OVER_PI = {float(sqrt(2 / pi)).hex()};\n")
mp.prec = 1500
bits = int(mp.floor(2 / pi * mpf(2) ** 1344))
print("// 64 zeros, then the first 1,344 bits of 2/pi.")
print("static const uint64_t TWO_OVER_PI_BITS[22] = {\n    0,")
for k in range(21):
    print(f"    {(bits >> (1344 - 64 * (k + 1))) & (2 ** 64 - 1):#018x}u,")
print("};")
