#!/usr/bin/env python3
"""The matrix products of W5 and W6 by OpenBLAS, as NumPy brings it along, on one thread, in `f32`: GFLOP/s, the best of many.

    python3 benches/peers/openblas.py           (needs numpy)
    cargo bench --manifest-path benches/peers/Cargo.toml --bench gemm -- "W[56].*ours"   (ours: elements a second are operations a second)

OPENBLAS_CORETYPE chooses its kernels; a setting that is older than the processor is taken away here.
"""

import os
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import numpy as np  # noqa: E402

# What for, and the shapes (m, k) (k, n) -> (m, n).
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
