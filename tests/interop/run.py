#!/usr/bin/env python3
"""Checks the files for other programs with these programs: PyTorch, ONNX Runtime, NumPy, TensorBoard.

    python3 tests/interop/run.py --install [--program PATH]

--install makes a virtual environment in target/interop, installs requirements.txt there (PyTorch is large), and runs this
script in it; without it, the interpreter must have the packages, or target/interop exist. --if-installed ends with exit code 0
where they are missing. The program is target/release/wengert, or else target/debug/wengert, or --program.

Models of classes and of values, with every normalisation and with preprocessing of texts, dates and missing values, are trained
for a few epochs. Then
- PyTorch loads what `export --to torch` writes, and predicts the same to 1e-6; what PyTorch saves, as safetensors and as ONNX,
  `import` reads, and predicts the same to 1e-6;
- the checker of ONNX accepts `export --to onnx`, and ONNX Runtime predicts the same to 1e-5 from rows of the table;
- NumPy reads `export --to npz`, and the module of `export --to python` predicts the same to 1e-5;
- TensorBoard's reader returns the metrics that `--history` contains, histograms of all parameters, and the graph.
Differences are relative to the largest prediction, if that is above 1. The exit code is 1 if a check fails.
"""

import argparse
import csv
import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HOME = TARGET / "interop"
PACKAGES = ["numpy", "onnx", "onnxruntime", "safetensors", "tensorboard", "torch"]


def are_installed(python):
    return subprocess.run([python, "-c", f"import {', '.join(PACKAGES)}"], capture_output=True).returncode == 0


def enter(options):
    """Continues in an interpreter that has the packages."""
    if all(importlib.util.find_spec(package) for package in PACKAGES):
        return
    python = HOME / "bin" / "python"
    if options.install and not (python.exists() and are_installed(python)):
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        subprocess.run([python, "-m", "pip", "install", "-r", ROOT / "tests/interop/requirements.txt"], check=True)
    if not (python.exists() and are_installed(python)):
        print(f"interop: the packages {', '.join(PACKAGES)} are not installed; run it with --install")
        sys.exit(0 if options.if_installed else 1)
    os.execv(python, [python, __file__, *sys.argv[1:]])


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--if-installed", action="store_true")
    parser.add_argument("--program", type=Path)
    return parser.parse_args()


def program_of(options):
    candidates = [options.program] if options.program else [TARGET / kind / "wengert" for kind in ("release", "debug")]
    found = [path for path in candidates if path.exists()]
    if not found:
        sys.exit("interop: there is no program; run `cargo build --release --features formats` first")
    return found[0].resolve()


def houses(path):
    """A table with texts, dates, missing values and a price."""
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["size", "city", "rooms", "built", "price"])
        for i in range(80):
            size = "" if i % 11 == 3 else 40 + (i * 37) % 90
            city = "" if i % 13 == 5 else ["Basel", "Zürich", "Genève"][i % 3]
            rows.writerow([size, city, 1 + i % 5, f"19{50 + i % 50}-03-0{1 + i % 9}", 1e5 + 3000 * ((i * 37) % 90) + 5e4 * (i % 3)])


# A name, the data, and the options of train.
RUNS = [
    ("iris", "iris", []),
    ("batch", "iris", ["--norm", "batch", "--activation", "elu:alpha=0.7", "--dropout", "0.1"]),
    ("layer", "digits", ["--norm", "layer", "--activation", "gelu"]),
    ("two", "moons", ["--loss", "logistic", "--activation", "tanh"]),
    ("values", "friedman1", ["--activation", "silu"]),
    ("houses", "houses.csv", ["--missing", "indicator", "--unknown", "zeros"]),
    ("filled", "houses.csv", ["--missing", "median"]),
]


