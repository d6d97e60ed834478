"""Ensembles and calibration by scikit-learn: ensembles.json."""

from pathlib import Path

import numpy
from sklearn.calibration import CalibratedClassifierCV
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from golden import HERE, save_json

random = numpy.random.default_rng(20261130)
ROWS, CLASSES, MODELS = 60, 3, 3


class Said(ClassifierMixin, BaseEstimator):
    """A classifier whose logits are known: its rows are numbers of rows."""

    def __init__(self, logits=None):
        self.logits = logits

    def fit(self, X, y):
        self.classes_ = numpy.unique(y)
        return self

    def predict_proba(self, X):
        logits = self.logits[numpy.asarray(X)[:, 0].astype(int)]
        raised = numpy.exp(logits - logits.max(1, keepdims=True))
        return raised / raised.sum(1, keepdims=True)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(1)]


truth = random.integers(0, CLASSES, ROWS)
models = []
for _ in range(MODELS):
    logits = random.normal(size=(ROWS, CLASSES)).astype(numpy.float32)
    logits[numpy.arange(ROWS), truth] += 1
    models.append((3 * logits).astype(numpy.float32))  # Too sure.

X = numpy.arange(ROWS)[:, None]
weights = [0.45, 0.3, 0.25]  # No ties, which scikit-learn breaks by the label's number.
said = [(str(at), Said(logits).fit(X, truth)) for at, logits in enumerate(models)]
soft = VotingClassifier(said, voting="soft", weights=weights).fit(X, truth).predict_proba(X)
hard = VotingClassifier(said, voting="hard", weights=weights).fit(X, truth).predict(X)

first = said[0][1]
calibrated = {}
for method in ("isotonic", "temperature"):
    model = CalibratedClassifierCV(FrozenEstimator(first), method=method, ensemble=False)
    # One set of rows: what is fitted is what is applied.
    model.fit(X, truth)
    calibrated[method] = model.predict_proba(X).tolist()

points = numpy.round(random.normal(size=30), 1).tolist()  # Some of them the same.
heights = random.normal(size=30).tolist()
asked = numpy.linspace(-4, 4, 41).tolist()
curve = IsotonicRegression(out_of_bounds="clip").fit(points, heights).predict(asked)

# Models that are fitted already; half of the rows fit the stack, and all are asked. The first two labels alone make
# one of two labels.
stacked = {}
for labels in (CLASSES, 2):
    rows = numpy.flatnonzero(truth < labels)
    fit = rows[: len(rows) // 2]
    members = [(str(at), Said(logits[:, :labels]).fit(X[rows], truth[rows])) for at, logits in enumerate(models)]
    stack = StackingClassifier(
        members,
        final_estimator=LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-9, max_iter=1000),
        cv="prefit",
        stack_method="predict_proba",
    ).fit(X[fit], truth[fit])
    stacked[str(labels)] = {
        "rows": rows.tolist(),
        "fit": fit.tolist(),
        "probabilities": stack.predict_proba(X[rows]).flatten().tolist(),
    }

save_json(
    Path(HERE) / "ensembles.json",
    {
        "truth": truth.tolist(),
        "models": [[float(str(v)) for v in logits.flatten()] for logits in models],
        "weights": weights,
        "soft": soft.flatten().tolist(),
        "hard": hard.tolist(),
        "isotonic": numpy.ravel(calibrated["isotonic"]).tolist(),
        "temperature": numpy.ravel(calibrated["temperature"]).tolist(),
        "curve": {"x": points, "y": heights, "asked": asked, "found": curve.tolist()},
        "stacked": stacked,
    },
    ["scikit-learn", "numpy"],
)
