"""Writes the goldens of this folder with PyTorch in double precision: python3 make.py

networks.txt      20 random networks over all layers, activations and losses: outputs, losses and gradients of a training
                  pass and of an evaluation
losses.txt        every loss with its options: total over the examples, and gradient with respect to the outputs
initialisers.txt  standard deviation and largest element of what torch.nn.init draws

A case begins with a line that holds its name; every other line is a key with its values. Weights of linear layers are written as
(fan_in, fan_out), the transpose of PyTorch's.
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)


def numbers(x):
    return " ".join(repr(float(v)) for v in torch.as_tensor(x).detach().flatten())


class Residual(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)


class Flatten(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.table = table

    def forward(self, x):
        return self.table(x.long()).flatten(1)


ACTIVATIONS = {
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(0.1),
    "elu": nn.ELU(0.7),
    "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"),
    "silu": nn.SiLU(),
    "softplus": nn.Softplus(threshold=1000),
    "softsign": nn.Softsign(),
    "sigmoid": nn.Sigmoid(),
    "log_sigmoid": nn.LogSigmoid(),
    "tanh": nn.Tanh(),
    "clamp": nn.Hardtanh(-0.5, 0.8),
}


def build(spec):
    """A module from words such as linear:3:4, batch_norm:4, tanh, residual[linear:4:4/tanh]."""
    if spec.startswith("residual["):
        return Residual(nn.Sequential(*[build(part) for part in spec[9:-1].split("/")]))
    name, *sizes = spec.split(":")
    if name == "linear":
        return nn.Linear(int(sizes[0]), int(sizes[1]))
    if name == "linear_without_bias":
        return nn.Linear(int(sizes[0]), int(sizes[1]), bias=False)
    if name == "batch_norm":
        return nn.BatchNorm1d(int(sizes[0]))
    if name == "layer_norm":
        return nn.LayerNorm(int(sizes[0]))
    if name == "embedding":
        return Flatten(nn.Embedding(int(sizes[0]), int(sizes[1])))
    if name == "dropout":
        return nn.Dropout(float(sizes[0]))
    return ACTIVATIONS[name]


def in_our_order(module):
    """The parameters in the order of ours, with their transposition."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            yield layer.weight, True
            if layer.bias is not None:
                yield layer.bias, False
        elif isinstance(layer, (nn.BatchNorm1d, nn.LayerNorm)):
            yield layer.weight, False
            yield layer.bias, False
        elif isinstance(layer, nn.Embedding):
            yield layer.weight, False


def flat(module, of):
    parts = [of(p).T if transposed else of(p) for p, transposed in in_our_order(module)]
    return torch.cat([part.reshape(-1) for part in parts])


def statistics(module):
    parts = [s for m in module.modules() if isinstance(m, nn.BatchNorm1d) for s in (m.running_mean, m.running_var)]
    return torch.cat(parts) if parts else torch.zeros(0)


# Each loss as the total over the examples, in our convention: the mean over the outputs of an example unless the
# name says otherwise.
def options(text):
    return [float(option) for option in text.split(",") if option]


def total(loss, y, t):
    name, _, rest = loss.partition(":")
    o, k = options(rest), y.shape[1]
    weights = torch.tensor(o[1:]) if len(o) > 1 else None
    margin = y * t if t.shape == y.shape else None
    return {
        "sum_squared": lambda: F.mse_loss(y, t, reduction="sum"),
        "mean_squared": lambda: F.mse_loss(y, t, reduction="sum") / k,
        "half_squared": lambda: F.mse_loss(y, t, reduction="sum") / 2,
        "sum_absolute": lambda: F.l1_loss(y, t, reduction="sum"),
        "mean_absolute": lambda: F.l1_loss(y, t, reduction="sum") / k,
        "huber": lambda: F.huber_loss(y, t, reduction="sum", delta=o[0]) / k,
        "smooth_l1": lambda: F.smooth_l1_loss(y, t, reduction="sum", beta=o[0]) / k,
        "cross_entropy": lambda: F.cross_entropy(y, t, reduction="sum"),
        # options: label smoothing, then class weights
        "weighted_cross_entropy": lambda: F.cross_entropy(y, t, weights, reduction="sum", label_smoothing=o[0]),
        "probability_cross_entropy": lambda: F.cross_entropy(y, t, weights, reduction="sum", label_smoothing=o[0]),
        "binary_cross_entropy": lambda: F.binary_cross_entropy_with_logits(
            y, t, pos_weight=torch.tensor(o[0]), reduction="sum") / k,
        # soft_margin_loss is the same, but its gradient is NaN for scores of 1e4
        "logistic": lambda: -F.logsigmoid(margin).sum() / k,
        "hinge": lambda: F.relu(1 - margin).sum() / k,
        "squared_hinge": lambda: F.relu(1 - margin).square().sum() / k,
        # options: margin, then the power; PyTorch divides by the number of classes
        "multi_class_hinge": lambda: F.multi_margin_loss(y, t, p=int(o[1]), margin=o[0], reduction="sum") * k,
    }[name]()


