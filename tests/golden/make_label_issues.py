"""Likely mislabelled rows by cleanlab → label_issues.json (2026-11-29).

Each case has `classes`, `labels` [rows], `probabilities` [rows · classes] and `issues`, the rows that
cleanlab's off-diagonals of the confident joint name, the least self-confident first.
"""

import numpy
from cleanlab.filter import find_label_issues

from golden import HERE, save_json

PACKAGES = ("cleanlab", "numpy")


def case(name: str, seed: int, rows: int, classes: int, noise: float, sharpness: float) -> dict:
    random = numpy.random.default_rng(seed)
    true = numpy.concatenate([numpy.arange(classes), random.integers(0, classes, rows - classes)])
    logits = random.normal(size=(rows, classes))
    logits[numpy.arange(rows), true] += sharpness
    # One class is predicted more readily than the others, as rare ones are not.
    logits[:, 0] += 0.7
    probabilities = numpy.exp(logits) / numpy.exp(logits).sum(1, keepdims=True)
    probabilities = probabilities.astype(numpy.float32).round(4)
    flipped = random.random(rows) < noise
    flipped[:classes] = False
    labels = numpy.where(flipped, (true + 1) % classes, true)
    issues = find_label_issues(
        labels, probabilities, filter_by="confident_learning", return_indices_ranked_by="self_confidence", n_jobs=1
    )
    return {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "probabilities": [float(f"{each:.4f}") for each in probabilities.ravel()],
        "issues": issues.tolist(),
    }


if __name__ == "__main__":
    cases = [
        case("two classes", 1, 80, 2, 0.15, 2.0),
        case("five classes", 2, 120, 5, 0.2, 2.5),
        case("nothing learnt", 3, 90, 4, 0.1, 0.0),
        case("no noise", 4, 60, 3, 0.0, 6.0),
    ]
    save_json(HERE / "label_issues.json", {"cases": cases}, PACKAGES)
