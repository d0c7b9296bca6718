#!/usr/bin/env python3
"""Compares training steps: Wengert, PyTorch, JAX, dfdx, candle, burn, scikit-learn, handwritten NumPy and handwritten Rust.

    python3 benches/peers/steps.py                      all libraries that are installed, on one and on two threads
    python3 benches/peers/steps.py --workloads W1 W2 --threads 1 --peers wengert jax --rounds 3

Builds the Rust programs, and starts the Python programs with the interpreter that runs this script or with --python: create a
virtual environment and `pip install torch jax scikit-learn` there. A missing library is skipped with a line that says how to
install it.

All programs train the same network from the same weights on the same data; their losses in step 10 and step 100 are compared.
For each workload and number of threads, all programs are started and then take turns, one block of steps each per round. Each
block begins with a new network and a warm-up (--warm-up), in which caches fill and the system assigns cores to threads. Prints
a Markdown table of the time per step: the median of the blocks and, in brackets, the minimum. Writes all times, and the peak
memory of each process, to --json.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

PEERS = Path(__file__).resolve().parent
ROOT = PEERS.parent.parent
RUST = PEERS / "steps"
# Widths, batch, optimizer, learning rate: as in steps/workloads and steps/python/workloads.py.
WORKLOADS = {
    "W0": ("4,32,16,4", 10_000, "adam", 1e-3),
    "W1": ("2,16,16,2", 32, "sgd", 0.1),
    "W2": ("2,64,64,3", 64, "adam", 1e-3),
    "W3": ("64,128,64,10", 64, "momentum", 0.01),
    "W4": ("784,128,64,10", 64, "adam", 1e-3),
    "W5": ("784,512,512,10", 256, "adam", 1e-3),
    "W6": ("1024,2048,2048,2048,10", 512, "momentum", 0.01),
}
# The workload of a regression, tanh with the mean squared error; the others are ReLU classifiers. Not every program has it.
REGRESSION = "W0"
WITH_REGRESSION = {"wengert", "jax", "torch", "torch-fused"}
# Relative tolerances of the losses in step 10 and in step 100. Sums are rounded in different orders, training amplifies the
# differences, and a loss below 0.1 has lost digits. Most of the difference comes from scikit-learn's Adam, which adds epsilon before
# the bias correction.
TOLERANCES = (5e-4, 1e-2)
# The program to build, or the required Python module and the script; then the arguments after workload and threads.
RUST_PEERS = {
    "dfdx": ("steps-dfdx", []),
    "candle": ("steps-candle", []),
    "burn": ("steps-burn", []),
    "hand": ("steps-hand", ["whole"]),
    "hand-halves": ("steps-hand", ["halves"]),
}
PYTHON_PEERS = {
    "torch": ("torch", "with_torch.py", ["eager"]),
    "torch-fused": ("torch", "with_torch.py", ["fused"]),
    "jax": ("jax", "with_jax.py", []),
    "scikit-learn": ("sklearn", "with_scikit_learn.py", []),
    "numpy": ("numpy", "by_hand.py", []),
}
TITLES = {
    "wengert": "Wengert",
    "torch": "PyTorch eager",
    "torch-fused": "PyTorch, fused optimizer",
    "jax": "JAX, jitted step",
    "scikit-learn": "scikit-learn `partial_fit`",
    "numpy": "handwritten NumPy",
    "hand": "handwritten Rust",
    "hand-halves": "handwritten Rust, half batches",
}
ALL = ["wengert", "jax", "torch", "torch-fused", *RUST_PEERS, "scikit-learn", "numpy"]


class Failed(Exception):
    """A program failed; the message contains its output."""


def thread_settings(threads):
    """The environment variables that set the number of threads of the libraries."""
    names = ["OMP", "OPENBLAS", "MKL", "RAYON", "BLIS", "MATMUL"]
    return {f"{name}_NUM_THREADS": str(threads) for name in names} | {"NPROC": str(threads)}


def peak_bytes(process):
    """The peak resident memory of a process; None if the system does not report it, or if the process has ended."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), None)


