"""scikit-learn, one `partial_fit` per batch. `OPENBLAS_NUM_THREADS=2 python with_scikit_learn.py W2 2`, then lines `20 100` on standard
input."""

import sys

import numpy as np
from sklearn.neural_network import MLPClassifier

from workloads import WORKLOADS, arguments, batches, layers, serve

name, _ = arguments()
widths, rows, method, rate = WORKLOADS[name]
if widths[-1] == 2:
    sys.exit("scikit-learn has one output for two classes, which is a different network")
data = batches(name)
OPTIONS = {
    "sgd": {"solver": "sgd", "momentum": 0.0, "nesterovs_momentum": False},
    "momentum": {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False},
    "adam": {"solver": "adam"},
}


def start():
    classifier = MLPClassifier(hidden_layer_sizes=widths[1:-1], alpha=0.0, batch_size=rows, shuffle=False,
                               learning_rate_init=rate, **OPTIONS[method])
    # The first call creates the arrays. They are then reset in place, because the optimizer keeps references to them.
    classifier.partial_fit(*data[0], classes=np.arange(widths[-1]))
    for to_weight, to_bias, (weight, bias) in zip(classifier.coefs_, classifier.intercepts_, layers(name)):
        to_weight[...], to_bias[...] = weight, bias
        assert to_weight.dtype == np.float32
    optimizer = classifier._optimizer
    for states in ("velocities", "ms", "vs"):
        for state in getattr(optimizer, states, []):
            state[...] = 0
    if hasattr(optimizer, "t"):
        optimizer.t = 0

    def step(batch):
        classifier.partial_fit(*data[batch])

    return step, lambda: float(classifier.loss_)


serve(name, start)
