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
import math
import time
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from peer_lines import serve

PREFIX = "graph."
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
        self.constants = {
            name: torch.tensor(each["data"]).reshape(each["shape"])
            for name, each in self.graph["constants"].items()
        }

    @torch.no_grad()
    def maps(self, pixels: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.map_of(part) for part in pixels.split(32)])

    def map_of(self, pixels: torch.Tensor) -> torch.Tensor:
        found = {**self.constants, self.graph["input"]["name"]: pixels}
        for node in self.graph["nodes"]:
            given = [found[name] for name in node["inputs"]]
            found[node["outputs"][0]] = self.applied(node, given)
        return found[self.graph["outputs"][0]]

    def head_conv(self, path: str, x: torch.Tensor, **options) -> torch.Tensor:
        weight, bias = (self.head[key(f"{HEAD}{path}.{kind}")] for kind in ("weight", "bias"))
        return functional.conv2d(x, weight, bias, **options)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        smooth = functional.relu(self.head_conv("smooth", self.head_conv("lateral.0", maps), padding=1))
        numbers = self.head_conv("predict", smooth)
        start = torch.zeros(numbers.shape[1])
        start[:-BOX] = PRIOR
        return numbers + start.reshape(1, -1, 1, 1)

    def applied(self, node: dict, given: list[torch.Tensor]) -> torch.Tensor:
        attributes = node.get("attributes", {})
        match node["op"]:
            case "Conv":
                return self.node_conv(node["layer"], given[0], attributes)
            case "Mul":
                return given[0] * given[1]
            case "Add":
                return given[0] + given[1]
            case "Relu":
                return functional.relu(given[0])
            case "Relu6":
                return functional.relu6(given[0])
            case "Sigmoid":
                return torch.sigmoid(given[0])
            case "ReduceMean":
                return given[0].mean(attributes["axes"], keepdim=bool(attributes["keepdims"]))
            case "Concat":
                return torch.cat(given, attributes["axis"])
            case "Resize":
                return doubled(doubled(given[0], 2), 3)
            case other:
                raise ValueError(f"the graph has the operator {other}, which this script does not know")

    def node_conv(self, layer: str, x: torch.Tensor, attributes: dict) -> torch.Tensor:
        path = PREFIX + layer
        weight = self.frozen[f"{path}.weight"]
        kernel = weight.shape[2:]
        stride = attributes["strides"]
        if attributes["auto_pad"] == "SAME_UPPER":
            pads = []
            for size, side, step in zip(x.shape[2:], kernel, stride):
                missing = max((math.ceil(size / step) - 1) * step + side - size, 0)
                pads = [missing // 2, missing - missing // 2, *pads]
            x = functional.pad(x, pads)
        bias = self.frozen.get(f"{path}.bias")
        return functional.conv2d(x, weight, bias, stride=stride, groups=attributes.get("group", 1))


def key(name: str) -> str:
    return name.replace(".", "/")


def doubled(x: torch.Tensor, axis: int) -> torch.Tensor:
    """Twice as many, each other one the mean of its neighbours; the last one stands twice."""
    after = torch.cat([x.narrow(axis, 1, x.shape[axis] - 1), x.narrow(axis, x.shape[axis] - 1, 1)], axis)
    pairs = torch.stack([x, (x + after) / 2], axis + 1)
    return pairs.flatten(axis, axis + 1)


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
