"""Golden colours: what Pillow's ImageEnhance and ImageOps make of a picture. Run: python make_augment.py

Made 2026-11-29 with Pillow 13.0.0, numpy 2.4.6.
"""
import pathlib

import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from safetensors.numpy import save_file

out = pathlib.Path(__file__).parent / "images"
image = Image.open(out / "rgb.png").convert("RGB")
values = {}


def keep(name, result):
    values[name] = np.ascontiguousarray(np.asarray(result))


def turned(image, share):
    """As torchvision's adjust_hue does on Pillow's images."""
    hue, saturation, value = image.convert("HSV").split()
    shifted = (np.asarray(hue).astype(np.int16) + int(share * 255)) % 256
    hue = Image.fromarray(shifted.astype(np.uint8))
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


for factor in (0.0, 0.1, 0.37, 0.7, 1.0, 1.27, 1.9):
    keep(f"brightness/{factor}", ImageEnhance.Brightness(image).enhance(factor))
    keep(f"contrast/{factor}", ImageEnhance.Contrast(image).enhance(factor))
    keep(f"saturation/{factor}", ImageEnhance.Color(image).enhance(factor))
    keep(f"sharpness/{factor}", ImageEnhance.Sharpness(image).enhance(factor))
for share in (-0.5, -0.2, 0.0, 0.03, 0.31, 0.5):
    keep(f"hue/{share}", turned(image, share))
for bits in (1, 4, 7, 8):
    keep(f"posterize/{bits}", ImageOps.posterize(image, bits))
for threshold in (0, 100, 178.5, 255):
    keep(f"solarize/{threshold}", ImageOps.solarize(image, threshold))
dull = image.point([20 + value // 3 for value in range(256)] * 3)
keep("dull", dull)
keep("autoContrast/0", ImageOps.autocontrast(dull))
keep("equalize/0", ImageOps.equalize(dull))
for degrees in (30, -17):
    keep(f"rotate/{degrees}", image.rotate(degrees, Image.Resampling.NEAREST))
save_file(values, out / "augment.safetensors")
(out / "augment.safetensors").chmod(0o644)
