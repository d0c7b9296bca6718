#!/usr/bin/env python3
"""Trains on a CSV file that is four times larger than the memory that the process may have.

    cargo build --release
    python3 tests/heavy/train_in_little_memory.py [--memory 256] [--folder FOLDER]

Limits the address space of `wengert train FILE --stream` to that many MB (as `ulimit -v`), and checks that the model is
good, that a run without `--stream` does not fit in this memory, and that the rows of the file can be predicted in it.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WENGERT = Path(__file__).resolve().parents[2] / "target/release/wengert"


def write(path, size):
    """Rows of numbers and a word, until the file has this many bytes."""
    draw = random.Random(7)
    lines = []
    for _ in range(50_000):
        x = [draw.gauss(0, 1) for _ in range(8)]
        side = "above" if x[0] + x[1] * x[2] > 0 else "below"
        lines.append(",".join(f"{number:.12f}" for number in x) + f",{draw.choice(['red', 'blue'])},{side}\n")
    with open(path, "w") as file:
        file.write("a,b,c,d,e,f,g,h,colour,side\n")
        while file.tell() < size:
            draw.shuffle(lines)
            file.writelines(lines)


def run(arguments, memory):
    """A run of the program in this many bytes: its result and its largest resident set in MB."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    start = time.perf_counter()
    process = subprocess.Popen(
        [WENGERT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limit
    )
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    return status, output, errors, usage.ru_maxrss / 1024, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--memory", type=int, default=256, help="MB")
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    memory = arguments.memory << 20
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        data, model = Path(folder) / "large.csv", Path(folder) / "model.safetensors"
        write(data, 4 * memory)
        options = ["--epochs", "2", "--json", "--save", str(model)]
        status, output, errors, resident, seconds = run(["train", str(data), "--stream", *options], memory)
        if status != 0:
            sys.exit(f"training failed: {errors}")
        result = json.loads(output)
        print(
            f"{data.stat().st_size / 1e6:.0f} MB, {result['examples']} rows, in {arguments.memory} MB: "
            f"accuracy {result['validation_accuracy']:.4f}, {resident:.0f} MB resident, {seconds:.1f} s"
        )
        assert result["validation_accuracy"] > 0.97, result
        status, *_ = run(["train", str(data), *options], memory)
        assert status != 0, "the whole table fits in the memory, so that the limit tests nothing"
        predictions = Path(folder) / "predictions.csv"
        status, _, errors, resident, seconds = run(["predict", str(model), str(data), "--output", str(predictions)], memory)
        assert status == 0, errors
        print(f"predictions: {resident:.0f} MB resident, {seconds:.1f} s")


if __name__ == "__main__":
    main()
