"""The work of `wengert train` in PyTorch: load, train, evaluate all parts, print one JSON object.

    python with_torch.py digits ../../../crates/data/data/digits.csv --epochs 40 --seed 0 --threads 2
    python with_torch.py mnist FOLDER --epochs 5 --seed 0 --threads 2

Simple optimisations are used: the data are tensors in memory, batches are gathered with a permutation instead of a DataLoader,
and the optimizer is fused.
"""

import argparse
import gzip
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

# Settings of AdamW: the defaults of `wengert train`, and those that end_to_end.py uses for MNIST.
SETTINGS = {"digits": {"lr": 3e-3, "weight_decay": 0.5}, "mnist": {"lr": 1e-3, "weight_decay": 0.0}}
BATCH = 64


def digits(path):
    """Features and labels of all three parts, standardised with the statistics of the training part."""
    table = torch.from_numpy(np.loadtxt(path, delimiter=",", dtype=np.float32))
    table = table[torch.randperm(len(table))]
    x, labels = table[:, :-1], table[:, -1].long()
    ends = [round(0.8 * len(x)), round(0.9 * len(x))]
    mean, deviation = x[: ends[0]].mean(0), x[: ends[0]].std(0, correction=0)
    x = (x - mean) / torch.where(deviation > 0, deviation, 1)
    parts = zip(x.tensor_split(ends), labels.tensor_split(ends))
    return dict(zip(("train", "validation", "test"), parts))


def mnist(folder):
    """Features and labels of both parts, with pixels from 0 to 1."""

    def elements(name, header):
        path = Path(folder) / name
        content = path.read_bytes() if path.exists() else gzip.decompress(path.with_name(name + ".gz").read_bytes())
        return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=header)

    parts = {}
    for part, name in (("train", "train"), ("test", "t10k")):
        pixels = elements(f"{name}-images-idx3-ubyte", 16).view(-1, 784)
        parts[part] = (pixels.float().div_(255), elements(f"{name}-labels-idx1-ubyte", 8).long())
    return parts


def network(widths):
    """Normal weights of variance 1 / inputs in the first layer and 2 / inputs after ReLUs (He et al. 2015); zero biases."""
    layers = []
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        linear = nn.Linear(inputs, outputs)
        nn.init.normal_(linear.weight, std=math.sqrt((2 if layer else 1) / inputs))
        nn.init.zeros_(linear.bias)
        layers += [nn.ReLU(), linear] if layer else [linear]
    return nn.Sequential(*layers)


@torch.inference_mode()
def evaluate(model, x, labels):
    """Mean loss and accuracy."""
    outputs = model(x)
    loss = nn.functional.cross_entropy(outputs, labels)
    return {"loss": loss.item(), "accuracy": (outputs.argmax(1) == labels).float().mean().item()}


def fit(model, parts, epochs, settings):
    optimizer = torch.optim.AdamW(model.parameters(), fused=True, **settings)
    x, labels = parts["train"]
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(x)).split(BATCH):
            loss = nn.functional.cross_entropy(model(x[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        if not math.isfinite(total):
            raise SystemExit("the loss is not finite")
        if "validation" in parts:
            evaluate(model, *parts["validation"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", choices=list(SETTINGS))
    parser.add_argument("path")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, required=True)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    parts = {"digits": digits, "mnist": mnist}[options.data](options.path)
    model = network([parts["train"][0].shape[1], 128, 64, 10])
    start = time.perf_counter()
    fit(model, parts, options.epochs, SETTINGS[options.data])
    report = {part: evaluate(model, *data) for part, data in parts.items()}
    report = {f"{part}_{name}": value for part, found in report.items() for name, value in found.items()}
    print(json.dumps(report | {"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
