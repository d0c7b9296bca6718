#!/usr/bin/env python3
"""Compares second derivatives of networks: Wengert, JAX and PyTorch (torch.func), on one thread.

    python3 benches/peers/second_order.py                      all libraries that are installed
    python3 benches/peers/second_order.py --workloads S3 S4 --peers wengert jax --rounds 3

    S1  the mean squared residual of u'' + pi^2 sin(pi x) = 0 with its gradient, 1-20-20-1 tanh, 33 points, f64
    S2  the same, 1-64-64-1, 1,024 points
    S3  a Hessian-vector product of the cross-entropy, 64-128-64-10 tanh, batch 64, f32; and its gradient
    S4  the same, 784-128-64-10
    S5  the gradient of each example, 64-128-64-10, batch 64, f64

Builds the Rust program, and starts the Python programs with the interpreter that runs this script or with --python: create a
virtual environment and `pip install torch jax` there. A missing library is skipped with a line that says how to install it.

All programs have the same parameters and data, and their results are compared. For each workload, all programs are started and
then take turns, one block per round. Prints the processor and a Markdown table of the time per computation: the median of the
blocks and, in brackets, the minimum; for a Hessian-vector product also its ratio to the gradient by the same library; and the peak
memory. Writes all times to --json.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

import steps

PEERS = Path(__file__).resolve().parent
ROOT = PEERS.parent.parent
WORKLOADS = {"S1": ["product"], "S2": ["product"], "S3": ["product", "gradient"], "S4": ["product", "gradient"], "S5": ["product"]}
PYTHON_PEERS = {"jax": "with_jax.py", "torch": "with_torch.py"}
TITLES = {"wengert": "Wengert", "jax": "JAX, jitted", "torch": "PyTorch, torch.func"}
# Results in single precision differ by rounding, which second derivatives amplify.
TOLERANCE = 1e-3


class Conversation(steps.Conversation):
    """A program that keeps running and times blocks on request."""

    def __init__(self, command):
        environment = steps.os.environ | steps.thread_settings(1)
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)
        word, *numbers = self.line().split()
        if word != "check":
            raise steps.Failed(f"said {word!r}")
        self.check = [float(number) for number in numbers]

    def block(self, kind, warm_up, count):
        """Seconds per computation."""
        self.process.stdin.write(f"{kind} {warm_up} {count}\n")
        self.process.stdin.flush()
        return float(self.line()) / count


def build(options):
    """The commands of the installed libraries, by name."""
    found = {}
    if "wengert" in options.peers:
        target = Path(options.our_target or ROOT / "target")
        package = ["-p", "wengert-step-bench", "--bin", "second_order"]
        steps.cargo(["--manifest-path", ROOT / "Cargo.toml", *package], target, {})
        found["wengert"] = [str(target / "release/second_order")]
    for name in (name for name in options.peers if name in PYTHON_PEERS):
        if subprocess.run([options.python, "-c", f"import {name}"], capture_output=True).returncode:
            print(f"{name}: skipped: {options.python} -m pip install {name}", file=sys.stderr)
        else:
            found[name] = [options.python, str(PEERS / "second_order" / PYTHON_PEERS[name])]
    return found


def compare(commands, workload, options):
    """Times all programs in turns and returns the result of each."""
    peers, times, counts = {}, {}, {}
    for name, command in commands.items():
        try:
            peers[name] = Conversation([*command, workload])
        except steps.Failed as failure:
            print(f"{name} on {workload}: {failure}", file=sys.stderr)
    for name, peer in peers.items():
        for kind in WORKLOADS[workload]:
            first = peer.block(kind, 2, 3)
            durations = (options.warm_up, options.seconds)
            counts[name, kind] = [max(3, min(20_000, round(seconds / first))) for seconds in durations]
            times[name, kind] = []
    for _ in range(options.rounds):
        for name, kind in times:
            times[name, kind].append(peers[name].block(kind, *counts[name, kind]))
    results = {}
    for name, peer in peers.items():
        kinds = {kind: times[name, kind] for kind in WORKLOADS[workload]}
        results[name] = {"seconds": kinds, "check": peer.check, "peak_bytes": peer.peak_bytes()}
        peer.close()
    compare_checks(results, workload)
    return results


def compare_checks(results, workload):
    """Reports every program whose results differ from the median of all."""
    for numbers in zip(*(found["check"] for found in results.values())):
        middle = statistics.median(numbers)
        for name, number in zip(results, numbers):
            if not abs(number - middle) <= TOLERANCE * abs(middle):
                print(f"{name} on {workload}: {number}, median of all {middle}", file=sys.stderr)


def cell(found):
    """The time, for a product also its ratio to the gradient, and the peak memory."""
    seconds = found["seconds"]
    median = statistics.median(seconds["product"])
    text = steps.time_cell({"median": median, "seconds": seconds["product"]})
    if "gradient" in seconds:
        text += f", {median / statistics.median(seconds['gradient']):.1f} gradients"
    return text + (f", {found['peak_bytes'] / 1e6:.0f} MB" if found["peak_bytes"] else "")


def table(results, options):
    """One row per library and one column per workload."""
    lines = ["| | " + " | ".join(options.workloads) + " |", "|---|" + "---|" * len(options.workloads)]
    for name in options.peers:
        cells = [cell(results[w][name]) if name in results[w] else "-" for w in options.workloads]
        lines.append(f"| {TITLES[name]} | " + " | ".join(cells) + " |")
    medians = lambda w: {name: statistics.median(found["seconds"]["product"]) for name, found in results[w].items()}
    ratios = []
    for found in map(medians, options.workloads):
        ours, others = found.pop("wengert", None), found
        best = min(others, key=others.get, default=None)
        ratios.append(f"{others[best] / ours:.2f} ({best})" if ours and best else "-")
    return "\n".join([*lines, "| best peer / ours | " + " | ".join(ratios) + " |"])


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown processor"
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--peers", nargs="+", choices=list(TITLES), default=list(TITLES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="duration of a block")
    parser.add_argument("--warm-up", type=float, default=0.2, help="duration of the warm-up of a block")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--json", default=ROOT / "target" / "second_order.json", type=Path)
    parser.add_argument("--our-target", type=Path, help="target directory of Wengert")
    options = parser.parse_args()
    try:
        commands = build(options)
    except steps.Failed as failure:
        sys.exit(f"wengert: {failure}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    results = {}
    for workload in options.workloads:
        print(workload, file=sys.stderr)
        results[workload] = compare(commands, workload, options)
        options.json.write_text(json.dumps({"processor": processor(), "results": results}, indent=1))
    print(f"{processor()}, one thread, {options.rounds} rounds\n")
    print(table(results, options))


if __name__ == "__main__":
    main()
