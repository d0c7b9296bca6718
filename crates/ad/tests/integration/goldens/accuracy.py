"""Writes accuracy_f64.txt and accuracy_f32.txt: values and partials of every elementwise rule, rounded once from 400 digits,
over the whole range of either precision.

    python3 accuracy.py                 (a minute; needs mpmath)
    python3 accuracy.py 400 FOLDER      with 400 random operands per rule, to search for larger errors; not to be committed

A row holds the rule with its parameters, the operands, the value and the partials, as the bits of the numbers in hexadecimal.
Operands are tiny, subnormal, huge, infinite, next to kinks, poles, zeros and branch points, in the tails, and random. Where a
value has no limit at an infinity, there is no row.
"""

import random
import struct
import sys
from fractions import Fraction
from pathlib import Path

import mpmath
from mpmath import mp, mpf

mp.dps = 400
EXTRA = int(sys.argv[1]) if len(sys.argv) > 1 else 8
FOLDER = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent


class Precision:
    def __init__(self, name, digits, lowest, highest, code, tiny, huge):
        self.name, self.digits, self.lowest, self.highest, self.code = name, digits, lowest, highest, code
        self.eps = 2.0 ** (1 - digits)
        self.tiny, self.huge = tiny, huge

    def round(self, x):
        """The nearest number of this precision, as a float."""
        if not isinstance(x, mpf):
            x = mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mpf(x)
        if mpmath.isinf(x) or x == 0:
            return float(x)
        exponent = max(int(mpmath.floor(mpmath.log(abs(x), 2))) - self.digits + 1, self.lowest)
        if exponent > self.highest:
            return float("inf") if x > 0 else -float("inf")
        count = int(mpmath.nint(mpmath.ldexp(x, -exponent)))
        if abs(count) << max(exponent, 0) >= 1 << (self.highest + self.digits) and exponent >= 0:
            return float("inf") if x > 0 else -float("inf")
        return float(mpf(count) * mpf(2) ** exponent)

    def bits(self, x):
        return f"{int.from_bytes(struct.pack('>' + self.code, x), 'big'):x}"


F64 = Precision(
    "f64", 53, -1074, 971, "d",
    [5e-324, 1e-320, 2.3e-308, 1e-300, 1e-200, 1e-155, 1e-60],
    [1e100, 1e154, 1.5e155, 1e200, 1e300, 1.7e308],
)
F32 = Precision("f32", 24, -149, 104, "f", [1e-45, 1e-41, 1.2e-38, 1e-33, 1e-25, 3e-20], [1e19, 2e19, 1e30, 3.3e38])
MIDDLE = [
    1e-16, 1e-8, 1e-4, 0.01, 0.1, 0.3, 0.7, 0.9, 0.999, 1, 1.001, 1.3, 1.5707963267948966, 2, 3.141592653589793, 4.5, 6.3, 8.7,
    12.2, 19.1, 26.5, 37.4, 60.7, 88.5, 103.3, 355.3, 371.9, 700.7, 709.7, 744.9, 1e3, 1e5, 1e8, 1e16,
]

INF = mpf("inf")
FAR = mpf(10) ** 400
# For roots.
FARTHER = mpf(10) ** 100000


def sigmoid(x):
    return 1 / (1 + mp.exp(-x)) if x >= 0 else mp.exp(x) / (1 + mp.exp(x))


def normal(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2 if abs(x) < 1e4 else mpf(x > 0)


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def two_u(x):
    return 2 * mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3)


def two_u_slope(x):
    return 2 * mp.sqrt(2 / mp.pi) * (1 + 3 * mpf("0.044715") * x**2)


def sech2(x):
    t = mp.exp(-2 * abs(x))
    return 4 * t / (1 + t) ** 2


def erfc(x):
    return mp.erfc(x) if abs(x) < 1e4 else mpf(2 if x < 0 else 0)


def psi(n, x):
    # The asymptotic expansion of mpmath takes long for huge operands.
    if x > 1e30:
        return (mp.log(x) - 1 / (2 * x)) if n == 0 else (-1) ** (n + 1) * mp.factorial(n - 1) / x**n
    return mp.psi(n, x)


def ln_gamma(x):
    if x > 1e30:
        return (x - mpf(1) / 2) * mp.log(x) - x + mp.log(2 * mp.pi) / 2
    return mp.re(mp.loggamma(x)) if x > 0 else mp.log(abs(mp.gamma(x)))


def power(x, n):
    return mp.power(x, n)


def sign(x):
    return mpf((x > 0) - (x < 0))


def softplus(x):
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def trig(f):
    # The reduction needs as many digits as the operand has before the point.
    def at(x):
        with mp.workdps(800):
            return f(x)

    return at


