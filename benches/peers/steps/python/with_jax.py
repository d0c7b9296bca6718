"""JAX with the whole step in one jit that reuses its buffers. `NPROC=1 python with_jax.py W1 1`, then lines `20 100` on standard input.

On a machine with two cores, two threads need no setting. Do not pin the process to one core with taskset: the dispatching and the
computing thread would then share that core.
"""

import jax
import jax.numpy as jnp

from workloads import REGRESSION, WORKLOADS, arguments, batches, layers, serve

name, _ = arguments()
_, _, method, rate = WORKLOADS[name]
data = [(jnp.asarray(x), jnp.asarray(targets if name == REGRESSION else targets.astype("int32"))) for x, targets in batches(name)]
over = jax.tree_util.tree_map


def mean_loss(parameters, x, labels):
    *hidden, (weight, bias) = parameters
    for w, b in hidden:
        x = jax.nn.relu(x @ w + b)
    log_probabilities = jax.nn.log_softmax(x @ weight + bias)
    return -jnp.mean(jnp.take_along_axis(log_probabilities, labels[:, None], 1))


def mean_squared_error(parameters, x, targets):
    *hidden, (weight, bias) = parameters
    for w, b in hidden:
        x = jnp.tanh(x @ w + b)
    return jnp.mean((x @ weight + bias - targets) ** 2)


objective = mean_squared_error if name == REGRESSION else mean_loss


def train(state, x, targets):
    loss, gradient = jax.value_and_grad(objective)(state["parameters"], x, targets)
    if method == "sgd":
        return {"parameters": over(lambda p, g: p - rate * g, state["parameters"], gradient)}, loss
    if method == "momentum":
        velocities = over(lambda v, g: 0.9 * v + g, state["velocities"], gradient)
        parameters = over(lambda p, v: p - rate * v, state["parameters"], velocities)
        return {"parameters": parameters, "velocities": velocities}, loss
    steps = state["steps"] + 1
    means = over(lambda m, g: 0.9 * m + 0.1 * g, state["means"], gradient)
    squares = over(lambda v, g: 0.999 * v + 0.001 * g * g, state["squares"], gradient)
    first, second = 1 - 0.9**steps, 1 - 0.999**steps
    parameters = over(lambda p, m, v: p - rate * (m / first) / (jnp.sqrt(v / second) + 1e-8),
                      state["parameters"], means, squares)
    return {"parameters": parameters, "means": means, "squares": squares, "steps": steps}, loss


compiled = jax.jit(train, donate_argnums=0)


def start():
    parameters = [(jnp.asarray(weight), jnp.asarray(bias)) for weight, bias in layers(name)]
    zeros = lambda: over(jnp.zeros_like, parameters)
    state = {"parameters": parameters}
    state |= {
        "sgd": lambda: {},
        "momentum": lambda: {"velocities": zeros()},
        "adam": lambda: {"means": zeros(), "squares": zeros(), "steps": jnp.float32(0)},
    }[method]()
    now = [state, None]

    def step(batch):
        now[:] = compiled(now[0], *data[batch])

    def loss():
        jax.block_until_ready(now)
        return float(now[1])

    return step, loss


serve(name, start)
