"""What scikit-learn and SciPy say about many predictions → metrics.json.

Each case: name, kind, labels, logits [rows][outputs], truth, scores. A score that is not defined
(NaN there) is null here. Logits and values are float32 numbers, so that both sides read the same.
"""

import math
import warnings

import numpy
import scipy.special
import scipy.stats
from sklearn import metrics

from golden import HERE, save_json

PACKAGES = ("numpy", "scipy", "scikit-learn")
SCORES = {
    "precision": metrics.precision_score,
    "recall": metrics.recall_score,
    "f1": metrics.f1_score,
}


def softmax(logits):
    powers = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    # Added in sorted order, so that rows which swap two other classes stay tied.
    return powers / numpy.sort(powers, axis=1).sum(axis=1, keepdims=True)


def scores_to_rank(logits):
    """What scikit-learn ranks rows by, and whether it had to be the log odds.

    A probability that rounds to 1 ties rows which the model does rank: two classes then get
    areas that contradict each other. There, and only there, scikit-learn is given the log odds.
    """
    probabilities = softmax(logits)
    if (probabilities < 1).all():
        return probabilities, False
    classes = range(logits.shape[1])
    others = [scipy.special.logsumexp(numpy.delete(logits, k, axis=1), axis=1) for k in classes]
    return logits - numpy.stack(others, axis=1), True


def defined(value):
    value = float(value)
    return None if math.isnan(value) else value


def class_scores(truth, predicted, labels) -> dict:
    scores = {}
    numbers = list(range(len(labels)))
    for name, score in SCORES.items():
        for average in ["macro", "micro", "weighted"]:
            scores[f"{name}.{average}"] = defined(score(truth, predicted, average=average, zero_division=0))
        scores[name] = scores[f"{name}.macro"]
        each = score(truth, predicted, average=None, labels=numbers, zero_division=0)
        scores[f"{name}.perClass"] = dict(zip(labels, map(float, each)))
    return scores


def areas(truth_of_class, score_of_class, labels) -> dict:
    return {
        label: defined(metrics.roc_auc_score(truth_of_class(k), score_of_class(k)))
        for k, label in enumerate(labels)
    }


def single(name: str, logits, truth) -> dict:
    logits = numpy.asarray(logits, dtype=numpy.float32).astype(numpy.float64)
    truth = numpy.asarray(truth)
    numbers = list(range(logits.shape[1]))
    labels = [f"class {number}" for number in numbers]
    predicted = logits.argmax(axis=1)
    probabilities = softmax(logits)
    ranked, saturated = scores_to_rank(logits)
    each = areas(lambda k: truth == k, lambda k: ranked[:, k], labels)
    if len(labels) == 2:
        auc = metrics.roc_auc_score(truth, ranked[:, 1])
    elif saturated:  # its one-versus-rest takes probabilities only
        auc = numpy.mean(list(each.values()))
    else:
        auc = metrics.roc_auc_score(
            truth, probabilities, multi_class="ovr", average="macro", labels=numbers
        )
    scores = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        **class_scores(truth, predicted, labels),
        "auc": defined(auc),
        "auc.perClass": each,
        "confusionMatrix": {
            "labels": labels,
            "counts": metrics.confusion_matrix(truth, predicted, labels=numbers).tolist(),
        },
        "matthews": float(metrics.matthews_corrcoef(truth, predicted)),
    }
    return {
        "name": name, "kind": "single", "labels": labels, "logits": logits.tolist(), "truth": truth.tolist(),
        "probabilities": probabilities.tolist(), "scores": scores,
    }


def multi(name: str, logits, truth) -> dict:
    logits = numpy.asarray(logits, dtype=numpy.float32).astype(numpy.float64)
    truth = numpy.asarray(truth)
    labels = [f"label {number}" for number in range(logits.shape[1])]
    predicted = (logits > 0).astype(int)
    each = areas(lambda k: truth[:, k], lambda k: logits[:, k], labels)
    scores = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        **class_scores(truth, predicted, labels),
        "auc": defined(metrics.roc_auc_score(truth, logits, average="macro")),
        "auc.perClass": each,
    }
    return {
        "name": name, "kind": "multi", "labels": labels, "logits": logits.tolist(), "truth": truth.tolist(),
        "probabilities": (1 / (1 + numpy.exp(-logits))).tolist(), "scores": scores,
    }


