"""Writes `linear_models.txt`: linear models of scikit-learn in double precision.

    python linear_models.py

Needs numpy (2.4), scipy (1.17) and scikit-learn (1.9). Each block of the file is a line with its name, and lines of numbers.
The Rust tests read the data only. Strengths are lambda as in the documentation of the Rust models, which has the map.
"""

import pathlib
import warnings

import numpy as np
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.svm import SVC, LinearSVC

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20240607)
out = []


def block(name, *arrays):
    out.append(name)
    for array in arrays:
        for row in np.atleast_2d(array):
            out.append(" ".join(repr(float(x)) for x in row))


# Correlated features of different means and sizes.
n, d = 30, 5
x = rng.normal(size=(n, d)) @ (np.eye(d) + 0.6 * rng.normal(size=(d, d)))
x = x * [1.0, 2.0, 0.5, 1.0, 3.0] + [0.0, 3.0, -1.0, 0.5, 10.0]
y = x @ [1.5, -2.0, 0.0, 0.7, 0.0] + 4.0 + 0.3 * rng.normal(size=n)
block("regression x", x)
block("regression y", y)
for name, model in [
    ("ols", LinearRegression()),
    ("ols_origin", LinearRegression(fit_intercept=False)),
    ("ridge 0.1", Ridge(alpha=0.1, solver="svd")),
    ("ridge 10", Ridge(alpha=10.0, solver="svd")),
    ("ridge_origin 2", Ridge(alpha=2.0, fit_intercept=False, solver="svd")),
    ("lasso 3", Lasso(alpha=3.0 / (2 * n), tol=1e-15, max_iter=1_000_000)),
    ("lasso 60", Lasso(alpha=60.0 / (2 * n), tol=1e-15, max_iter=1_000_000)),
    ("lasso_origin 20", Lasso(alpha=20.0 / (2 * n), fit_intercept=False, tol=1e-15, max_iter=1_000_000)),
]:
    model.fit(x, y)
    block(name, model.coef_, [model.intercept_], [model.score(x, y)])

# Fewer examples than features.
wide_x, wide_y = rng.normal(size=(8, 20)) + 0.5, rng.normal(size=8)
block("wide x", wide_x)
block("wide y", wide_y)
block("minimum_norm", np.linalg.pinv(wide_x) @ wide_y)
model = Ridge(alpha=0.5, solver="svd").fit(wide_x, wide_y)
block("wide_ridge 0.5", model.coef_, [model.intercept_])

# Three overlapping clouds; of the first two, the two-class problem.
centres = np.array([[0.0, 0.0, 1.0], [1.5, 0.5, 0.0], [0.0, 2.0, 0.5]])
labels = np.arange(90) % 3
cx = centres[labels] + rng.normal(size=(90, 3))
block("classes x", cx)
block("classes labels", labels)
bx, by = cx[labels < 2], labels[labels < 2]
sharp = dict(tol=1e-15, max_iter=100_000)


def c(strength):
    return 1.0 / (2.0 * strength)


for name, model, (mx, my) in [
    ("logistic 0.5", LogisticRegression(C=c(0.5), solver="newton-cholesky", **sharp), (bx, by)),
    ("logistic 0", LogisticRegression(C=np.inf, solver="newton-cholesky", **sharp), (bx, by)),
    (
        "logistic_origin 2",
        LogisticRegression(C=c(2), fit_intercept=False, solver="newton-cholesky", **sharp),
        (bx, by),
    ),
    ("softmax 0.5", LogisticRegression(C=c(0.5), solver="newton-cg", **sharp), (cx, labels)),
]:
    model.fit(mx, my)
    block(name, model.coef_, model.intercept_ * np.ones(len(model.coef_)), [model.score(mx, my)])
    if name == "softmax 0.5":
        block("softmax probabilities", model.predict_proba(mx[:5]))

# libsvm ends at a tolerance of the dual; the intercept is the mean over its free vectors.
for strength in [0.5, 5.0]:
    model = SVC(kernel="linear", C=c(strength), tol=1e-12).fit(bx, by)
    block(f"hinge {strength:g}", model.coef_, model.intercept_, [model.score(bx, by)])
model = LinearSVC(C=c(0.5), loss="squared_hinge", fit_intercept=False, dual=False, tol=1e-14, max_iter=1_000_000)
model.fit(cx, labels)
block("squared_hinge_origin 0.5", model.coef_, np.zeros(3), [model.score(cx, labels)])


# LinearSVC penalises the intercept; with an intercept the squared hinge is a quadratic on each set of violated margins.
def squared_hinge(x, t, strength):
    z = np.hstack([x, np.ones((len(x), 1))])
    penalty = strength * np.diag([1.0] * x.shape[1] + [0.0])
    w = np.zeros(z.shape[1])
    for _ in range(100):
        active = t * (z @ w) < 1
        new = np.linalg.solve(z[active].T @ z[active] + penalty, z[active].T @ t[active])
        if np.array_equal(active, t * (z @ new) < 1):
            return new
        w = new
    raise RuntimeError("the active set does not settle")


w = squared_hinge(bx, 2.0 * by - 1.0, 0.5)
block("squared_hinge 0.5", w[:-1], [w[-1]])

pathlib.Path(__file__).with_name("linear_models.txt").write_text("\n".join(out) + "\n")
