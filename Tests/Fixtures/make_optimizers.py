"""Makes OptimizerFixtures.swift: ten steps of each optimizer in float64,
to 13 digits.

The rules are those of optax, written out: `optax.sgd`, `optax.adam`, `optax.adamw`, `optax.clip`,
`optax.clip_by_global_norm` and the schedules; and those of `jaxopt.GradientDescent`. Needs NumPy
alone; with `--check`, and optax, jaxopt and jax installed, the numbers are compared with optax
itself (to 1e-7: some of its schedules compute in float32) and with jaxopt (to 1e-12).

    python3 Tests/Fixtures/make_optimizers.py > \\
      Tests/ScorewalkTests/Optimizers/OptimizerFixtures.swift
"""

import sys

import numpy as np

STEPS = 10
START = np.array([1.5, -0.5, 0.25, 2.0, -3.0])
CURVATURE = np.array([1.0, 4.0, 0.5, 2.5, 0.1])
CENTRE = np.array([0.1, 0.2, -0.3, 0.4, -0.5])


def gradient(x, step):
    """A quadratic's, tilted a little differently at each step."""
    return CURVATURE * (x - CENTRE) + 0.125 * (step % 3 - 1)


def sgd(rate, momentum=0.0, nesterov=False):
    state = np.zeros_like(START)

    def update(g, x, step):
        nonlocal state
        if momentum == 0:
            return -rate(step) * g
        state = g + momentum * state
        return -rate(step) * (g + momentum * state if nesterov else state)

    return update


def adam(rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, weight_decay=0.0):
    m, v = np.zeros_like(START), np.zeros_like(START)

    def update(g, x, step):
        nonlocal m, v
        m = (1 - b1) * g + b1 * m
        v = (1 - b2) * g**2 + b2 * v
        mhat, vhat = m / (1 - b1 ** (step + 1)), v / (1 - b2 ** (step + 1))
        return -rate(step) * (mhat / (np.sqrt(vhat + eps_root) + eps) + weight_decay * x)

    return update


def value(x, step):
    """The function that `gradient` belongs to."""
    return np.sum(0.5 * CURVATURE * (x - CENTRE) ** 2 + 0.125 * (step % 3 - 1) * x)


def descent(stepsize=0.0, acceleration=True, maxls=15, decrease_factor=0.5):
    """`jaxopt.GradientDescent`: the rows are parameters, and after them the step size taken."""
    x, y, t, rows = START.copy(), START.copy(), 1.0, []
    size = stepsize if stepsize > 0 else 1.0
    for step in range(STEPS):
        g = gradient(y, step)
        following = y - size * g
        for _ in range(maxls if stepsize <= 0 else 0):
            moved = following - y
            decrease = size * (value(following, step) - value(y, step))
            if decrease <= size * moved @ g + 0.5 * moved @ moved + np.finfo(float).eps:
                break
            size *= decrease_factor
            following = y - size * g
        rows.append(np.append(following, size))
        if stepsize <= 0:
            size = 1.0 if size <= 1e-6 else size / decrease_factor
        next_t = 0.5 * (1 + np.sqrt(1 + 4 * t**2))
        if acceleration:
            y = following + (t - 1) / next_t * (following - x)
        else:
            y = following
        x, t = following, next_t
    return np.array(rows)


def constant(value):
    return lambda n: value


def cosine(initial, steps, final):
    alpha = final / initial
    return lambda n: initial * (
        (1 - alpha) * 0.5 * (1 + np.cos(np.pi * min(n, steps) / steps)) + alpha
    )


def exponential(initial, steps, rate, floor):
    return lambda n: max(initial * rate ** (n / steps), floor)


def piecewise(initial, scales):
    def value(n):
        result = initial
        for step, factor in scales.items():
            if n >= step:
                result *= factor
        return result

    return value


def warm_up(steps, start, rate):
    first = rate(0)
    return lambda n: start + (first - start) * n / steps if n < steps else rate(n - steps)


def global_norm(bound):
    def clip(g):
        norm = np.sqrt(np.sum(g**2))
        return g if norm < bound else g / norm * bound

    return clip


def by_value(bound):
    return lambda g: np.clip(g, -bound, bound)


CASES = {
    "sgd": (sgd(constant(0.1)), None),
    "momentum": (sgd(constant(0.05), momentum=0.9), None),
    "nesterov": (sgd(constant(0.05), momentum=0.9, nesterov=True), None),
    "adam": (adam(constant(0.1)), None),
    "adamAllConstants": (
        adam(constant(0.1), b1=0.5, b2=0.9, eps=1e-3, eps_root=1e-4), None),
    "adamW": (adam(constant(0.1), weight_decay=1e-4), None),
    "adamWStrong": (adam(constant(0.1), weight_decay=0.3), None),
    "sgdGlobalNorm": (sgd(constant(0.1)), global_norm(2.0)),
    "sgdValue": (sgd(constant(0.1)), by_value(0.75)),
    "adamCosine": (adam(cosine(0.1, 8, 0.01)), None),
    "adamExponential": (adam(exponential(0.1, 4, 0.5, 0.02)), None),
    "sgdPiecewise": (sgd(piecewise(0.2, {3: 0.5, 7: 0.1})), None),
    "adamWarmUp": (adam(warm_up(4, 0.02, cosine(0.1, 5, 0.0))), None),
}


