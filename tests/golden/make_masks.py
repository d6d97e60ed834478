"""What scikit-learn, NumPy and SciPy say about masks → masks.json.

`masks`: true and predicted classes of pixels with Jaccard's index, F1, recall and accuracy of the pixels
that count, by class and together, and the boundary F1 by distance transforms. What is not defined is
null. `topK`: scikit-learn's top-k accuracy.
"""

import numpy
from scipy.ndimage import distance_transform_edt
from sklearn.metrics import accuracy_score, f1_score, jaccard_score, recall_score, top_k_accuracy_score

from golden import HERE, save_json

PACKAGES = ("numpy", "scipy", "scikit-learn")
TOLERANCE = 0.0075


def blobs(random, height: int, width: int, classes: int):
    """Classes by the nearest of some points, so that areas and boundaries are as in images."""
    count = 3 * classes
    points = random.uniform(0, 1, (count, 2)) * [height, width]
    labels = random.integers(0, classes, count)
    rows, columns = numpy.mgrid[:height, :width]
    apart = (rows[..., None] - points[:, 0]) ** 2 + (columns[..., None] - points[:, 1]) ** 2
    return labels[apart.argmin(-1)]


def boundaries(mask, ignored):
    found = numpy.zeros(mask.shape, bool)
    for axis in (0, 1):
        for back in (False, True):
            here = [slice(None), slice(None)]
            there = [slice(None), slice(None)]
            here[axis], there[axis] = (slice(1, None), slice(None, -1)) if back else (slice(None, -1), slice(1, None))
            here, there = tuple(here), tuple(there)
            found[here] |= (mask[here] != mask[there]) & ~ignored[there]
    return found & ~ignored


def boundary_f1(truth, predicted, ignored, classes: int):
    """The F1 of each class, NaN where it has no boundary in either mask."""
    reach = max(1, TOLERANCE * numpy.hypot(*truth.shape))
    scores = []
    for label in range(classes):
        sides = [boundaries(mask, ignored) & (mask == label) for mask in (truth, predicted)]
        if not any(side.any() for side in sides):
            scores.append(numpy.nan)
            continue
        shares = []
        for own, other in (sides, sides[::-1]):
            far = distance_transform_edt(~other) if other.any() else numpy.full(own.shape, numpy.inf)
            shares.append((far[own] <= reach).mean() if own.any() else 0.0)
        scores.append(2 * shares[0] * shares[1] / sum(shares) if sum(shares) else 0.0)
    return scores


def defined(values):
    return [None if numpy.isnan(value) else float(value) for value in values]


def mask_case(name: str, seed: int, shapes, classes: int, used: int, ignored_share: float, spoiled: float) -> dict:
    random = numpy.random.default_rng(seed)
    truth, predicted = [], []
    for height, width in shapes:
        right = blobs(random, height, width, used)
        moved = numpy.roll(right, tuple(random.integers(-2, 3, 2)), (0, 1))
        noise = random.integers(0, used, right.shape)
        given = numpy.where(random.random(right.shape) < spoiled, noise, moved)
        right = numpy.where(blobs(random, height, width, 20) < 20 * ignored_share, 255, right)
        truth.append(right)
        predicted.append(given)
    true = numpy.concatenate([mask.ravel() for mask in truth])
    found = numpy.concatenate([mask.ravel() for mask in predicted])
    kept = true != 255
    true, found = true[kept], found[kept]
    labels = list(range(classes))
    seen = numpy.array([(true == label).any() or (found == label).any() for label in labels])
    own = numpy.array([(true == label).any() for label in labels])
    options = {"labels": labels, "average": None, "zero_division": 0}
    jaccard = numpy.where(seen, jaccard_score(true, found, **options), numpy.nan)
    dice = numpy.where(seen, f1_score(true, found, **options), numpy.nan)
    recall = numpy.where(own, recall_score(true, found, **options), numpy.nan)
    edges = numpy.array([boundary_f1(t, p, t == 255, classes) for t, p in zip(truth, predicted)])
    counted = (~numpy.isnan(edges)).sum(0)
    edge = numpy.where(counted > 0, numpy.nansum(edges, 0) / numpy.maximum(counted, 1), numpy.nan)
    return {
        "name": name, "classes": classes,
        "truth": [mask.tolist() for mask in truth], "predicted": [mask.tolist() for mask in predicted],
        "meanIou": defined(jaccard), "dice": defined(dice), "pixelAccuracy": defined(recall),
        "boundaryF1": defined(edge), "accuracy": float(accuracy_score(true, found)),
    }


def top_k() -> dict:
    random = numpy.random.default_rng(3)
    logits = random.normal(size=(40, 9)).astype(numpy.float32)
    truth = random.integers(0, 9, 40)
    scores = {
        str(k): float(top_k_accuracy_score(truth, logits, k=k, labels=list(range(9)))) for k in (1, 2, 5, 8)
    }
    return {"logits": logits.astype(float).round(9).tolist(), "truth": truth.tolist(), "scores": scores}


def main() -> None:
    cases = [
        mask_case("blobs", 1, [(20, 30), (24, 18), (9, 9)], 4, 4, 0.15, 0.05),
        mask_case("noise, classes that never occur", 2, [(12, 16), (16, 12)], 6, 3, 0.1, 0.6),
        mask_case("nothing ignored", 3, [(40, 30)], 3, 3, 0, 0.02),
    ]
    # Large enough for boundaries that may lie two pixels apart.
    cases.append(mask_case("wide", 4, [(8, 300)], 2, 2, 0, 0.01))
    save_json(HERE / "masks.json", {"masks": cases, "topK": top_k()}, PACKAGES)


main()
