"""Golden pixels of resizing and of transformers' image processors. Run: python make_processors.py

Made 2026-11-29 with Pillow 13.0.0, transformers 5.18.0 (the "Pil" processors: without torchvision it takes them,
with torchvision it takes processors on tensors; make_processors.py --torchvision FILE writes what they give), numpy 2.4.6.

The image processors of SegFormer ask for torchvision even on Pillow; what they do is the backend's own steps, so
that a processor of the backend's class stands for it here.
"""
import importlib
import json
import pathlib
import sys

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
out = here / "images"
sys.path.insert(0, str(here))


def picture(width, height, seed=0):
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    noise = np.random.default_rng(seed).integers(-20, 21, (height, width, 3))
    waves = [127 + 120 * np.sin(x / 9 + y / 23), 255.0 * ((x // 13 + y // 11) % 2), 255 * y / height]
    return np.clip(np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


Image.fromarray(picture(320, 213)).save(out / "wide.jpg", quality=75)
Image.fromarray(picture(90, 260, 1)).save(out / "tall.jpg", quality=75)
Image.fromarray(picture(150, 150, 2)).save(out / "square.jpg", quality=75)

# Every filter, larger, smaller, and along one axis only.
filters = [Image.Resampling(number) for number in range(6)]
resized = {}
for name, mode in (("rgb.png", "RGB"), ("grey.png", "L")):
    image = Image.open(out / name).convert(mode)
    for width, height in ((16, 11), (64, 50), (37, 10), (9, 23), (3, 90), (1, 1), (37, 23), (50, 9), (37, 8), (35, 5), (70, 22)):
        for filter in filters:
            pixels = np.asarray(image.resize((width, height), filter))
            resized[f"{name}/{filter.value}/{width}x{height}"] = np.ascontiguousarray(pixels.reshape(height, width, -1))
for width, height in ((224, 224), (57, 384)):
    for filter in filters:
        pixels = np.asarray(Image.open(out / "wide.jpg").resize((width, height), filter))
        resized[f"wide.jpg/{filter.value}/{width}x{height}"] = np.ascontiguousarray(pixels.reshape(-1)[::37])
save_file(resized, out / "resized.safetensors")

kinds = {
    "vit": "ViT", "deit": "DeiT", "convnext": "ConvNext", "detr": "Detr", "yolos": "Yolos", "bit": "Bit",
    "mobilenet_v1": "MobileNetV1", "mobilenet_v2": "MobileNetV2", "efficientnet": "EfficientNet", "clip": "CLIP",
    "siglip": "Siglip", "segformer": "Segformer", "pvt": "Pvt", "beit": "Beit",
}
cases = [
    ("vit", {}),
    ("vit", {"size": {"height": 40, "width": 56}, "resample": 3, "image_mean": [0.485, 0.456, 0.406],
             "image_std": [0.229, 0.224, 0.225], "do_convert_rgb": True}),
    ("vit", {"do_resize": False, "do_normalize": False}),
    ("vit", {"size": {"height": 32, "width": 32}, "do_rescale": False, "do_normalize": False, "resample": 0}),
    ("vit", {"size": {"height": 32, "width": 32}, "resample": 1}),
    ("vit", {"size": {"height": 32, "width": 32}, "resample": 4}),
    ("vit", {"size": {"height": 32, "width": 32}, "resample": 5, "rescale_factor": 1 / 127.5}),
    ("deit", {}),
    ("deit", {"size": {"height": 64, "width": 61}, "crop_size": {"height": 57, "width": 55}}),
    ("convnext", {"size": {"shortest_edge": 56}, "crop_pct": 0.875}),
    ("convnext", {"size": {"shortest_edge": 384}}),
    ("convnext", {"size": {"shortest_edge": 224}, "crop_pct": 0.95}),
    ("detr", {}),
    ("detr", {"size": {"shortest_edge": 100, "longest_edge": 133}}),
    ("detr", {"size": {"shortest_edge": 75, "longest_edge": 500}, "do_pad": False}),
    ("detr", {"size": {"shortest_edge": 50, "longest_edge": 75}, "pad_size": {"height": 80, "width": 90}}),
    ("yolos", {"size": {"shortest_edge": 100, "longest_edge": 133}}),
    ("yolos", {"size": {"shortest_edge": 64, "longest_edge": 999}}),
    ("bit", {}),
    ("bit", {"size": {"shortest_edge": 64}, "crop_size": {"height": 80, "width": 33}}),
    ("mobilenet_v1", {}),
    ("mobilenet_v2", {"size": {"shortest_edge": 72}, "crop_size": {"height": 64, "width": 64}}),
    ("efficientnet", {"size": {"height": 60, "width": 60}, "do_center_crop": True,
                      "crop_size": {"height": 49, "width": 49}, "rescale_offset": True, "rescale_factor": 1 / 127.5}),
    ("efficientnet", {"resample": 0}),
    ("clip", {}),
    ("siglip", {}),
    ("segformer", {"size": {"height": 64, "width": 48}, "do_reduce_labels": True}),
    ("segformer", {}),
    ("pvt", {}),
    ("beit", {"size": {"height": 72, "width": 72}, "do_center_crop": True,
              "crop_size": {"height": 64, "width": 64}}),
]
names = ["wide.jpg", "tall.jpg", "square.jpg", "grey.png", "rgba.png", "palette_clear.png"]


def classes(kind):
    if "--torchvision" in sys.argv:
        module = importlib.import_module(f"transformers.models.{kind}.image_processing_{kind}")
        return getattr(module, f"{kinds[kind]}ImageProcessor")
    if kind == "segformer":
        from transformers.image_processing_backends import PilBackend

        class SegformerImageProcessor(PilBackend):
            resample, size, default_to_square = 2, {"height": 512, "width": 512}, True
            image_mean, image_std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
            do_resize = do_rescale = do_normalize = True

        return SegformerImageProcessor
    module = importlib.import_module(f"transformers.models.{kind}.image_processing_pil_{kind}")
    return getattr(module, f"{kinds[kind]}ImageProcessorPil")


configs, values = [], {}
for index, (kind, options) in enumerate(cases):
    processor = classes(kind)(**options)
    config = json.loads(processor.to_json_string())
    config["image_processor_type"] = f"{kinds[kind]}ImageProcessor"
    configs.append({"given": {"image_processor_type": config["image_processor_type"], **options}, "saved": config})
    for name in names:
        # Torchvision has neither of box and Hamming.
        if "--torchvision" in sys.argv and options.get("resample") in (4, 5):
            continue
        if options.get("do_resize") is False and name == "wide.jpg":
            continue
        image = Image.open(out / name).convert("RGB")
        pixels = np.asarray(processor(image, return_tensors="np")["pixel_values"][0], dtype=np.float32)
        stride = max(pixels.size // 400, 1) | 1
        values[f"{index}/{name}"] = np.ascontiguousarray(pixels.reshape(-1)[::stride])
        values[f"{index}/{name}/shape"] = np.asarray(pixels.shape, np.float32)
if "--torchvision" in sys.argv:
    save_file(values, sys.argv[2])
else:
    (out / "processors.json").write_text(json.dumps(configs, indent=1))
    save_file(values, out / "processors.safetensors")
for path in out.iterdir():
    path.chmod(0o644)
