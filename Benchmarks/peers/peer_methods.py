"""Ladders and walkers of the tool in JAX's fastest form, whole loops compiled, float32.

 annealed     20,000 chains on the toy of NCSN, 10 noise levels x 100 steps, the exact score of the noised law
 underdamped  100,000 chains x 1,000 steps of BAOAB on two modes, the score in closed form

Both scores are written out by hand, as in peer_scale.py (iv): autodiff of the log density is slower. Run under
taskset -c 0 for one core.
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import emit, median, parser  # noqa: E402

ap = parser(__doc__)
ap.add_argument("--prng", default="threefry2x32")
ap.add_argument("--repeat", type=int, default=3)
args = ap.parse_args()

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

jax.config.update("jax_default_prng_impl", args.prng)
normal = jax.random.normal
results = {}


def timed(name, f, *arguments):
    t0 = time.perf_counter()
    exe = jax.jit(f).lower(*arguments).compile()
    compiled = time.perf_counter() - t0
    runs = []
    for _ in range(args.repeat):
        t0 = time.perf_counter()
        out = jax.block_until_ready(exe(*arguments))
        runs.append(time.perf_counter() - t0)
    results[name] = {"run_s": median(runs), "runs": runs, "compile_s": compiled}
    print(f"{name:12s} {median(runs):.3f} s (compiled in {compiled:.1f} s)", file=sys.stderr, flush=True)
    return out


key = jax.random.PRNGKey(args.seed)

# The toy: mass 0.8 at (5, 5) and 0.2 at (-5, -5), noised. Its score pulls to the mean of the atoms given x, which
# depends on x through x1 + x2 alone.
LEVELS = 20.0 ** (1 - jnp.arange(10) / 9)
STEPS = 100


def annealed(x, key):
    def level(carry, sigma):
        alpha = 0.1 * sigma ** 2                      # (sigma / sigma_L)^2, sigma_L = 1
        variance = sigma ** 2

        def step(carry, _):
            x, key = carry
            key, k = jax.random.split(key)
            # log 4 = log(0.8 / 0.2); |x - m|^2 differ by 20 (x1 + x2).
            t = jnp.tanh(0.5 * (jnp.log(4.0) + 10.0 * (x[:, :1] + x[:, 1:]) / variance))
            score = (5.0 * t - x) / variance
            return (x + 0.5 * alpha * score + jnp.sqrt(alpha) * normal(k, x.shape), key), None

        return jax.lax.scan(step, carry, None, length=STEPS)[0], None

    return jax.lax.scan(level, (x, key), LEVELS)[0][0]


start = jax.random.uniform(jax.random.fold_in(key, 1), (20_000, 2), minval=-8.0, maxval=8.0)
ends = timed("annealed", annealed, start, key)
weight = float((ends.sum(1) > 0).mean())

# Modes at +-1 with standard deviation 1/2: s(x) = 4 (tanh(4 x) - x).
H, FRICTION = 0.4, 1.0
DECAY = jnp.exp(-FRICTION * H)
KICK = jnp.sqrt(1 - DECAY ** 2)


def underdamped(x, v, key):
    def score(x):
        return 4.0 * (jnp.tanh(4.0 * x) - x)

    def step(carry, _):
        x, v, s, key = carry
        key, k = jax.random.split(key)
        v = v + 0.5 * H * s
        x = x + 0.5 * H * v
        v = DECAY * v + KICK * normal(k, x.shape)
        x = x + 0.5 * H * v
        s = score(x)
        v = v + 0.5 * H * s
        return (x, v, s, key), None

    return jax.lax.scan(step, (x, v, score(x), key), None, length=1000)[0][0]


zeros = jnp.zeros((100_000,), jnp.float32)
ends = timed("underdamped", underdamped, zeros, normal(jax.random.fold_in(key, 2), zeros.shape), key)
emit(args, "peer_methods", {}, {**results, "weight": weight, "variance": float(ends.var())})
