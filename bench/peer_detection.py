"""The PyTorch side of object detection: JSON lines in on stdin, one JSON line out for each.

{"cmd": "setup", "folder": f, "settings": {…}, "threads": n} → {"versions": {…}}
{"cmd": "train", "seed": n, "out": file} → {"seconds": of the training loop, "loss": mean of the last ten}
{"cmd": "steps"} → {"losses": […]} of the steps that our side wrote, in its batches from its start
{"cmd": "stop"} ends it

The folder has `config.json` with the nodes of the graph and `model.safetensors` with its weights and our new head,
as a merged folder has them, and `rows.safetensors`: pixels of the rows to train on and to score, and for those to
train on how near each cell is to a centre, the numbers of the boxes and where centres are. The graph is
frozen and computed once. `train` draws its own batches and its own head, and writes what the model gives for the
rows to score.
"""

import json
import time
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from peer_graph import run_graph
from peer_lines import serve

HEAD = "cell_head."
DEVIATION = 0.02
# −log((1 − p) / p) of p = 0.1
PRIOR = -2.19
BOX = 4


class Graph(torch.nn.Module):
    """The nodes of a graph up to its head, and a head on the map."""

    def __init__(self, config: dict, weights: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.graph = config["graph"]
        self.frozen = {name: each for name, each in weights.items() if not name.startswith(HEAD)}
        self.head = torch.nn.ParameterDict(
            {key(name): torch.nn.Parameter(each.clone()) for name, each in weights.items() if name.startswith(HEAD)}
        )

    @torch.no_grad()
    def maps(self, pixels: torch.Tensor) -> torch.Tensor:
        return torch.cat([run_graph(self.graph, self.frozen, part) for part in pixels.split(32)])

    def head_conv(self, path: str, x: torch.Tensor, **options) -> torch.Tensor:
        weight, bias = (self.head[key(f"{HEAD}{path}.{kind}")] for kind in ("weight", "bias"))
        return functional.conv2d(x, weight, bias, **options)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        smooth = functional.relu(self.head_conv("smooth", self.head_conv("lateral.0", maps), padding=1))
        numbers = self.head_conv("predict", smooth)
        start = torch.zeros(numbers.shape[1])
        start[:-BOX] = PRIOR
        return numbers + start.reshape(1, -1, 1, 1)


def key(name: str) -> str:
    return name.replace(".", "/")


def loss_of(numbers, nearness, boxes, centres, objects: float) -> torch.Tensor:
    logits, given = numbers[:, :-BOX], numbers[:, -BOX:]
    p = logits.sigmoid()
    focal = torch.where(
        nearness == 1,
        (1 - p) ** 2 * functional.logsigmoid(logits),
        (1 - nearness) ** 4 * p**2 * functional.logsigmoid(-logits),
    )
    weights = torch.tensor([1, 1, 0.1, 0.1]).reshape(1, BOX, 1, 1)
    distances = (given - boxes).abs() * weights * centres
    return (distances.sum() - focal.sum()) / objects


class Training:
    def setup(self, request: dict) -> dict:
        if "threads" in request:
            torch.set_num_threads(request["threads"])
        folder = Path(request["folder"])
        self.settings = request["settings"]
        self.config = json.loads((folder / "config.json").read_text())
        self.weights = load_file(folder / "model.safetensors")
        self.rows = load_file(folder / "rows.safetensors")
        self.objects = json.loads((folder / "objects.json").read_text())
        self.start = json.loads((folder / "start.json").read_text())
        return {"versions": {"torch": version("torch")}}

    def train(self, request: dict) -> dict:
        generator = torch.Generator().manual_seed(request["seed"])
        weights = dict(self.weights)
        for name, each in weights.items():
            if name.startswith(HEAD):
                fresh = torch.randn(each.shape, generator=generator) * DEVIATION
                weights[name] = fresh if name.endswith(".weight") else torch.zeros(each.shape)
        count, size = len(self.rows["pixels"]), self.settings["batchSize"]
        batches = []
        while len(batches) < len(self.start["rates"]):
            order = torch.randperm(count, generator=generator).tolist()
            batches += [order[at : at + size] for at in range(0, count, size)]
        began = time.perf_counter()
        model, losses = self.run(weights, batches)
        seconds = time.perf_counter() - began
        model.eval()
        with torch.no_grad():
            found = torch.cat([model(part) for part in model.maps(self.rows["test"]).split(32)])
        save_file({"outputs": found.contiguous()}, request["out"])
        return {"seconds": seconds, "loss": sum(losses[-10:]) / 10}

    def steps(self, request: dict) -> dict:
        _, losses = self.run(self.weights, self.start["steps"])
        return {"losses": losses}

    def run(self, weights: dict[str, torch.Tensor], batches: list[list[int]]):
        model = Graph(self.config, weights)
        maps = model.maps(self.rows["pixels"])
        trained = list(model.parameters())
        decay = self.settings["weightDecay"]
        optimizer = torch.optim.AdamW(
            [
                {"params": [each for each in trained if each.dim() > 1], "weight_decay": decay},
                {"params": [each for each in trained if each.dim() <= 1], "weight_decay": 0.0},
            ],
            fused=True,
        )
        losses = []
        for rate, batch in zip(self.start["rates"], batches):
            for group in optimizer.param_groups:
                group["lr"] = rate
            targets = [self.rows[name][batch] for name in ("nearness", "centre_boxes", "centres")]
            objects = sum(self.objects[row] for row in batch)
            loss = loss_of(model(maps[batch]), *targets, objects)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, self.settings["maxGradientNorm"])
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(loss.item())
        return model, losses


training = Training()
serve({"setup": training.setup, "train": training.train, "steps": training.steps})