CLASSES = ["cross_entropy", "weighted_cross_entropy", "multi_class_hinge"]


def draw_targets(loss, rows, width):
    name = loss.partition(":")[0]
    if name in CLASSES:
        return torch.randint(0, width, (rows,))
    if name == "probability_cross_entropy":
        return torch.softmax(torch.randn(rows, width), 1)
    if name == "binary_cross_entropy":
        return torch.rand(rows, width)
    if name in ["logistic", "hinge", "squared_hinge"]:
        return torch.randint(0, 2, (rows, width)) * 2.0 - 1
    return torch.randn(rows, width)


def write_targets(out, loss, t):
    if loss.partition(":")[0] in CLASSES:
        out.write("labels " + " ".join(str(int(label)) for label in t) + "\n")
    else:
        out.write(f"targets {numbers(t)}\n")


NETWORKS = [
    ("linear:3:4 relu linear:4:2", "mean_squared"),
    ("linear:3:5 tanh linear:5:3", "cross_entropy"),
    ("linear:2:4 batch_norm:4 relu linear:4:3", "cross_entropy"),
    ("linear:3:4 layer_norm:4 gelu linear:4:2", "half_squared"),
    ("embedding:6:2 linear:4:5 silu linear:5:3", "weighted_cross_entropy:0.1,0.5,1.5,1"),
    ("linear:3:3 residual[linear:3:3/tanh] linear:3:1", "logistic"),
    ("linear:4:6 batch_norm:6 leaky_relu dropout:0 linear:6:4 batch_norm:4 elu linear:4:2", "huber:0.5"),
    ("linear:3:4 softplus linear:4:4 sigmoid linear:4:3", "multi_class_hinge:1,1"),
    ("linear_without_bias:3:4 batch_norm:4 softsign linear:4:2", "binary_cross_entropy:2.5"),
    ("linear:2:3 log_sigmoid linear:3:2", "smooth_l1:0.3"),
    ("linear:3:4 gelu_tanh linear:4:3", "probability_cross_entropy:0.2"),
    ("linear:3:5 clamp linear:5:2", "sum_absolute"),
    ("layer_norm:4 linear:4:4 residual[layer_norm:4/linear:4:6/relu/linear:6:4] linear:4:3", "cross_entropy"),
    ("batch_norm:3 linear:3:4 tanh linear:4:1", "hinge"),
    ("linear:1:1 tanh linear:1:1", "sum_squared"),
    ("embedding:3:1 batch_norm:3 linear:3:2", "weighted_cross_entropy:0,2,0.5"),
    ("linear:3:4 elu residual[linear:4:4/batch_norm:4/silu] layer_norm:4 linear:4:2", "squared_hinge"),
    ("linear:2:6 relu linear:6:6 relu linear:6:6 relu linear:6:3", "multi_class_hinge:0.5,2"),
    ("linear:3:4 leaky_relu dropout:0 linear:4:4 gelu layer_norm:4 linear:4:2", "mean_absolute"),
    ("linear:3:4 batch_norm:4 sigmoid linear:4:3", "probability_cross_entropy:0.1,0.5,1,2"),
]


