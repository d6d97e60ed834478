"""What transformers' losses of detectors and SciPy's assignments are → detection_losses.json.

`losses`: logits and boxes of queries with the objects of each image; the pairs of the Hungarian matcher,
the loss of DETR and of Deformable DETR and its gradients. Some images have no objects. `answers`: what
the image processor makes of the outputs. `assignments`: costs with their least sum; some are whole
numbers, so that sums tie.
"""

import types

import numpy
import torch
from scipy.optimize import linear_sum_assignment
from transformers import DeformableDetrImageProcessorPil, DetrImageProcessorPil
from transformers.loss.loss_deformable_detr import (
    DeformableDetrForObjectDetectionLoss,
    DeformableDetrHungarianMatcher,
)
from transformers.loss.loss_for_object_detection import ForObjectDetectionLoss, HungarianMatcher

from golden import HERE, save_json

PACKAGES = ("numpy", "scipy", "torch", "transformers")


def rounded(random, *shape, scale=1.0):
    """Numbers that a float32 holds and JSON writes in a few digits."""
    return torch.tensor((random.normal(size=shape) * scale * 256).round() / 256, dtype=torch.float32)


def boxes_of(random, count: int):
    centre = random.uniform(0.1, 0.9, (count, 2))
    size = random.uniform(0.02, 0.6, (count, 2))
    return torch.tensor((numpy.concatenate([centre, size], 1) * 1024).round() / 1024, dtype=torch.float32).reshape(-1, 4)


def loss_case(name: str, seed: int, kind: str, objects: list, queries: int, classes: int, **settings) -> dict:
    random = numpy.random.default_rng(seed)
    config = types.SimpleNamespace(**{
        "class_cost": 1, "bbox_cost": 5, "giou_cost": 2, "bbox_loss_coefficient": 5, "giou_loss_coefficient": 2,
        "eos_coefficient": 0.1, "focal_alpha": 0.25, "auxiliary_loss": False, "num_labels": classes, **settings,
    })
    images = len(objects)
    logits = rounded(random, images, queries, classes + (kind == "crossEntropy"), scale=2).requires_grad_()
    labels = [
        {"class_labels": torch.tensor(random.integers(0, classes, count)), "boxes": boxes_of(random, count)}
        for count in objects
    ]
    boxes = torch.stack([boxes_of(random, queries) for _ in range(images)])
    for image, own in enumerate(labels):  # some queries are near their objects
        near = own["boxes"][: queries // 2]
        boxes[image, : len(near)] = near + 1 / 64
    boxes.requires_grad_()
    loss_of, matcher = {
        "crossEntropy": (ForObjectDetectionLoss, HungarianMatcher),
        "focal": (DeformableDetrForObjectDetectionLoss, DeformableDetrHungarianMatcher),
    }[kind]
    loss, _, _ = loss_of(logits, labels, "cpu", boxes, config)
    loss.backward()
    costs = {name: getattr(config, name) for name in ("class_cost", "bbox_cost", "giou_cost")}
    pairs = matcher(**costs)({"logits": logits, "pred_boxes": boxes}, labels)
    return {
        "name": name, "classLoss": kind, "queries": queries, "classes": classes, "settings": settings,
        "objects": [
            {"classes": own["class_labels"].tolist(), "boxes": own["boxes"].flatten().tolist()} for own in labels
        ],
        "logits": logits.tolist(), "boxes": boxes.tolist(), "loss": loss.item(),
        "pairs": [[query.tolist(), own.tolist()] for query, own in pairs],
        "logitGradient": logits.grad.tolist(), "boxGradient": boxes.grad.tolist(),
    }


def answers(case: dict) -> list:
    """All boxes in pixels of images of 640 × 480 and of 100 × 50, with their scores."""
    outputs = types.SimpleNamespace(
        logits=torch.tensor(case["logits"]), pred_boxes=torch.tensor(case["boxes"]),
    )
    processor = DetrImageProcessorPil if case["classLoss"] == "crossEntropy" else DeformableDetrImageProcessorPil
    found = processor().post_process_object_detection(
        outputs, threshold=0, target_sizes=[(480, 640), (50, 100), (480, 640)][: len(case["logits"])],
    )
    return [
        {name: each[name].tolist() for name in ("scores", "labels", "boxes")} for each in found
    ]


def assignment(random, rows: int, columns: int, whole: bool) -> dict:
    costs = random.integers(-3, 4, (rows, columns)) if whole else random.normal(size=(rows, columns)).round(4)
    row, column = linear_sum_assignment(costs)
    return {"costs": costs.tolist(), "sum": float(costs[row, column].sum())}


def main() -> None:
    cases = [
        loss_case("DETR", 1, "crossEntropy", [2, 0, 4], 6, 3),
        loss_case("DETR, other weights", 2, "crossEntropy", [3, 1], 5, 2, eos_coefficient=0.4, class_cost=2,
                  bbox_cost=1, giou_cost=3, bbox_loss_coefficient=1, giou_loss_coefficient=4),
        loss_case("DETR, as many objects as queries", 3, "crossEntropy", [4], 4, 3),
        loss_case("DETR, no objects", 4, "crossEntropy", [0, 0], 3, 2),
        loss_case("Deformable DETR", 5, "focal", [2, 0, 3], 6, 3),
        loss_case("Deformable DETR, another alpha", 6, "focal", [1, 2], 4, 1, focal_alpha=0.6),
    ]
    random = numpy.random.default_rng(7)
    shapes = [(1, 1), (5, 5), (7, 3), (3, 7), (30, 8), (40, 40), (2, 9)]
    save_json(HERE / "detection_losses.json", {
        "losses": cases, "answers": [answers(case) for case in (cases[0], cases[4])],
        "assignments": [assignment(random, *shape, whole) for shape in shapes for whole in (False, True)],
    }, PACKAGES)


main()
