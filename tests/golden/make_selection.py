"""What model selection is made of, by the packages that have it → selection.json (2026-11-30).

`resampled` is the corrected resampled t-test as scikit-learn's page "Statistical comparison of models using grid
search" computes it, with SciPy's t distribution; `mcNemar` and `holm` are of statsmodels; `student` quantiles of SciPy;
`groupFolds` and `stratifiedGroupFolds` the fold of each group by scikit-learn, unshuffled; `stratifiedFolds` the rows
of each class in each fold of its StratifiedKFold.
"""

import numpy
from scipy.stats import t
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from golden import HERE, save_json

PACKAGES = ("scipy", "scikit-learn", "statsmodels", "numpy")


def corrected_std(differences, n_train: int, n_test: int) -> float:
    """Of scikit-learn's example plot_grid_search_stats."""
    kr = len(differences)
    corrected_var = numpy.var(differences, ddof=1) * (1 / kr + n_test / n_train)
    return numpy.sqrt(corrected_var)


def resampled(random, folds: int, n_train: int, n_test: int, apart: float) -> dict:
    a = random.uniform(0.7, 0.9, folds)
    b = a + apart + random.normal(0, 0.02, folds)
    differences = b - a
    mean = numpy.mean(differences)
    std = corrected_std(differences, n_train, n_test)
    low, high = t.interval(0.95, folds - 1, loc=mean, scale=std)
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "trainRows": n_train,
        "testRows": n_test,
        "difference": mean,
        "statistic": mean / std,
        "pValue": 2 * t.sf(abs(mean / std), folds - 1),
        "low": low,
        "high": high,
    }


def mc_nemar(only_a: int, only_b: int) -> dict:
    tests = []
    for exact, corrected in [(True, True), (False, True), (False, False)]:
        found = mcnemar([[7, only_a], [only_b, 9]], exact=exact, correction=corrected)
        tests.append(
            {"exact": exact, "corrected": corrected, "statistic": float(found.statistic), "pValue": float(found.pvalue)}
        )
    return {"onlyA": only_a, "onlyB": only_b, "tests": tests}


def holm(p_values) -> dict:
    return {"pValues": list(p_values), "adjusted": multipletests(p_values, method="holm")[1].tolist()}


def fold_of_groups(splitter, classes, groups) -> list:
    fold_of = {}
    for fold, (_, test) in enumerate(splitter.split(numpy.zeros(len(groups)), classes, groups)):
        for row in test:
            fold_of[int(groups[row])] = fold
    return [fold_of[group] for group in range(len(fold_of))]


def grouped(random, groups: int, classes: int, folds: int) -> dict:
    # Sizes that all differ: scikit-learn's order of groups of one size is that of an unstable sort.
    sizes = random.permutation(numpy.arange(2, 2 + groups))
    rows = numpy.repeat(numpy.arange(groups), sizes)
    labels = random.integers(0, classes, len(rows))
    counts = [[int(numpy.sum((rows == g) & (labels == c))) for c in range(classes)] for g in range(groups)]
    return {
        "folds": folds,
        "counts": counts,
        "groupFolds": fold_of_groups(GroupKFold(folds), labels, rows),
        "stratifiedGroupFolds": fold_of_groups(StratifiedGroupKFold(folds), labels, rows),
    }


def stratified(random, counts, folds: int) -> dict:
    labels = random.permutation(numpy.repeat(numpy.arange(len(counts)), counts))
    splitter = StratifiedKFold(folds, shuffle=True, random_state=1)
    tests = [test for _, test in splitter.split(numpy.zeros(len(labels)), labels)]
    return {
        "folds": folds,
        "labels": labels.tolist(),
        "counts": [[int(numpy.sum(labels[test] == c)) for c in range(len(counts))] for test in tests],
    }


def main() -> None:
    random = numpy.random.default_rng(20261130)
    freedoms = [1, 2, 3, 4, 9, 29, 99, 1000]
    content = {
        "resampled": [
            resampled(random, 5, 80, 20, 0.01),
            resampled(random, 10, 900, 100, 0.02),
            resampled(random, 30, 333, 37, 0.005),
            resampled(random, 2, 50, 50, 0.05),
        ],
        "student": [
            {"within": within, "freedom": freedom, "t": float(t.ppf((1 + within) / 2, freedom))}
            for freedom in freedoms
            for within in (0.5, 0.9, 0.95, 0.999)
        ],
        "mcNemar": [mc_nemar(*counts) for counts in [(3, 12), (12, 3), (5, 5), (0, 7), (1, 0), (140, 95), (1200, 1300)]],
        "holm": [holm(p) for p in ([0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9], random.uniform(0, 0.2, 9).tolist())],
        "grouped": [grouped(random, *sizes) for sizes in [(12, 2, 3), (25, 3, 5), (40, 4, 10)]],
        "stratified": [stratified(random, *args) for args in [([20, 31], 5), ([7, 13, 40], 4), ([10, 10, 10], 3)]],
    }
    save_json(HERE / "selection.json", content, PACKAGES)


if __name__ == "__main__":
    main()
