"""What transformers finds in the golden images with the tiny detectors of vision/: make_detections.py

detections.json: for each model the preprocessor_config.json that it was asked with, and of each image its boxes
(left, top, right, bottom in pixels), labels and scores, one for each query, by `post_process_object_detection` with
the threshold 0.
"""

import importlib

import numpy
import torch
import transformers
from PIL import Image
from transformers import AutoModelForObjectDetection

from golden import HERE, save_json

PACKAGES = ("torch", "transformers", "pillow")
IMAGES = ("wide.jpg", "tall.jpg", "grey.png")
# name → model, height and width of what it is given; the second one is larger than its config says
MODELS = {"yolos": ("yolos", 8, 12), "yolos-larger": ("yolos", 16, 24), "detr": ("detr", 32, 48)}


def processor_of(kind: str, height: int, width: int):
    """The processor on Pillow, whose class transformers names so."""
    module = importlib.import_module(f"transformers.models.{kind}.image_processing_pil_{kind}")
    own = getattr(module, f"{kind.capitalize()}ImageProcessorPil")
    return own(size={"height": height, "width": width}, do_pad=False)


def found_by(name: str) -> dict:
    kind, height, width = MODELS[name]
    processor = processor_of(kind, height, width)
    model = AutoModelForObjectDetection.from_pretrained(HERE / "vision" / kind).eval()
    found = {}
    for file in IMAGES:
        image = Image.open(HERE / "images" / file).convert("RGB")
        pixels = torch.from_numpy(numpy.asarray(processor(images=image)["pixel_values"]))
        assert tuple(pixels.shape) == (1, 3, height, width), pixels.shape
        with torch.no_grad():
            outputs = model(pixel_values=pixels)
        [result] = processor.post_process_object_detection(
            outputs, threshold=0, target_sizes=[(image.height, image.width)]
        )
        found[file] = {key: value.tolist() for key, value in result.items()}
    config = {"image_processor_type": f"{kind.capitalize()}ImageProcessor", "do_pad": False}
    return {"preprocessor": {**config, "size": {"height": height, "width": width}}, "found": found}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    save_json(HERE / "detections.json", {name: found_by(name) for name in MODELS}, PACKAGES)
