"""What slices, outliers and groups are measured by, from the packages that have it → robustness.json (2026-11-30).

`fisher` is SciPy's exact test with more errors than expected as its alternative. `outliers` has NumPy's softmax and
energy, the distances of scikit-learn's EmpiricalCovariance and ShrunkCovariance of features less their class's mean,
and its ROC. `groups` are the rates and gaps of fairlearn.
"""

import numpy
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    equal_opportunity_difference,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from scipy.special import logsumexp, softmax
from scipy.stats import fisher_exact
from sklearn.covariance import EmpiricalCovariance, ShrunkCovariance
from sklearn.metrics import accuracy_score, roc_auc_score, roc_curve

from golden import HERE, save_json

PACKAGES = ("numpy", "scipy", "scikit-learn", "fairlearn")


def fisher(table) -> dict:
    return {"table": table, "pValue": float(fisher_exact(table, alternative="greater").pvalue)}


def roc(inside, outside) -> dict:
    """Usual rows are the positives that a threshold keeps; 95 % of them or more."""
    truth = numpy.concatenate([numpy.ones(len(inside)), numpy.zeros(len(outside))])
    score = -numpy.concatenate([inside, outside])
    false, true, _ = roc_curve(truth, score, drop_intermediate=False)
    return {
        "inside": inside.tolist(),
        "outside": outside.tolist(),
        "auroc": float(roc_auc_score(1 - truth, -score)),
        "fprAt95": float(false[numpy.argmax(true >= 0.95 - 1e-12)]),
    }


def outliers(random) -> dict:
    size, names = 5, numpy.array(["a", "b", "c"])
    labels = names[random.integers(0, 3, 60)]
    mixing = random.normal(0, 1, (size, size))
    features = random.normal(0, 1, (60, size)) @ mixing + (labels == "b")[:, None] * 2
    asked = random.normal(0, 2, (12, size))
    means = {name: features[labels == name].mean(axis=0) for name in names}
    centred = features - numpy.stack([means[name] for name in labels])

    def distances(covariance) -> list[float]:
        covariance.fit(centred)
        return numpy.min([covariance.mahalanobis(asked - means[name]) for name in names], axis=0).tolist()

    logits = random.normal(0, 3, (10, 4))
    inside, outside = random.normal(0, 1, 47).round(1), random.normal(1.5, 1, 33).round(1)
    return {
        "logits": logits.tolist(),
        "maxSoftmax": (-softmax(logits, axis=1).max(axis=1)).tolist(),
        "energy": (-logsumexp(logits, axis=1)).tolist(),
        "energyAt2": (-2 * logsumexp(logits / 2, axis=1)).tolist(),
        "features": features.tolist(),
        "labels": labels.tolist(),
        "asked": asked.tolist(),
        "mahalanobis": distances(EmpiricalCovariance(assume_centered=True)),
        "mahalanobisShrunk": distances(ShrunkCovariance(shrinkage=0.3, assume_centered=True)),
        "roc": [roc(inside, outside), roc(random.normal(0, 1, 200), random.normal(0.5, 2, 150))],
    }


def groups(random, names, rows: int) -> dict:
    group = numpy.array(names)[random.integers(0, len(names), rows)]
    truth = random.integers(0, 2, rows)
    said = numpy.where(random.uniform(0, 1, rows) < 0.7 + 0.2 * (group == names[0]), truth, 1 - truth)
    rates = MetricFrame(
        metrics={
            "selectionRate": selection_rate,
            "truePositiveRate": true_positive_rate,
            "falsePositiveRate": false_positive_rate,
            "accuracy": accuracy_score,
        },
        y_true=truth,
        y_pred=said,
        sensitive_features=group,
    )
    own = {"y_true": truth, "y_pred": said, "sensitive_features": group}
    return {
        "group": group.tolist(),
        "truth": truth.tolist(),
        "said": said.tolist(),
        "rates": {name: rates.by_group.loc[name].astype(float).to_dict() for name in names},
        "gaps": {
            "demographicParity": float(demographic_parity_difference(**own)),
            "equalisedOdds": float(equalized_odds_difference(**own)),
            "equalOpportunity": float(equal_opportunity_difference(**own)),
            "accuracy": float(rates.difference()["accuracy"]),
        },
    }


def main() -> None:
    random = numpy.random.default_rng(20261130)
    tables = [[[3, 1], [1, 3]], [[0, 9], [4, 7]], [[12, 30], [40, 900]], [[5, 0], [0, 5]], [[60, 140], [150, 1250]]]
    content = {
        "fisher": [fisher(table) for table in tables],
        "outliers": outliers(random),
        "groups": [groups(random, ["a", "b"], 90), groups(random, ["x", "y", "z"], 200)],
    }
    save_json(HERE / "robustness.json", content, PACKAGES)


if __name__ == "__main__":
    main()