def networks():
    with open("networks.txt", "w") as out:
        for i, (layers, loss) in enumerate(NETWORKS):
            torch.manual_seed(100 + i)
            module = nn.Sequential(*[build(spec) for spec in layers.split()])
            for p, _ in in_our_order(module):
                nn.init.normal_(p, std=0.8)
            first, rows = layers.split()[0].split(":"), 2 + i % 5
            embeds = first[0] == "embedding"
            inputs = {"embedding": 3 if i == 15 else 2}.get(first[0], int(first[1]))
            x = torch.randint(0, int(first[1]), (rows, inputs)).double() if embeds else torch.randn(rows, inputs)
            x.requires_grad_(not embeds)
            width = module(x).shape[1]
            for m in module.modules():
                if isinstance(m, nn.BatchNorm1d):
                    m.running_mean.normal_(std=0.3)
                    m.running_var.uniform_(0.5, 2.0)
            t = draw_targets(loss, rows, width)
            out.write(f"network {i}\nlayers {layers}\nloss {loss}\nrows {rows}\nx {numbers(x)}\n")
            write_targets(out, loss, t)
            out.write(f"parameters {numbers(flat(module, lambda p: p))}\n")
            out.write(f"statistics {numbers(statistics(module))}\n")
            # The evaluation comes second, with the running statistics that training left.
            for mode in ["training", "evaluation"]:
                module.train(mode == "training")
                module.zero_grad()
                x.grad = None
                y = module(x)
                mean = total(loss, y, t) / rows
                mean.backward()
                out.write(f"{mode}_outputs {numbers(y)}\n{mode}_loss {numbers(mean)}\n")
                out.write(f"{mode}_gradient {numbers(flat(module, lambda p: p.grad))}\n")
                if not embeds:
                    out.write(f"{mode}_input_gradient {numbers(x.grad)}\n")
                if mode == "training":
                    out.write(f"new_statistics {numbers(statistics(module))}\n")


LOSSES = [
    "sum_squared", "mean_squared", "half_squared", "sum_absolute", "mean_absolute", "huber:0.7", "huber:2",
    "smooth_l1:0.5", "smooth_l1:1", "cross_entropy", "weighted_cross_entropy:0.1", "weighted_cross_entropy:0,W",
    "weighted_cross_entropy:0.3,W", "probability_cross_entropy:0", "probability_cross_entropy:0.2",
    "probability_cross_entropy:0.2,W", "binary_cross_entropy:1", "binary_cross_entropy:3.5", "logistic", "hinge",
    "squared_hinge", "multi_class_hinge:1,1", "multi_class_hinge:0.5,1", "multi_class_hinge:1.5,2",
]


def losses():
    with open("losses.txt", "w") as out:
        case = 0
        for loss in LOSSES:
            for rows, width, size in [(5, 3, 2.0), (1, 4, 2.0), (3, 1, 2.0), (4, 2, 1e4)]:
                torch.manual_seed(case)
                weights = ",".join(repr(0.5 + 0.75 * j) for j in range(width))
                named = loss.replace("W", weights)
                y = (torch.randn(rows, width) * size).requires_grad_()
                t = draw_targets(named, rows, width)
                value = total(named, y, t)
                value.backward()
                out.write(f"case {case}\nloss {named}\nrows {rows}\noutputs {numbers(y)}\n")
                write_targets(out, named, t)
                out.write(f"total {numbers(value)}\ngradient {numbers(y.grad)}\n")
                if loss.startswith("weighted_cross_entropy:0,W"):
                    mean = F.cross_entropy(y, t, torch.tensor(options(weights)))
                    out.write(f"torch_mean {numbers(mean)}\n")
                case += 1


INITIALISERS = {
    "GlorotNormal": nn.init.xavier_normal_,
    "GlorotUniform": nn.init.xavier_uniform_,
    "HeNormal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
    "HeUniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
    "LecunNormal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear"),
    "LecunUniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="linear"),
    "Orthogonal": lambda w: nn.init.orthogonal_(w, gain=1.5),
}


def initialisers():
    with open("initialisers.txt", "w") as out:
        for name, init in INITIALISERS.items():
            for shape in [(300, 200), (100, 400), (256, 256)]:
                torch.manual_seed(7)
                fan_in, fan_out = shape
                w = init(torch.empty(fan_out, fan_in))
                out.write(f"case {name}\nshape {fan_in} {fan_out}\n")
                out.write(f"deviation {numbers(w.std(correction=0))}\nlargest {numbers(w.abs().max())}\n")


networks()
losses()
initialisers()