def anywhere(x):
    return True


def no_pole(x):
    return x > 0 or (x > -50 and x != mpmath.floor(x))


# name and parameters: value, partial, domain, further operands (of both signs where they lie in the domain), ends of the range
# of random operands; "log" for rules that grow like a logarithm, "none" for rules without a limit at an infinity.
UNARY = {
    "negation": (lambda x: -x, lambda x: mpf(-1), anywhere, [], 10),
    "shift:0.75": (lambda x: x + 0.75, lambda x: mpf(1), anywhere, [-0.75, -0.7500001], 10),
    "scale:-1.25": (lambda x: x * -1.25, lambda x: mpf(-1.25), anywhere, [], 10),
    "divide:2.5": (lambda x: x / mpf(2.5), lambda x: 1 / mpf(2.5), anywhere, [], 10),
    "subtract_from:0.375": (lambda x: 0.375 - x, lambda x: mpf(-1), anywhere, [0.375, 0.3750001], 10),
    "divide_into:1.625": (lambda x: 1.625 / x, lambda x: -1.625 / x**2, lambda x: x != 0, [], 10),
    "recip": (lambda x: 1 / x, lambda x: -1 / x**2, lambda x: x != 0, [], 10),
    "square": (lambda x: x**2, lambda x: 2 * x, anywhere, [], 10),
    **{
        f"powi:{n}": (lambda x, n=n: power(x, n), lambda x, n=n: n * power(x, n - 1), lambda x: x != 0, [1.000001, 1.01, 9.9233669], 10)
        for n in [3, 4, 5, 17, 1000000, -2, -3, -310]
    },
    **{
        f"powf:{float(p)}": (
            lambda x, p=p: power(x, p), lambda x, p=p: p * power(x, p - 1), lambda x: x > 0, [1.000001, 1.01], 10,
        )
        for p in map(mpf, [2.5, 0.3, 1.7, -12.25, 1e-20])
    },
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), lambda x: x > 0, [], 10),
    "cbrt": (lambda x: sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2), lambda x: x != 0, [], 10),
    "exp": (mp.exp, mp.exp, anywhere, [], 745),
    "exp2": (lambda x: mp.power(2, x), lambda x: mp.power(2, x) * mp.log(2), anywhere, [1023.9, 1024, 1073.5, 1022.5], 1024),
    "exp_m1": (mp.expm1, mp.exp, anywhere, [], 40),
    "ln": (mp.log, lambda x: 1 / x, lambda x: x > 0, [0.99999, 0.9999999999], 10, "log"),
    "log2": (lambda x: mp.log(x, 2), lambda x: 1 / (x * mp.log(2)), lambda x: x > 0, [5e-309, 3e-309, 0.99999], 10, "log"),
    "log10": (mp.log10, lambda x: 1 / (x * mp.log(10)), lambda x: x > 0, [5e-309, 3e-309, 0.99999], 10, "log"),
    "ln_1p": (mp.log1p, lambda x: 1 / (1 + x), lambda x: x > -1, [-0.9999999, -0.99999999999], 3, "log"),
    "sin": (trig(mp.sin), trig(mp.cos), anywhere, [], 30, "none"),
    "cos": (trig(mp.cos), trig(lambda x: -mp.sin(x)), anywhere, [], 30, "none"),
    "tan": (trig(mp.tan), trig(lambda x: 1 / mp.cos(x) ** 2), anywhere, [], 30, "none"),
    "sec": (trig(mp.sec), trig(lambda x: mp.sec(x) * mp.tan(x)), anywhere, [], 30, "none"),
    "csc": (trig(mp.csc), trig(lambda x: -mp.csc(x) * mp.cot(x)), lambda x: x != 0, [], 30, "none"),
    "cot": (trig(mp.cot), trig(lambda x: -mp.csc(x) ** 2), lambda x: x != 0, [], 30, "none"),
    "asin": (mp.asin, lambda x: 1 / mp.sqrt(1 - x**2), lambda x: abs(x) < 1, [0.9999999, 0.99999999999], 1, "none"),
    "acos": (mp.acos, lambda x: -1 / mp.sqrt(1 - x**2), lambda x: abs(x) < 1, [0.9999999, 0.99999999999], 1, "none"),
    "atan": (mp.atan, lambda x: 1 / (1 + x**2), anywhere, [], 10),
    "sinh": (mp.sinh, mp.cosh, anywhere, [710.3], 30),
    "cosh": (mp.cosh, mp.sinh, anywhere, [710.3], 30),
    "tanh": (mp.tanh, sech2, anywhere, [], 22),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(1 + x**2), anywhere, [], 10, "log"),
    "acosh": (
        mp.acosh, lambda x: 1 / mp.sqrt(x**2 - 1), lambda x: x > 1, [1 + 2.0**-40, 1 + 2.0**-20, 1 + 2.0**-52], 10, "log",
    ),
    "atanh": (mp.atanh, lambda x: 1 / (1 - x**2), lambda x: abs(x) < 1, [0.9999999, 0.99999999999, 1 - 2.0**-53], 1, "none"),
    "erf": (mp.erf, lambda x: 2 * mp.exp(-x * x) / mp.sqrt(mp.pi), anywhere, [], 27),
    "erfc": (erfc, lambda x: -2 * mp.exp(-x * x) / mp.sqrt(mp.pi), anywhere, [26.5, 27.2], 27),
    "ln_gamma": (ln_gamma, lambda x: psi(0, x), no_pole, [0.99999, 1.99999, 1.4616321449683623, 2.457], 10, "log"),
    "digamma": (lambda x: psi(0, x), lambda x: psi(1, x), no_pole, [1.4616321449683623, 1.4616, 1.47], 10, "log"),
    **{
        f"polygamma:{n}": (lambda x, n=n: psi(n, x), lambda x, n=n: psi(n + 1, x), no_pole, [], 10, "none")
        for n in [1, 2, 7]
    },
    "abs": (abs, sign, anywhere, [], 10),
    "signum": (sign, lambda x: mpf(0), anywhere, [], 10),
    "clamp:-0.5,0.75": (lambda x: min(max(x, -0.5), 0.75), lambda x: mpf(-0.5 <= x <= 0.75), anywhere, [-0.5, 0.75, 0.7501], 2),
    "clamp:0.5,0.5": (lambda x: mpf(0.5), lambda x: mpf(0), anywhere, [0.5], 2),
    "relu": (lambda x: max(x, 0), lambda x: mpf(x > 0), anywhere, [], 10),
    "leaky_relu:0.125": (lambda x: x if x > 0 else x / 8, lambda x: mpf(1 if x > 0 else 0.125), anywhere, [], 10),
    "elu:0.75": (lambda x: x if x > 0 else 0.75 * mp.expm1(x), lambda x: mpf(1) if x > 0 else 0.75 * mp.exp(x), anywhere, [], 40),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), anywhere, [], 40),
    "log_sigmoid": (lambda x: -softplus(-x), lambda x: sigmoid(-x), anywhere, [], 40),
    "softplus": (softplus, sigmoid, anywhere, [], 40),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, anywhere, [], 10),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), anywhere, [-1.2784645427610738, -1.28], 40),
    "gelu": (lambda x: x * normal(x), lambda x: normal(x) + x * density(x), anywhere, [-0.7517915247, -0.75, 38.1], 38),
    "gelu_tanh": (
        lambda x: x * sigmoid(two_u(x)),
        lambda x: sigmoid(two_u(x)) * (1 + x * sigmoid(-two_u(x)) * two_u_slope(x)),
        anywhere, [-0.7524614220710162, -0.75, 21.0], 21,
    ),
}


