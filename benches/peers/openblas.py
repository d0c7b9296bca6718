#!/usr/bin/env python3
"""The matrix products of W5 and W6 with the OpenBLAS of NumPy, on one thread in `f32`. Prints GFLOP/s, the best of many runs.

    python3 benches/peers/openblas.py                                                        needs numpy
    cargo bench --manifest-path benches/peers/Cargo.toml --bench gemm -- "W[56].*ours"       the same products with our kernels

The script removes the variable OPENBLAS_CORETYPE, so that OpenBLAS chooses its kernels by the processor.
"""

import os
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import numpy as np  # noqa: E402

# Purpose and shapes (m, k) (k, n) -> (m, n).
PRODUCTS = [
    ("W5 Forward", 256, 784, 512),
    ("W5 Weight", 784, 256, 512),
    ("W5 Forward", 256, 512, 512),
    ("W5 Weight", 512, 256, 512),
    ("W5 Input", 256, 512, 512),
    ("W6 Forward", 512, 2048, 2048),
    ("W6 Weight", 2048, 512, 2048),
    ("W6 Input", 512, 2048, 2048),
]
OPERATIONS = 4e9


def seconds(purpose, m, k, n):
    numbers = np.random.default_rng(0).standard_normal
    left = numbers((k, m), np.float32).T if purpose == "Weight" else numbers((m, k), np.float32)
    right = numbers((n, k), np.float32).T if purpose == "Input" else numbers((k, n), np.float32)
    product, best = np.empty((m, n), np.float32), float("inf")
    for _ in range(3 + int(OPERATIONS / (2 * m * k * n))):
        begin = time.perf_counter()
        np.matmul(left, right, out=product)
        best = min(best, time.perf_counter() - begin)
    return best


for name, m, k, n in PRODUCTS:
    print(f"{name} {m}x{k}x{n}: {2 * m * k * n / seconds(name.split()[1], m, k, n) / 1e9:.0f} GFLOP/s")
