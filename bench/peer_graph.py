"""A graph's nodes, as `config.json` of a merged folder holds them, run by PyTorch's own operators."""

import math

import torch
from torch.nn import functional

PREFIX = "graph."


def run_graph(graph: dict, weights: dict[str, torch.Tensor], pixels: torch.Tensor) -> torch.Tensor:
    """Pixels [batch, channels, height, width] → the tensor that a head reads."""
    found = {graph["input"]["name"]: pixels}
    for name, constant in graph["constants"].items():
        found[name] = torch.tensor(constant["data"]).reshape(constant["shape"])
    for node in graph["nodes"]:
        given = [found[name] for name in node["inputs"]]
        found[node["outputs"][0]] = applied(node, given, weights)
    return found[graph["outputs"][0]]


def applied(node: dict, given: list[torch.Tensor], weights: dict[str, torch.Tensor]) -> torch.Tensor:
    attributes = node.get("attributes", {})
    x = given[0]
    match node["op"]:
        case "Conv":
            path = PREFIX + node["layer"]
            return conv(x, weights[f"{path}.weight"], weights.get(f"{path}.bias"), attributes)
        case "Mul":
            return x * given[1]
        case "Add":
            return x + given[1]
        case "Relu":
            return functional.relu(x)
        case "Relu6":
            return functional.relu6(x)
        case "Sigmoid":
            return torch.sigmoid(x)
        case "ReduceMean":
            return x.mean(attributes["axes"], keepdim=bool(attributes["keepdims"]))
        case "Concat":
            return torch.cat(given, attributes["axis"])
        case "Resize":
            if attributes["scales"] != [1, 1, 2, 2]:
                raise ValueError(f"this script does not know how to resize by {attributes['scales']}")
            return doubled(doubled(x, 2), 3)
        case other:
            raise ValueError(f"the graph has the operator {other}, which this script does not know")


def conv(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, attributes: dict) -> torch.Tensor:
    strides = attributes["strides"]
    if attributes["auto_pad"] == "SAME_UPPER":
        x = functional.pad(x, same_padding(x.shape[2:], weight.shape[2:], strides))
    return functional.conv2d(x, weight, bias, strides, groups=attributes.get("group", 1))


def same_padding(sizes: torch.Size, kernel: torch.Size, strides: list[int]) -> list[int]:
    """ONNX' SAME_UPPER, last axis first as `pad` takes it: what is odd is padded at the end."""
    pads = []
    for size, width, stride in zip(sizes, kernel, strides):
        missing = max((math.ceil(size / stride) - 1) * stride + width - size, 0)
        pads = [missing // 2, missing - missing // 2, *pads]
    return pads


def doubled(x: torch.Tensor, axis: int) -> torch.Tensor:
    """Twice as many, each other one the mean of its neighbours; the last one stands twice."""
    following = torch.cat([x.narrow(axis, 1, x.shape[axis] - 1), x.narrow(axis, -1, 1)], axis)
    return torch.stack([x, (x + following) / 2], axis + 1).flatten(axis, axis + 1)