def trunc_quotient(a, b):
    q = Fraction(a) / Fraction(b)
    return int(q) if q >= 0 else -int(-q)


def remainder(a, b):
    return Fraction(a) - trunc_quotient(a, b) * Fraction(b)


# name: value, the two partials, the pairs for which it is smooth, further pairs.
BINARY = {
    "+": (lambda a, b: a + b, lambda a, b: (1, 1), lambda a, b: True, []),
    "-": (lambda a, b: a - b, lambda a, b: (1, -1), lambda a, b: True, []),
    "*": (lambda a, b: a * b, lambda a, b: (b, a), lambda a, b: True, []),
    "/": (lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2), lambda a, b: b != 0, [(1e-320, 1e-309), (3e-320, 2e-310)]),
    "pow": (
        lambda a, b: mp.power(a, b), lambda a, b: (b * mp.power(a, b - 1), mp.power(a, b) * mp.log(a)), lambda a, b: a > 0,
        [(1e300, 0.3), (1e-300, 0.3), (1.000001, 1e8), (1e38, 0.3), (3e-30, 0.7), (1e200, 1.6), (1e-310, -0.9), (7.5, -300.1)],
    ),
    "rem": (remainder, lambda a, b: (1, -trunc_quotient(a, b)), lambda a, b: b != 0, [(1.0, 0.1), (1e16, 3.0)]),
    "hypot": (
        lambda a, b: mp.sqrt(a * a + b * b), lambda a, b: (a / mp.sqrt(a * a + b * b), b / mp.sqrt(a * a + b * b)),
        lambda a, b: a != 0 or b != 0, [],
    ),
    "atan2": (
        lambda a, b: mp.atan2(a, b), lambda a, b: (b / (a * a + b * b), -a / (a * a + b * b)), lambda a, b: a != 0 or b != 0,
        [(1e-310, 1e-323)],
    ),
    "max": (max, lambda a, b: (int(a > b), int(b > a)), lambda a, b: a != b, []),
    "min": (min, lambda a, b: (int(a < b), int(b < a)), lambda a, b: a != b, []),
}


