"""Perceptual hashes by ImageHash → perceptual_hashes.json (2026-11-29).

`hashes`: golden image → its pHash in hexadecimal; `distances`: the Hamming distances of all pairs, in the
order of the names.
"""

import itertools

from imagehash import phash
from PIL import Image

from golden import HERE, save_json

PACKAGES = ("ImageHash", "pillow", "scipy")
NAMES = (
    "colour.jpg", "grey.jpg", "grey.png", "grey_alpha.png", "lossless.webp", "palette.png", "progressive.jpg",
    "rgb.png", "rgba.png", "square.jpg", "tall.jpg", "wide.jpg",
)

if __name__ == "__main__":
    hashes = {name: phash(Image.open(HERE / "images" / name)) for name in NAMES}
    distances = [int(one - other) for one, other in itertools.combinations(hashes.values(), 2)]
    content = {"hashes": {name: str(each) for name, each in hashes.items()}, "distances": distances}
    save_json(HERE / "perceptual_hashes.json", content, PACKAGES)
