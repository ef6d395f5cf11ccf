"""Prints the numbers that stand in JAXRandomTests.swift and in both Seed001Tests.swift, with JAX and
jaxopt themselves (made with jax 0.10.2 and jaxopt 0.8.5 on a CPU):

    python3 Tests/Fixtures/make_jax.py
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from jax.example_libraries import stax


def show(name, values):
    print(f"{name}: {np.asarray(values).tolist()}")


def numbers(partitionable):
    jax.config.update("jax_threefry_partitionable", partitionable)
    print("partitionable" if partitionable else "original")
    zero, root = random.PRNGKey(0), random.PRNGKey(45)
    three = random.split(root, 3)
    show("split 3", three)
    show("split 2", random.split(root))
    show("split 3, 2, then 5, 3", random.split(three[2], 5)[3])
    show("bits of 0", random.bits(zero, (4,)))
    show("bits of 45", random.bits(root, (5,)))
    show("uniform", random.uniform(zero, (4,)))
    bound = jax.lax.erf(jnp.float32(2) / jnp.sqrt(jnp.float32(2)))
    show("uniform between bounds", random.uniform(zero, (10001,), minval=-bound, maxval=bound)[:3])
    show("normal", random.normal(zero, (4,)))
    show("truncated normal", random.truncated_normal(zero, -2, 2, (4,)))
    show("normal of key 0 of 3", random.normal(three[0], (4,)))
    many = np.asarray(random.normal(three[0], (10000,)), dtype=np.float64)
    show("normal, 10000 of key 0 of 3", many[:4])
    show("their sum", many.sum())
    many = np.asarray(random.truncated_normal(three[0], -2, 2, (10000,)), dtype=np.float64)
    show("sum of 10000 truncated ones", many.sum())


def parameters():
    jax.config.update("jax_threefry_partitionable", True)
    init, _ = stax.serial(stax.Dense(5), stax.Tanh, stax.Dense(3), stax.Tanh, stax.Dense(2))
    _, layers = init(random.PRNGKey(7), (-1, 2))
    for layer in layers:
        if layer:
            show("kernel", layer[0].ravel()[:3])
            show("bias", layer[1][:2])


def rows():
    jax.config.update("jax_threefry_partitionable", False)
    keys = random.split(random.PRNGKey(5), 4)
    show("rows of component 0",
         random.normal(keys[1], (3, 2)) * jnp.float32([2, 0.5]) + jnp.float32([1, -1]))
    show("rows of component 1",
         random.normal(keys[2], (2, 2)) * jnp.float32([1, 3]) + jnp.float32([10, 20]))


def seed_001():
    """The cells of notebook 02 of ericmjl/score-models at 29b0cdb, and twelve updates."""
    import jaxopt

    jax.config.update("jax_threefry_partitionable", False)
    k1, k2, k3 = random.split(random.PRNGKey(45), 3)
    data = jnp.concatenate(
        [random.normal(k1, shape=(10000,)) * 3 - 5, random.normal(k2, shape=(5000,)) * 1 + 6])
    show("mean", np.asarray(data, dtype=np.float64).mean())
    show("variance", np.asarray(data, dtype=np.float64).var())
    init, apply = stax.serial(stax.Dense(1024), stax.Relu, stax.Dense(1))
    _, start = init(random.split(k3)[0], (None, 1))
    show("W1", start[0][0][0, :4])
    show("b1", start[0][1][:4])
    show("W2", start[2][0][:4, 0])
    show("b2", start[2][1])

    def score(theta, x):
        return apply(theta, x.reshape(-1, 1)).squeeze()

    def loss(theta, batch):
        slope = jax.vmap(jax.grad(score, argnums=1), in_axes=(None, 0))(theta, batch)
        values = jax.vmap(score, in_axes=(None, 0))(theta, batch)
        return jnp.mean(slope) + 0.5 * jnp.mean(values**2)

    rule = jaxopt.GradientDescent(loss, maxiter=1200)
    theta, state = start, rule.init_state(start, data)
    update = jax.jit(rule.update)
    show("loss", loss(theta, data))
    for _ in range(12):
        theta, state = update(theta, state, data)
        show("loss and next step size", [float(loss(theta, data)), float(state.stepsize)])


def main():
    numbers(False)
    numbers(True)
    parameters()
    rows()
    seed_001()


if __name__ == "__main__":
    main()