DESCENTS = {
    "descent": {},
    "descentPlain": dict(acceleration=False),
    "descentFixed": dict(stepsize=0.1),
    "descentFixedPlain": dict(stepsize=0.1, acceleration=False),
    # Two halvings are too few at first: the last step size is taken as it is.
    "descentConstants": dict(maxls=2, decrease_factor=0.7),
}


def trajectory(update, clip):
    x, rows = START.copy(), []
    for step in range(STEPS):
        g = gradient(x, step)
        x = x + update(g if clip is None else clip(g), x, step)
        rows.append(x.copy())
    return np.array(rows)


def check(results):
    import jax

    jax.config.update("jax_enable_x64", True)
    import optax

    chain, warm = optax.chain, optax.join_schedules(
        [optax.linear_schedule(0.02, 0.1, 4), optax.cosine_decay_schedule(0.1, 5)], [4])
    theirs = {
        "sgd": optax.sgd(0.1),
        "momentum": optax.sgd(0.05, momentum=0.9),
        "nesterov": optax.sgd(0.05, momentum=0.9, nesterov=True),
        "adam": optax.adam(0.1),
        "adamAllConstants": optax.adam(0.1, b1=0.5, b2=0.9, eps=1e-3, eps_root=1e-4),
        "adamW": optax.adamw(0.1),
        "adamWStrong": optax.adamw(0.1, weight_decay=0.3),
        "sgdGlobalNorm": chain(optax.clip_by_global_norm(2.0), optax.sgd(0.1)),
        "sgdValue": chain(optax.clip(0.75), optax.sgd(0.1)),
        "adamCosine": optax.adam(optax.cosine_decay_schedule(0.1, 8, alpha=0.1)),
        "adamExponential": optax.adam(
            optax.exponential_decay(0.1, 4, 0.5, end_value=0.02)),
        "sgdPiecewise": optax.sgd(
            optax.piecewise_constant_schedule(0.2, {3: 0.5, 7: 0.1})),
        "adamWarmUp": optax.adam(warm),
    }
    worst = 0.0
    for name, rule in theirs.items():
        x = jax.numpy.array(START)
        state = rule.init(x)
        for step in range(STEPS):
            updates, state = rule.update(
                jax.numpy.array(gradient(np.array(x), step)), state, x)
            x = optax.apply_updates(x, updates)
            difference = np.max(np.abs(np.array(x) - results[name][step]))
            worst = max(worst, difference)
            assert difference < 1e-7, (name, step, difference)
    print(f"agrees with optax {optax.__version__} within {worst:.1e}", file=sys.stderr)
    check_descents(results)


def check_descents(results):
    import importlib.metadata

    import jax.numpy as jnp
    import jaxopt

    def function(x, step):
        tilt = 0.125 * (step % 3 - 1)
        return jnp.sum(0.5 * CURVATURE * (x - CENTRE) ** 2 + tilt * x)

    worst = 0.0
    for name, constants in DESCENTS.items():
        rule = jaxopt.GradientDescent(function, **constants)
        x = jnp.array(START)
        state = rule.init_state(x, 0)
        for step in range(STEPS):
            x, state = rule.update(x, state, step)
            size = results[name][step][-1]
            if constants.get("stepsize", 0) <= 0:
                size = 1.0 if size <= 1e-6 else size / constants.get("decrease_factor", 0.5)
            theirs = np.append(np.array(x), float(state.stepsize))
            difference = np.max(np.abs(theirs - np.append(results[name][step][:-1], size)))
            worst = max(worst, difference)
            assert difference < 1e-12, (name, step, difference)
    version = importlib.metadata.version("jaxopt")
    print(f"agrees with jaxopt {version} within {worst:.1e}", file=sys.stderr)


def main():
    results = {name: trajectory(*case) for name, case in CASES.items()}
    results |= {name: descent(**constants) for name, constants in DESCENTS.items()}
    if "--check" in sys.argv:
        check(results)
    print("// Made by Tests/Fixtures/make_optimizers.py; do not edit.")
    print()
    print("/// Parameters after each of ten steps, by the rules of optax and jaxopt in float64; of jaxopt's")
    print("/// with the step size behind them.")
    print("enum OptimizerFixtures {")
    for index, (name, rows) in enumerate(results.items()):
        if index:
            print()
        print(f"  static let {name}: [[Double]] = [")
        for row in rows:
            print("    [" + ", ".join(f"{float(value):.13g}" for value in row) + "],")
        print("  ]")
    print("}")


if __name__ == "__main__":
    main()
