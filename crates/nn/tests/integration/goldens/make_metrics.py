"""Writes metrics.txt with scikit-learn in double precision: python3 make_metrics.py

Each case has predictions with labels or targets, with weights or without, and every metric of the list in wengert_nn::metrics by its
name. Logits of two classes are single numbers; some are equal, so that there are ties. scikit-learn takes the probabilities, and for
the area under the ROC curve of two classes the logit itself. The reliability bins are those of sklearn.calibration.calibration_curve;
with weights they are computed here.
"""

import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.utils.class_weight import compute_class_weight

BINS = 10


def numbers(x):
    return " ".join(repr(float(v)) for v in np.asarray(x, dtype=float).ravel())


def probabilities(logits):
    if logits.shape[1] == 1:
        p = 1 / (1 + np.exp(-logits[:, 0]))
        return np.column_stack([1 / (1 + np.exp(logits[:, 0])), p])
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def calibration(confidence, correct, weights):
    """Accuracy and confidence of the bins that are not empty, and the expected calibration error."""
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    used = [b for b in range(BINS) if (bins == b).any()]
    mean = lambda x, b: np.average(x[bins == b], weights=weights[bins == b])
    accuracy, mean_confidence = [np.array([mean(x, b) for b in used]) for x in (correct, confidence)]
    if (weights == 1).all():
        true, predicted = calibration_curve(correct, confidence, n_bins=BINS)
        assert np.allclose(true, accuracy, atol=1e-15) and np.allclose(predicted, mean_confidence, atol=1e-15)
    shares = np.array([weights[bins == b].sum() for b in used]) / weights.sum()
    return accuracy, mean_confidence, (shares * abs(accuracy - mean_confidence)).sum()


def classification(out, name, logits, labels, weights):
    k = max(2, logits.shape[1])
    p = probabilities(logits)
    predicted = p.argmax(1) if logits.shape[1] > 1 else (logits[:, 0] > 0).astype(int)
    w = dict(sample_weight=weights)
    full = dict(labels=range(k), zero_division=0, **w)
    ones = np.ones(len(labels)) if weights is None else weights
    out += [f"case {name}", f"rows {len(labels)}", f"outputs {numbers(logits)}", f"labels {numbers(labels)}"]
    if weights is not None:
        out.append(f"weights {numbers(weights)}")
    put = lambda key, value: out.append(f"{key} {numbers(value)}")
    put("confusion", metrics.confusion_matrix(labels, predicted, labels=range(k), **w))
    put("accuracy", metrics.accuracy_score(labels, predicted, **w))
    put("balanced_accuracy", metrics.recall_score(labels, predicted, average=None, **full)[np.unique(labels)].mean())
    for key, score in [("precision", metrics.precision_score), ("recall", metrics.recall_score), ("f1", metrics.f1_score)]:
        put(key, score(labels, predicted, average=None, **full))
        put(f"macro_{key}", score(labels, predicted, average="macro", **full))
        put(f"weighted_{key}", score(labels, predicted, average="weighted", **full))
    put("micro_f1", metrics.f1_score(labels, predicted, average="micro", **full))
    put("log_loss", metrics.log_loss(labels, p, labels=range(k), **w))
    put("brier_score", metrics.brier_score_loss(labels, p, labels=range(k), scale_by_half=False, **w))
    present = np.unique(labels)
    score = (lambda c: logits[:, 0] * (2 * c - 1)) if logits.shape[1] == 1 else (lambda c: p[:, c])
    areas = [metrics.roc_auc_score(labels == c, score(c), **w) for c in present]
    put("class_roc_auc", areas)
    if k == 2:
        put("roc_auc", areas[1])
    elif len(present) == k:
        put("roc_auc", metrics.roc_auc_score(labels, p, multi_class="ovr", average="macro", **w))
    else:
        put("roc_auc", np.mean(areas))
    correct = (predicted == labels).astype(float)
    accuracy, confidence, error = calibration(p.max(1), correct, ones)
    put("bin_accuracy", accuracy)
    put("bin_confidence", confidence)
    put("expected_calibration_error", error)
    put("majority_baseline", DummyClassifier().fit(logits, labels, **w).score(logits, labels, **w))
    balanced = np.zeros(k)
    balanced[present] = compute_class_weight("balanced", classes=present, y=labels)
    put("balanced_class_weights", balanced)


def regression(out, name, outputs, targets, weights):
    w = dict(sample_weight=weights)
    out += [f"case {name}", f"rows {len(targets)}", f"outputs {numbers(outputs)}", f"targets {numbers(targets)}"]
    if weights is not None:
        out.append(f"weights {numbers(weights)}")
    put = lambda key, value: out.append(f"{key} {numbers(value)}")
    put("root_mean_squared_error", metrics.root_mean_squared_error(targets, outputs, **w))
    put("mean_absolute_error", metrics.mean_absolute_error(targets, outputs, **w))
    put("median_absolute_error", metrics.median_absolute_error(targets, outputs, **w))
    put("r_squared", metrics.r2_score(targets, outputs, **w))
    mean = DummyRegressor().fit(targets[:, None], targets, **w).predict(targets[:, None])
    put("baseline_root_mean_squared_error", metrics.root_mean_squared_error(targets, mean, **w))
    put("baseline_mean_absolute_error", metrics.mean_absolute_error(targets, mean, **w))


def main():
    rng = np.random.default_rng(5)
    out = []
    for rows, classes, spread in [(60, 2, 1.5), (41, 3, 2.0), (90, 5, 3.0)]:
        labels = rng.integers(0, classes, rows)
        labels[:classes] = range(classes)
        if classes == 2:
            logits = np.round(rng.normal(labels - 0.3, 1, rows) * 4)[:, None] / 4
        else:
            logits = rng.normal(size=(rows, classes)) * spread + 1.5 * np.eye(classes)[labels]
            logits[:, -1] -= 15 * (classes == 5)  # The last of five classes is never predicted.
            logits[5:10] = logits[10:15]
        weights = np.round(rng.exponential(size=rows) * 8) / 4
        classification(out, f"{classes} classes", logits, labels, None)
        classification(out, f"{classes} classes with weights", logits, labels, weights)
    labels = rng.choice([0, 2, 3], 30)
    logits = rng.normal(size=(30, 4)) + np.eye(4)[labels]
    classification(out, "a class without examples", logits, labels, None)
    classification(out, "a class without examples, with weights", logits, labels, rng.uniform(0.1, 2, 30))
    for rows in (40, 41):
        targets = rng.normal(size=rows) * 50 + 200
        outputs = targets + rng.standard_t(2, size=rows) * 10
        regression(out, f"{rows} values", outputs, targets, None)
        regression(out, f"{rows} values with weights", outputs, targets, rng.uniform(0.1, 2, rows))
        # Whole weights of an even sum: exactly half of them may end at an error.
        regression(out, f"{rows} values with whole weights", outputs, targets, rng.integers(0, 3, rows).astype(float))
    with open("metrics.txt", "w") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
