"""Tests of drift and calibration by SciPy and scikit-learn → drift.json (2026-11-30)."""

import numpy
import scipy.stats
from scipy.spatial.distance import jensenshannon
from sklearn.calibration import _SigmoidCalibration
from sklearn.linear_model import LogisticRegression

from golden import HERE, save_json

PACKAGES = ("numpy", "scipy", "scikit-learn")


def kolmogorov_smirnov(name: str, seed: int, n: int, m: int, shift: float, digits: int, method: str) -> dict:
    random = numpy.random.default_rng(seed)
    first = random.normal(size=n).round(digits)
    second = (random.normal(size=m) + shift).round(digits)
    found = scipy.stats.ks_2samp(first, second, method=method)
    return {
        "name": name,
        "method": {"exact": "exact", "asymp": "asymptotic"}[method],
        "first": first.tolist(),
        "second": second.tolist(),
        "statistic": float(found.statistic),
        "p": float(found.pvalue),
    }


def counts_case(name: str, reference: list[int], served: list[int]) -> dict:
    p, q = numpy.array(reference, float), numpy.array(served, float)
    occurring = p + q > 0
    chi = scipy.stats.chi2_contingency([p[occurring], q[occurring]], correction=False)
    # Half a count more in each bin.
    ps, qs = (p + 0.5) / (p + 0.5).sum(), (q + 0.5) / (q + 0.5).sum()
    return {
        "name": name,
        "reference": reference,
        "served": served,
        "jensen_shannon": float(jensenshannon(p, q, base=2)),
        "chi_square": float(chi.statistic),
        "freedom": int(chi.dof),
        "p": float(chi.pvalue),
        "stability": float(((qs - ps) * numpy.log(qs / ps)).sum()),
    }


def classifier_case(name: str, seed: int, n: int, m: int, size: int, shift: float) -> dict:
    random = numpy.random.default_rng(seed)

    def vectors(count: int, first: float) -> numpy.ndarray:
        drawn = random.normal(size=(count, size))
        drawn[:, 0] += first
        # Bytes, as profiles hold them.
        return (drawn / numpy.linalg.norm(drawn, axis=1, keepdims=True) * 127).round()

    reference, served = vectors(n, 0), vectors(m, shift)
    known = numpy.concatenate([reference[::2], served[::2]]) / 127
    labels = numpy.repeat([0, 1], [len(reference[::2]), len(served[::2])])
    fitted = LogisticRegression(C=1, tol=1e-10, max_iter=10000).fit(known, labels)
    above, below = (fitted.decision_function(each[1::2] / 127) for each in (served, reference))
    found = scipy.stats.mannwhitneyu(
        above, below, alternative="greater", method="asymptotic", use_continuity=False
    )
    return {
        "name": name,
        "reference": reference.astype(int).tolist(),
        "served": served.astype(int).tolist(),
        "area": float(found.statistic) / (len(above) * len(below)),
        "p": float(found.pvalue),
    }


def platt_case(name: str, seed: int, rows: int, slope: float, intercept: float) -> dict:
    random = numpy.random.default_rng(seed)
    log_odds = (random.normal(size=rows) * 2 + 1).round(4)
    right = random.random(rows) < 1 / (1 + numpy.exp(-(slope * log_odds + intercept)))
    fitted = _SigmoidCalibration().fit(log_odds, right.astype(float))
    return {
        "name": name,
        "log_odds": log_odds.tolist(),
        "right": right.tolist(),
        # scikit-learn's logistic function has minus its argument.
        "slope": -float(fitted.a_),
        "intercept": -float(fitted.b_),
    }


def tails() -> dict:
    statistics = [0.01, 0.5, 1, 3.84, 10, 40, 200]
    freedoms = [1, 2, 5, 9, 30, 99]
    return {
        "statistics": statistics,
        "freedoms": freedoms,
        "chi_square": [[float(scipy.stats.chi2.sf(s, f)) for s in statistics] for f in freedoms],
        "z": [-3, -0.5, 0, 0.5, 1.96, 6, 12],
        "normal": [float(scipy.stats.norm.sf(z)) for z in [-3, -0.5, 0, 0.5, 1.96, 6, 12]],
    }


def adjusted() -> dict:
    p = [0.01, 0.04, 0.03, 0.005, 0.5, 0.04, 0.9, 0.0002]
    return {"p": p, "benjamini_hochberg": scipy.stats.false_discovery_control(p).tolist()}


if __name__ == "__main__":
    save_json(
        HERE / "drift.json",
        {
            "kolmogorov_smirnov": [
                kolmogorov_smirnov("equal sizes", 1, 40, 40, 0.0, 3, "exact"),
                kolmogorov_smirnov("other sizes, moved", 2, 57, 31, 0.8, 3, "exact"),
                kolmogorov_smirnov("ties", 3, 60, 200, 0.1, 0, "exact"),
                kolmogorov_smirnov("far apart", 4, 30, 45, 6.0, 2, "exact"),
                kolmogorov_smirnov("two rows and three", 5, 2, 3, 0.0, 3, "exact"),
                kolmogorov_smirnov("large, the same", 6, 400, 350, 0.0, 3, "asymp"),
                kolmogorov_smirnov("large, nearly the same", 7, 300, 380, 0.08, 3, "asymp"),
                kolmogorov_smirnov("large, moved", 8, 400, 300, 0.25, 3, "asymp"),
                kolmogorov_smirnov("large, far apart", 9, 300, 300, 1.5, 3, "asymp"),
            ],
            "counts": [
                counts_case("two classes", [150, 150], [90, 110]),
                counts_case("a class that vanished", [80, 100, 20], [60, 90, 0]),
                counts_case("a class of neither", [10, 0, 30], [12, 0, 5]),
                counts_case("ten bins", [30] * 10, [12, 25, 18, 30, 14, 22, 9, 31, 20, 19]),
                counts_case("nothing shared", [20, 0], [0, 35]),
            ],
            "classifiers": [
                classifier_case("the same", 11, 60, 50, 8, 0.0),
                classifier_case("moved", 12, 60, 80, 8, 1.5),
            ],
            "platt": [
                platt_case("calibrated", 21, 120, 1, 0),
                platt_case("too sure", 22, 90, 0.4, -0.3),
                platt_case("says nothing", 23, 60, 0, 1),
            ],
            "tails": tails(),
            "adjusted": adjusted(),
        },
        PACKAGES,
    )
