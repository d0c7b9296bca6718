"""JAX, jitted. `NPROC=1 python with_jax.py S1`, then lines `product 2 10` on standard input."""

import os
import sys

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp
import numpy as np

from workloads import batch, layers, points, serve

jax.config.update("jax_enable_x64", True)
name = sys.argv[1]
parameters = [(jnp.asarray(weight), jnp.asarray(bias)) for weight, bias in layers(name)]


def network(parameters, x):
    for weight, bias in parameters[:-1]:
        x = jnp.tanh(x @ weight + bias)
    weight, bias = parameters[-1]
    return x @ weight + bias


def norm(tree):
    return np.sqrt(sum(float((np.asarray(x, dtype="float64") ** 2).sum()) for x in jax.tree.leaves(tree)))


def waiting(function, *arguments):
    return lambda: jax.block_until_ready(function(*arguments))


def physics_informed():
    x = jnp.asarray(points(name))
    along = lambda f: lambda x: jax.jvp(f, (x,), (jnp.ones_like(x),))[1]
    second = lambda p, x: along(along(lambda x: network(p, x[None])[0]))(x)
    residual = lambda p: jax.vmap(lambda x: second(p, x))(x) + np.pi**2 * jnp.sin(np.pi * x)
    # Forward over forward: the faster of the ways in JAX.
    compute = jax.jit(jax.value_and_grad(lambda p: (residual(p) ** 2).mean()))
    value, gradient = compute(parameters)
    serve((value, norm(gradient)), {"product": waiting(compute, parameters)})


def cross_entropy(outputs, labels):
    own = jnp.take_along_axis(outputs, labels[:, None], 1)[:, 0]
    return jax.nn.logsumexp(outputs, axis=1) - own


def hessian_product():
    x, labels = map(jnp.asarray, batch(name))
    loss = lambda p: cross_entropy(network(p, x), labels).mean()
    direction = jax.tree.map(lambda p: jnp.full_like(p, 0.01), parameters)
    product = jax.jit(lambda p, v: jax.jvp(jax.grad(loss), (p,), (v,))[1])
    gradient = jax.jit(jax.grad(loss))
    computations = {"product": waiting(product, parameters, direction), "gradient": waiting(gradient, parameters)}
    serve((loss(parameters), norm(product(parameters, direction))), computations)


def per_example():
    x, labels = map(jnp.asarray, batch(name))
    one = lambda p, x, label: cross_entropy(network(p, x[None]), label[None])[0]
    compute = jax.jit(jax.vmap(jax.grad(one), (None, 0, 0)))
    gradients = compute(parameters, x, labels)
    first = jax.tree.map(lambda g: g[0], gradients)
    serve((norm(gradients), norm(first)), {"product": waiting(compute, parameters, x, labels)})


{"S1": physics_informed, "S2": physics_informed, "S3": hessian_product, "S4": hessian_product, "S5": per_example}[name]()
