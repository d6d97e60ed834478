"""Losses of masks and their gradients by PyTorch → mask_losses.json.

Cross-entropy is PyTorch's own, with `ignore_index` and class weights; the focal loss and Dice's are
written out in its tensors. `weights` are those of the images.
"""

import numpy
import torch
from torch.nn import functional

from golden import HERE, save_json

PACKAGES = ("numpy", "torch")
IGNORED = 255


def dice_losses(logits, masks):
    """Of each image the mean over the classes, of the pixels that count."""
    classes = logits.shape[1]
    counts = (masks != IGNORED)[:, None]
    targets = functional.one_hot(torch.where(masks == IGNORED, 0, masks), classes).permute(0, 3, 1, 2) * counts
    probabilities = logits.softmax(1) * counts
    both = (probabilities * targets).sum((2, 3))
    return (1 - (2 * both + 1) / (probabilities.sum((2, 3)) + targets.sum((2, 3)) + 1)).mean(1)


def focal_sum(logits, masks, gamma: float, weights):
    losses = functional.cross_entropy(logits, masks, ignore_index=IGNORED, reduction="none")
    own = functional.cross_entropy(logits, masks, weight=weights, ignore_index=IGNORED, reduction="none")
    return (own * (1 - torch.exp(-losses)) ** gamma).sum()


def case(name: str, seed: int, shape, ignored: float, size=None, **options) -> dict:
    """`shape` is that of the logits, `size` that of the masks where it is another."""
    random = numpy.random.default_rng(seed)
    batch, classes = shape[:2]
    height, width = size or shape[2:]
    maps = torch.tensor((random.normal(size=shape) * 2 * 256).round() / 256, dtype=torch.float64).requires_grad_()
    logits = functional.interpolate(maps, (height, width), mode="bilinear") if size else maps
    masks = random.integers(0, classes, (batch, height, width))
    masks[random.random(masks.shape) < ignored] = IGNORED
    masks = torch.tensor(masks)
    class_weights = options.get("classWeights")
    weights = torch.ones(classes, dtype=torch.float64) if class_weights is None else torch.tensor(class_weights, dtype=torch.float64)
    counted = torch.where(masks == IGNORED, 0.0, weights[torch.where(masks == IGNORED, 0, masks)])
    images = counted.sum((1, 2))
    gamma = options.get("focalGamma", 0)
    if gamma == 0:
        entropy = functional.cross_entropy(logits, masks, weight=weights, ignore_index=IGNORED)
    else:
        entropy = focal_sum(logits, masks, gamma, weights) / images.sum()
    dice = (dice_losses(logits, masks) * images).sum() / images.sum()
    loss = options.get("crossEntropy", 1) * entropy + options.get("dice", 0) * dice
    loss.backward()
    return {
        "name": name, "options": options, "classes": classes, "masks": masks.tolist(),
        "logits": maps.tolist(), "loss": loss.item(), "gradient": maps.grad.float().tolist(),
        "answers": logits.argmax(1).tolist(),
    }


def main() -> None:
    cases = [
        case("cross-entropy", 1, (2, 3, 4, 5), 0.2),
        case("class weights", 2, (2, 3, 4, 3), 0.2, classWeights=[1, 0.5, 3]),
        case("focal", 3, (2, 4, 3, 3), 0.3, focalGamma=2),
        case("Dice alone", 4, (3, 2, 4, 4), 0.2, crossEntropy=0, dice=1),
        case("all together", 5, (2, 3, 3, 4), 0.2, crossEntropy=0.5, dice=2, focalGamma=1.5, classWeights=[2, 1, 0.25]),
        case("nothing ignored", 6, (1, 2, 3, 3), 0, dice=1),
        case("larger masks", 7, (2, 3, 3, 4), 0.2, (12, 16), dice=0.5),
        case("masks larger by no whole factor", 8, (1, 2, 3, 2), 0.2, (7, 5)),
    ]
    save_json(HERE / "mask_losses.json", {"losses": cases}, PACKAGES)


main()