class Interop:
    def __init__(self, program, folder):
        self.program, self.folder, self.failures, self.checks = program, Path(folder), 0, 0

    def wengert(self, *arguments):
        run = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"interop: wengert {' '.join(arguments)}: {run.stderr}")
        return run.stdout

    def check(self, name, passed, detail=""):
        self.checks += 1
        if not passed:
            self.failures += 1
            print(f"FAILED {name} {detail}")

    def near(self, name, found, expected, tolerance):
        import numpy as np

        found, expected = np.asarray(found, float), np.asarray(expected, float)
        if found.shape != expected.shape:
            return self.check(name, False, f"shape {found.shape}, expected {expected.shape}")
        difference = np.abs(found - expected).max() / max(1.0, np.abs(expected).max())
        self.check(name, difference <= tolerance, f"differs by {difference:.2e}, more than {tolerance}")
        print(f"{name:<50} {difference:.1e}")

    def predictions(self, model, data):
        """Probabilities or values of the program, and its classes."""
        reply = json.loads(self.wengert("predict", model, data, "--json"))
        rows = reply["rows"]
        if "values" in rows[0]:
            return [row["values"] for row in rows], None
        return [row["probabilities"] for row in rows], [reply["classes"].index(row["class"]) for row in rows]

    def train(self, name, data, options):
        model = f"{name}.safetensors"
        self.wengert("train", data, "--save", model, "--epochs", "8", "--seed", "3", "--hidden", "16,12", *options)
        if data != "houses.csv":
            self.wengert("data", "write", data, "--output", f"{name}.csv")
            data = f"{name}.csv"
        return model, data

    def columns(self, model, data):
        """The cells of the input columns of a table: numbers, dates as seconds, texts."""
        described = json.loads(self.wengert("inspect", model, "--json"))
        inputs = described["preprocessing"]["inputs"]
        with open(self.folder / data, newline="") as file:
            rows = list(csv.DictReader(file))
        columns = []
        for column in inputs:
            cells = [row[column["name"]] for row in rows]
            encoding = column["encoding"]
            if encoding == "number":
                cells = [float(cell) if cell else math.nan for cell in cells]
            elif encoding == "date":
                day = lambda cell: datetime.fromisoformat(cell).replace(tzinfo=timezone.utc).timestamp()
                cells = [day(cell) if cell else math.nan for cell in cells]
            columns.append((column["name"], isinstance(encoding, dict), cells))
        return columns


def probabilities(outputs, is_logits):
    import torch

    if not is_logits:
        return outputs
    if outputs.shape[1] == 1:
        return torch.sigmoid(torch.cat([-outputs, outputs], 1))
    return torch.softmax(outputs, 1)


def features_of(columns):
    """The features of columns of numbers."""
    import numpy as np

    return np.array([cells for _, _, cells in columns]).T


def with_pytorch(interop, name, model, data):
    import numpy as np
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file
    from torch import nn  # noqa: F401  named by the expression of the modules

    interop.wengert("export", model, "--to", "torch", "--output", f"{name}_torch.safetensors")
    path = interop.folder / f"{name}_torch.safetensors"
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    network = eval(metadata["modules"])  # noqa: S307  our own text
    network.load_state_dict(load_file(path))
    network.eval()
    expected, _ = interop.predictions(model, data)
    features = (features_of(interop.columns(model, data)) - json.loads(metadata["inputs_mean"])) / json.loads(metadata["inputs_deviation"])
    is_logits = metadata["outputs"] == "logits"
    with torch.no_grad():
        outputs = network(torch.tensor(features, dtype=torch.float32)).double()
        if "targets_mean" in metadata:
            outputs = torch.tensor(json.loads(metadata["targets_mean"])) + torch.tensor(json.loads(metadata["targets_deviation"])) * outputs
        interop.near(f"{name}: PyTorch loads our file", probabilities(outputs, is_logits), expected, 1e-6)
    # The way back, with other parameters: through safetensors, and through ONNX as PyTorch exports it.
    torch.manual_seed(5)
    for parameter in [*network.parameters(), *network.buffers()]:
        if parameter.dtype == torch.float32:
            parameter.data += 0.1 * torch.rand_like(parameter)
    save_file(network.state_dict(), interop.folder / "theirs.safetensors")
    constants = f":alpha={metadata['activation_constants']}" if metadata["activation_constants"] else ""
    meaning = ["--activation", metadata["activation"] + constants, "--outputs", metadata["outputs"]]
    torch.onnx.export(network, torch.zeros(1, features.shape[1]), str(interop.folder / "theirs.onnx"), opset_version=17,
                      dynamo=False, input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "rows"}})
    np.savetxt(interop.folder / "features.csv", features.astype(np.float32), delimiter=",", fmt="%.9g")
    with torch.no_grad():
        theirs = probabilities(network(torch.tensor(features, dtype=torch.float32)).double(), is_logits)
    for file in ("theirs.safetensors", "theirs.onnx"):
        interop.wengert("import", file, "--save", "ours.safetensors", *meaning)
        found, _ = interop.predictions("ours.safetensors", "features.csv")
        interop.near(f"{name}: we load {file} of PyTorch", found, theirs, 1e-6)


