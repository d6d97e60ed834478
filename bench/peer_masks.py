"""The Python side of the default run of image segmentation: JSON lines in on stdin, one out for each.

{"cmd": "setup", "folder": f, "classes": n, "threads": n, "settings": {…}} → {"threads": n}
{"cmd": "score"}            → {"meanIou": …} of the head in the merged model, on the test images
{"cmd": "train", "seed": n} → {"scores": {…}, "seconds": processor time with what the trunk takes}
{"cmd": "stop"} ends it

The folder has train_images.bin [rows, height, width, 3], train_masks.bin [rows, height, width], the same of
test, and in model/ the model that tunebook merged: its config.json holds the operators of the graph. They
are run here with PyTorch's own. The trunk is frozen and computed once, as tunebook does.
"""

import json
import math
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from peer_lines import serve

SIDE = 128
INNER = 64  # channels of the head
DEVIATION = 0.02  # of new weights, tunebook's
EVALUATION_BATCH = 50

state: dict = {}


def same_padding(x: torch.Tensor, kernel: list[int], strides: list[int]) -> torch.Tensor:
    """ONNX' SAME_UPPER: what is odd is padded at the end."""
    pads = []
    for size, width, stride in reversed(list(zip(x.shape[2:], kernel, strides))):
        missing = max(0, (math.ceil(size / stride) - 1) * stride + width - size)
        pads += [missing // 2, missing - missing // 2]
    return F.pad(x, pads)


def doubled(x: torch.Tensor) -> torch.Tensor:
    """Twice as large, bilinear with TensorFlow's asymmetric places: the odd ones lie between two."""
    for axis in (2, 3):
        following = torch.cat([x.narrow(axis, 1, x.shape[axis] - 1), x.narrow(axis, -1, 1)], axis)
        x = torch.stack([x, (x + following) / 2], axis + 1).flatten(axis, axis + 1)
    return x


def run_graph(graph: dict, weights: dict, pixels: torch.Tensor) -> torch.Tensor:
    values = {graph["input"]["name"]: pixels}
    for name, constant in graph["constants"].items():
        values[name] = torch.tensor(constant["data"]).reshape(constant["shape"])
    for node in graph["nodes"]:
        x, *others = (values[name] for name in node["inputs"])
        about = node.get("attributes", {})
        match node["op"]:
            case "Conv":
                weight = weights[f"graph.{node['layer']}.weight"]
                if about["auto_pad"] == "SAME_UPPER":
                    x = same_padding(x, weight.shape[2:], about["strides"])
                bias = weights.get(f"graph.{node['layer']}.bias")
                y = F.conv2d(x, weight, bias, about["strides"], groups=about.get("group", 1))
            case "Mul":
                y = x * others[0]
            case "Add":
                y = x + others[0]
            case "Relu":
                y = F.relu(x)
            case "Relu6":
                y = F.relu6(x)
            case "ReduceMean":
                y = x.mean(about["axes"], keepdim=True)
            case "Resize":
                if about["scales"] != [1, 1, 2, 2]:
                    raise ValueError(f"scales {about['scales']}")
                y = doubled(x)
            case "Concat":
                y = torch.cat([x, *others], about["axis"])
            case other:
                raise ValueError(f"no operator {other}")
        values[node["outputs"][0]] = y
    return values[graph["outputs"][0]]


def read_bytes(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    data = bytearray((Path(state["folder"]) / name).read_bytes())
    return torch.frombuffer(data, dtype=torch.uint8).reshape(shape)


@torch.no_grad()
def features(images: torch.Tensor) -> torch.Tensor:
    """Images [rows, height, width, 3] as bytes → the trunk's maps; CenterNet takes 0 to 255."""
    graph = json.loads((Path(state["folder"]) / "model/config.json").read_text())["graph"]
    weights = load_file(Path(state["folder"]) / "model/model.safetensors")
    pixels = images.permute(0, 3, 1, 2).float()
    return torch.cat([run_graph(graph, weights, each) for each in pixels.split(EVALUATION_BATCH)])


def new_head(channels: int) -> nn.Module:
    head = nn.Sequential(
        nn.Conv2d(channels, INNER, 3, padding=1), nn.ReLU(), nn.Conv2d(INNER, state["classes"], 1)
    )
    for layer in (head[0], head[2]):
        nn.init.normal_(layer.weight, std=DEVIATION)
        nn.init.zeros_(layer.bias)
    return head


def enlarged(logits: torch.Tensor) -> torch.Tensor:
    return F.interpolate(logits, (SIDE, SIDE), mode="bilinear", align_corners=False)


@torch.no_grad()
def scores(head: nn.Module, maps: torch.Tensor, masks: torch.Tensor) -> dict[str, float]:
    n = state["classes"]
    predicted = torch.cat([enlarged(head(each)).argmax(1) for each in maps.split(EVALUATION_BATCH)])
    counts = torch.bincount(masks.long().flatten() * n + predicted.flatten(), minlength=n * n)
    counts = counts.reshape(n, n).double()
    both, truth, given = counts.diagonal(), counts.sum(1), counts.sum(0)
    some = truth + given > 0
    return {
        "meanIou": (both / (truth + given - both))[some].mean().item(),
        "dice": (2 * both / (truth + given))[some].mean().item(),
        "pixelAccuracy": (both.sum() / counts.sum()).item(),
    }


def setup(request: dict) -> dict:
    torch.set_num_threads(request["threads"])
    state.update(request)
    for name in ("train", "test"):
        masks = read_bytes(f"{name}_masks.bin", (-1, SIDE, SIDE))
        state[name] = (read_bytes(f"{name}_images.bin", (-1, SIDE, SIDE, 3)), masks)
    return {"threads": torch.get_num_threads()}


def score(_: dict) -> dict:
    images, masks = state["test"]
    maps = features(images)
    weights = load_file(Path(state["folder"]) / "model/model.safetensors")
    head = new_head(maps.shape[1])
    names = {"0": "decode_head.dense", "2": "decode_head.classifier"}
    head.load_state_dict(
        {
            f"{at}.{part}": weights[f"{path}.{part}"]
            for at, path in names.items()
            for part in ("weight", "bias")
        }
    )
    return scores(head, maps, masks)


def train(request: dict) -> dict:
    settings = state["settings"]
    torch.manual_seed(request["seed"])
    began = time.process_time()
    images, masks = state["train"]
    maps, masks = features(images), masks.long()
    head = new_head(maps.shape[1])
    weights = [p for p in head.parameters() if p.ndim > 1]
    biases = [p for p in head.parameters() if p.ndim == 1]
    optimizer = torch.optim.AdamW(
        [
            {"params": weights, "weight_decay": settings["weightDecay"]},
            {"params": biases, "weight_decay": 0.0},
        ],
        lr=settings["learningRate"],
    )
    size = settings["batchSize"]
    total = settings["epochs"] * math.ceil(len(maps) / size)
    warmup = math.ceil(settings["warmup"] * total)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: (step + 1) / (warmup + 1) if step < warmup else (total - step) / (total - warmup)
    )
    for _ in range(settings["epochs"]):
        for batch in torch.randperm(len(maps)).split(size):
            loss = F.cross_entropy(enlarged(head(maps[batch])), masks[batch])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), settings["maxGradientNorm"])
            optimizer.step()
            schedule.step()
    test_images, test_masks = state["test"]
    found = scores(head, features(test_images), test_masks)
    return {"scores": found, "seconds": time.process_time() - began, "loss": loss.item()}


serve({"setup": setup, "score": score, "train": train})
