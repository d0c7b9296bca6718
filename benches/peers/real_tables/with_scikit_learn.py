"""The work of `wengert train` with scikit-learn: read two files, encode, train an MLP, print its score on the second as JSON.

    python with_scikit_learn.py TRAIN.csv TEST.csv --target species --widths 64,64 --seed 0

The usual pipeline: means for missing numbers, one-hot columns for strings, standardised inputs, and standardised targets of a
regression. The network has the defaults of scikit-learn: ReLU, Adam with rate 0.001, batches of 200, at most 200 epochs, and an end
when the loss has not improved for 10 epochs.
"""

import argparse
import json
import warnings

import pandas as pd
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--target", required=True)
    parser.add_argument("--widths", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--regression", action="store_true")
    parser.add_argument("--separator", default=",")
    parser.add_argument("--decimal", default=".")
    parser.add_argument("--no-header", action="store_true")
    parser.add_argument("--index", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)

    read = lambda path: pd.read_csv(path, sep=options.separator, decimal=options.decimal,
                                    header=None if options.no_header else 0, index_col=0 if options.index else None)
    train, test = read(options.train), read(options.test)
    target = int(options.target) - 1 if options.no_header else options.target
    split = lambda frame: (frame.drop(columns=target).rename(columns=str), frame[target])
    (x, y), (x_test, y_test) = split(train), split(test)

    numbers = [name for name in x if pd.api.types.is_numeric_dtype(x[name])]
    strings = [name for name in x if name not in numbers]
    encode = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), strings),
    )
    settings = {"hidden_layer_sizes": [int(width) for width in options.widths.split(",")], "random_state": options.seed}
    if options.regression:
        network = TransformedTargetRegressor(MLPRegressor(**settings), transformer=StandardScaler())
    else:
        network = MLPClassifier(**settings)
    model = make_pipeline(encode, network).fit(x, y)
    print(json.dumps({"score": model.score(x_test, y_test)}))


if __name__ == "__main__":
    main()
