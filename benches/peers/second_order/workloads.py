"""The workloads, their data and parameters (the same numbers as in the Rust program), and the protocol of second_order.py."""

import sys
import time

import numpy as np

# Widths, number of points or examples, precision.
WORKLOADS = {
    "S1": ((1, 20, 20, 1), 33, "float64"),
    "S2": ((1, 64, 64, 1), 1024, "float64"),
    "S3": ((64, 128, 64, 10), 64, "float32"),
    "S4": ((784, 128, 64, 10), 64, "float32"),
    "S5": ((64, 128, 64, 10), 64, "float64"),
}


def layers(name):
    """Weights of shape (fan_in, fan_out) and biases: `sin(i)` over the square root of the fan-in."""
    widths, _, precision = WORKLOADS[name]
    found, start = [], 0
    for fan_in, fan_out in zip(widths, widths[1:]):
        count = (fan_in + 1) * fan_out
        values = (np.sin(np.arange(start, start + count)) / np.sqrt(fan_in)).astype(precision)
        found.append((values[: fan_in * fan_out].reshape(fan_in, fan_out), values[fan_in * fan_out :]))
        start += count
    return found


def points(name):
    """The points of a differential equation, equally spaced in [0, 1]."""
    return np.linspace(0, 1, WORKLOADS[name][1])


def batch(name):
    """The features and the labels of a classifier."""
    widths, rows, precision = WORKLOADS[name]
    i, j = np.arange(rows)[:, None], np.arange(widths[0])[None, :]
    return ((i * 7 + j * 3) % 11 / 11).astype(precision), np.arange(rows) % 10


def serve(check, computations):
    """Prints two numbers to compare, and answers requests until the end of the input.

    `computations` has a function for each kind of request, which computes once and waits for the result.
    """
    print("check", *map(float, check), flush=True)
    for line in sys.stdin:
        kind, warm_up, steps = line.split()
        compute = computations[kind]
        for _ in range(int(warm_up)):
            compute()
        begin = time.perf_counter()
        for _ in range(int(steps)):
            compute()
        print(time.perf_counter() - begin, flush=True)
