#!/usr/bin/env python3
"""Large tables: the time and the memory of reading one, beside pandas, and the memory of predictions.

    cargo build --release -p wengert-step-bench -p wengert-cli
    python3 benches/peers/large_tables.py FOLDER [--rows 5000000] [--runs 5]

Writes files of some hundred megabytes to the folder. Times are medians of the runs, which alternate, and memory is the
largest resident set of a process.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMED = (
    "import sys, time, pandas; start = time.perf_counter(); shape = pandas.read_csv(sys.argv[1]).shape; "
    "print(*shape, time.perf_counter() - start)"
)


def write(path, rows):
    """Five columns as people have them: a small number, one with decimals, a time, a code and a class."""
    if path.exists():
        return
    draw = random.Random(7)
    lines = []
    for i in range(min(rows, 100_000)):
        price, code = draw.uniform(0, 1000), draw.randrange(10**6)
        lines.append(f"{draw.randrange(100)},{price:.3f},{1_700_000_000 + i},{code},{int(price > 500)}\n")
    with open(path, "w") as file:
        file.write("age,price,time,code,class\n")
        for _ in range(rows // len(lines)):
            file.writelines(lines)


def run(command):
    """The output of a process, its wall-clock time, and its largest resident set in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output = process.stdout.read()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command} failed: {errors.decode()}")
    return output.decode(), time.perf_counter() - start, usage.ru_maxrss / 1024


def reading(path, runs):
    programs = {
        "Wengert": [str(ROOT / "target/release/load_table"), str(path)],
        "pandas": [sys.executable, "-c", TIMED, str(path)],
    }
    times, memory = {name: [] for name in programs}, {}
    for _ in range(runs):
        for name, command in programs.items():
            output, _, memory[name] = run(command)
            times[name].append(float(output.split()[2]))
    for name in programs:
        median, least = statistics.median(times[name]), min(times[name])
        print(f"read, {name}: {median:.3f} s (at least {least:.3f} s), {memory[name]:.0f} MB")
    ratio = statistics.median(times["Wengert"]) / statistics.median(times["pandas"])
    print(f"ratio: time {ratio:.2f}, memory {memory['Wengert'] / memory['pandas']:.2f}")


def predicting(folder, rows):
    wengert, model = str(ROOT / "target/release/wengert"), str(folder / "model.safetensors")
    small = folder / "small.csv"
    write(small, 5000)
    run([wengert, "train", str(small), "--epochs", "2", "--save", model])
    path = folder / f"predicted-{rows}.csv"
    write(path, rows)
    _, seconds, memory = run([wengert, "predict", model, str(path), "--output", str(folder / "predictions.csv")])
    print(f"predict, {rows} rows of {path.stat().st_size / 1e6:.0f} MB: {seconds:.2f} s, {memory:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = arguments.folder / f"table-{arguments.rows}.csv"
    write(path, arguments.rows)
    print(f"{arguments.rows} rows, {path.stat().st_size / 1e6:.0f} MB, load {os.getloadavg()[0]:.1f}")
    reading(path, arguments.runs)
    predicting(arguments.folder, 1_000_000)


if __name__ == "__main__":
    main()
