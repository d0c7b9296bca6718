"""Writes special_functions.txt: special functions and their derivatives to order 4, from 60 digits, rounded to f64.

    python3 special_functions.py > special_functions.txt        (needs mpmath)
"""

from mpmath import chop, diff, erf, erfc, exp, expm1, gamma, log, log1p, mp, mpf, ncdf, polygamma, psi, sqrt, tanh, pi

mp.dps = 60


def sigmoid(x):
    return 1 / (1 + exp(-x))


def derivatives(f, x):
    # What differences leave of an exact zero is far below 1e-40.
    return [f(x)] + [chop(diff(f, x, order), tol=abs(f(x)) * mpf(10) ** -40 + mpf(10) ** -400) for order in range(1, 5)]


def gelu_tanh(x):
    return x / 2 * (1 + tanh(sqrt(2 / pi) * (x + mpf("0.044715") * x**3)))


TAILS = [-30, -6.5, -1.25, 0, 0.5, 3, 6, 30]
SMOOTH = {
    "erf": (erf, [-3.5, -0.25, 0, 0.5, 2, 5]),
    "erfc": (erfc, [-3.5, -0.25, 0, 0.5, 2, 5, 20]),
    "exp_m1": (expm1, [-40, -1.25, 0.5, 3]),
    "elu": (lambda x: x if x > 0 else expm1(x) / 2, [-40, -1.25, 0.5]),
    "sigmoid": (sigmoid, TAILS + [45]),
    "log_sigmoid": (lambda x: -log1p(exp(-x)), TAILS),
    "softplus": (lambda x: log1p(exp(x)), TAILS),
    "silu": (lambda x: x * sigmoid(x), TAILS),
    "gelu": (lambda x: x * ncdf(x), [-10, -6.5, -1.25, 0, 0.5, 3, 6]),
    "gelu_tanh": (gelu_tanh, [-5, -1.25, 0, 0.5, 3]),
}
POSITIVE = [2.0**-20, 0.03125, 0.5, 1, 2, 3.75, 11.5, 40, 1e6]
NEGATIVE = [-0.25, -0.5, -1.75, -7.3125, -1000.375]


def row(name, x, values):
    print(name, repr(float(x)), *(repr(float(value)) for value in values))


for name, (function, points) in SMOOTH.items():
    for x in points:
        row(name, x, derivatives(function, mpf(x)))
for x in POSITIVE + NEGATIVE:
    x = mpf(x)
    row("ln_gamma", x, [log(abs(gamma(x)))] + [psi(n, x) for n in range(4)])
    row("digamma", x, [psi(n, x) for n in range(5)])
    for order in [1, 2, 3, 5, 10]:
        row(f"polygamma:{order}", x, [psi(order + n, x) for n in range(5)])
