"""Ridge regression and the area under the ROC curve by scikit-learn → probes.json (2026-11-30)."""

import numpy
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from golden import HERE, save_json

PACKAGES = ("numpy", "scikit-learn")


def ridge_case(seed: int, rows: int, size: int, alpha: float) -> dict:
    random = numpy.random.default_rng(seed)
    vectors = random.normal(size=(rows, size)).round(3) + 0.5
    values = (vectors @ random.normal(size=size) + random.normal(size=rows)).round(3)
    asked = random.normal(size=(4, size)).round(3)
    fitted = Ridge(alpha=alpha).fit(vectors, values)
    return {
        "alpha": alpha,
        "vectors": vectors.tolist(),
        "values": values.tolist(),
        "asked": asked.tolist(),
        "coefficients": fitted.coef_.tolist(),
        "intercept": float(fitted.intercept_),
        "predicted": fitted.predict(asked).tolist(),
    }


def delong_variance(above: numpy.ndarray, below: numpy.ndarray) -> float:
    """DeLong, DeLong and Clarke-Pearson (1988), by all pairs."""
    pairs = (above[:, None] > below[None, :]) + 0.5 * (above[:, None] == below[None, :])
    return pairs.mean(1).var(ddof=1) / len(above) + pairs.mean(0).var(ddof=1) / len(below)


def area_case(seed: int, n: int, m: int, digits: int) -> dict:
    random = numpy.random.default_rng(seed)
    above = (random.normal(size=n) + 0.7).round(digits)
    below = random.normal(size=m).round(digits)
    labels = numpy.r_[numpy.ones(n), numpy.zeros(m)]
    return {
        "above": above.tolist(),
        "below": below.tolist(),
        "area": float(roc_auc_score(labels, numpy.r_[above, below])),
        "variance": float(delong_variance(above, below)),
    }


save_json(
    HERE / "probes.json",
    {
        "ridge": [ridge_case(1, 12, 3, 1.0), ridge_case(2, 6, 8, 0.1)],
        "areas": [area_case(1, 20, 15, 3), area_case(2, 9, 30, 0)],
    },
    PACKAGES,
)
