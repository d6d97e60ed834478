"""Golden objects: COCO's annotations with the masks and areas that pycocotools reads, and a Parquet file with
images as the hub has it. Run: python make_objects.py

Made 2026-11-29 with pycocotools 2.0.11, numpy 2.4.6, pyarrow 26.0.1, Pillow 13.0.0.
"""
import contextlib
import io
import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
out = here / "objects"
out.mkdir(exist_ok=True)
random = np.random.default_rng(7)

sizes = [(37, 23), (64, 48), (5, 90)]
images = [
    {"id": 10 + at, "file_name": f"{at}.png", "width": width, "height": height}
    for at, (width, height) in enumerate(sizes)
]
categories = [{"id": 3, "name": "cat"}, {"id": 8, "name": "traffic light"}]


def outline(width, height, corners, margin=0.0):
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    radii = random.uniform(0.2, 0.5 + margin, corners)
    x = width / 2 + width * radii * np.cos(angles)
    y = height / 2 + height * radii * np.sin(angles)
    return np.stack([x, y], 1).round(2).reshape(-1).tolist()


def blob(width, height):
    return np.asfortranarray((random.random((height, width)) < 0.3).astype(np.uint8))


def runs(pixels):
    flat = pixels.flatten(order="F")
    counts, value, run = [], 0, 0
    for each in flat:
        if each != value:
            counts.append(run)
            value, run = each, 0
        run += 1
    return counts + [run]


annotations = []


def add(image, segmentation, is_crowd=0, category=3):
    annotations.append({
        "id": len(annotations) + 1, "image_id": image["id"], "category_id": category,
        "segmentation": segmentation, "iscrowd": is_crowd, "bbox": [1, 1, 3, 3], "area": 9,
    })


for image in images:
    width, height = image["width"], image["height"]
    for corners in (3, 4, 7, 15):
        add(image, [outline(width, height, corners)])
    closed = outline(width, height, 5)
    add(image, [closed + closed[:2]])
    add(image, [outline(width, height, 9, margin=0.4)], category=8)
    add(image, [outline(width, height, 4), outline(width, height, 6)])
    add(image, [[0, 0, width, 0, width, height, 0, height]])
    pixels = blob(width, height)
    add(image, {"size": [height, width], "counts": runs(pixels)}, is_crowd=1)
    packed = coco_mask.encode(pixels)
    add(image, {"size": [height, width], "counts": packed["counts"].decode()}, is_crowd=1, category=8)
    empty = coco_mask.encode(np.zeros((height, width), np.uint8, order="F"))
    add(image, {"size": [height, width], "counts": empty["counts"].decode()})

(out / "coco.json").write_text(
    json.dumps({"images": images, "annotations": annotations, "categories": categories})
)
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO(out / "coco.json")
masks = {}
for annotation in coco.loadAnns(coco.getAnnIds()):
    pixels = coco.annToMask(annotation)
    masks[str(annotation["id"])] = np.ascontiguousarray(pixels)
    packed = coco.annToRLE(annotation)
    box = coco_mask.toBbox(packed)
    masks[f"{annotation['id']}.box"] = np.asarray(box, np.float32)
    masks[f"{annotation['id']}.area"] = np.asarray([coco_mask.area(packed)], np.float32)
save_file(masks, out / "coco_masks.safetensors")

# Images in Parquet as `datasets` writes them: bytes, a path alone, nothing.
struct = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
rows = [
    {"bytes": (here / "images" / "rgb.png").read_bytes(), "path": "rgb.png"},
    {"bytes": (here / "images" / "colour.jpg").read_bytes(), "path": None},
    {"bytes": None, "path": "grey.png"},
    None,
]
table = pa.table({
    "image": pa.array(rows, struct),
    "label": pa.array([0, 1, 1, 0]),
    "objects": pa.array([
        {"bbox": [[1.0, 2.0, 3.0, 4.0]], "category": [1]},
        {"bbox": [], "category": []},
        {"bbox": [[0.0, 0.0, 5.0, 5.0], [1.5, 1.0, 2.0, 2.0]], "category": [0, 1]},
        {"bbox": [], "category": []},
    ]),
})
pq.write_table(table, out / "hub.parquet")
pq.write_table(
    pa.table({"image": pa.array([row and row["bytes"] for row in rows], pa.binary())}),
    out / "bytes.parquet",
    compression="zstd",
)
with pa.OSFile(str(out / "hub.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
    writer.write_table(table)
