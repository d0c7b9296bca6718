#!/usr/bin/env python3
"""Compares complete training runs, including start-up, loading and evaluation: `wengert train` and the same in PyTorch.

    python3 benches/peers/end_to_end.py                                  the digits, on one and on two threads
    python3 benches/peers/end_to_end.py --mnist FOLDER --threads 2       also MNIST, from a folder with its four files

Builds Wengert. Starts end_to_end/with_torch.py with the interpreter that runs this script or with --python; it needs PyTorch and
NumPy. Both programs train the same network with the same optimizer, batch size, number of epochs and distribution of the initial
weights. Each draws its own splits, weights and orders, from five seeds.

A short first run, which is not counted, fills the file cache of the system. Then the programs take turns, seed by seed. Each
process may use as many processors as it has threads, if the system supports it. Prints a Markdown table: mean and standard
deviation of the test accuracy over the seeds, the median wall-clock time of the process and, in brackets, the minimum. Writes all
results to --json.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from steps import PEERS, ROOT, Failed, cargo, thread_settings

PYTORCH = PEERS / "end_to_end" / "with_torch.py"
# The settings of PyTorch are in with_torch.py; Wengert trains the digits with its defaults.
EPOCHS = {"digits": 40, "mnist": 5}
MNIST_SETTINGS = ["--lr", "0.001", "--weight-decay", "0"]
TITLES = {"digits": "digits, 64-128-64-10", "mnist": "MNIST, 784-128-64-10"}
PROGRAMS = ("wengert", "torch")


def commands(options):
    """The commands by task and program, without seed, number of threads and number of epochs."""
    program = str(Path(options.our_target or ROOT / "target") / "release/wengert")
    python = [options.python, str(PYTORCH)]
    found = {"digits": {"wengert": [program, "train", "digits", "--test", "0.1", "--json"],
                        "torch": [*python, "digits", str(ROOT / "crates/data/data/digits.csv")]}}
    if options.mnist:
        found["mnist"] = {"wengert": [program, "train", str(options.mnist.resolve()), *MNIST_SETTINGS, "--test", "own", "--json"],
                          "torch": [*python, "mnist", str(options.mnist)]}
    return found


def confine(threads):
    """Restricts this process to this many of its processors."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def run(command, seed, threads, epochs):
    """Runs the process and returns its report, with its wall-clock time as `process_seconds`."""
    command = [*command, "--seed", str(seed), "--threads", str(threads), "--epochs", str(epochs)]
    environment = os.environ | thread_settings(threads)
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, preexec_fn=lambda: confine(threads), capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout) | {"seed": seed, "process_seconds": seconds}


def compare(programs, threads, epochs, seeds):
    """Runs both programs in turns and returns the reports of each."""
    for command in programs.values():
        run(command, 0, threads, 1)
    reports = {name: [] for name in PROGRAMS}
    for seed in range(seeds):
        for name in PROGRAMS:
            reports[name].append(run(programs[name], seed, threads, epochs))
    return reports


def accuracy_cell(reports):
    accuracies = [100 * report["test_accuracy"] for report in reports]
    spread = f" ± {statistics.stdev(accuracies):.2f}" if len(accuracies) > 1 else ""
    return f"{statistics.mean(accuracies):.2f}{spread} %"


def seconds(reports):
    return [report["process_seconds"] for report in reports]


def seconds_cell(reports):
    return f"{statistics.median(seconds(reports)):.3f} s ({min(seconds(reports)):.3f} s)"


def table(results):
    lines = ["| training | threads | test accuracy, Wengert | PyTorch | time, Wengert | PyTorch | PyTorch / ours |",
             "|---|---|---|---|---|---|---|"]
    for result in results:
        ours, theirs = (result["reports"][name] for name in PROGRAMS)
        ratio = statistics.median(seconds(theirs)) / statistics.median(seconds(ours))
        task = result["task"]
        cells = [f"{TITLES[task]}, {EPOCHS[task]} epochs", str(result["threads"]), accuracy_cell(ours), accuracy_cell(theirs),
                 seconds_cell(ours), seconds_cell(theirs), f"{ratio:.1f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="a folder with MNIST's four files, with or without .gz")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--json", default=ROOT / "target" / "end_to_end.json", type=Path)
    parser.add_argument("--our-target", type=Path, help="where wengert is built")
    options = parser.parse_args()
    results = []
    try:
        cargo(["--manifest-path", ROOT / "Cargo.toml", "--bin", "wengert"], options.our_target or ROOT / "target", {})
        if subprocess.run([options.python, "-c", "import torch, numpy"], capture_output=True).returncode:
            raise Failed(f"PyTorch is missing: {options.python} -m pip install torch numpy")
        options.json.parent.mkdir(parents=True, exist_ok=True)
        for task, programs in commands(options).items():
            for threads in options.threads:
                print(f"{task} on {threads} thread{'s' if threads > 1 else ''}", file=sys.stderr)
                reports = compare(programs, threads, EPOCHS[task], options.seeds)
                results.append({"task": task, "threads": threads, "reports": reports})
                options.json.write_text(json.dumps(results, indent=1))
    except Failed as failure:
        sys.exit(str(failure))
    print(table(results))


if __name__ == "__main__":
    main()
