"""What pycocotools says about scored boxes in random scenes → detection.json.

Scenes have crowds, boxes of three sizes, equal scores, repeated boxes, images without objects, images
without predictions and classes without objects. Truth may have an area of its own, as segmented objects
have. `stats` are COCOeval's twelve numbers; `precision` and `recall` the means by class, by size and, for
recall, by the number of detections. What COCOeval gives as -1 is null.
"""

import contextlib
import io

import numpy
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from golden import HERE, save_json

PACKAGES = ("numpy", "pycocotools")
SIZES = ["all", "small", "medium", "large"]


def dataset(images: int, classes: int, annotations: list) -> COCO:
    made = COCO()
    made.dataset = {
        "images": [{"id": image} for image in range(images)],
        "categories": [{"id": label} for label in range(classes)],
        "annotations": annotations,
    }
    with contextlib.redirect_stdout(io.StringIO()):
        made.createIndex()
    return made


def defined(value):
    return None if value == -1 else float(value)


def mean(values):
    kept = values[values > -1]
    return float(kept.mean()) if kept.size else None


def scored(name: str, classes: int, truth: list, predicted: list) -> dict:
    """The case with what COCOeval finds."""
    true = [
        {
            "id": number + 1, "image_id": image, "category_id": box["label"], "bbox": box["box"],
            "area": box.get("area", box["box"][2] * box["box"][3]), "iscrowd": int(box.get("isCrowd", False)),
        }
        for number, (image, box) in enumerate((i, box) for i, row in enumerate(truth) for box in row)
    ]
    found = [
        {
            "id": number + 1, "image_id": image, "category_id": box["label"], "bbox": box["box"],
            "area": box["box"][2] * box["box"][3], "score": box["score"], "iscrowd": 0,
        }
        for number, (image, box) in enumerate((i, box) for i, row in enumerate(predicted) for box in row)
    ]
    evaluation = COCOeval(dataset(len(truth), classes, true), dataset(len(truth), classes, found), "bbox")
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    return {
        "name": name, "classes": classes, "truth": truth, "predicted": predicted,
        "stats": [defined(value) for value in evaluation.stats],
        "precision": {
            size: [mean(precision[:, :, k, at, 2]) for k in range(classes)] for at, size in enumerate(SIZES)
        },
        "precisionAt50": [mean(precision[0, :, k, 0, 2]) for k in range(classes)],
        "recall": {
            str(most): [mean(recall[:, k, 0, at]) for k in range(classes)] for at, most in enumerate([1, 10, 100])
        },
        # The precision at each of the 101 recalls, of the first class, at an overlap of one half.
        "curve": precision[0, :, 0, 0, 2].tolist(),
    }


def box(random, most: float) -> list:
    """Corners on quarters of a pixel, so that JSON holds them and boxes repeat."""
    side = most * random.choice([0.05, 0.2, 0.6])
    width, height = numpy.maximum(1, numpy.round(side * random.uniform(0.5, 1.5, 2) * 4) / 4)
    x, y = numpy.round(random.uniform(0, most, 2) * 4) / 4
    return [float(x), float(y), float(width), float(height)]


def scene(random, classes, objects: int, extra: int, crowds: float, miss: float, decimals: int) -> tuple:
    truth, predicted = [], []
    for _ in range(objects):
        truth.append({"box": box(random, 200), "label": int(random.choice(classes))})
        if random.random() < crowds:
            truth[-1]["isCrowd"] = True
        if random.random() < 0.2:
            truth[-1]["area"] = round(truth[-1]["box"][2] * truth[-1]["box"][3] * float(random.uniform(0.3, 0.9)), 2)
        for _ in range(int(random.integers(1, 4))):
            if random.random() < miss:
                continue
            moved = numpy.array(truth[-1]["box"]) + numpy.round(random.normal(0, 4, 4) * 4) / 4
            moved[2:] = numpy.maximum(0.25, moved[2:])
            label = truth[-1]["label"] if random.random() < 0.85 else int(random.choice(classes))
            predicted.append({"box": moved.tolist(), "label": label})
    predicted += [{"box": box(random, 200), "label": int(random.choice(classes))} for _ in range(extra)]
    predicted += [dict(each) for each in predicted if random.random() < 0.1]  # twice the same
    for each in predicted:
        each["score"] = round(float(random.random()), decimals)
    random.shuffle(predicted)
    return truth, predicted


def random_case(name: str, seed: int, images: int, classes: int, used=None, **settings) -> dict:
    random = numpy.random.default_rng(seed)
    options = {"extra": 3, "crowds": 0.15, "miss": 0.3, "decimals": 3, **settings}
    truth, predicted = [], []
    for image in range(images):
        objects = 0 if image % 5 == 4 else int(random.integers(1, 7))
        rows = scene(random, used or list(range(classes)), objects, **options)
        truth.append(rows[0])
        predicted.append([] if image % 7 == 3 else rows[1])
    return scored(name, classes, truth, predicted)


def many_case() -> dict:
    """More than a hundred boxes of one class in an image, and few of another."""
    random = numpy.random.default_rng(5)
    truth = [{"box": box(random, 100), "label": 0} for _ in range(12)]
    predicted = [
        {"box": box(random, 100), "label": int(random.random() < 0.1), "score": round(float(random.random()), 2)}
        for _ in range(130)
    ] + [{**each, "score": 0.01} for each in truth]
    return scored("more than a hundred boxes", 2, [truth], [predicted])


def main() -> None:
    square = {"box": [10.0, 10.0, 40.0, 40.0], "label": 0}
    cases = [
        random_case("scenes", 1, 12, 3),
        random_case("equal scores", 2, 10, 2, decimals=1),
        random_case("many crowds", 3, 8, 2, crowds=0.5),
        random_case("classes without objects", 4, 6, 4, used=[1, 3]),
        many_case(),
        scored("nothing predicted", 1, [[square], []], [[], []]),
        scored("nothing true", 1, [[], []], [[{**square, "score": 0.5}], []]),
        scored("only a crowd", 1, [[{**square, "isCrowd": True}]], [[{**square, "score": 0.5}]]),
        scored("perfect", 1, [[square], [square]], [[{**square, "score": 0.5}], [{**square, "score": 0.5}]]),
    ]
    save_json(HERE / "detection.json", {"cases": cases}, PACKAGES)


main()
