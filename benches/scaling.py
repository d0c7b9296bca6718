#!/usr/bin/env python3
"""Predicts how training steps scale with the number of cores, from a model fitted to measurements on one and two threads.

    cargo build --release -p wengert-step-bench
    python3 benches/scaling.py [--rounds 7] [--fork 0.4] [--program target/release/wengert-step-bench]

A step on p cores takes

    T(p) = serial + sum_i product_i / min(p, parts_i) + update(p) + forks x fork x log2(p).

All matrix products run at the same rate, and product i is divided into at most parts_i parts (crates/kernels/src/gemm.rs). The update
is divided above 65,536 parameters; beyond the cache, its speed-up is limited to --bandwidth, the memory bandwidth of all cores divided
by that of one. `fork` is the time in microseconds that an awake thread needs to take up work: `cargo bench --bench forks`. The two
unknowns, `serial` and the rate of the products, follow from T(1) and T(2). Other memory traffic, shared caches and shared clocks are
not modelled, so the predictions for many cores are upper limits.
"""

import argparse
import json
import math
import statistics
import subprocess

WORKLOADS = {
    "W4": ("784,128,64,10", 64, "adam"),
    "W5": ("784,512,512,10", 256, "adam"),
    "W6": ("1024,2048,2048,2048,10", 512, "momentum"),
}
CORES = [1, 2, 4, 8, 16, 32, 64]
# As in crates/kernels/src/gemm.rs: multiply-adds and rows per part; size in bytes of a right matrix above which columns are shared.
PART, PART_ROWS, CACHED = 1 << 19, 12, 1 << 21
# Parameters above which the update is divided, as in crates/optim.
SHARED_UPDATE = 1 << 16
# Size in bytes of parameters and optimizer state above which they do not stay in the caches of a core.
OUTGROWN = 8 << 20


def products(widths, batch):
    """(multiply-adds, parts) of each product of a step: forward, and with respect to weights and inputs.

    The first layer needs no gradient with respect to its inputs.
    """
    found = []
    for layer, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
        shapes = [(batch, fan_in, fan_out), (fan_in, batch, fan_out)] + [(batch, fan_out, fan_in)] * (layer > 0)
        for m, k, n in shapes:
            large = 4 * k * n > CACHED
            found.append((m * k * n, math.inf if large else max(1, min(m * k * n // PART, m // PART_ROWS))))
    return found


def divided(found, p):
    """The time of all products on p threads, divided by the time on one."""
    return sum(work / min(p, parts) for work, parts in found) / sum(work for work, _ in found)


class Model:
    def __init__(self, name, times, updates, fork, bandwidth):
        widths, self.batch, optimizer = WORKLOADS[name]
        widths = [int(width) for width in widths.split(",")]
        self.products = products(widths, self.batch)
        self.parameters = sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(widths, widths[1:]))
        self.state = 4 * self.parameters * {"momentum": 3, "adam": 4}[optimizer]
        self.fork, self.bandwidth, self.update_alone = fork, bandwidth, updates[1]
        one = times[1] - self.update(1)
        two = times[2] - self.update(2) - self.forks(2)
        self.rate = (one - two) / (1 - divided(self.products, 2))
        self.serial = one - self.rate

    def update(self, p):
        if self.parameters <= SHARED_UPDATE:
            return self.update_alone
        return self.update_alone / (min(p, self.bandwidth) if self.state > OUTGROWN else p)

    def forks(self, p):
        count = sum(parts > 1 for _, parts in self.products) + (self.parameters > SHARED_UPDATE)
        return self.fork * count * math.log2(p)

    def time(self, p):
        return self.serial + self.rate * divided(self.products, p) + self.update(p) + self.forks(p)


def measure(program, name, threads):
    """The times of a step and of its update, in microseconds."""
    widths, batch, optimizer = WORKLOADS[name]
    command = [program, "--json", "--layers", widths, "--batch", str(batch), "--optimizer", optimizer,
               "--threads", str(threads)]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return 1e3 * report["ms_per_step"], 1e3 * report["phases"]["update"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/wengert-step-bench")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fork", type=float, default=0.4, help="microseconds")
    parser.add_argument("--bandwidth", type=float, default=1.2, help="memory bandwidth of all cores divided by that of one")
    options = parser.parse_args()
    found = {(name, threads): [] for name in WORKLOADS for threads in (1, 2)}
    for _ in range(options.rounds):
        for (name, threads), times in found.items():
            times.append(measure(options.program, name, threads))
    print("| step | serial | products | update | forks | " + " | ".join(f"x{p}" for p in CORES[1:]) + " |")
    print("|---|---|---|---|---|" + "---|" * len(CORES[1:]))
    for name in WORKLOADS:
        medians = {p: [statistics.median(column) for column in zip(*found[name, p])] for p in (1, 2)}
        times, updates = ({p: medians[p][at] for p in (1, 2)} for at in (0, 1))
        model = Model(name, times, updates, options.fork, options.bandwidth)
        parts = [model.serial, model.rate, model.update_alone, model.forks(2)]
        cells = [name, *(f"{part:,.1f} us" for part in parts), *(f"{model.time(1) / model.time(p):.2f}" for p in CORES[1:])]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