def with_onnx(interop, name, model, data):
    import numpy as np
    import onnx
    import onnxruntime

    interop.wengert("export", model, "--to", "onnx", "--output", f"{name}.onnx")
    path = interop.folder / f"{name}.onnx"
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    columns = interop.columns(model, data)
    if any(is_text for _, is_text, _ in columns):
        inputs = {column: np.array(cells, object if is_text else np.float64).reshape(-1, 1) for column, is_text, cells in columns}
    else:
        inputs = {"rows": features_of(columns)}
    expected, classes = interop.predictions(model, data)
    outputs = dict(zip([output.name for output in session.get_outputs()], session.run(None, inputs)))
    kind = "values" if "values" in outputs else "probabilities"
    interop.near(f"{name}: ONNX Runtime, {kind}", outputs[kind], expected, 1e-5)
    if classes:
        interop.check(f"{name}: ONNX Runtime, classes", list(outputs["class"]) == classes)
        metadata = session.get_modelmeta().custom_metadata_map
        interop.check(f"{name}: labels", len(json.loads(metadata["labels"])) == len(expected[0]))
    interop.wengert("import", f"{name}.onnx", "--save", "back.safetensors")
    interop.near(f"{name}: we load our ONNX file", interop.predictions("back.safetensors", data)[0], expected, 0.0)


def with_numpy(interop, name, model, data):
    import numpy as np

    interop.wengert("export", model, "--to", "python", "--name", name, "--output", f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, interop.folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = [[module.category(i, cell) for cell in cells] if is_text else cells
            for i, (_, is_text, cells) in enumerate(interop.columns(model, data))]
    expected, _ = interop.predictions(model, data)
    outputs = module.predict(np.array(rows, float).T)
    found = module.probabilities(outputs) if hasattr(module, "probabilities") else outputs
    interop.near(f"{name}: the Python module", found, expected, 1e-5)
    interop.wengert("export", model, "--to", "npz", "--output", f"{name}.npz")
    arrays = np.load(interop.folder / f"{name}.npz")
    described = json.loads(interop.wengert("inspect", model, "--json"))
    interop.check(f"{name}: the order of weights", str(arrays["weights"]) == "in,out")
    for array in described["arrays"]:
        same = list(arrays[array["name"]].shape) == array["shape"]
        interop.check(f"{name}: {array['name']} for NumPy", same and abs(float(arrays[array["name"]].max()) - array["largest"]) < 1e-6)


def with_tensorboard(interop):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    interop.wengert("train", "iris", "--epochs", "6", "--norm", "batch", "--tensorboard", "runs/iris", "--history", "history.jsonl",
                    "--validation", "0.2")
    events = EventAccumulator(str(interop.folder / "runs/iris"), size_guidance={"histograms": 0, "scalars": 0})
    events.Reload()
    history = [json.loads(line) for line in open(interop.folder / "history.jsonl")]
    names = {"loss/train": "train_loss", "loss/validation": "validation_loss", "accuracy/train": "train_accuracy",
             "accuracy/validation": "validation_accuracy", "learning_rate": "learning_rate"}
    interop.check("TensorBoard: tags", set(events.Tags()["scalars"]) == set(names), str(events.Tags()["scalars"]))
    for tag, column in names.items():
        found = events.Scalars(tag)
        interop.check(f"TensorBoard: steps of {tag}", [event.step for event in found] == [epoch["epoch"] for epoch in history])
        interop.near(f"TensorBoard: {tag}", [event.value for event in found], [epoch[column] for epoch in history], 1e-6)
    histograms = events.Tags()["histograms"]
    interop.check("TensorBoard: histograms", {"parameters/out.weight", "parameters/hidden.0.norm.running_mean"} <= set(histograms))
    for tag in histograms:
        last = events.Histograms(tag)[-1].histogram_value
        interop.check(f"TensorBoard: {tag}", sum(last.bucket) == last.num and last.min <= last.max)
    nodes = [node.name for node in events.Graph().node]
    interop.check("TensorBoard: graph", {"inputs", "hidden.0/weight", "outputs"} <= set(nodes), str(nodes))


def main():
    options = parse()
    enter(options)
    import warnings

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        interop = Interop(program_of(options), folder)
        houses(interop.folder / "houses.csv")
        for name, data, arguments in RUNS:
            model, data = interop.train(name, data, arguments)
            if data != "houses.csv":
                with_pytorch(interop, name, model, data)
            with_onnx(interop, name, model, data)
            with_numpy(interop, name, model, data)
        with_tensorboard(interop)
    print(f"{interop.checks - interop.failures} passed, {interop.failures} failed")
    sys.exit(1 if interop.failures else 0)


if __name__ == "__main__":
    main()
