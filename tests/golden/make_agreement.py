"""Agreement of raters by scikit-learn and krippendorff → agreement.json (2026-11-30).

`kappa` has pairs of raters with `first` and `second` [units], and the kappa of each weighting; `alpha` has
`ratings` [raters][units] with null where somebody did not judge, and the alpha of each level.
"""

import math

import krippendorff
import numpy
from sklearn.metrics import cohen_kappa_score

from golden import HERE, save_json

PACKAGES = ("krippendorff", "scikit-learn", "numpy")


def number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def kappa(name: str, first: list[int], second: list[int]) -> dict:
    weights = {"none": None, "linear": "linear", "quadratic": "quadratic"}
    values = {key: number(cohen_kappa_score(first, second, weights=each)) for key, each in weights.items()}
    return {"name": name, "first": first, "second": second, **values}


def alpha(name: str, ratings: list[list[float | None]]) -> dict:
    data = numpy.array([[math.nan if each is None else each for each in row] for row in ratings], dtype=float)
    levels = ("nominal", "ordinal", "interval", "ratio")
    values = {level: number(krippendorff.alpha(reliability_data=data, level_of_measurement=level)) for level in levels}
    return {"name": name, "ratings": ratings, **{level: values[level] for level in levels[:3]}}


def drawn(seed: int, raters: int, units: int, classes: int, noise: float, missing: float) -> list[list[float | None]]:
    random = numpy.random.default_rng(seed)
    true = random.integers(0, classes, units)
    rows = []
    for _ in range(raters):
        own = numpy.where(random.random(units) < noise, random.integers(0, classes, units), true)
        gone = random.random(units) < missing
        rows.append([None if gone[at] else int(own[at]) for at in range(units)])
    return rows


# The example of the krippendorff package, after Krippendorff's own.
OF_THE_PACKAGE = [
    [None] * 5 + [3, 4, 1, 2, 1, 1, 3, 3, None, 3],
    [1, None, 2, 1, 3, 3, 4, 3] + [None] * 7,
    [None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4],
]

if __name__ == "__main__":
    kappas = [
        kappa("two classes", *drawn(1, 2, 40, 2, 0.3, 0)),
        kappa("five classes", *drawn(2, 2, 60, 5, 0.4, 0)),
        kappa("no more than by chance", *drawn(3, 2, 50, 3, 1, 0)),
        kappa("never the same", [0, 1, 0, 1], [1, 0, 1, 0]),
        kappa("a class of one rater alone", [0, 0, 1, 2, 0], [0, 0, 1, 1, 0]),
    ]
    alphas = [
        alpha("of the package", OF_THE_PACKAGE),
        alpha("two raters", drawn(4, 2, 40, 3, 0.3, 0)),
        alpha("four raters who leave much out", drawn(5, 4, 50, 5, 0.3, 0.5)),
        alpha("no more than by chance", drawn(6, 3, 40, 2, 1, 0.1)),
        alpha("never the same", [[0, 1, 0, 1], [1, 0, 1, 0]]),
        alpha("fractions", [[0.5, 1.25, 3, None, 2], [0.5, 1, 3.5, 2, None], [0.25, 1.25, 3, 2, 2]]),
    ]
    save_json(HERE / "agreement.json", {"kappa": kappas, "alpha": alphas}, PACKAGES)
