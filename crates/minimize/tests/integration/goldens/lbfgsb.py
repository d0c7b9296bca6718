"""Writes lbfgsb.txt: what scipy's L-BFGS-B needs on the standard test functions.

Run with Python that has scipy and PyTorch: `python lbfgsb.py`. Each function is written down here anew, from
its source (M: More, Garbow, Hillstrom 1981, "Testing unconstrained optimization software", with its number),
and PyTorch differentiates it, so that the value and the gradient at the start, stored too, check the
functions of tests/problems, whose gradients are derived by hand.

scipy stops where the largest entry of the gradient is at most 1e-8 (gtol), or where its line search fails
(ABNORMAL), or where the value stops falling at all (ftol = 0 asks for that). In each case the evaluations it
made until then are what counts.
"""

import math
import pathlib

import numpy
import scipy
import torch
from scipy.optimize import minimize

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def squares(residuals):
    return lambda x: sum((torch.atleast_1d(r) ** 2).sum() for r in residuals(x))


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def beale(x):  # M5
    return [y - x[0] * (1 - x[1] ** (i + 1)) for i, y in enumerate([1.5, 2.25, 2.625])]


def freudenstein_roth(x):  # M2
    return [
        -13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1],
        -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1],
    ]


def brown_badly_scaled(x):  # M4
    return [x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2]


def helical_valley(x):  # M7
    theta = torch.atan(x[1] / x[0]) / (2 * math.pi) + (0.5 if x[0] < 0 else 0.0)
    return [10 * (x[2] - 10 * theta), 10 * (torch.hypot(x[0], x[1]) - 1), x[2]]


BARD = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39]


def bard(x):  # M8
    u = torch.arange(1.0, 16.0)
    v = 16 - u
    return [torch.tensor(BARD) - (x[0] + u / (v * x[1] + torch.minimum(u, v) * x[2]))]


def box(x):  # M12
    t = torch.arange(1.0, 11.0) / 10
    return [torch.exp(-t * x[0]) - torch.exp(-t * x[1]) - x[2] * (torch.exp(-t) - torch.exp(-10 * t))]


def powell_singular(x):  # M13, M22
    a, b, c, d = x[0::4], x[1::4], x[2::4], x[3::4]
    return [a + 10 * b, math.sqrt(5) * (c - d), (b - 2 * c) ** 2, math.sqrt(10) * (a - d) ** 2]


def wood(x):  # M14
    return [
        10 * (x[1] - x[0] ** 2),
        1 - x[0],
        math.sqrt(90) * (x[3] - x[2] ** 2),
        1 - x[2],
        math.sqrt(10) * (x[1] + x[3] - 2),
        (x[1] - x[3]) / math.sqrt(10),
    ]


KOWALIK = [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]
DILUTIONS = [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]


def kowalik_osborne(x):  # M15
    y, u = torch.tensor(KOWALIK), torch.tensor(DILUTIONS)
    return [y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])]


def brown_dennis(x):  # M16, m = 20
    t = torch.arange(1.0, 21.0) / 5
    return [(x[0] + t * x[1] - torch.exp(t)) ** 2 + (x[2] + x[3] * torch.sin(t) - torch.cos(t)) ** 2]


def biggs_exp6(x):  # M18, m = 13
    t = torch.arange(1.0, 14.0) / 10
    y = torch.exp(-t) - 5 * torch.exp(-10 * t) + 3 * torch.exp(-4 * t)
    return [x[2] * torch.exp(-t * x[0]) - x[3] * torch.exp(-t * x[1]) + x[5] * torch.exp(-t * x[4]) - y]


def extended_rosenbrock(x):  # M21
    return [10 * (x[1::2] - x[0::2] ** 2), 1 - x[0::2]]


def penalty(x):  # M23
    return [math.sqrt(1e-5) * (x - 1), (x**2).sum() - 0.25]


def variably_dimensioned(x):  # M25
    s = (torch.arange(1.0, len(x) + 1) * (x - 1)).sum()
    return [x - 1, s, s**2]


def trigonometric(x):  # M26
    i = torch.arange(1.0, len(x) + 1)
    return [len(x) - torch.cos(x).sum() + i * (1 - torch.cos(x)) - torch.sin(x)]


def brown_almost_linear(x):  # M27
    return [x[:-1] + x.sum() - (len(x) + 1), x.prod() - 1]


def broyden_tridiagonal(x):  # M30
    zero = torch.zeros(1)
    return [(3 - 2 * x) * x - torch.cat([zero, x[:-1]]) - 2 * torch.cat([x[1:], zero]) + 1]


def broyden_banded(x):  # M31
    n = len(x)
    near = [[j for j in range(max(0, i - 5), min(n, i + 2)) if j != i] for i in range(n)]
    return [x[i] * (2 + 5 * x[i] ** 2) + 1 - (x[near[i]] * (1 + x[near[i]])).sum() for i in range(n)]


