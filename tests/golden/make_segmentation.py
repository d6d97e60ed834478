"""Images with masks, what transformers answers and how large its loss is → segmentation/.

The model is that of vision/segformer for images of 32 × 48 pixels, its biases changed so that all classes occur. In
expected.json, `rows`: an image and a mask as PNG (base64), and `answer`, the class of each pixel as
`post_process_semantic_segmentation` gives it at the image's size, in evaluation mode. `loss`: of all rows as one
batch in training mode, with masks that the processor has resized, where 255 is ignored.
"""

import base64
import io
from types import SimpleNamespace

import numpy
import torch
import transformers.models.segformer.image_processing_pil_segformer as processing
from PIL import Image
from transformers import SegformerForSemanticSegmentation
from transformers.utils import import_utils

from golden import HERE, save_json

PACKAGES = ("numpy", "torch", "transformers", "pillow")
SIZES = [(40, 60), (50, 33), (21, 31)]
CLASSES = 3
SETTINGS = dict(size={"height": 32, "width": 48}, do_reduce_labels=False)


def png(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def scene(random, height: int, width: int):
    """Classes by the nearest of some points, each with a colour and noise."""
    points = random.uniform(0, 1, (9, 2)) * [height, width]
    rows, columns = numpy.mgrid[:height, :width]
    nearest = ((rows[..., None] - points[:, 0]) ** 2 + (columns[..., None] - points[:, 1]) ** 2).argmin(-1)
    colours = random.integers(0, 200, (9, 3))
    pixels = colours[nearest] + random.integers(0, 55, (height, width, 3))
    mask = nearest % CLASSES
    mask[:3, :5] = 255
    return Image.fromarray(pixels.astype("uint8")), Image.fromarray(mask.astype("uint8"))


def main() -> None:
    # The processor on Pillow asks for torchvision, of which it uses the name of a filter alone.
    import_utils.BACKENDS_MAPPING["torchvision"] = (lambda: True, "")
    filters = SimpleNamespace(NEAREST_EXACT=Image.Resampling.NEAREST)
    processing.tvF = SimpleNamespace(InterpolationMode=filters)
    folder = HERE / "segmentation"
    random = numpy.random.default_rng(16)
    scenes = [scene(random, *size) for size in SIZES]
    images, masks = zip(*scenes)
    model = SegformerForSemanticSegmentation.from_pretrained(HERE / "vision" / "segformer")
    processor = processing.SegformerImageProcessorPil(**SETTINGS)
    batch = processor(list(images), list(masks), return_tensors="pt")
    with torch.no_grad():
        model.eval()
        model.decode_head.classifier.bias -= model(pixel_values=batch["pixel_values"]).logits.mean((0, 2, 3))
        found = processor.post_process_semantic_segmentation(
            model(pixel_values=batch["pixel_values"]), target_sizes=SIZES
        )
        # Before training mode moves the running statistics.
        model.config.image_size = [32, 48]
        model.save_pretrained(folder)
        model.train()
        loss = model(pixel_values=batch["pixel_values"], labels=batch["labels"]).loss
    rows = [
        {"image": png(image), "mask": png(mask), "answer": answer.flatten().tolist()}
        for image, mask, answer in zip(images, masks, found)
    ]
    processor.save_pretrained(folder)
    save_json(folder / "expected.json", {"loss": loss.item(), "rows": rows}, PACKAGES)


if __name__ == "__main__":
    main()
