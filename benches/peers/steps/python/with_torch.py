"""PyTorch. `OMP_NUM_THREADS=2 python with_torch.py W1 2 eager` or `... fused`, then lines `20 100` on standard input."""

import sys

import torch

from workloads import REGRESSION, WORKLOADS, arguments, batches, layers, serve

name, threads = arguments()
fused = {"eager": False, "fused": True}[sys.argv[3]]
torch.set_num_threads(threads)
widths, _, method, rate = WORKLOADS[name]
data = [(torch.from_numpy(x), torch.from_numpy(targets)) for x, targets in batches(name)]
objective, activation = torch.nn.CrossEntropyLoss(), torch.nn.ReLU
if name == REGRESSION:
    objective, activation = torch.nn.MSELoss(), torch.nn.Tanh


def start():
    network = torch.nn.Sequential()
    for weight, bias in layers(name):
        if len(network):
            network.append(activation())
        linear = torch.nn.Linear(*weight.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight.T.copy()))
            linear.bias.copy_(torch.from_numpy(bias))
        network.append(linear)
    options = {"lr": rate, **({"fused": True} if fused else {})}
    optimizer = {
        "sgd": lambda: torch.optim.SGD(network.parameters(), **options),
        "momentum": lambda: torch.optim.SGD(network.parameters(), momentum=0.9, **options),
        "adam": lambda: torch.optim.Adam(network.parameters(), **options),
    }[method]()
    last = [None]

    def step(batch):
        x, targets = data[batch]
        optimizer.zero_grad(set_to_none=True)
        last[0] = objective(network(x), targets)
        last[0].backward()
        optimizer.step()

    return step, lambda: last[0].item()


serve(name, start)
