"""The loss of a dense detector by PyTorch, and its peaks by max pooling → cell_losses.json.

Bells are drawn over the whole map with NumPy and cut at their radius; the radius is found by bisection:
the largest by which corners may be moved so that boxes shifted, shrunk or grown keep an overlap of 0.7.
"""

import numpy
import torch
from torch.nn import functional

from golden import HERE, save_json

PACKAGES = ("numpy", "torch")


def overlap(a, b) -> float:
    low, high = numpy.maximum(a[:2], b[:2]), numpy.minimum(a[2:], b[2:])
    shared = numpy.prod(numpy.maximum(0, high - low))
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])  # noqa: E731
    return shared / (area(a) + area(b) - shared)


def radius(width: float, height: float) -> float:
    box = numpy.array([0, 0, width, height], float)
    moves = [numpy.array(move) for move in ((1, 1, 1, 1), (1, 1, -1, -1), (-1, -1, 1, 1))]
    low, high = 0.0, min(width, height) / 2
    for _ in range(100):
        middle = (low + high) / 2
        fits = all(overlap(box, box + middle * move) >= 0.7 for move in moves)
        low, high = (middle, high) if fits else (low, middle)
    return low


def targets_of(objects, classes: int, height: int, width: int):
    nearness = numpy.zeros((classes, height, width))
    boxes, centres = numpy.zeros((4, height, width)), numpy.zeros((1, height, width))
    rows, columns = numpy.mgrid[:height, :width]
    for label, (x, y, w, h) in sorted(objects, key=lambda each: -each[1][2] * each[1][3]):
        x, w, y, h = x * width, w * width, y * height, h * height
        column, row = int(x), int(y)
        reach = int(radius(w, h))
        sigma = (2 * reach + 1) / 6
        bell = numpy.exp(-((columns - column) ** 2 + (rows - row) ** 2) / (2 * sigma**2))
        bell[(abs(columns - column) > reach) | (abs(rows - row) > reach)] = 0
        nearness[label] = numpy.maximum(nearness[label], bell)
        boxes[:, row, column] = x - column, y - row, w, h
        centres[0, row, column] = 1
    return nearness, boxes, centres


def main() -> None:
    random = numpy.random.default_rng(1)
    classes, height, width = 2, 6, 8
    objects = []
    for count in (3, 0, 2):
        sides = random.uniform(0.1, 0.9, (count, 2))
        centre = random.uniform(0.05, 0.95, (count, 2))
        numbers = (numpy.concatenate([centre, sides], 1) * 1024).round() / 1024
        objects.append([(int(random.integers(classes)), box.tolist()) for box in numbers])
    made = [targets_of(own, classes, height, width) for own in objects]
    nearness, boxes, centres = (torch.tensor(numpy.stack(each)) for each in zip(*made))
    outputs = random.normal(size=(3, classes + 4, height, width))
    outputs = torch.tensor((outputs * 256).round() / 256).requires_grad_()
    logits, numbers = outputs[:, :classes], outputs[:, classes:]
    p = logits.sigmoid()
    focal = torch.where(
        nearness == 1,
        (1 - p) ** 2 * functional.logsigmoid(logits),
        (1 - nearness) ** 4 * p**2 * functional.logsigmoid(-logits),
    )
    weights = torch.tensor([1, 1, 0.1, 0.1]).reshape(1, 4, 1, 1)
    distances = (numbers - boxes).abs() * weights * centres
    count = sum(len(own) for own in objects)
    loss = (distances.sum() - focal.sum()) / count
    loss.backward()
    peaks = (functional.max_pool2d(logits, 3, 1, 1) == logits).sum((2, 3))
    save_json(HERE / "cell_losses.json", {
        "classes": classes, "height": height, "width": width,
        "objects": [
            {"classes": [label for label, _ in own], "boxes": [side for _, box in own for side in box]}
            for own in objects
        ],
        "nearness": nearness.tolist(), "outputs": outputs.tolist(), "loss": loss.item(),
        "gradient": outputs.grad.float().tolist(), "peaks": peaks.tolist(),
    }, PACKAGES)


main()
