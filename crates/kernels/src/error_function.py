"""Prints the coefficients `TAIL` of error_function.rs, and the error of their polynomial.

    pip install mpmath; python3 error_function.py
"""

from mpmath import chebyfit, erfc, exp, mp, mpf, pi, sqrt

mp.dps = 50
CENTRE, LAST, COUNT = mpf(5), mpf(40), 24


def rest(t):
    """((x + 1) r - 1 / 2) / w at t = 2 w - 1, where r = e^(x^2 / 2) P(-x), P the normal distribution function, and
    w = x / (x + CENTRE)."""
    w = (t + 1) / 2
    if w == 0:
        # The limit, where the derivative of r is -1 / sqrt(2 pi).
        return CENTRE * (mpf(1) / 2 - 1 / sqrt(2 * pi))
    x = CENTRE * w / (1 - w)
    return ((x + 1) * exp(x * x / 2) * erfc(x / sqrt(2)) / 2 - mpf(1) / 2) / w


coefficients, error = chebyfit(rest, [-1, 2 * LAST / (LAST + CENTRE) - 1], COUNT, error=True)
for i in range(0, COUNT, 4):
    print([float(c) for c in coefficients[::-1][i : i + 4]])
print("error", mp.nstr(error, 3))
