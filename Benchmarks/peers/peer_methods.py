"""Ladders, walkers and objectives of the tool in JAX's fastest form, whole loops compiled, float32 but for the last.

 annealed            20,000 chains on the toy of NCSN, 10 noise levels x 100 steps, the exact score of the noised law
 multi-measurement   20,000 chains x 1,000 steps on the joint law of four measurements of the same toy
 sequential-measurement   the same chains, 250 steps on each measurement given those before it
 underdamped         100,000 chains x 1,000 steps of BAOAB on two modes, the score in closed form
 metropolis-adjusted 100,000 chains x 1,000 steps of MALA on the same, score and density in closed form
 noise-conditional   2,000 steps of denoising at all noise levels, 3 residual layers of 64, 600 pairs, Adam, an average
 network-annealed    2,000 chains down that network, 10 noise levels x 100 steps
 network-heun        50,000 chains of EDM's 18 steps down that network
 sliced              2,000 steps of sliced score matching, 2-64-64-2 softplus, batch 256, Adam
 replay              2,000 steps of contrastive divergence, 1-32-32-1, 256 chains x 10 steps from a buffer of 1,024
 likelihood          10,000 log densities by the flow of VP to 1e-5, exact divergence, float64

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
import numpy as np  # noqa: E402
import optax  # noqa: E402
from jax.experimental.ode import odeint  # noqa: E402

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
    print(f"{name:20s} {median(runs):.4f} s (compiled in {compiled:.1f} s)", file=sys.stderr, flush=True)
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

# Four measurements of the toy's points, each with noise of 8, and steps of a tenth of its variance.
NOISE, COUNT, STEP = 8.0, 4, 6.4


def pull(x, variance):
    t = jnp.tanh(0.5 * (jnp.log(4.0) + 10.0 * (x[:, :1] + x[:, 1:]) / variance))
    return (5.0 * t - x) / variance


def joint(x, key):
    key, k = jax.random.split(key)
    n = normal(k, (COUNT, *x.shape))

    def step(carry, _):
        y, mean, key = carry
        key, k = jax.random.split(key)
        drift = (mean - y) / NOISE ** 2 + pull(mean, NOISE ** 2 / COUNT) / COUNT
        y = y + STEP * drift + jnp.sqrt(2 * STEP) * normal(k, y.shape)
        return (y, sum(y) / COUNT, key), None

    carry = (x + NOISE * (n - sum(n) / COUNT), x, key)
    return jax.lax.scan(step, carry, None, length=1000)[0][1]


def sequential(x, key):
    earlier, y, mean = jnp.zeros_like(x), x, x
    for m in range(1, COUNT + 1):
        if m > 1:
            key, k = jax.random.split(key)
            variance = NOISE ** 2 / (m - 1)
            earlier, y = mean, mean + variance * pull(mean, variance) + NOISE * normal(k, x.shape)
            mean = earlier + (y - earlier) / m

        def step(carry, _):
            y, mean, key = carry
            key, k = jax.random.split(key)
            drift = (mean - y) / NOISE ** 2 + pull(mean, NOISE ** 2 / m) / m
            y = y + STEP * drift + jnp.sqrt(2 * STEP) * normal(k, y.shape)
            return (y, earlier + (y - earlier) / m, key), None

        y, mean, key = jax.lax.scan(step, (y, mean, key), None, length=250)[0]
    return mean


timed("multi-measurement", joint, jnp.zeros((20_000, 2)), key)
means = timed("sequential-measurement", sequential, jnp.zeros((20_000, 2)), key)
measured = float((means.sum(1) > 0).mean())

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
variance = float(ends.var())

# The same modes with Metropolis' adjustment. With t = e^(-8 |x|) one exponential gives tanh and log cosh of 4 x.
DELTA = 0.3


def adjusted(x, key):
    def density(x):
        t = jnp.exp(-8.0 * jnp.abs(x))
        return (-2.0 * x * x + 4.0 * jnp.abs(x) + jnp.log1p(t),
                4.0 * (jnp.sign(x) * (1 - t) / (1 + t) - x))

    def step(carry, _):
        x, p, s, key, count = carry
        key, k, u = jax.random.split(key, 3)
        y = x + DELTA * s + jnp.sqrt(2 * DELTA) * normal(k, x.shape)
        q, t = density(y)
        ratio = q - p - 0.5 * (s + t) * (y - x + 0.5 * DELTA * (t - s))
        moves = jnp.log1p(-jax.random.uniform(u, x.shape)) <= ratio
        x, p, s = (jnp.where(moves, b, a) for a, b in ((x, y), (p, q), (s, t)))
        return (x, p, s, key, count + moves), None

    carry = (x, *density(x), key, jnp.zeros(x.shape, jnp.int32))
    carry = jax.lax.scan(step, carry, None, length=1000)[0]
    return carry[0], carry[4]


ends, counts = timed("metropolis-adjusted", adjusted, normal(jax.random.fold_in(key, 3), (100_000,)), key)
acceptance = float(counts.mean() / 1000)


def layers(key, sizes):
    return [(normal(k, (a, b)) / np.sqrt(a), jnp.zeros(b))
            for k, a, b in zip(jax.random.split(key, len(sizes) - 1), sizes, sizes[1:])]


def perceptron(p, z, activation, is_residual=False):
    for i, (w, b) in enumerate(p[:-1]):
        h = activation(z @ w + b)
        z = z + h if is_residual and i > 0 else h
    return z @ p[-1][0] + p[-1][1]


def learn(loss, rate, average=True):
    """2,000 steps of Adam, and an average of the parameters; loss(parameters, key, carried) gives (loss, carried)."""
    adam = optax.adam(rate)

    def run(p, key, carried):
        def step(carry, _):
            p, o, ema, key, carried = carry
            key, k = jax.random.split(key)
            g, carried = jax.grad(loss, has_aux=True)(p, k, carried)
            u, o = adam.update(g, o)
            p = optax.apply_updates(p, u)
            if average:
                ema = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b, ema, p)
            return (p, o, ema, key, carried), None

        return jax.lax.scan(step, (p, adam.init(p), p, key, carried), None, length=2000)[0]

    return run


# Seed 002's mixture in the plane, and points of it.
def plane(key, count):
    k, n = jax.random.split(key)
    left = jax.random.uniform(k, (count, 1)) < 1 / 3
    return jnp.where(left, jnp.array([-10.0, 1.0]), jnp.array([10.0, 0.0])) + normal(n, (count, 2))


# The network of the spec denoising-2d-annealed, with EDM's preconditioning: sigma in log-normal law over the ladder.
LADDER = np.geomspace(27, 0.1, 10)
MIDDLE, HALF = 0.5 * np.log(27 * 0.1), 0.5 * np.log(27 / 0.1)
SIZE = 6.7                                            # the deviation of the data
points = plane(jax.random.fold_in(key, 4), 300)
conditional = layers(jax.random.fold_in(key, 5), (3, 64, 64, 64, 2))


def output(p, y, log_sigma, root):                    # root = sqrt(sigma^2 + SIZE^2)
    t = jnp.broadcast_to((log_sigma - MIDDLE) / HALF, (y.shape[0], 1))
    return perceptron(p, jnp.concatenate([y / root, t], 1), jax.nn.silu, True)


def denoising(p, key, carried):
    k, n = jax.random.split(key)
    x = jnp.concatenate([points, points])             # two draws of noise each
    log_sigma = MIDDLE + 0.5 * HALF * normal(k, (600, 1))
    sigma = jnp.exp(log_sigma)
    root = jnp.sqrt(sigma ** 2 + SIZE ** 2)
    y = x + sigma * normal(n, x.shape)
    # (x - c_skip y)/c_out, whose distance to the output EDM's weighting makes the loss
    goal = (x - SIZE ** 2 / root ** 2 * y) * root / (sigma * SIZE)
    return jnp.mean(jnp.sum((output(p, y, log_sigma, root) - goal) ** 2, 1)), carried


timed("noise-conditional", learn(denoising, 5e-3), conditional, key, ())


def conditional_score(p, y, sigma):
    root = jnp.sqrt(sigma ** 2 + SIZE ** 2)
    return -y / root ** 2 + SIZE / (sigma * root) * output(p, y, jnp.log(sigma), root)


def network_annealed(p, x, key):
    def level(carry, sigma):
        alpha = 0.05 * sigma ** 2

        def step(carry, _):
            x, key = carry
            key, k = jax.random.split(key)
            return (x + alpha * conditional_score(p, x, sigma) + jnp.sqrt(2 * alpha) * normal(k, x.shape), key), None

        return jax.lax.scan(step, carry, None, length=100)[0], None

    return jax.lax.scan(level, (x, key), jnp.asarray(LADDER, jnp.float32))[0][0]


def network_heun(p, x):
    t = (27 ** (1 / 7) + np.arange(18) / 17 * (0.1 ** (1 / 7) - 27 ** (1 / 7))) ** 7

    def step(x, ts):
        d = -ts[0] * conditional_score(p, x, ts[0])
        e = -ts[1] * conditional_score(p, x + (ts[1] - ts[0]) * d, ts[1])
        return x + (ts[1] - ts[0]) * 0.5 * (d + e), None

    x = jax.lax.scan(step, x, jnp.asarray(np.stack([t[:-1], t[1:]], 1), jnp.float32))[0]
    return x + 0.1 ** 2 * conditional_score(p, x, jnp.float32(0.1))


timed("network-annealed", network_annealed, conditional, normal(key, (2000, 2)), key)
timed("network-heun", network_heun, conditional, 27 * normal(key, (50_000, 2)))

# One random sign a coordinate and row: v . ds/dx v + |s|^2 / 2.
many = plane(jax.random.fold_in(key, 6), 10_000)
plain = layers(jax.random.fold_in(key, 7), (2, 64, 64, 2))


def sliced(p, key, carried):
    k, n = jax.random.split(key)
    x = many[jax.random.randint(k, (256,), 0, 10_000)]
    v = jax.random.rademacher(n, x.shape, jnp.float32)
    s, along = jax.jvp(lambda x: perceptron(p, x, jax.nn.softplus), (x,), (v,))
    return jnp.mean(jnp.sum(v * along + 0.5 * s * s, 1)), carried


timed("sliced", learn(sliced, 2e-3, average=False), plain, key, ())

# 256 chains of ten steps, each going on from a place of its own among 1,024, one in twenty anew.
energies = layers(jax.random.fold_in(key, 8), (1, 32, 32, 1))


def energy(p, x):
    return perceptron(p, x, jax.nn.silu)[:, 0]


def divergence(p, key, buffer):
    a, b, c, d, e, f = jax.random.split(key, 6)
    places = jax.random.permutation(a, 1024)[:256]
    x = jnp.where(jax.random.uniform(b, (256, 1)) < 0.05, 2 * normal(c, (256, 1)), buffer[places])
    downhill = jax.grad(lambda x: -energy(jax.lax.stop_gradient(p), x).sum())
    noise = jnp.sqrt(0.1) * normal(d, (10, 256, 1))
    x = jax.lax.scan(lambda x, z: (x + 0.05 * downhill(x) + z, None), x, noise)[0]
    x = jax.lax.stop_gradient(x)
    data = jnp.where(jax.random.bernoulli(e, shape=(256, 1)), 1.0, -1.0) + 0.5 * normal(f, (256, 1))
    both = energy(p, jnp.concatenate([data, x]))
    up, down = both[:256], both[256:]
    loss = up.mean() - down.mean() + 1e-3 * ((up ** 2).mean() + (down ** 2).mean())
    return loss, buffer.at[places].set(x, unique_indices=True)


timed("replay", learn(divergence, 1e-3), energies, key, 2 * normal(key, (1024, 1)))

# Log densities of seed 002's mixture along the flow of VP, in float64, with the divergence in closed form: that of
# sum_k r_k (m_k - y)/v is r_0 r_1 |m_1 - m_0|^2/v^2 - d/v.
jax.config.update("jax_enable_x64", True)


def likelihood(x):
    def beta(t):
        return 0.1 + 19.9 * t

    def flow(state, t):
        total = t * (0.1 + 0.5 * 19.9 * t)
        inverse = jnp.exp(0.5 * total)
        variance = 1 + jnp.expm1(total)               # 1 + sigma^2
        y0, y1 = state[0] * inverse, state[1] * inverse
        a0, a1, b0, b1 = -10 - y0, 1 - y1, 10 - y0, -y1
        r = jax.nn.sigmoid(np.log(2) + 0.5 * (a0 * a0 + a1 * a1 - b0 * b0 - b1 * b1) / variance)
        s0, s1 = (a0 + r * (b0 - a0)) / variance, (a1 + r * (b1 - a1)) / variance
        trace = r * (1 - r) * 401 / variance ** 2 - 2 / variance
        half = 0.5 * beta(t)
        return jnp.stack([-half * (state[0] + inverse * s0), -half * (state[1] + inverse * s1),
                          -half * (2 + inverse ** 2 * trace)])

    def one(x):
        start = jnp.append(x, 0.0)
        end = odeint(flow, start, jnp.array([1e-3, 1.0]), rtol=1e-5, atol=1e-5)[-1]
        deviation = 1 - jnp.exp(-jnp.float64(0.1 + 0.5 * 19.9))   # s^2 sigma^2 at the end
        return end[2] - 0.5 * (end[0] ** 2 + end[1] ** 2) / deviation - jnp.log(2 * jnp.pi * deviation)

    return jax.vmap(one)(x)


densities = timed("likelihood", likelihood, plane(key, 10_000).astype(jnp.float64))
emit(args, "peer_methods", {}, {**results, "weight": weight, "variance": variance, "acceptance": acceptance,
                                "entropy": float(-densities.mean()), "measured": measured})
