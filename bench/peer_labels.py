"""The Python side of the default run of image classification: JSON lines in on stdin, one out for each.

{"cmd": "setup", "folder": f, "threads": n, "settings": {…}} → {"train": rows, "test": rows, "torch": version}
{"cmd": "score"}            → {"scores": {…}} of the head in the merged model, on the test images
{"cmd": "train", "seed": n} → {"scores": {…}, "losses": […]}
{"cmd": "steps"}            → {"scores": {…}, "losses": […]} of our side's steps, in its batches from its start
{"cmd": "stop"} ends it

The folder has train_images.bin [rows, channels, height, width] as bytes, train.json with the class of each, the same
of test, in start/ the model with our new head, our learning rates and batches, and in model/ the model that tunebook
has trained and merged, for the score. The trunk is frozen and computed once, as tunebook does.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from peer_fit import fit
from peer_graph import run_graph
from peer_lines import serve

SIDE = 128
AT_ONCE = 32
DEVIATION = 0.02  # of new weights, tunebook's

state: dict = {}


def read_json(name: str):
    return json.loads((Path(state["folder"]) / name).read_text())


@torch.no_grad()
def pooled(name: str) -> torch.Tensor:
    """The means of the trunk's maps [rows, channels]; CenterNet takes 0 to 255."""
    folder = Path(state["folder"])
    graph = read_json("start/config.json")["graph"]
    weights = load_file(folder / "start/model.safetensors")
    data = bytearray((folder / f"{name}_images.bin").read_bytes())
    images = torch.frombuffer(data, dtype=torch.uint8).reshape(-1, 3, SIDE, SIDE)
    maps = [run_graph(graph, weights, each.float()) for each in images.split(AT_ONCE)]
    return torch.cat([each.mean((2, 3)) for each in maps])


def new_head() -> nn.Linear:
    head = nn.Linear(state["features"]["train"].shape[1], state["classes"])
    nn.init.normal_(head.weight, std=DEVIATION)
    nn.init.zeros_(head.bias)
    return head


def head_of(folder: str) -> nn.Linear:
    """The head that a model in the folder has."""
    weights = load_file(Path(state["folder"]) / folder / "model.safetensors")
    head = new_head()
    head.load_state_dict({part: weights[f"classifier.{part}"] for part in ("weight", "bias")})
    return head


@torch.no_grad()
def scores(head: nn.Linear) -> dict[str, float]:
    """Accuracy, and the mean F1 of the classes."""
    n, truth = state["classes"], state["labels"]["test"]
    predicted = head(state["features"]["test"]).argmax(1)
    counts = torch.bincount(truth * n + predicted, minlength=n * n).reshape(n, n).double()
    right = counts.diagonal()
    f1 = 2 * right / (counts.sum(0) + counts.sum(1))
    return {"accuracy": (right.sum() / counts.sum()).item(), "f1": f1.mean().item()}


def setup(request: dict) -> dict:
    torch.set_num_threads(request["threads"])
    state.update(request)
    state["start"] = read_json("start/start.json")
    state["labels"] = {name: torch.tensor(read_json(f"{name}.json")) for name in ("train", "test")}
    state["classes"] = int(state["labels"]["train"].max()) + 1
    state["features"] = {name: pooled(name) for name in ("train", "test")}
    rows = {name: len(each) for name, each in state["features"].items()}
    return rows | {"torch": torch.__version__}


def score(_: dict) -> dict:
    return {"scores": scores(head_of("model"))}


def train(request: dict) -> dict:
    torch.manual_seed(request["seed"])
    head = new_head()
    count, size = len(state["labels"]["train"]), state["settings"]["batchSize"]
    batches: list[torch.Tensor] = []
    while len(batches) < len(state["start"]["rates"]):
        batches += torch.randperm(count).split(size)
    losses = trained(head, batches)
    return {"scores": scores(head), "losses": losses}


def steps(_: dict) -> dict:
    head = head_of("start")
    losses = trained(head, [torch.tensor(batch) for batch in state["start"]["steps"]])
    return {"scores": scores(head), "losses": losses}


def trained(head: nn.Linear, batches: list[torch.Tensor]) -> list[float]:
    """The losses of the steps, one for each of our learning rates."""
    rows, labels = state["features"]["train"], state["labels"]["train"]

    def loss_of(batch: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(head(rows[batch]), labels[batch])

    return fit(head, loss_of, batches, state["start"]["rates"], state["settings"])


serve({"setup": setup, "score": score, "train": train, "steps": steps})
