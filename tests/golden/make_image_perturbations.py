"""Images changed by the formulas of ImageNet-C → image_perturbations.json (2026-11-30).

The formulas are those of make_imagenet_c.py (Hendrycks and Dietterich 2019), by NumPy, SciPy and Pillow: blur is SciPy's
Gaussian (as scikit-image calls it), its width scaled to a shorter side of 16 pixels; jpeg and pixelate are Pillow's,
jpeg with colours at half the size. Values are 0 to 255, rounded.
"""

import io

import numpy
from PIL import Image
from scipy.ndimage import gaussian_filter

from golden import HERE, save_json

PACKAGES = ("numpy", "scipy", "pillow")
WIDTH, HEIGHT = 20, 16
SEVERITIES = (1, 5)


def picture() -> numpy.ndarray:
    """Gradients, an edge, and some grain."""
    random = numpy.random.default_rng(20261130)
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    image = numpy.stack([12 * x, 15 * y, 128 + 60 * numpy.sin(x / 3) * numpy.cos(y / 4)], axis=2).astype(float)
    image[4:10, 6:13] = [220, 40, 30]
    image += random.normal(0, 6, image.shape)
    image[0, 0] = 0
    return numpy.clip(numpy.round(image), 0, 255).astype(numpy.uint8)


def rounded(values) -> list[int]:
    return numpy.round(numpy.clip(values, 0, 1) * 255).astype(int).ravel().tolist()


def brightness(x, c):
    value = x.max(axis=2, keepdims=True)
    after = numpy.clip(value + c, 0, 1)
    return numpy.where(value == 0, after, x * after / numpy.where(value == 0, 1, value))


def contrast(x, c):
    means = x.mean(axis=(0, 1), keepdims=True)
    return (x - means) * c + means


def gaussian_blur(x, c):
    sigma = c * HEIGHT / 224
    return gaussian_filter(x, sigma=(sigma, sigma, 0), mode="nearest", truncate=4.0)


def pixelate(image, c):
    small = image.resize((int(WIDTH * c), int(HEIGHT * c)), Image.Resampling.BOX)
    return numpy.asarray(small.resize((WIDTH, HEIGHT), Image.Resampling.BOX))


def jpeg(image, quality):
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, subsampling=2)
    return numpy.asarray(Image.open(stream))


def main() -> None:
    data = picture()
    x, image = data / 255.0, Image.fromarray(data)
    settings = {
        "brightness": ([0.1, 0.2, 0.3, 0.4, 0.5], lambda c: rounded(brightness(x, c))),
        "contrast": ([0.4, 0.3, 0.2, 0.1, 0.05], lambda c: rounded(contrast(x, c))),
        "gaussianBlur": ([1, 2, 3, 4, 6], lambda c: rounded(gaussian_blur(x, c))),
        "pixelate": ([0.6, 0.5, 0.4, 0.3, 0.25], lambda c: pixelate(image, c).ravel().tolist()),
        "jpegCompression": ([25, 18, 15, 10, 7], lambda c: jpeg(image, c).ravel().tolist()),
    }
    changed = {
        name: {str(severity): change(values[severity - 1]) for severity in SEVERITIES}
        for name, (values, change) in settings.items()
    }
    content = {"width": WIDTH, "height": HEIGHT, "image": data.ravel().tolist(), "changed": changed}
    save_json(HERE / "image_perturbations.json", content, PACKAGES)


if __name__ == "__main__":
    main()