class Conversation:
    """A program that keeps running and times blocks on request: see steps/workloads/src/conversation.rs."""

    def __init__(self, command, threads):
        environment = os.environ | thread_settings(threads)
        # OpenBLAS should choose its kernels by the processor, not by the environment.
        environment.pop("OPENBLAS_CORETYPE", None)
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)
        word, early, late = (self.line().split() + ["", ""])[:3]
        if word != "losses":
            raise Failed(f"said {word!r}")
        self.losses = (float(early), None if late == "-" else float(late))

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.process.stderr.read().strip()[-500:] or "ended")
        return line

    def block(self, warm_up, steps):
        """Seconds per step."""
        self.process.stdin.write(f"{warm_up} {steps}\n")
        self.process.stdin.flush()
        return float(self.line()) / steps

    def peak_bytes(self):
        return peak_bytes(self.process)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Ours:
    """`wengert-step-bench`, one process per block."""

    def __init__(self, program, workload, threads):
        widths, batch, optimizer, rate = WORKLOADS[workload]
        task = "regression" if workload == REGRESSION else "classification"
        self.command = [program, "--json", "--task", task, "--layers", widths, "--batch", str(batch), "--optimizer", optimizer,
                        "--learning-rate", str(rate), "--threads", str(threads)]
        self.peak = self.report = None
        first = self.run(5, 5 if workload == "W6" else 95, self.watch)
        self.losses = (first["loss_at_step_10"], first["loss_at_step_100"])

    def run(self, warm_up, steps, meanwhile=lambda _: None):
        command = [*self.command, "--warmup", str(warm_up), "--steps", str(steps)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        meanwhile(process)
        text, error = process.communicate()
        if process.returncode:
            raise Failed(error.strip())
        return json.loads(text)

    def watch(self, process):
        # After the process has ended, the system's figure would include the memory of this script, its parent.
        while process.poll() is None:
            self.peak = peak_bytes(process) or self.peak
            time.sleep(0.001)

    def block(self, warm_up, steps):
        self.report = self.run(warm_up, steps)
        return self.report["mean_ms_per_step"] / 1e3

    def peak_bytes(self):
        return self.peak

    def close(self):
        pass


def build(options):
    """The commands of the installed libraries, by name; a command takes a workload and a number of threads."""
    found, target = {}, options.target or RUST / "target"
    if "wengert" in options.peers:
        target_of_ours = Path(options.our_target or ROOT / "target")
        cargo(["--manifest-path", ROOT / "Cargo.toml", "-p", "wengert-step-bench"], target_of_ours, {})
        found["wengert"] = str(target_of_ours / "release/wengert-step-bench")
    # The other libraries are built for this processor; Wengert is an ordinary build.
    native = {"RUSTFLAGS": "-Ctarget-cpu=native"}
    for name in (name for name in options.peers if name in RUST_PEERS):
        package, arguments = RUST_PEERS[name]
        try:
            cargo(["--manifest-path", RUST / "Cargo.toml", "-p", package], target, native)
            found[name] = ([str(Path(target) / "release" / package)], arguments)
        except Failed as failure:
            print(f"{name}: skipped: it needs cargo and the crates of crates.io ({failure})", file=sys.stderr)
    for name in (name for name in options.peers if name in PYTHON_PEERS):
        module, script, arguments = PYTHON_PEERS[name]
        if subprocess.run([options.python, "-c", f"import {module}"], capture_output=True).returncode:
            package = {"sklearn": "scikit-learn"}.get(module, module)
            print(f"{name}: skipped: {options.python} -m pip install {package}", file=sys.stderr)
        else:
            found[name] = ([options.python, str(RUST / "python" / script)], arguments)
    return {name: found[name] for name in options.peers if name in found}


def cargo(arguments, target, environment):
    command = ["cargo", "build", "--release", "--target-dir", str(target), *map(str, arguments)]
    try:
        built = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise Failed("cargo is not installed") from missing
    if built.returncode:
        raise Failed(built.stderr.strip()[-300:])


def start(name, command, workload, threads):
    if name == "wengert":
        return Ours(command, workload, threads)
    program, arguments = command
    return Conversation([*program, workload, str(threads), *arguments], threads)


def compare(commands, workload, threads, options):
    """Times all programs in turns and returns the result of each."""
    peers, times = {}, {}
    for name, command in commands.items():
        if (name == "hand-halves" and threads != 2) or (workload == REGRESSION and name not in WITH_REGRESSION):
            continue
        try:
            peers[name] = start(name, command, workload, threads)
        except Failed as failure:
            print(f"{name} on {workload}: {failure}", file=sys.stderr)
    counts = {}
    for name, peer in peers.items():
        first = peer.block(2, 3)
        counts[name] = [max(3, min(20_000, round(seconds / first))) for seconds in (options.warm_up, options.seconds)]
        times[name] = []
    for _ in range(options.rounds):
        for name, peer in peers.items():
            times[name].append(peer.block(*counts[name]))
    results = {name: result(name, peer, times[name], counts[name][1]) for name, peer in peers.items()}
    for peer in peers.values():
        peer.close()
    compare_losses(results, workload)
    return results


def result(name, peer, times, steps):
    found = {"seconds": times, "median": statistics.median(times), "steps_a_block": steps, "losses": peer.losses,
             "peak_bytes": peer.peak_bytes()}
    return found | ({"report": peer.report} if name == "wengert" else {})


def compare_losses(results, workload):
    """Reports every program whose losses differ from the median of all."""
    for at, (step, tolerance) in enumerate(zip((10, 100), TOLERANCES)):
        losses = {name: found["losses"][at] for name, found in results.items() if found["losses"][at] is not None}
        if not losses:
            continue
        middle = statistics.median(losses.values())
        for name, loss in losses.items():
            if not abs(loss - middle) <= tolerance * middle:
                print(f"{name} on {workload}: loss {loss} in step {step}, median of all {middle}", file=sys.stderr)


def shown(seconds):
    micro = 1e6 * seconds
    return f"{micro / 1e3:.1f} ms" if micro >= 1e4 else f"{micro:,.0f} us" if micro >= 100 else f"{micro:.1f} us"


def time_cell(found):
    """The median of the blocks and, in brackets, the minimum."""
    return f"{shown(found['median'])} ({shown(min(found['seconds']))})"


def table(results, options):
    """One table per number of threads, with one row per library and one column per workload."""
    lines = []
    for threads in options.threads:
        plural = "s" if threads > 1 else ""
        cells = {workload: results.get(f"{workload} {threads}", {}) for workload in options.workloads}
        lines += ["", f"| {threads} thread{plural} | " + " | ".join(options.workloads) + " |"]
        lines += ["|---|" + "---|" * len(options.workloads)]
        names = [name for name in options.peers if any(name in cell for cell in cells.values())]
        for name in names:
            row = [time_cell(cell[name]) if name in cell else "-" for cell in cells.values()]
            lines.append(f"| {TITLES.get(name, name)} | " + " | ".join(row) + " |")
        for title, others in (("best peer / ours", set(ALL) - {"wengert", "hand", "hand-halves"}),
                              ("handwritten / ours", {"hand", "hand-halves"})):
            row = [ratio(cell, others) for cell in cells.values()]
            lines.append(f"| {title} | " + " | ".join(row) + " |")
    return "\n".join(lines)


def ratio(cell, others):
    medians = {name: cell[name]["median"] for name in others if name in cell}
    if not medians or "wengert" not in cell:
        return "-"
    best = min(medians, key=medians.get)
    return f"{medians[best] / cell['wengert']['median']:.2f} ({best})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--peers", nargs="+", choices=ALL, default=ALL)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.15, help="duration of a block")
    parser.add_argument("--warm-up", type=float, default=0.3, help="duration of the warm-up of a block")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--json", default=ROOT / "target" / "steps.json", type=Path)
    parser.add_argument("--target", type=Path, help="target directory of the other Rust libraries")
    parser.add_argument("--our-target", type=Path, help="target directory of Wengert")
    options = parser.parse_args()
    try:
        commands = build(options)
    except Failed as failure:
        sys.exit(f"wengert: {failure}")
    results = {}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    for workload in options.workloads:
        for threads in options.threads:
            print(f"{workload} on {threads} thread{'s' if threads > 1 else ''}", file=sys.stderr)
            results[f"{workload} {threads}"] = compare(commands, workload, threads, options)
            options.json.write_text(json.dumps(results, indent=1))
    print(table(results, options))


if __name__ == "__main__":
    main()
