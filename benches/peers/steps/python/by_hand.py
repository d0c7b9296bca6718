"""Handwritten NumPy. `OPENBLAS_NUM_THREADS=2 python by_hand.py W1 2`, then lines `20 100` on standard input."""

import numpy as np

from workloads import WORKLOADS, arguments, batches, layers, serve

name, _ = arguments()
_, rows, method, rate = WORKLOADS[name]
data = batches(name)
every_row = np.arange(rows)


def value_and_grad(weights, biases, x, labels):
    outputs = [x]
    for weight, bias in zip(weights, biases):
        y = outputs[-1] @ weight
        y += bias
        if len(outputs) < len(weights):
            np.maximum(y, 0, out=y)
        outputs.append(y)
    z = outputs[-1] - outputs[-1].max(1, keepdims=True)
    y_bar = np.exp(z)
    sums = y_bar.sum(1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - z[every_row, labels])
    y_bar /= sums
    y_bar[every_row, labels] -= 1
    y_bar *= np.float32(1 / rows)
    weight_bars, bias_bars = [], []
    for layer in reversed(range(len(weights))):
        weight_bars.insert(0, outputs[layer].T @ y_bar)
        bias_bars.insert(0, y_bar.sum(0))
        if layer:
            y_bar = y_bar @ weights[layer].T
            y_bar *= outputs[layer] > 0
    return loss, weight_bars + bias_bars


def adam(step, p, g, m, v, spare):
    root = np.float32(1 / np.sqrt(1 - 0.999**step))
    m *= np.float32(0.9)
    np.multiply(g, np.float32(0.1), out=spare)
    m += spare
    v *= np.float32(0.999)
    g *= g
    g *= np.float32(0.001)
    v += g
    np.sqrt(v, out=spare)
    spare *= root
    spare += np.float32(1e-8)
    np.divide(m, spare, out=spare)
    spare *= np.float32(rate / (1 - 0.9**step))
    p -= spare


def start():
    weights, biases = map(list, zip(*layers(name)))
    parameters = weights + biases
    first, second, spare = ([np.zeros_like(p) for p in parameters] for _ in range(3))
    state = {"steps": 0, "loss": np.nan}

    def step(batch):
        state["steps"] += 1
        state["loss"], gradient = value_and_grad(weights, biases, *data[batch])
        for p, g, m, v, s in zip(parameters, gradient, first, second, spare):
            if method == "adam":
                adam(state["steps"], p, g, m, v, s)
                continue
            if method == "momentum":
                m *= np.float32(0.9)
                m += g
                g[...] = m
            g *= np.float32(rate)
            p -= g

    return step, lambda: float(state["loss"])


serve(name, start)
