"""The losses of tiny detectors and of a tiny SegFormer by transformers → vision_losses.json.

The models and images are those of `vision/`; labels are random. `norm` is that of all gradients together. `layers`
of a decoder that learn, more than 1 with auxiliary losses: as transformers computes them (`normsLayers`: each layer
then reads what the decoder's norm makes of the one before), and as in the paper.
"""

import copy

import numpy
import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoModelForObjectDetection, AutoModelForSemanticSegmentation

from golden import HERE, save_json

PACKAGES = ("numpy", "torch", "transformers")
OBJECTS = [2, 1, 0, 3]  # of each image in turn


def opened(kind, name: str, **fields):
    model = kind.from_pretrained(HERE / "vision" / name, **fields).eval()
    model.requires_grad_(True)  # transformers holds a detector's trunk still
    return model, load_file(HERE / "vision" / name / "expected.safetensors")["pixel_values"]


def paper_loss(model, pixels, labels):
    """With auxiliary losses as in the paper: transformers' own config changes what the decoder's layers read."""
    found = []
    hooks = [layer.register_forward_hook(lambda _, __, out: found.append(out[0] if isinstance(out, tuple) else out))
             for layer in model.model.decoder.layers]
    outputs = model(pixel_values=pixels)
    for hook in hooks:
        hook.remove()
    states = torch.stack([model.model.decoder.layernorm(each) for each in found])
    config = copy.deepcopy(model.config)
    config.auxiliary_loss = True
    classes, boxes = model.class_labels_classifier(states), model.bbox_predictor(states).sigmoid()
    assert torch.allclose(classes[-1], outputs.logits, atol=1e-6)
    return model.loss_function(outputs.logits, labels, "cpu", outputs.pred_boxes, config, classes, boxes)[0]


def learnt(model, pixels, labels, is_paper=False) -> dict:
    loss = paper_loss(model, pixels, labels) if is_paper else model(pixel_values=pixels, labels=labels).loss
    loss.backward()
    squares = sum((each.grad**2).sum().item() for each in model.parameters() if each.grad is not None)
    return {"loss": loss.item(), "norm": squares**0.5}


def detector(name: str, seed: int, is_paper=False, **fields) -> dict:
    random = numpy.random.default_rng(seed)
    model, pixels = opened(AutoModelForObjectDetection, name, **fields)
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
        "name": name, "queries": queries, "layers": model.config.decoder_layers if fields or is_paper else 1, "normsLayers": bool(fields),
        "objects": [
            {"classes": own["class_labels"].tolist(), "boxes": own["boxes"].flatten().tolist()} for own in labels
        ],
        **learnt(model, pixels, labels, is_paper),
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
        "detectors": [detector("yolos", 1), detector("detr", 2), detector("detr", 4, auxiliary_loss=True),
                      detector("detr", 5, is_paper=True)],
        "segmenters": [segmenter("segformer", 3)],
    }, PACKAGES)


main()
