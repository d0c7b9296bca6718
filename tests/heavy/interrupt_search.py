#!/usr/bin/env python3
"""Kills searches at random moments, and compares the tables that they end with.

    cargo build --release
    python3 tests/heavy/interrupt_search.py [--searches 20] [--seed N] [--program PATH]

Needs Python 3 on Linux.

A search of 64 trials on the digits, of random settings and with successive halving in turn, is killed (kill -9) at random
moments, up to ten times, and each time the same command continues it. It must end with the table on standard output and the
CSV file, except for the times, of the search that nothing disturbed. During all searches, a reader opens the file of results
again and again: its lines must be whole, and their number must not fall. During the undisturbed searches, at least
two threads must be running, or waiting for a core that another program uses, most of the time; the processor time is printed
beside the duration. The exit status is 1 if there is a failure.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPACE = """\
epochs = 12
optimizer = ["sgd:momentum=0.9", "adamw", "lion"]
lr = { from = 1e-4, to = 1.0, scale = "log" }
hidden = { from = 8, to = 256, scale = "log" }
dropout = [0, 0.2]
"""
MOST_KILLS = 10


class Reader(threading.Thread):
    """Opens a file again and again, and counts the times that it is not whole or has fewer results than before."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.reads, self.torn, self.fewer, self.ends = path, 0, 0, 0, threading.Event()

    def run(self):
        most = 0
        while not self.ends.wait(0.002):
            try:
                text = self.path.read_text()
            except FileNotFoundError:
                continue
            self.reads += 1
            try:
                lines = [json.loads(line) for line in text.splitlines()]
                is_whole = text.endswith("\n") and lines[0]["format"] == "wengert search"
            except (ValueError, IndexError, KeyError):
                is_whole = False
            self.torn += not is_whole
            self.fewer += len(text.splitlines()) < most
            most = max(most, len(text.splitlines()))

    def finish(self):
        self.ends.set()
        self.join()


def command(program, folder, name, method):
    files = ["--results", folder / f"{name}.jsonl", "--resume", "--csv", folder / f"{name}.csv"]
    return [program, "search", "digits", "--space", folder / "space.toml", "--trials", "64", "--method", method, *files]


def table(path):
    """The rows of a CSV file without the times."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][-1] == "seconds", rows[0]
    return [row[:-1] for row in rows]


def runnable(process):
    """The number of threads that run, or wait for a core."""
    count = 0
    for path in Path(f"/proc/{process.pid}/task").glob("*/stat"):
        try:
            count += path.read_text().rsplit(")", 1)[1].split()[0] == "R"
        except OSError:
            pass
    return count


def undisturbed(program, folder, method):
    """The output, the table and the duration of a search, its processor time, and the share of time with two threads."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with open(folder / "output", "w+") as output:
        process = subprocess.Popen(command(program, folder, f"whole-{method}", method), stdout=output, stderr=subprocess.DEVNULL)
        counts = []
        while process.poll() is None:
            counts.append(runnable(process))
            time.sleep(0.01)
        assert process.returncode == 0, f"exit code {process.returncode}"
        output.seek(0)
        text = output.read()
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    share = sum(count >= 2 for count in counts) / max(1, len(counts))
    return text, table(folder / f"whole-{method}.csv"), seconds, processor, share


def disturbed(program, folder, name, method, seconds, draw):
    """Kills a search at random moments and continues it; returns what it ends with, and the number of kills."""
    kills, arguments = 0, command(program, folder, name, method)
    reader = Reader(folder / f"{name}.jsonl")
    reader.start()
    for _ in range(draw.randint(1, MOST_KILLS)):
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(draw.uniform(0, seconds / 2))
        process.kill()
        process.communicate()
        kills += process.returncode != 0
    run = subprocess.run(arguments, capture_output=True, text=True)
    reader.finish()
    assert run.returncode == 0, run.stderr
    assert reader.torn == 0 and reader.fewer == 0, f"{reader.torn} of {reader.reads} reads were torn, {reader.fewer} had fewer results"
    return run.stdout, table(folder / f"{name}.csv"), kills, reader.reads


def check(options, folder):
    draw, reads, kills, program = random.Random(options.seed), 0, 0, options.program
    (folder / "space.toml").write_text(SPACE)
    cores, expected = len(os.sched_getaffinity(0)), {}
    for method in ("random", "halving"):
        output, rows, seconds, processor, share = undisturbed(program, folder, method)
        expected[method] = output, rows, seconds
        print(f"{method}: 64 trials in {seconds:.2f} s, processor time {processor:.2f} s on {cores} cores; "
              f"two threads or more in {100 * share:.0f} % of {seconds:.2f} s")
        assert cores == 1 or share > 0.6, "the search does not use the cores"
    for number in range(options.searches):
        method = ("random", "halving")[number % 2]
        output, rows, seconds = expected[method]
        found, found_rows, killed, seen = disturbed(program, folder, f"search{number}", method, seconds, draw)
        assert found == output, f"search {number} ({method}): another table:\n{found}\ninstead of\n{output}"
        assert found_rows == rows, f"search {number} ({method}): another CSV file"
        reads, kills = reads + seen, kills + killed
    print(f"{options.searches} searches, killed {kills} times: all end with the undisturbed table; {reads} reads of results, none torn")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/wengert")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        try:
            check(options, Path(name))
        except AssertionError as failure:
            sys.exit(f"failure: {failure}")


if __name__ == "__main__":
    main()
