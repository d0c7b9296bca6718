"""PyTorch with torch.func. `OMP_NUM_THREADS=1 python with_torch.py S1`, then lines `product 2 10` on standard input."""

import math
import sys

import torch
from torch.func import grad, grad_and_value, jvp, vmap

from workloads import batch, layers, points, serve

torch.set_num_threads(1)
name = sys.argv[1]
parameters = tuple((torch.from_numpy(weight), torch.from_numpy(bias)) for weight, bias in layers(name))


def network(parameters, x):
    for weight, bias in parameters[:-1]:
        x = torch.tanh(x @ weight + bias)
    weight, bias = parameters[-1]
    return x @ weight + bias


def leaves(tree):
    return [tree] if isinstance(tree, torch.Tensor) else [leaf for part in tree for leaf in leaves(part)]


def norm(tree):
    return math.sqrt(sum((x.double() ** 2).sum().item() for x in leaves(tree)))


def physics_informed():
    x = torch.from_numpy(points(name))[:, None]
    one = torch.ones_like(x)

    def loss(p):
        along = lambda f: lambda x: jvp(f, (x,), (one,))[1]
        residual = along(along(lambda x: network(p, x)))(x) + math.pi**2 * torch.sin(math.pi * x)
        return (residual**2).mean()

    compute = lambda: grad_and_value(loss)(parameters)
    gradient, value = compute()
    serve((value, norm(gradient)), {"product": compute})


def hessian_product():
    x, labels = map(torch.from_numpy, batch(name))
    loss = lambda p: torch.nn.functional.cross_entropy(network(p, x), labels)
    direction = tuple(tuple(torch.full_like(p, 0.01) for p in layer) for layer in parameters)
    product = lambda: jvp(grad(loss), (parameters,), (direction,))[1]
    serve((loss(parameters), norm(product())), {"product": product, "gradient": lambda: grad(loss)(parameters)})


def per_example():
    x, labels = map(torch.from_numpy, batch(name))
    one = lambda p, x, label: torch.nn.functional.cross_entropy(network(p, x[None]), label[None])
    compute = lambda: vmap(grad(one), (None, 0, 0))(parameters, x, labels)
    gradients = compute()
    first = [leaf[0] for leaf in leaves(gradients)]
    serve((norm(gradients), norm(first)), {"product": compute})


{"S1": physics_informed, "S2": physics_informed, "S3": hessian_product, "S4": hessian_product, "S5": per_example}[name]()
