"""Golden images: the same pictures in many formats, with the pixels that Pillow reads. Run: python make_images.py

Made 2026-11-29 with Pillow 13.0.0, numpy 2.4.6, transformers 5.18.0, pycocotools 2.0.11.
"""
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps
from safetensors.numpy import save_file

out = pathlib.Path(__file__).parent / "images"
out.mkdir(exist_ok=True)


def picture(width, height, seed=0):
    """A smooth picture with edges and some noise: what resampling and JPEG treat differently."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    noise = np.random.default_rng(seed).integers(-12, 13, (height, width, 3))
    red = 127 + 120 * np.sin(x / 5 + y / 11)
    green = 255 * ((x // 7 + y // 5) % 2)
    blue = 255 * x / width
    return np.clip(np.stack([red, green, blue], -1) + noise, 0, 255).astype(np.uint8)


def turned(image, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


rgb = Image.fromarray(picture(37, 23))
alpha = Image.fromarray((np.add.outer(np.arange(23) * 9, np.arange(37) * 2) % 256).astype(np.uint8))
rgba = rgb.copy()
rgba.putalpha(alpha)
grey = rgb.convert("L")
grey_alpha = grey.convert("LA")
grey_alpha.putalpha(alpha)
palette = rgb.quantize(11)

rgb.save(out / "rgb.png")
rgba.save(out / "rgba.png")
grey.save(out / "grey.png")
grey_alpha.save(out / "grey_alpha.png")
palette.save(out / "palette.png")
palette.save(out / "palette_clear.png", transparency=3)
rgb.convert("1").save(out / "bits.png")
grey.quantize(4).save(out / "palette2.png", bits=2)
Image.fromarray(np.asarray(grey).astype(np.uint16) * 257 ^ 0x55).save(out / "grey16.png")
rgb.save(out / "colour.jpg", quality=85)
rgb.save(out / "progressive.jpg", quality=70, progressive=True, subsampling=0)
grey.save(out / "grey.jpg", quality=85)
rgb.save(out / "lossy.webp", quality=80)
rgba.save(out / "lossless.webp", lossless=True)
rgb.quantize(32).save(out / "still.gif")
frames = [rgb.quantize(32), ImageOps.mirror(rgb).quantize(32)]
frames[0].save(out / "animated.gif", save_all=True, append_images=frames[1:], duration=100, loop=0)
rgb.save(out / "animated.webp", save_all=True, append_images=[ImageOps.mirror(rgb)], lossless=True)
rgb.convert("CMYK").save(out / "cmyk.jpg")
rgb.save(out / "rgb.tif", compression="tiff_lzw")
for orientation in range(1, 9):
    rgb.save(out / f"turned{orientation}.jpg", quality=85, exif=turned(rgb, orientation))


def rgb16():
    """A 16-bit RGB PNG, which Pillow cannot write."""
    data = np.asarray(rgb).astype(np.uint16) * 256 + 77
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in data)
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    header = struct.pack(">IIBBBBB", 37, 23, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


(out / "rgb16.png").write_bytes(rgb16())

# The pixels as Pillow has them: upright, in the channels that the file has.
# CMYK becomes RGB in ways of their own; the large ones are those of make_processors.py.
others = ("cmyk", "wide", "tall", "square")
pixels = {}
for path in sorted(out.iterdir()):
    if path.suffix not in (".png", ".jpg", ".webp", ".gif", ".tif") or path.stem in others:
        continue
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode == "1":
        image = image.convert("L")
    array = np.asarray(image)
    if array.dtype == np.uint16:
        array = (array >> 8).astype(np.uint8)
    pixels[path.name] = array.reshape(array.shape[0], array.shape[1], -1).astype(np.uint8)
save_file(pixels, out / "pixels.safetensors")

# Masks: the stored numbers, palettes by their entries.
masks = {}
for name in ("palette.png", "palette2.png", "palette_clear.png", "grey.png", "bits.png"):
    masks[name] = np.ascontiguousarray(np.asarray(Image.open(out / name)).astype(np.uint8))
save_file(masks, out / "masks.safetensors")
for path in out.iterdir():
    path.chmod(0o644)