def himmelblau(x):
    return [x[0] ** 2 + x[1] - 11, x[0] + x[1] ** 2 - 7]


def booth(x):
    return [x[0] + 2 * x[1] - 7, 2 * x[0] + x[1] - 5]


def matyas(x):
    return 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1]


def dixon_price(x):
    i = torch.arange(2.0, len(x) + 1)
    return (x[0] - 1) ** 2 + (i * (2 * x[1:] ** 2 - x[:-1]) ** 2).sum()


def styblinski_tang(x):
    return (x**4 - 16 * x**2 + 5 * x).sum() / 2


def ill_conditioned_bowl(x):
    # Curvatures from 1 to 1e4, evenly spaced in their logarithm.
    return (10 ** (4 * torch.arange(float(len(x))) / (len(x) - 1)) * x**2).sum() / 2


def variable_start(n):
    return [1 - (i + 1) / n for i in range(n)]


PROBLEMS = [
    ("rosenbrock_2", rosenbrock, [-1.2, 1.0]),
    ("rosenbrock_10", rosenbrock, [-1.2, 1.0] * 5),
    ("rosenbrock_100", rosenbrock, [-1.2, 1.0] * 50),
    ("rosenbrock_1000", rosenbrock, [-1.2, 1.0] * 500),
    ("extended_rosenbrock", squares(extended_rosenbrock), [-1.2, 1.0] * 50),
    ("freudenstein_roth", squares(freudenstein_roth), [0.5, -2.0]),
    ("brown_badly_scaled", squares(brown_badly_scaled), [1.0, 1.0]),
    ("beale", squares(beale), [1.0, 1.0]),
    ("helical_valley", squares(helical_valley), [-1.0, 0.0, 0.0]),
    ("bard", squares(bard), [1.0, 1.0, 1.0]),
    ("box", squares(box), [0.0, 10.0, 20.0]),
    ("powell_singular", squares(powell_singular), [3.0, -1.0, 0.0, 1.0]),
    ("extended_powell", squares(powell_singular), [3.0, -1.0, 0.0, 1.0] * 25),
    ("wood", squares(wood), [-3.0, -1.0, -3.0, -1.0]),
    ("kowalik_osborne", squares(kowalik_osborne), [0.25, 0.39, 0.415, 0.39]),
    ("brown_dennis", squares(brown_dennis), [25.0, 5.0, -5.0, -1.0]),
    ("biggs_exp6", squares(biggs_exp6), [1.0, 2.0, 1.0, 1.0, 1.0, 1.0]),
    ("penalty", squares(penalty), [float(i + 1) for i in range(10)]),
    ("variably_dimensioned", squares(variably_dimensioned), variable_start(10)),
    ("trigonometric", squares(trigonometric), [0.1] * 10),
    ("brown_almost_linear", squares(brown_almost_linear), [0.5] * 10),
    ("broyden_tridiagonal", squares(broyden_tridiagonal), [-1.0] * 100),
    ("broyden_banded", squares(broyden_banded), [-1.0] * 100),
    ("himmelblau", squares(himmelblau), [0.0, 0.0]),
    ("booth", squares(booth), [0.0, 0.0]),
    ("matyas", matyas, [5.0, 3.0]),
    ("dixon_price", dixon_price, [1.0] * 10),
    ("styblinski_tang", styblinski_tang, [-1.0] * 10),
    ("ill_conditioned_bowl", ill_conditioned_bowl, [1.0] * 100),
]


def value_and_gradient(function):
    def evaluated(x):
        point = torch.tensor(x, requires_grad=True)
        value = function(point)
        value.backward()
        return value.item(), point.grad.numpy().copy()

    return evaluated


def main():
    lines, short = [], []
    for name, function, start in PROBLEMS:
        f = value_and_gradient(function)
        value, gradient = f(numpy.array(start))
        options = {"maxcor": 10, "ftol": 0, "gtol": 1e-8, "maxiter": 100000, "maxfun": 100000}
        result = minimize(f, numpy.array(start), jac=True, method="L-BFGS-B", options=options)
        reached = numpy.abs(result.jac).max()
        stop = "GRADIENT" if reached <= 1e-8 else result.message.split(":")[0]
        if stop != "GRADIENT":
            short.append(name)
        lines.append(
            f"{name} {len(start)} {value:.17e} {numpy.linalg.norm(gradient):.17e} "
            f"{result.nfev} {result.nit} {result.fun:.17e} {reached:.3e} {stop}"
        )
    path = pathlib.Path(__file__).with_name("lbfgsb.txt")
    head = [
        f"# scipy {scipy.__version__}, L-BFGS-B, maxcor = 10, ftol = 0, gtol = 1e-8; by lbfgsb.py",
        f"# stopped before the gradient fell to 1e-8: {', '.join(short)}",
        "# name n start_value start_gradient_norm evaluations iterations value gradient_max how_it_stopped",
    ]
    path.write_text("\n".join(head + lines) + "\n")


if __name__ == "__main__":
    main()
