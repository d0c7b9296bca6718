#!/usr/bin/env python3
"""Trains on several ranks of MPI, and compares the parameters with those of one process.

    cargo build --release --manifest-path crates/mpi/Cargo.toml --features program --target-dir target/mpi
    python3 tests/heavy/train_on_ranks.py [--short] [--mnist FOLDER] [--kills 50] [--program PATH] [--launcher mpirun]

Needs Python 3 on Linux, and OpenMPI or MPICH: on Debian, `apt-get install openmpi-bin libopenmpi-dev`.

Digits, one epoch of MNIST (if its folder is given) and a streamed CSV file with a million rows are trained on 1, 2, 3, 4
and 8 ranks with one and with two threads each, on this machine: every `params_sha256` must be that of the program without
a launcher. A checkpoint of 4 ranks must continue on 1, 2 and 8 with the same parameters, and a search must choose the
same. Then things go wrong: ranks with different settings, a loss that is not finite, a rank that hangs, and a random rank
that is killed (kill -9) at random moments. Each time, all ranks must end in time with a message and a non-zero exit code,
and a killed run must continue from its checkpoint to the parameters of the undisturbed run.

With --short, this takes about half a minute: digits on fewer ranks, a small CSV file, and few kills.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIGITS = ["train", "digits", "--shards", "8", "--schedule", "constant", "--epochs", "4"]
KILLED = ["train", "digits", "--shards", "8", "--hidden", "64", "--epochs", "20", "--every", "7steps"]
LONG = ["train", "digits", "--shards", "8", "--epochs", "100000", "--rank-timeout", "2"]
# The time in which all ranks must have ended after one is lost.
LIMIT = 60
# More processes than cores, on one machine, possibly as root; other launchers ignore these variables.
ENVIRONMENT = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl": "self,vader",
    "OMPI_MCA_pml": "ob1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
}


class Program:
    def __init__(self, path, launcher):
        self.path, self.launcher = str(path), launcher

    def start(self, ranks, arguments):
        """Starts ranks, or the program without a launcher for `None`."""
        command = [self.path, *map(str, arguments)]
        if ranks is not None:
            command = [self.launcher, "-n", str(ranks), *command]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=ENVIRONMENT)

    def finished(self, ranks, arguments):
        """The JSON object that a command prints, which must succeed."""
        process = self.start(ranks, [*arguments, "--json"])
        output, errors = process.communicate()
        assert process.returncode == 0, f"{arguments} on {ranks} ranks: exit code {process.returncode}: {errors}"
        assert output.count('"version"') == 1, f"not rank 0 alone prints: {output}"
        return json.loads(output)

    def parameters(self, ranks, arguments):
        return self.finished(ranks, arguments)["params_sha256"]

    def failed(self, ranks, arguments, message):
        """Runs a command that must fail in time on all ranks, with a message."""
        process = self.start(ranks, arguments)
        _, errors = process.communicate(timeout=LIMIT)
        assert process.returncode != 0 and message in errors, f"exit code {process.returncode}: {errors}"


def same_on_all(name, program, arguments, ranks):
    expected = program.parameters(None, arguments)
    for count in ranks:
        for threads in (1, 2):
            found = program.parameters(count, [*arguments, "--threads", threads])
            assert found == expected, f"{name} on {count} ranks x {threads} threads: {found}, not {expected}"
    print(f"{name}: {expected[:16]}... on {', '.join(map(str, ranks))} ranks x 1, 2 threads, and on one process", flush=True)


def write_table(path, rows):
    draw = random.Random(1)
    with open(path, "w") as file:
        file.write("a,b,c,d,e,y\n")
        for _ in range(rows):
            x = [draw.uniform(-1, 1) for _ in range(5)]
            y = x[0] * x[1] + x[2] ** 2 - 0.5 * x[3] + 0.1 * draw.gauss(0, 1)
            file.write(",".join(f"{value:.4f}" for value in [*x, y]) + "\n")


def resume(program, folder):
    whole = program.parameters(None, [*DIGITS[:-1], 8])
    for ranks in (1, 2, 8):
        path = folder / f"resumed{ranks}.ckpt"
        program.parameters(4, [*DIGITS, "--checkpoint", path])
        found = program.parameters(ranks, ["train", "--resume", path, "--epochs", 8])
        assert found == whole, f"4 ranks, then {ranks}: {found}, not {whole}"
    print("a checkpoint of 4 ranks continues on 1, 2 and 8 with the same parameters", flush=True)


def search(program, folder):
    space = folder / "space.toml"
    space.write_text('lr = { from = 1e-3, to = 1e-1, scale = "log" }\nhidden = [8, 16]\nepochs = 9\n')
    arguments = ["search", "iris", "--space", space, "--method", "halving", "--trials", "9"]
    without_times = lambda found: [{**trial, "seconds": 0} for trial in found["trials"]]
    expected = without_times(program.finished(None, arguments))
    for ranks in (2, 3):
        assert without_times(program.finished(ranks, arguments)) == expected, f"the search on {ranks} ranks differs"
    print("a search has the same table on 2 and 3 ranks", flush=True)


def launch(program):
    arguments = [program.path, "launch", "-n", "2", "--mpirun", program.launcher, "--", *DIGITS, "--json"]
    run = subprocess.run(arguments, capture_output=True, text=True, env=ENVIRONMENT)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["params_sha256"] == program.parameters(None, DIGITS)
    arguments[-1] = "--lr=1e30"
    run = subprocess.run([*arguments, "--optimizer=sgd"], capture_output=True, text=True, env=ENVIRONMENT)
    assert run.returncode == 1 and "diverged" in run.stderr, (run.returncode, run.stderr)
    print("wengert launch: the same parameters, and the exit code of the ranks", flush=True)


def refusals(program):
    program.failed(2, ["train", "digits", "--shards", "1"], "1 shard, too few for 2 ranks")
    program.failed(2, [*DIGITS, "--norm", "batch"], "batch normalisation")
    program.failed(2, [*DIGITS, "--lr", "1e30", "--optimizer", "sgd"], "training diverged")
    program.failed(2, ["train", "digits", "--cv", "3"], "--cv works on one rank only")
    # The ranks of one run with different arguments.
    program.failed(1, [*DIGITS, ":", "-n", "1", program.path, *DIGITS, "--seed", "1"], "would not train the same")
    # Kernels with other bits.
    others = ["env", "WENGERT_SIMD=portable", program.path, *DIGITS]
    program.failed(1, [*DIGITS, ":", "-n", "1", *others], "kernels with portable on rank 1")
    print("ranks that cannot train together say so and end", flush=True)


def ranks_of(process, program):
    """The ranks that a launcher has started; those of MPICH are children of a program of its own."""
    parents, found = {}, []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    for pid in parents:
        ancestor = parents[pid]
        while ancestor != process.pid and ancestor in parents:
            ancestor = parents[ancestor]
        try:
            if ancestor == process.pid and Path(f"/proc/{pid}/exe").samefile(program.path):
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return sorted(found)


def ended(process, ranks):
    """Waits until the launcher and all ranks have ended; returns what they have said."""
    start = time.monotonic()
    _, errors = process.communicate(timeout=LIMIT)
    while any(Path(f"/proc/{rank}").exists() for rank in ranks):
        assert time.monotonic() - start < LIMIT, "a rank is still running"
        time.sleep(0.01)
    return errors


def hang(program):
    """A rank that hangs is noticed by the others after the time limit."""
    process = program.start(2, LONG)
    time.sleep(2)
    ranks = ranks_of(process, program)
    assert len(ranks) == 2, f"{len(ranks)} ranks"
    os.kill(ranks[1], signal.SIGSTOP)
    errors = ended(process, ranks)
    assert process.returncode != 0 and "nothing came from rank 1 within 2 s" in errors, errors
    print("a rank that hangs ends the others after the time limit", flush=True)


def kill(program, folder, expected, seconds, number, draw):
    """Kills a random rank at a random moment, and continues; returns whether the moment was during the run."""
    path, size = folder / f"killed{number}.ckpt", draw.choice([2, 3, 4])
    process = program.start(size, [*KILLED, "--checkpoint", path])
    time.sleep(draw.uniform(0, seconds))
    ranks = ranks_of(process, program)
    victim = draw.choice(ranks) if ranks else None
    if victim is not None:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            victim = None
    ended(process, ranks)
    during = process.returncode != 0
    for left in folder.glob(".*"):
        left.unlink()
    arguments = ["train", "--resume", path] if path.exists() else [*KILLED, "--checkpoint", path]
    found = program.parameters(draw.choice([None, 2, 3]), arguments)
    assert found == expected, f"run {number} ends with {found}, not {expected}"
    path.unlink()
    return during


def kills(program, folder, count, draw):
    expected = program.parameters(None, KILLED)
    start = time.monotonic()
    assert program.parameters(3, KILLED) == expected
    seconds = time.monotonic() - start
    during = sum(kill(program, folder, expected, seconds, number, draw) for number in range(count))
    print(f"kill -9 of a rank: {count} runs, {during} of them disturbed; all continuations end with the same parameters")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", type=Path, default=ROOT / "target/mpi/release/wengert")
    parser.add_argument("--launcher", default="mpirun")
    options = parser.parse_args()
    program = Program(options.program, options.launcher)
    ranks = (2, 3) if options.short else (1, 2, 3, 4, 8)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            same_on_all("digits", program, DIGITS, ranks)
            if options.mnist:
                arguments = ["train", options.mnist, "--epochs", "1", "--shards", "8", "--batch-size", "128"]
                same_on_all("MNIST", program, arguments, ranks)
            rows = 5_000 if options.short else 1_000_000
            write_table(folder / "table.csv", rows)
            arguments = ["train", folder / "table.csv", "--stream", "--epochs", "1", "--shards", "8"]
            same_on_all(f"{rows:,} streamed rows", program, [*arguments, "--batch-size", "1024"], ranks)
            resume(program, folder)
            search(program, folder)
            launch(program)
            refusals(program)
            hang(program)
            count = options.kills if options.kills is not None else 3 if options.short else 50
            kills(program, folder, count, random.Random(options.seed))
        except (AssertionError, subprocess.TimeoutExpired) as failure:
            sys.exit(f"failure: {failure}")


if __name__ == "__main__":
    main()
