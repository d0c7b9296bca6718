"""Writes the goldens of this folder: PyTorch in double precision.

    python make.py

Needs torch (2.15), numpy, and the authors' packages schedulefree (1.4.1) and prodigyopt (1.1.2). What is in none of them is transcribed from the papers: `lion` from algorithm 2 of Chen et al.
2023, `adopt` from algorithm 2 and section 4 of Taniguchi et al. 2024, `ademamix` from algorithm 1 of Pagliardini et al. 2024,
`muon` from Jordan et al. 2024 (PyTorch's has the same formula in bfloat16), `lamb` from algorithm 2 of You et al. 2020.
Each block of a file is a line of words, its name, and lines of numbers. The Rust tests read the data only.
"""

import math
import pathlib
import warnings

import numpy as np
import torch
from prodigyopt import Prodigy
from schedulefree import AdamWScheduleFree, SGDScheduleFree
from torch.optim import ASGD, SGD, Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop
from torch.optim import lr_scheduler as schedulers
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent
RECORDED = [1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]


class Lion:
    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        (self.w,), self.lr, self.betas, self.decay = params, lr, betas, weight_decay
        self.m = torch.zeros_like(self.w)

    @torch.no_grad()
    def step(self):
        (b1, b2), g = self.betas, self.w.grad
        update = torch.sign(b1 * self.m + (1 - b1) * g)
        self.w -= self.lr * (update + self.decay * self.w)
        self.m = b2 * self.m + (1 - b2) * g


class Adopt:
    def __init__(self, params, lr, betas=(0.9, 0.9999), eps=1e-6, weight_decay=0.0):
        (self.w,), self.lr, self.betas, self.eps, self.decay = params, lr, betas, eps, weight_decay
        self.m, self.v, self.t = torch.zeros_like(self.w), None, 0

    @torch.no_grad()
    def step(self):
        (b1, b2), g = self.betas, self.w.grad + self.decay * self.w
        if self.v is None:
            self.v = g * g
            return
        self.t += 1
        limit = self.t**0.25
        normalised = torch.clamp(g / torch.clamp(torch.sqrt(self.v), min=self.eps), -limit, limit)
        self.m = b1 * self.m + (1 - b1) * normalised
        self.w -= self.lr * self.m
        self.v = b2 * self.v + (1 - b2) * g * g


class AdEmaMix:
    def __init__(self, params, lr, betas=(0.9, 0.999, 0.9999), alpha=5.0, warm_up=0, eps=1e-8, weight_decay=0.0):
        (self.w,), self.lr, self.betas, self.alpha = params, lr, betas, alpha
        self.warm_up, self.eps, self.decay, self.t = warm_up, eps, weight_decay, 0
        self.fast, self.slow, self.square = (torch.zeros_like(self.w) for _ in range(3))

    @torch.no_grad()
    def step(self):
        (b1, b2, b3), g = self.betas, self.w.grad
        self.t += 1
        alpha = self.alpha
        if self.warm_up:
            share = self.t / self.warm_up
            alpha = min(share * self.alpha, self.alpha)
            exponent = math.log(b1) * math.log(b3) / ((1 - share) * math.log(b3) + share * math.log(b1))
            b3 = min(math.exp(exponent), b3) if share < 1 else b3
        self.fast = b1 * self.fast + (1 - b1) * g
        self.slow = b3 * self.slow + (1 - b3) * g
        self.square = b2 * self.square + (1 - b2) * g * g
        fast, square = self.fast / (1 - b1**self.t), self.square / (1 - b2**self.t)
        self.w -= self.lr * ((fast + alpha * self.slow) / (torch.sqrt(square) + self.eps) + self.decay * self.w)