# Rules without rounding errors to speak of, and further parameters of a rule: a third of the operands is enough.
SIMPLE = {"negation", "shift", "scale", "divide", "subtract_from", "recip", "square", "abs", "signum", "clamp", "relu", "leaky_relu"}
SEVERAL = {"powi", "powf", "polygamma"}
# Rules that differ on both sides of 0; of the others, a third of the negative operands is enough.
LOPSIDED = {
    "exp", "exp2", "exp_m1", "ln_1p", "erfc", "ln_gamma", "digamma", "elu", "sigmoid", "log_sigmoid", "softplus", "silu", "gelu",
    "gelu_tanh",
}


def operands(precision, name, further, reach, rng):
    fixed = precision.tiny + MIDDLE + precision.huge + [1 - precision.eps / 2, 1 + precision.eps]
    name = name.split(":")[0]
    if EXTRA < 100 and name in SIMPLE | SEVERAL:
        fixed = fixed[rng.randrange(3) :: 3]
    negative = fixed if name in LOPSIDED or EXTRA > 100 else fixed[::3]
    numbers = fixed + [-x for x in negative] + list(further) + [-x for x in further]
    # Half of the random operands are evenly distributed, half have evenly distributed logarithms.
    for _ in range(EXTRA // 2):
        numbers += [rng.uniform(-reach, reach), rng.choice([1, -1]) * reach * 10 ** rng.uniform(-6, 0)]
    unique = dict.fromkeys(precision.round(mpf(x)) for x in numbers)
    return [x for x in unique if x != 0 and x not in (float("inf"), -float("inf"))]


def in_row(precision, *numbers):
    return " ".join(precision.bits(precision.round(x)) for x in numbers)


def unary_rows(precision):
    for name, (value, partial, domain, further, reach, *grows) in UNARY.items():
        rng = random.Random(name + precision.name)
        for x in operands(precision, name, further, reach, rng):
            if domain(mpf(x)):
                yield f"{name} {precision.bits(x)} {in_row(precision, value(mpf(x)), partial(mpf(x)))}"
        far = FARTHER if name.split(":")[0] in ("powf", "sqrt", "cbrt") else FAR
        for limit in (far, -far):
            end = precision.bits(float("inf") if limit > 0 else -float("inf"))
            if domain(limit) and "none" not in grows and name != "powf:1e-20" and not (limit < 0 and name == "ln_gamma"):
                y = sign(limit) * INF if "log" in grows else value(limit)
                slope = mpf(INF if name == "ln_gamma" else 0) if "log" in grows else partial(limit)
                yield f"{name} {end} {in_row(precision, y, slope)}"


def pairs(precision, further, rng):
    tiny, huge = precision.tiny, precision.huge
    some = [tiny[1], tiny[2], tiny[4], 0.001, 1, 1.7, 25.5, huge[1], huge[-1]]
    grid = [(a, b) for i, a in enumerate(some) for j, b in enumerate(some)]
    signed = [(a * (-1) ** (i % 3 % 2), b * (-1) ** (i % 4 // 2)) for i, (a, b) in enumerate(grid)]
    for _ in range(EXTRA // 2):
        signed += [(rng.uniform(-3, 3), rng.uniform(-3, 3)), (10 ** rng.uniform(-30, 30), rng.uniform(-1, 1))]
    return dict.fromkeys((precision.round(mpf(a)), precision.round(mpf(b))) for a, b in signed + further)


def binary_rows(precision):
    for name, (value, partials, smooth, further) in BINARY.items():
        rng = random.Random(name + precision.name)
        for a, b in pairs(precision, further, rng):
            a = abs(a) if name == "pow" else a
            if smooth(a, b) and (name != "rem" or (b != 0 and trunc_quotient(a, b).bit_length() < precision.digits)):
                x = (mpf(a), mpf(b)) if name != "rem" else (a, b)
                row = in_row(precision, value(*x), *partials(*x))
                yield f"{name} {precision.bits(a)} {precision.bits(b)} {row}"


for precision in (F64, F32):
    rows = [*unary_rows(precision), *binary_rows(precision)]
    (FOLDER / f"accuracy_{precision.name}.txt").write_text("\n".join(rows) + "\n")