def regression(name: str, values, truth) -> dict:
    values, truth = (numpy.asarray(x, dtype=numpy.float32).astype(numpy.float64) for x in (values, truth))
    scores = {
        "mse": float(metrics.mean_squared_error(truth, values)),
        "pearson": defined(scipy.stats.pearsonr(truth, values).statistic),
        "spearman": defined(scipy.stats.spearmanr(truth, values).statistic),
    }
    return {
        "name": name, "kind": "regression", "labels": ["value"], "logits": values.reshape(-1, 1).tolist(),
        "truth": truth.tolist(), "scores": scores,
    }


def cases() -> list[dict]:
    random = numpy.random.default_rng(7)
    normal = lambda *shape: random.normal(0, 2, shape)
    coarse = lambda *shape: random.integers(-2, 3, shape) / 2  # many ties
    pick = lambda classes, rows: random.integers(0, classes, rows)
    some = lambda rows, labels, share: (random.random((rows, labels)) < share).astype(int)
    learnt = random.normal(size=40)
    four = pick(4, 60)
    one_hot = numpy.eye(4)[four]
    return [
        single("binary", normal(50, 2), pick(2, 50)),
        single("binary, ties", coarse(40, 2), pick(2, 40)),
        single("binary, all scores equal", numpy.zeros((10, 2)), pick(2, 10)),
        single("binary, perfect", [[3, -1], [-2, 1], [1, 0], [0, 5]], [0, 1, 0, 1]),
        single("binary, always wrong", [[3, -1], [-2, 1], [1, 0], [0, 5]], [1, 0, 1, 0]),
        single("binary, one class in truth", normal(12, 2), numpy.ones(12, dtype=int)),
        single("binary, one class in truth and prediction", numpy.tile([2.0, 1.0], (6, 1)), numpy.zeros(6, dtype=int)),
        single("binary, constant prediction", normal(20, 2) + [0, 50], pick(2, 20)),
        single("binary, one row", [[0.25, 1]], [1]),
        single("binary, 1 to 19", normal(100, 2) + [4, 0], (numpy.arange(100) % 20 == 0).astype(int)),
        single("three classes", normal(60, 3), pick(3, 60)),
        single("three classes, ties", coarse(60, 3), pick(3, 60)),
        single("four classes, learnt", normal(60, 4) + 3 * one_hot, four),
        single("four classes, one absent in truth", normal(40, 4), pick(3, 40)),
        single("four classes, one never predicted", normal(40, 4) - [0, 0, 50, 0], pick(4, 40)),
        single("four classes, one in neither", normal(40, 4) - [0, 0, 0, 50], pick(3, 40)),
        single("four classes, constant prediction", normal(30, 4) + [0, 90, 0, 0], pick(4, 30)),
        single("six classes, few rows", normal(8, 6), [0, 1, 2, 3, 4, 5, 0, 1]),
        multi("multi-label", normal(40, 3), some(40, 3, 0.4)),
        multi("multi-label, ties and zeros", coarse(40, 4), some(40, 4, 0.5)),
        multi("multi-label, one label nowhere true", normal(30, 3), some(30, 3, 0.4) * [1, 0, 1]),
        multi("multi-label, one label always true", normal(30, 3), some(30, 3, 0.4) | [0, 1, 0]),
        multi("multi-label, nothing predicted", normal(20, 3) - 50, some(20, 3, 0.5)),
        multi("multi-label, nothing true", normal(20, 3), numpy.zeros((20, 3), dtype=int)),
        multi("multi-label, nothing true or predicted", normal(9, 2) - 50, numpy.zeros((9, 2), dtype=int)),
        regression("values", normal(40), normal(40)),
        regression("values, learnt", learnt + normal(40) / 10, learnt),
        regression("values, perfect", [1, 2, 3.5, -4], [1, 2, 3.5, -4]),
        regression("values, ties", coarse(40), coarse(40)),
        regression("values, monotone", numpy.exp(numpy.arange(10)), numpy.arange(10)),
        regression("values, constant prediction", numpy.full(10, 0.1), normal(10)),
        regression("values, constant truth", normal(10), numpy.full(10, 0.1)),
        regression("values, far from zero", 1e4 + normal(30), 1e4 + normal(30)),
        regression("values, two rows", [0.5, 1.5], [3, -1]),
    ]


if __name__ == "__main__":
    # The undefined cases warn, and are wanted.
    warnings.simplefilter("ignore")
    save_json(HERE / "metrics.json", {"cases": cases()}, PACKAGES)