# Name, class, rates on (bowl, rosenbrock, saddle) and on the MLP, other arguments.
STEEP, EVEN = (5e-3, 2e-4, 5e-2, 0.1), (5e-2, 5e-2, 5e-2, 1e-2)
OPTIMIZERS = [
    ("sgd", SGD, STEEP, {}),
    ("momentum", SGD, STEEP, dict(momentum=0.9)),
    ("damped", SGD, STEEP, dict(momentum=0.9, dampening=0.5)),
    ("nesterov", SGD, STEEP, dict(momentum=0.9, nesterov=True)),
    ("momentum_l2", SGD, STEEP, dict(momentum=0.9, weight_decay=0.1)),
    ("adagrad", Adagrad, EVEN, {}),
    ("adagrad_all", Adagrad, EVEN, dict(lr_decay=0.1, weight_decay=0.01, initial_accumulator_value=0.5, eps=1e-6)),
    ("rmsprop", RMSprop, EVEN, {}),
    ("rmsprop_momentum", RMSprop, EVEN, dict(momentum=0.5)),
    ("rmsprop_centred", RMSprop, EVEN, dict(centered=True)),
    ("rmsprop_all", RMSprop, EVEN, dict(alpha=0.9, eps=1e-4, momentum=0.8, centered=True, weight_decay=0.01)),
    ("adafactor", Adafactor, EVEN, {}),
    ("adafactor_all", Adafactor, EVEN, dict(beta2_decay=-0.5, eps=(None, 0.1), d=1.5, weight_decay=0.1)),
    ("adadelta", Adadelta, (1.0, 1.0, 1.0, 1.0), {}),
    ("adadelta_l2", Adadelta, (0.5, 0.5, 0.5, 0.5), dict(rho=0.8, eps=1e-3, weight_decay=0.1)),
    ("adam", Adam, EVEN, {}),
    ("adam_l2", Adam, EVEN, dict(betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
    ("amsgrad", Adam, EVEN, dict(amsgrad=True, betas=(0.9, 0.9))),
    ("adamw", AdamW, EVEN, dict(weight_decay=0.1)),
    ("amsgradw", AdamW, EVEN, dict(weight_decay=0.1, amsgrad=True, betas=(0.9, 0.9))),
    ("adamax", Adamax, EVEN, {}),
    ("adamax_l2", Adamax, EVEN, dict(betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
    ("rprop", Rprop, EVEN, {}),
    ("rprop_all", Rprop, EVEN, dict(etas=(0.3, 1.5), step_sizes=(1e-3, 0.1))),
    ("adopt", Adopt, EVEN, {}),
    ("adopt_l2", Adopt, EVEN, dict(betas=(0.8, 0.95), eps=1e-2, weight_decay=0.1)),
    ("ademamix", AdEmaMix, EVEN, {}),
    ("ademamix_all", AdEmaMix, EVEN, dict(betas=(0.8, 0.95, 0.99), alpha=3.0, warm_up=30, eps=1e-3, weight_decay=0.1)),
    ("nadam", NAdam, EVEN, {}),
    ("nadam_l2", NAdam, EVEN, dict(momentum_decay=0.1, weight_decay=0.1)),
    ("nadamw", NAdam, EVEN, dict(momentum_decay=0.1, weight_decay=0.1, decoupled_weight_decay=True)),
    ("prodigy", Prodigy, EVEN, dict(d0=0.1)),
    ("prodigy_l2", Prodigy, EVEN, dict(d0=0.2, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1, decouple=False)),
    ("prodigyw", Prodigy, EVEN, dict(d0=0.1, betas=(0.8, 0.95), weight_decay=0.1)),
    ("radam", RAdam, EVEN, {}),
    ("radam_l2", RAdam, EVEN, dict(betas=(0.9, 0.99), weight_decay=0.1)),
    ("radamw", RAdam, EVEN, dict(betas=(0.9, 0.99), weight_decay=0.1, decoupled_weight_decay=True)),
    ("lion", Lion, (1e-2, 1e-2, 1e-2, 1e-2), {}),
    ("lionw", Lion, (1e-2, 1e-2, 1e-2, 1e-2), dict(betas=(0.8, 0.95), weight_decay=0.1)),
]


def bowl(x, y):
    return [x, 100.0 * y]


def rosenbrock(x, y):
    return [-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)]


def saddle(x, y):
    return [x, y * y * y - y]


FUNCTIONS = [("bowl", bowl, (1.0, 1.0)), ("rosenbrock", rosenbrock, (-1.2, 1.0)), ("saddle", saddle, (1.0, 0.01))]


def line(numbers):
    return " ".join(repr(float(x)) for x in numbers) + "\n"


def walk(make, start, gradient):
    """The recorded points of 50 steps; `gradient` is a function of step and point."""
    w = torch.nn.Parameter(torch.tensor(start))
    optimizer, text = make(w), ""
    for step in range(1, 51):
        w.grad = torch.tensor(gradient(step, w.tolist()))
        optimizer.step()
        if step in RECORDED:
            text += line(w.tolist())
    return text


def write_optimizers():
    text = ""
    for name, method, rates, settings in OPTIMIZERS:
        for (function, gradient, start), rate in zip(FUNCTIONS, rates):
            points = walk(lambda w: method([w], lr=rate, **settings), start, lambda _, w: gradient(*w))
            text += f"{name} {function}\n" + points
    (HERE / "optimizers.txt").write_text(text)


def write_mlp():
    """A network 2-3-1 that learns a product by SGD with momentum: its gradients, and what all others make of them."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    inputs = torch.rand(16, 2) * 2 - 1
    targets = inputs[:, :1] * inputs[:, 1:]
    flat = lambda tensors: [x for tensor in tensors for x in tensor.flatten().tolist()]
    optimizer, gradients, start = SGD(net.parameters(), lr=0.3, momentum=0.9), [], flat(net.parameters())
    for _ in range(50):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(net(inputs), targets).backward()
        gradients.append(flat(p.grad for p in net.parameters()))
        optimizer.step()
    text = "start\n" + line(start) + "gradients\n" + "".join(line(g) for g in gradients)
    for name, method, rates, settings in OPTIMIZERS:
        points = walk(lambda w: method([w], lr=rates[3], **settings), start, lambda step, _: gradients[step - 1])
        text += f"{name}\n" + "".join(points.splitlines(keepends=True)[k] for k in [0, 5, 13])
    (HERE / "mlp.txt").write_text(text)


def orthogonalised(u):
    x = u / max(float(torch.linalg.norm(u)), 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return x


# Methods whose result is an average: name, class, rates, other arguments.
AVERAGING = [
    ("asgd", ASGD, STEEP, {}),
    ("asgd_all", ASGD, STEEP, dict(lambd=0.01, alpha=0.5, t0=5, weight_decay=0.1)),
    ("schedule_free_sgd", SGDScheduleFree, STEEP, {}),
    ("schedule_free_sgd_all", SGDScheduleFree, STEEP, dict(momentum=0.8, warmup_steps=12, weight_decay=0.1)),
    ("schedule_free_adamw", AdamWScheduleFree, EVEN, {}),
    ("schedule_free_adamw_all", AdamWScheduleFree, EVEN,
     dict(betas=(0.8, 0.95), eps=1e-3, warmup_steps=12, weight_decay=0.1)),
]


def write_averaging():
    """The recorded points of 50 steps, each with the average that belongs to it."""
    text = ""
    for name, method, rates, settings in AVERAGING:
        for (function, gradient, start), rate in zip(FUNCTIONS, rates):
            w = torch.nn.Parameter(torch.tensor(start))
            optimizer = method([w], lr=rate, **settings)
            is_asgd = isinstance(optimizer, ASGD)
            text += f"{name} {function}\n"
            if not is_asgd:
                optimizer.train()
            for step in range(1, 51):
                w.grad = torch.tensor(gradient(*w.tolist()))
                optimizer.step()
                if step not in RECORDED:
                    continue
                at = w.tolist()
                if is_asgd:
                    text += line(at + optimizer.state[w]["ax"].tolist())
                    continue
                optimizer.eval()
                text += line(at + w.tolist())
                optimizer.train()
    (HERE / "averaging.txt").write_text(text)


def write_adafactor():
    """A matrix of 2 x 3, a vector of 4 and a matrix of 2 x 1; start and gradients as in the tests."""
    text = ""
    for name, eta, settings in [
        ("adafactor", 0.02, {}),
        ("adafactor_all", 0.05, dict(beta2_decay=-0.5, eps=(None, 0.1), d=1.5, weight_decay=0.1)),
    ]:
        noise = lambda i, step: math.sin(i * 12.9898 + step * 78.233)
        start = torch.tensor([0.1 + 0.3 * noise(i, 99) if i < 10 else 0.0 for i in range(12)])
        arrays = [torch.nn.Parameter(start[a:b].reshape(shape)) for a, b, shape in
                  [(0, 6, (2, 3)), (6, 10, (4,)), (10, 12, (2, 1))]]
        optimizer = Adafactor(arrays, lr=eta, **settings)
        for step in range(20):
            g = torch.tensor([noise(i, step) for i in range(12)])
            for array, (a, b) in zip(arrays, [(0, 6), (6, 10), (10, 12)]):
                array.grad = g[a:b].reshape(array.shape)
            optimizer.step()
        text += f"{name}\n" + line([x for array in arrays for x in array.flatten().tolist()])
    (HERE / "adafactor.txt").write_text(text)


def write_muon():
    """A network 3-4-2-1 of which the matrix 4 x 2 is hidden; gradients as `noise` of the tests."""
    text = ""
    for name, eta, mu, nesterov, factor, decay in [
        ("muon", 0.02, 0.95, True, 0.15, 0.0),
        ("muon_all", 0.05, 0.8, False, 0.5, 0.1),
    ]:
        w = torch.nn.Parameter(torch.full((29,), 0.5))
        adam, velocity = AdamW([w], lr=factor * eta, weight_decay=decay), torch.zeros(4, 2)
        for step in range(20):
            g = torch.tensor([math.sin(i * 12.9898 + step * 78.233) for i in range(29)])
            hidden, g_hidden = w.detach()[16:24].clone().reshape(4, 2), g[16:24].reshape(4, 2)
            w.grad = g
            adam.step()
            velocity = mu * velocity + (1 - mu) * g_hidden
            u = mu * velocity + (1 - mu) * g_hidden if nesterov else velocity
            stretch = math.sqrt(max(1.0, 2 / 4))
            with torch.no_grad():
                w[16:24] = ((1 - eta * decay) * hidden - eta * stretch * orthogonalised(u)).flatten()
        text += f"{name}\n" + line(w.tolist())
    (HERE / "muon.txt").write_text(text)


def write_lamb():
    """Arrays of 6, 4 and 2 numbers, the last of which starts at zero; start and gradients as in the tests."""
    text = ""
    for name, eta, (b1, b2), epsilon, decay in [
        ("lamb", 0.02, (0.9, 0.999), 1e-6, 0.0),
        ("lamb_all", 0.05, (0.8, 0.95), 1e-3, 0.1),
    ]:
        noise = lambda i, step: math.sin(i * 12.9898 + step * 78.233)
        w = torch.tensor([0.1 + 0.3 * noise(i, 99) if i < 10 else 0.0 for i in range(12)])
        m, s = torch.zeros(12), torch.zeros(12)
        for t in range(1, 21):
            g = torch.tensor([noise(i, t - 1) for i in range(12)])
            m, s = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g * g
            u = m / (1 - b1**t) / (torch.sqrt(s / (1 - b2**t)) + epsilon) + decay * w
            for array in (slice(0, 6), slice(6, 10), slice(10, 12)):
                lengths = torch.linalg.norm(w[array]), torch.linalg.norm(u[array])
                ratio = lengths[0] / lengths[1] if lengths[0] > 0 and lengths[1] > 0 else 1.0
                w[array] = w[array] - eta * ratio * u[array]
        text += f"{name}\n" + line(w.tolist())
    (HERE / "lamb.txt").write_text(text)


def rates(make, eta, steps):
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=eta)
    scheduler, seen = make(optimizer), []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def write_schedules():
    s = schedulers
    table = {
        "step": (0.5, 20, lambda o: s.StepLR(o, 6, gamma=0.3)),
        "milestones": (0.5, 20, lambda o: s.MultiStepLR(o, [3, 4, 11], gamma=0.5)),
        "exponential": (0.5, 20, lambda o: s.ExponentialLR(o, 0.9)),
        "over_t": (0.5, 20, lambda o: s.LambdaLR(o, lambda t: 1 / (1 + t / 3))),
        "over_root_t": (0.5, 20, lambda o: s.LambdaLR(o, lambda t: 1 / math.sqrt(1 + t / 3))),
        "over_log_t": (0.5, 20, lambda o: s.LambdaLR(o, lambda t: 1 / math.log(math.e + t / 3))),
        "linear": (0.5, 20, lambda o: s.LinearLR(o, 0.1, 1.0, 12)),
        "cosine": (0.5, 20, lambda o: s.CosineAnnealingLR(o, 12, eta_min=0.01)),
        "cosine_restarts": (0.5, 40, lambda o: s.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.01)),
        "cosine_restarts_even": (0.5, 20, lambda o: s.CosineAnnealingWarmRestarts(o, 6)),
        "one_cycle": (0.5, 40, lambda o: s.OneCycleLR(o, 0.5, total_steps=40, cycle_momentum=False)),
        "one_cycle_with": (
            0.5,
            25,
            lambda o: s.OneCycleLR(
                o, 0.5, total_steps=25, pct_start=0.45, div_factor=10.0, final_div_factor=20.0, cycle_momentum=False
            ),
        ),
        "warmed_up_cosine": (
            0.5,
            20,
            lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 5), s.CosineAnnealingLR(o, 14)], [5]),
        ),
        "chained": (0.5, 20, lambda o: s.ChainedScheduler([s.StepLR(o, 4, 0.5), s.ExponentialLR(o, 0.9)])),
    }
    text = "".join(f"{name}\n" + line(rates(make, eta, steps)) for name, (eta, steps, make) in table.items())
    (HERE / "schedules.txt").write_text(text)


def write_clipping():
    """Gradient, limit and norm, and what PyTorch makes of it."""
    text = ""
    generator = np.random.default_rng(0)
    for name, scale, limit in [("long", 10.0, 1.0), ("short", 0.01, 1.0)]:
        gradient = generator.normal(size=12) * scale
        for kind in ["norm", "value"]:
            p = torch.nn.Parameter(torch.zeros(12))
            p.grad = torch.tensor(gradient)
            norm = torch.linalg.vector_norm(p.grad)
            if kind == "norm":
                torch.nn.utils.clip_grad_norm_([p], limit)
            else:
                torch.nn.utils.clip_grad_value_([p], limit)
            text += f"{kind} {name}\n" + line([limit, norm]) + line(gradient) + line(p.grad)
    (HERE / "clipping.txt").write_text(text)


def write_averages():
    """Parameters, and their averages behind each update."""
    generator = np.random.default_rng(1)
    walk = generator.normal(size=(20, 3)).cumsum(axis=0)
    text = "parameters\n" + "".join(line(w) for w in walk)
    kinds = {"mean": {}, "exponential": dict(multi_avg_fn=get_ema_multi_avg_fn(0.9))}
    for name, settings in kinds.items():
        model = torch.nn.Linear(3, 1, bias=False)
        average, rows = AveragedModel(model, **settings), ""
        for w in walk:
            model.weight.data = torch.tensor(w).reshape(1, 3)
            average.update_parameters(model)
            rows += line(average.module.weight.data.flatten())
        text += f"{name}\n" + rows
    (HERE / "averages.txt").write_text(text)


write_optimizers()
write_mlp()
write_averaging()
write_adafactor()
write_muon()
write_lamb()
write_schedules()
write_clipping()
write_averages()
