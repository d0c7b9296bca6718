#!/usr/bin/env python3
"""Compares the defaults of `wengert train` with scikit-learn's multi-layer perceptrons of the same widths, on all named data sets.

    python3 benches/peers/defaults.py                          all sets, ten seeds
    python3 benches/peers/defaults.py --sets spiral,moons --seeds 3

Builds Wengert; scikit-learn and NumPy must be installed. For each set and seed, `wengert data write` writes the data, of which a
random fifth is the test part, the same for both. scikit-learn's `MLPClassifier` and `MLPRegressor` have their default settings
(at most 200 epochs of Adam), with features and targets standardised, and learn from all rows of the training part. Wengert trains
with its defaults, and so holds out a tenth of these rows for validation.

Prints a Markdown table: the mean and the standard deviation over the seeds of the accuracy, or of R^2, on the test part, and the
median time of training in seconds, without the start of the process. Fails if the mean of Wengert is below that of scikit-learn by
more than `--margin` standard errors of the difference, or if the spiral is below 97 %. Writes all results to --json.
"""

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from steps import ROOT, Failed, cargo

LEAST = {"spiral": 0.97}
# The widths of the hidden layers, which are those of the defaults.
HIDDEN = (128, 64)


def output_of(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def write_parts(program, name, seed, folder):
    """Writes the training and the test part; returns their paths."""
    header, *rows = output_of([program, "data", "write", name, "--seed", str(seed)]).splitlines()
    random.Random(seed).shuffle(rows)
    test = len(rows) // 5
    paths = []
    for part, lines in (("train", rows[test:]), ("test", rows[:test])):
        paths.append(folder / f"{name}-{seed}-{part}.csv")
        paths[-1].write_text("\n".join([header, *lines]) + "\n")
    return paths


def with_wengert(program, train, test, task, seed):
    """The score on the test part, and the seconds."""
    widths = ",".join(map(str, HIDDEN))
    command = [program, "train", str(train), "--test", str(test), "--task", task, "--hidden", widths]
    command += ["--seed", str(seed), "--threads", "1", "--json"]
    report = json.loads(output_of(command))
    score = report["test_accuracy"] if task == "classification" else report["test_r_squared"]
    return score, report["seconds"]


def table_of(path, task):
    with open(path, newline="") as file:
        _, *rows = csv.reader(file)
    features = [[float(cell) for cell in row[:-1]] for row in rows]
    targets = [row[-1] if task == "classification" else float(row[-1]) for row in rows]
    return features, targets


def with_scikit_learn(train, test, task, seed):
    """The score on the test part, and the seconds."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    network = MLPClassifier if task == "classification" else MLPRegressor
    model = make_pipeline(StandardScaler(), network(hidden_layer_sizes=HIDDEN, random_state=seed))
    if task == "regression":
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    (x, y), (x_test, y_test) = table_of(train, task), table_of(test, task)
    start = time.perf_counter()
    model.fit(x, y)
    return model.score(x_test, y_test), time.perf_counter() - start


def measure(program, name, task, seeds, folder):
    """The results of both programs: lists of scores and of seconds."""
    found = {"wengert": [], "scikit-learn": []}
    for seed in range(seeds):
        train, test = write_parts(program, name, seed, folder)
        found["wengert"].append(with_wengert(program, train, test, task, seed))
        found["scikit-learn"].append(with_scikit_learn(train, test, task, seed))
    return found


def spread(values):
    return statistics.stdev(values) if len(values) > 1 else 0.0


def shown(results):
    scores, seconds = zip(*results)
    return f"{statistics.mean(scores):.4f} ± {spread(scores):.4f} | {statistics.median(seconds):.2f}"


def is_behind(name, found, margin):
    """Whether the defaults of Wengert are not good enough."""
    ours, theirs = ([score for score, _ in found[program]] for program in ("wengert", "scikit-learn"))
    differences = [our - their for our, their in zip(ours, theirs)]
    error = spread(differences) / len(differences) ** 0.5
    return statistics.mean(differences) < -margin * error - 1e-12 or statistics.mean(ours) < LEAST.get(name, 0.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", help="names, separated by commas; all by default")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--margin", type=float, default=2.0, help="standard errors of the difference")
    parser.add_argument("--program", type=Path, help="a built program, instead of building it")
    parser.add_argument("--json", type=Path, help="file for all results")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    if not options.program:
        cargo(["--manifest-path", ROOT / "Cargo.toml", "--bin", "wengert"], ROOT / "target", {})
    program = str(options.program or ROOT / "target/release/wengert")
    sets = json.loads(output_of([program, "data", "list", "--json"]))["data_sets"]
    wanted = options.sets.split(",") if options.sets else [entry["name"] for entry in sets]
    tasks = {entry["name"]: entry["task"] for entry in sets}
    results, behind = {}, []
    print("| data set | wengert | seconds | scikit-learn | seconds |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            found = measure(program, name, tasks[name], options.seeds, Path(folder))
            results[name] = found
            print(f"| {name} | {shown(found['wengert'])} | {shown(found['scikit-learn'])} |", flush=True)
            if is_behind(name, found, options.margin):
                behind.append(name)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    if behind:
        sys.exit(f"behind scikit-learn or below the bound: {', '.join(behind)}")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(str(error))
