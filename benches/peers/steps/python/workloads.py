"""The workloads, their data and initial weights (the same bits as in the Rust programs), and the protocol of steps.py."""

import sys
import time

import numpy as np

# Widths, batch, optimizer, learning rate. Momentum is always 0.9; Adam has its default settings.
WORKLOADS = {
    "W0": ((4, 32, 16, 4), 10_000, "adam", 1e-3),
    "W1": ((2, 16, 16, 2), 32, "sgd", 0.1),
    "W2": ((2, 64, 64, 3), 64, "adam", 1e-3),
    "W3": ((64, 128, 64, 10), 64, "momentum", 0.01),
    "W4": ((784, 128, 64, 10), 64, "adam", 1e-3),
    "W5": ((784, 512, 512, 10), 256, "adam", 1e-3),
    "W6": ((1024, 2048, 2048, 2048, 10), 512, "momentum", 0.01),
}
# The workload of a regression: tanh instead of ReLU, and the mean squared error instead of cross-entropy.
REGRESSION = "W0"
BATCHES = 8


def uniform(stream, count):
    """The first `count` numbers of a splitmix64 stream, uniform on [-1, 1) with 24 random bits each."""
    i = np.arange(1, count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(stream) * np.uint64(0xD1342543DE82EF95) + i * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0 / (1 << 24)) - np.float32(1.0)


def batches(name):
    """The batches, which training cycles through: features of shape (batch, inputs), and labels; or the sines of the features."""
    widths, rows, _, _ = WORKLOADS[name]
    inputs, classes = widths[0], widths[-1]
    found = []
    for batch in range(BATCHES):
        x = uniform(1000 + batch, rows * inputs).reshape(rows, inputs)
        if name == REGRESSION:
            found.append((x, np.sin(x.astype(np.float64)).astype(np.float32)))
            continue
        noise = uniform(2000 + batch, 2 * rows)
        sums = np.stack([x[:, c::classes].astype(np.float64).cumsum(1)[:, -1] if c < inputs else np.zeros(rows)
                         for c in range(classes)], 1)
        random = np.minimum(((noise[rows:].astype(np.float64) + 1) * 0.5 * classes).astype(np.int64), classes - 1)
        found.append((x, np.where(noise[:rows] < -0.5, random, sums.argmax(1))))
    return found


def layers(name):
    """The initial parameters: weights of shape (fan_in, fan_out), and biases of 0."""
    widths = WORKLOADS[name][0]
    return [(uniform(100 + l, i * o).reshape(i, o) * np.float32(1 / np.sqrt(i)), np.zeros(o, np.float32))
            for l, (i, o) in enumerate(zip(widths, widths[1:]))]


def arguments():
    """The workload and the number of threads from the command line, `python PROGRAM.py W1 2`."""
    return sys.argv[1], int(sys.argv[2])


def serve(name, start):
    """Answers requests until the end of the input: see workloads/src/conversation.rs.

    `start()` creates a network with its initial parameters and returns two functions: `step(batch)`, and `loss()`, which waits for
    all steps and returns the loss of the last one.
    """
    def run(step, first, count):
        for i in range(first, first + count):
            step(i % BATCHES)

    step, loss = start()
    run(step, 0, 10)
    early, late = loss(), "-"
    if name != "W6":
        run(step, 10, 90)
        late = loss()
    print("losses", early, late, flush=True)
    for line in sys.stdin:
        warm_up, steps = map(int, line.split())
        step, loss = start()
        run(step, 0, warm_up)
        loss()
        begin = time.perf_counter()
        run(step, warm_up, steps)
        loss()
        print(time.perf_counter() - begin, flush=True)
