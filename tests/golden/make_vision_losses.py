"""The losses of tiny detectors and of a tiny SegFormer by transformers → vision_losses.json.

The models and images are those of `vision/`; labels are random. `norm` is that of all gradients together.
"""

import numpy
import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoModelForObjectDetection, AutoModelForSemanticSegmentation

from golden import HERE, save_json

PACKAGES = ("numpy", "torch", "transformers")
OBJECTS = [2, 1, 0, 3]  # of each image in turn


def opened(kind, name: str):
    model = kind.from_pretrained(HERE / "vision" / name).eval()
    model.requires_grad_(True)  # transformers holds a detector's trunk still
    return model, load_file(HERE / "vision" / name / "expected.safetensors")["pixel_values"]


def learnt(model, pixels, labels) -> dict:
    loss = model(pixel_values=pixels, labels=labels).loss
    loss.backward()
    squares = sum((each.grad**2).sum().item() for each in model.parameters() if each.grad is not None)
    return {"loss": loss.item(), "norm": squares**0.5}


def detector(name: str, seed: int) -> dict:
    random = numpy.random.default_rng(seed)
    model, pixels = opened(AutoModelForObjectDetection, name)
    queries = model(pixel_values=pixels).logits.shape[1]
    labels = []
    for image in range(len(pixels)):
        count = min(queries, OBJECTS[image % len(OBJECTS)])
        boxes = numpy.concatenate([random.uniform(0.2, 0.8, (count, 2)), random.uniform(0.1, 0.6, (count, 2))], 1)
        labels.append({
            "class_labels": torch.tensor(random.integers(0, 3, count)),
            "boxes": torch.tensor((boxes * 1024).round() / 1024, dtype=torch.float32),
        })
    return {
        "name": name, "queries": queries,
        "objects": [
            {"classes": own["class_labels"].tolist(), "boxes": own["boxes"].flatten().tolist()} for own in labels
        ],
        **learnt(model, pixels, labels),
    }


def segmenter(name: str, seed: int) -> dict:
    random = numpy.random.default_rng(seed)
    model, pixels = opened(AutoModelForSemanticSegmentation, name)
    masks = random.integers(0, 3, (len(pixels), *pixels.shape[2:]))
    masks[random.random(masks.shape) < 0.2] = 255
    return {"name": name, "masks": masks.tolist(), **learnt(model, pixels, torch.tensor(masks))}


def main() -> None:
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    save_json(HERE / "vision_losses.json", {
        "detectors": [detector("yolos", 1), detector("detr", 2)], "segmenters": [segmenter("segformer", 3)],
    }, PACKAGES)


main()
