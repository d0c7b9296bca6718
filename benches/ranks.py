#!/usr/bin/env python3
"""Measures training steps on ranks of MPI on this machine, and predicts them on networks.

    cargo build --release --manifest-path crates/mpi/Cargo.toml --example step_times --target-dir target/mpi
    python3 benches/ranks.py [--rounds 5] [--networks W4,W5,W6] [--launcher "mpirun --bind-to none"] [--assume-root]

The first table has steps on two threads of one process, and on two ranks with one thread each. The second one has what an
exchange of gradients takes on ranks of this machine, whose messages go through shared memory: a step on one example for
each rank, less a step on as many examples on one rank, both with gradients that are clipped, so that all ranks get whole
gradients. The third one is a model of clusters with one rank per machine:

    step(R) = floor + (step(1) - fixed) / R + 8 n (R - 1) / R / bandwidth + 2 (R - 1) latency

with the step and the fixed part (a step on two examples: the update and the passes over the weights) measured on one
thread, and the floor on two ranks with one example each: it has the passes over the weights, the copies of messages and half
of the update, of which more ranks take a smaller part each. Bandwidth and latency are assumed.
"""

import argparse
import os
import shlex
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "target/mpi/release/examples/step_times"
NETWORKS = {
    "W4": ([784, 128, 64, 10], 64),
    "W5": ([784, 512, 512, 10], 256),
    "W6": ([1024, 2048, 2048, 2048, 10], 512),
}
# Bits per second, and the time of a message in seconds.
NETWORK = {"10 Gbit/s": (10e9, 20e-6), "100 Gbit/s": (100e9, 3e-6)}


def parameters(widths):
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(widths, widths[1:]))


class Machine:
    def __init__(self, launcher, as_root):
        root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"} if as_root else {}
        more = {"OMPI_MCA_rmaps_base_oversubscribe": "1"}
        self.launcher, self.environment = shlex.split(launcher), {**os.environ, **root, **more}

    def step(self, widths, batch, threads=1, ranks=None, shards=None, clip=False):
        """The median time of a step in milliseconds."""
        command = [str(PROGRAM), ",".join(map(str, widths)), str(batch), "--threads", str(threads)]
        command += [] if shards is None else ["--shards", str(shards)]
        command += ["--clip", "1000000"] if clip else []
        # An epoch of twenty steps takes seconds there.
        command += ["--epochs", "1" if batch > 64 else "2"] if parameters(widths) > 1_000_000 else []
        command = command if ranks is None else [*self.launcher, "-n", str(ranks), *command]
        run = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        if run.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: {run.stderr}")
        return float(run.stdout.split()[1])


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--networks", default=",".join(NETWORKS), help="those to measure; W6 takes a minute per round")
    parser.add_argument("--launcher", default="mpirun --bind-to none")
    parser.add_argument("--assume-root", action="store_true", help="let OpenMPI run as root")
    options = parser.parse_args()
    networks = {name: NETWORKS[name] for name in options.networks.split(",")}
    machine = Machine(options.launcher, options.assume_root)
    median = lambda measure: statistics.median(measure() for _ in range(options.rounds))
    print(f"{processor()}, {os.cpu_count()} cores; medians of {options.rounds} rounds\n")

    print("| step | one thread | two threads | two threads, 2 shards | 2 ranks | 2 ranks / two threads |")
    print("|---|---|---|---|---|---|")
    alone = {}
    for name, (widths, batch) in networks.items():
        rounds = [
            [
                machine.step(widths, batch),
                machine.step(widths, batch, threads=2),
                machine.step(widths, batch, threads=2, shards=2),
                machine.step(widths, batch, ranks=2, shards=2),
            ]
            for _ in range(options.rounds)
        ]
        one, two, shards, ranks = (statistics.median(column) for column in zip(*rounds))
        ratio = statistics.median(row[3] / row[1] for row in rounds)
        alone[name] = one
        print(f"| {name} | {one:.2f} ms | {two:.2f} ms | {shards:.2f} ms | {ranks:.2f} ms | {ratio:.2f} |", flush=True)

    print("\n| numbers | size | 2 ranks | 4 ranks | 8 ranks |")
    print("|---|---|---|---|---|")
    fixed, floor = {}, {}
    for name, (widths, _) in networks.items():
        numbers, times = parameters(widths), []
        for ranks in (2, 4, 8):
            few = median(lambda: machine.step(widths, ranks, clip=True))
            times.append(median(lambda: machine.step(widths, ranks, ranks=ranks, shards=ranks, clip=True)) - few)
        fixed[name] = median(lambda: machine.step(widths, 2))
        floor[name] = median(lambda: machine.step(widths, 2, ranks=2, shards=2))
        shown = " | ".join(f"{time:.2f} ms" for time in times)
        print(f"| {numbers:,} ({name}) | {4e-6 * numbers:.1f} MB | {shown} |", flush=True)
    for name in networks:
        print(f"\n{name}: step(1) {alone[name]:.2f} ms, fixed {fixed[name]:.2f} ms, floor {floor[name]:.2f} ms")

    print("\n| step | network | 2 ranks | 4 | 8 | 16 | 32 | 64 |")
    print("|---|---|---|---|---|---|---|---|")
    for name, (widths, _) in networks.items():
        numbers = parameters(widths)
        for network, (bandwidth, latency) in NETWORK.items():
            speed_ups = []
            for ranks in (2, 4, 8, 16, 32, 64):
                sent = 8 * numbers * (ranks - 1) / ranks * 8 / bandwidth + 2 * (ranks - 1) * latency
                step = floor[name] + (alone[name] - fixed[name]) / ranks + 1e3 * sent
                speed_ups.append(f"{alone[name] / step:.2f}")
            print(f"| {name} | {network} | {' | '.join(speed_ups)} |")


if __name__ == "__main__":
    main()
