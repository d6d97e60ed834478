"""Convolutions and their gradients by PyTorch, channels last, one thread: peer_convolutions.py BATCH ROUNDS.

Prints one JSON line a shape of convolution_shapes.json with milliseconds of processor time.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import torch

torch.set_num_threads(1)
batch, rounds = map(int, sys.argv[1:])
backward = torch.ops.aten.convolution_backward


def milliseconds(compute) -> float:
    compute()
    found = []
    for _ in range(rounds):
        start = time.process_time()
        compute()
        found.append(1000 * (time.process_time() - start))
    return statistics.median(found)


def measured(shape: dict) -> dict:
    (inputs, outputs), kernel, groups = shape["channels"], shape["kernel"], shape["groups"]
    stride, padding = [shape["stride"]] * 2, [kernel // 2] * 2
    last = dict(memory_format=torch.channels_last)
    x = torch.randn(batch, inputs, shape["size"], shape["size"]).to(**last)
    weight = torch.randn(outputs, inputs // groups, kernel, kernel).to(**last)
    forward = lambda: torch.nn.functional.conv2d(x, weight, None, stride, padding, 1, groups)
    dy = torch.randn_like(forward()).to(**last)
    by = lambda *wanted: backward(dy, x, weight, None, stride, padding, [1, 1], False, [0, 0], groups, [*wanted, False])
    return {
        "forward": milliseconds(forward),
        "by x": milliseconds(lambda: by(True, False)),
        "by weight": milliseconds(lambda: by(False, True)),
    }


with torch.no_grad():
    for shape in json.loads((Path(__file__).parent / "convolution_shapes.json").read_text()):
        print(json.dumps(measured(shape)), flush=True)
