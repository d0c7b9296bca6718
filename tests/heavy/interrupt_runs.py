#!/usr/bin/env python3
"""Kills and interrupts training runs at random moments, and compares what they end with.

    cargo build --release
    python3 tests/heavy/interrupt_runs.py [--kills 200] [--signals 50] [--seed N] [--program PATH]

Needs Python 3 on Linux; the test of a full disk and of a folder that cannot be written mounts file systems, for which it
has to be root.

A run of `wengert train digits --checkpoint FILE --every 2steps` is killed (kill -9) at a random moment, and continues from
what is there; if there is no checkpoint yet, it starts again. The same is done with SIGINT and SIGTERM in turn. Every
continuation must end with the `params_sha256` of the run that nothing disturbed. During all runs, a reader opens the
checkpoint again and again: its checksum, the CRC-32 in its last four bytes, must fit. Two runs with different seeds on one
path must leave the whole checkpoint of one of them.

Then the disk is full (a tmpfs of 256 kB), and the folder is mounted read-only: the run must fail with a message, and the
old checkpoint must stay, from which the run continues once there is space. The exit status is 1 if there is a failure.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEDLESS = ["digits", "--hidden", "64", "--epochs", "12", "--batch-size", "32", "--every", "2steps", "--json"]
RUN = [*SEEDLESS, "--seed", "3"]


class Program:
    def __init__(self, path):
        self.path = path

    def start(self, arguments):
        command = [self.path, "train", *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, arguments):
        process = self.start(arguments)
        output, errors = process.communicate()
        return process.returncode, output, errors

    def finished(self, arguments):
        """The hash of the parameters of a run that must succeed."""
        status, output, errors = self.run(arguments)
        if status != 0:
            raise AssertionError(f"{arguments}: exit code {status}: {errors}")
        return json.loads(output)["params_sha256"]


def is_whole(checkpoint):
    return zlib.crc32(checkpoint[:-4]) == int.from_bytes(checkpoint[-4:], "little")


class Reader(threading.Thread):
    """Opens a file again and again, and counts the times that its checksum does not fit."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.reads, self.torn, self.ends = path, 0, 0, threading.Event()

    def run(self):
        while not self.ends.wait(0.001):
            try:
                content = self.path.read_bytes()
            except FileNotFoundError:
                continue
            self.reads += 1
            self.torn += not is_whole(content)

    def finish(self):
        self.ends.set()
        self.join()
        return self.reads, self.torn


def disturb(program, folder, expected, seconds, number, draw, choose):
    """Ends one run at a random moment, continues it, and returns whether the moment was during the run."""
    path = folder / f"run{number}.ckpt"
    process = program.start([*RUN, "--checkpoint", path])
    time.sleep(draw.uniform(0, seconds))
    how = choose(number)
    process.send_signal(how)
    _, errors = process.communicate()
    during = process.returncode != 0
    if during and how != signal.SIGKILL:
        # Before the training begins and after it ended, a signal ends the program as any other.
        if process.returncode == 128 + how:
            assert f"continue with: wengert train --resume {path}" in errors, errors
        else:
            assert process.returncode == -how, (process.returncode, errors)
    # Killed just before a new file takes the place of the old one, a run leaves it.
    left = [entry for entry in folder.iterdir() if entry.name.startswith(".")]
    assert how == signal.SIGKILL or not left, f"{left} remain"
    for entry in left:
        assert is_whole(entry.read_bytes()), f"{entry} is torn"
        entry.unlink()
    arguments = ["--resume", path] if path.exists() else [*RUN, "--checkpoint", path]
    found = program.finished(arguments)
    assert found == expected, f"{how.name} of run {number}: {found} instead of {expected}"
    path.unlink()
    return during


def repeat(name, count, program, folder, expected, seconds, draw, choose):
    hits = sum(disturb(program, folder, expected, seconds, i, draw, choose) for i in range(count))
    print(f"{name}: {count} runs, {hits} of them disturbed before their end; all continuations end with the same parameters")


def compete(program, folder):
    """Two runs write one checkpoint, while a reader looks."""
    path = folder / "both.ckpt"
    reader = Reader(path)
    reader.start()
    runs = [program.start([*SEEDLESS, "--seed", seed, "--checkpoint", path]) for seed in (1, 2)]
    for run in runs:
        run.communicate()
    reads, torn = reader.finish()
    assert torn == 0 and reads > 10, f"{torn} of {reads} reads were torn"
    found = program.finished(["--resume", path])
    alone = [program.finished([*SEEDLESS, "--seed", seed]) for seed in (1, 2)]
    assert found in alone, "the checkpoint is of neither run"
    print(f"two runs on one path: {reads} reads, none torn; the last state is that of one of them")


def mounted(program, folder, name, prepare):
    """Continues a run in a file system of its own, after something was done to it."""
    place = folder / "mount"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=True)
    try:
        path = place / "run.ckpt"
        run = ["moons", "--hidden", "32", "--seed", "3", "--schedule", "constant", "--json"]
        expected = program.finished([*run, "--epochs", "8"])
        program.finished([*run, "--epochs", "4", "--checkpoint", path])
        before = path.read_bytes()
        undo = prepare(place)
        status, _, errors = program.run(["--resume", path, "--epochs", "8"])
        assert status == 1 and "cannot write" in errors, (status, errors)
        assert path.read_bytes() == before, "the old checkpoint changed"
        undo()
        assert program.finished(["--resume", path, "--epochs", "8"]) == expected
        print(f"{name}: an error, and the old checkpoint stays: {errors.strip()}")
    finally:
        subprocess.run(["umount", place], check=True)
        place.rmdir()


def fill(place):
    filler = place / "filler"
    try:
        with open(filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(1024))
    except OSError:
        pass
    return filler.unlink


def make_read_only(place):
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    return lambda: subprocess.run(["mount", "-o", "remount,rw", place], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--signals", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/wengert")
    arguments = parser.parse_args()
    program, draw = Program(arguments.program), random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        expected = program.finished([*RUN, "--checkpoint", folder / "whole.ckpt"])
        seconds = time.perf_counter() - start
        print(f"the undisturbed run takes {seconds:.2f} s: {expected}")
        try:
            repeat("kill -9", arguments.kills, program, folder, expected, seconds, draw, lambda _: signal.SIGKILL)
            both = lambda i: [signal.SIGINT, signal.SIGTERM][i % 2]
            repeat("SIGINT and SIGTERM", arguments.signals, program, folder, expected, seconds, draw, both)
            compete(program, folder)
            if os.geteuid() == 0:
                mounted(program, folder, "a full disk", fill)
                mounted(program, folder, "a read-only folder", make_read_only)
            else:
                print("not root: the full disk and the read-only folder were left out")
        except AssertionError as failure:
            sys.exit(f"failure: {failure}")


if __name__ == "__main__":
    main()
