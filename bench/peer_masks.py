"""The Python side of the default run of image segmentation: JSON lines in on stdin, one out for each.

{"cmd": "setup", "folder": f, "classes": n, "threads": n, "settings": {…}} → {"threads": n}
{"cmd": "score"}            → {"meanIou": …} of the head in the merged model, on the test images
{"cmd": "train", "seed": n} → {"scores": {…}, "seconds": processor time with what the trunk takes}
{"cmd": "steps"}            → {"losses": […], "scores": {…}} of our side's steps, in its batches from its start
{"cmd": "stop"} ends it

The folder has train_images.bin [rows, height, width, 3], train_masks.bin [rows, height, width], the same of
test, in start/ the model with our new head, our learning rates and batches, and in model/ the model that
tunebook has trained and merged, for the score. The trunk is frozen and computed once, as tunebook does.
"""

import json
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from peer_fit import fit
from peer_graph import run_graph
from peer_lines import serve

SIDE = 128
INNER = 64  # channels of the head
DEVIATION = 0.02  # of new weights, tunebook's
EVALUATION_BATCH = 50
HEAD = {"0": "decode_head.dense", "2": "decode_head.classifier"}

state: dict = {}


def read_bytes(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    data = bytearray((Path(state["folder"]) / name).read_bytes())
    return torch.frombuffer(data, dtype=torch.uint8).reshape(shape)


@torch.no_grad()
def features(images: torch.Tensor) -> torch.Tensor:
    """Images [rows, height, width, 3] as bytes → the trunk's maps; CenterNet takes 0 to 255."""
    folder = Path(state["folder"]) / "start"
    graph = json.loads((folder / "config.json").read_text())["graph"]
    weights = load_file(folder / "model.safetensors")
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


def head_of(folder: str, channels: int) -> nn.Module:
    """The head that a model in the folder has."""
    weights = load_file(Path(state["folder"]) / folder / "model.safetensors")
    head = new_head(channels)
    head.load_state_dict(
        {f"{at}.{part}": weights[f"{path}.{part}"] for at, path in HEAD.items() for part in ("weight", "bias")}
    )
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
    state["start"] = json.loads((Path(request["folder"]) / "start/start.json").read_text())
    for name in ("train", "test"):
        masks = read_bytes(f"{name}_masks.bin", (-1, SIDE, SIDE))
        state[name] = (read_bytes(f"{name}_images.bin", (-1, SIDE, SIDE, 3)), masks)
    return {"threads": torch.get_num_threads()}


def score(_: dict) -> dict:
    images, masks = state["test"]
    maps = features(images)
    return scores(head_of("model", maps.shape[1]), maps, masks)


def train(request: dict) -> dict:
    torch.manual_seed(request["seed"])
    began = time.process_time()
    images, _ = state["train"]
    maps = features(images)
    head = new_head(maps.shape[1])
    count, size = len(maps), state["settings"]["batchSize"]
    batches: list[torch.Tensor] = []
    while len(batches) < len(state["start"]["rates"]):
        batches += torch.randperm(count).split(size)
    losses = trained(head, maps, batches)
    test_images, test_masks = state["test"]
    found = scores(head, features(test_images), test_masks)
    return {"scores": found, "seconds": time.process_time() - began, "loss": losses[-1]}


def steps(_: dict) -> dict:
    images, _ = state["train"]
    maps = features(images)
    head = head_of("start", maps.shape[1])
    losses = trained(head, maps, [torch.tensor(batch) for batch in state["start"]["steps"]])
    test_images, test_masks = state["test"]
    return {"losses": losses, "scores": scores(head, features(test_images), test_masks)}


def trained(head: nn.Module, maps: torch.Tensor, batches: list[torch.Tensor]) -> list[float]:
    """The losses of the steps, one for each of our learning rates."""
    masks = state["train"][1].long()

    def loss_of(batch: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(enlarged(head(maps[batch])), masks[batch])

    return fit(head, loss_of, batches, state["start"]["rates"], state["settings"])


serve({"setup": setup, "score": score, "train": train, "steps": steps})
