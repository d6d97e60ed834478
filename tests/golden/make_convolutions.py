"""Convolutions, pooling, resizing and norms over maps, with their gradients, by PyTorch → convolutions.json.

Each case: op (the name in `ops`), name, options (as `ops` takes them), inputs (shape and numbers, in the order
of the op's tensors), output, and the gradients of sum(output · weights) by each input that has one, where the
weights are 0.7, −1.3, 0.4, 1.9, −0.6 over and over. Numbers are those of float64 computations on float32 inputs.
Made 2026-11-29.
"""

import torch
import torch.nn.functional as F

from golden import HERE, save_json

FACTORS = [0.7, -1.3, 0.4, 1.9, -0.6]


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def pad(x, padding, value=0.0):
    if isinstance(padding, int):
        padding = [padding] * 4
    elif len(padding) == 2:
        padding = [padding[0], padding[1], padding[0], padding[1]]
    top, left, bottom, right = padding
    return F.pad(x, (left, right, top, bottom), value=value)


def conv2d(x, weight, stride=1, padding=0, dilation=1, groups=1):
    return F.conv2d(pad(x, padding), weight, None, pair(stride), 0, pair(dilation), groups)


def convTranspose2d(x, weight, stride=1, padding=0, outputPadding=0, dilation=1, groups=1):
    return F.conv_transpose2d(
        x, weight, None, pair(stride), pair(padding), pair(outputPadding), groups, pair(dilation)
    )


def maxPool2d(x, kernel, stride=None, padding=0, dilation=1):
    padded = pad(x, padding, -torch.inf)
    return F.max_pool2d(padded, pair(kernel), pair(kernel if stride is None else stride), 0, pair(dilation))


def avgPool2d(x, kernel, stride=None, padding=0, countsPadding=True):
    stride = pair(kernel if stride is None else stride)
    if isinstance(padding, list) and len(padding) == 4:
        assert countsPadding
        return F.avg_pool2d(pad(x, padding), pair(kernel), stride)
    return F.avg_pool2d(x, pair(kernel), stride, pair(padding), count_include_pad=countsPadding)


def resize2d(x, mode, height=None, width=None, scale=None, alignCorners=False):
    size = None if scale is not None else (height, width)
    corners = None if mode == "nearest" else alignCorners
    factor = None if scale is None else pair(scale) if isinstance(scale, (int, list)) else (scale, scale)
    return F.interpolate(x, size, factor, mode, corners)


def groupNorm(x, scale, offset, groups, epsilon):
    return F.group_norm(x, groups, scale, offset, epsilon)


def frozenBatchNorm(x, scale, offset, mean, variance, epsilon):
    return F.batch_norm(x, mean.detach(), variance.detach(), scale, offset, False, 0.0, epsilon)


def batchNorm(x, scale, offset, epsilon):
    return F.batch_norm(x, None, None, scale, offset, True, 0.0, epsilon)


def case(op, name, shapes, positive=(), **options):
    generator = torch.Generator().manual_seed(len(name) + 31 * len(op.__name__) + sum(map(sum, shapes)))
    inputs = [torch.randn(shape, generator=generator).float() for shape in shapes]
    inputs = [each.abs() + 0.5 if i in positive else each for i, each in enumerate(inputs)]
    if "ties" in name:  # as after a ReLU
        inputs = [each.clamp(min=0) for each in inputs]
    exact = [each.double().requires_grad_() for each in inputs]
    output = op(*exact, **options)
    factors = torch.tensor(FACTORS, dtype=torch.float64).repeat(output.numel() // len(FACTORS) + 1)
    (output.flatten() * factors[: output.numel()]).sum().backward()
    numbers = lambda tensor: [float(f"{each:.8g}") for each in tensor.detach().flatten().tolist()]
    return {
        "op": op.__name__,
        "name": name,
        "options": options,
        "inputs": [{"shape": list(each.shape), "data": numbers(each)} for each in inputs],
        "output": {"shape": list(output.shape), "data": numbers(output)},
        "gradients": [None if each.grad is None else numbers(each.grad) for each in exact],
    }


def convolutions():
    return [
        case(conv2d, "plain", [(2, 3, 5, 6), (4, 3, 3, 3)]),
        case(conv2d, "one by one", [(2, 4, 3, 5), (3, 4, 1, 1)]),
        case(conv2d, "one by one, strided", [(2, 4, 5, 6), (3, 4, 1, 1)], stride=2),
        case(conv2d, "strided, rows left over", [(2, 3, 7, 8), (4, 3, 3, 3)], stride=2, padding=1),
        case(conv2d, "patches", [(2, 3, 8, 6), (5, 3, 4, 2)], stride=[4, 2]),
        case(conv2d, "patches, rows left over", [(2, 3, 9, 7), (5, 3, 4, 2)], stride=[4, 2]),
        case(conv2d, "stride larger than the window", [(1, 2, 8, 8), (3, 2, 2, 2)], stride=3),
        case(conv2d, "dilated", [(1, 2, 8, 7), (3, 2, 3, 2)], dilation=[2, 3], padding=[2, 1]),
        case(conv2d, "strided and dilated", [(1, 2, 9, 9), (3, 2, 3, 3)], stride=2, dilation=2, padding=2),
        case(conv2d, "other strides and paddings", [(1, 2, 7, 8), (3, 2, 3, 2)], stride=[2, 1], padding=[1, 0, 2, 1]),
        case(conv2d, "padding larger than the window", [(1, 2, 4, 4), (2, 2, 2, 2)], padding=3),
        case(conv2d, "grouped", [(2, 4, 5, 5), (6, 2, 3, 3)], groups=2, padding=1),
        case(conv2d, "grouped and strided", [(2, 4, 6, 5), (6, 2, 3, 3)], groups=2, padding=1, stride=2),
        case(conv2d, "grouped one by one", [(2, 6, 3, 4), (6, 2, 1, 1)], groups=3),
        case(conv2d, "depthwise", [(2, 4, 5, 6), (4, 1, 3, 3)], groups=4, padding=1),
        case(conv2d, "depthwise, strided", [(2, 4, 7, 6), (4, 1, 3, 3)], groups=4, padding=1, stride=2),
        case(conv2d, "depthwise, padded at the end", [(1, 3, 6, 6), (3, 1, 3, 3)], groups=3, padding=[0, 0, 1, 1], stride=2),
        case(conv2d, "depthwise, two maps of each", [(1, 3, 5, 5), (6, 1, 3, 3)], groups=3, dilation=2, padding=2),
        case(conv2d, "depthwise, strided, two maps of each", [(1, 3, 6, 5), (6, 1, 3, 3)], groups=3, stride=2, padding=1),
        case(conv2d, "depthwise, large", [(1, 3, 9, 8), (3, 1, 7, 7)], groups=3, padding=3),
        case(convTranspose2d, "plain", [(2, 3, 4, 3), (3, 4, 3, 3)]),
        case(convTranspose2d, "patches", [(2, 3, 3, 4), (3, 2, 2, 2)], stride=2),
        case(convTranspose2d, "output padding", [(1, 3, 3, 4), (3, 2, 3, 3)], stride=2, padding=1, outputPadding=1),
        case(convTranspose2d, "output padding of rows", [(1, 3, 3, 4), (3, 2, 3, 2)], stride=[3, 2], padding=[0, 1], outputPadding=[2, 0]),
        case(convTranspose2d, "dilated", [(1, 3, 4, 4), (3, 2, 3, 3)], dilation=2, padding=1),
        case(convTranspose2d, "strided and dilated", [(1, 2, 4, 4), (2, 2, 2, 2)], dilation=3, stride=2, outputPadding=1),
        case(convTranspose2d, "grouped", [(1, 4, 3, 3), (4, 3, 3, 3)], groups=2, stride=2, padding=1),
    ]


def pools():
    return [
        case(maxPool2d, "apart", [(2, 3, 6, 4)], kernel=2),
        case(maxPool2d, "rows left over", [(2, 3, 7, 5)], kernel=2),
        case(maxPool2d, "overlapping, padded", [(2, 3, 7, 8)], kernel=3, stride=2, padding=1),
        case(maxPool2d, "overlapping, padded, ties", [(2, 3, 8, 7)], kernel=3, stride=2, padding=1),
        case(maxPool2d, "stride one, other sizes, ties", [(1, 2, 6, 6)], kernel=[3, 2], stride=1),
        case(maxPool2d, "dilated", [(1, 2, 7, 7)], kernel=2, stride=2, dilation=2, padding=1),
        case(maxPool2d, "padded at the end", [(1, 2, 6, 6)], kernel=3, stride=2, padding=[0, 0, 1, 1]),
        case(avgPool2d, "apart", [(2, 3, 6, 4)], kernel=2),
        case(avgPool2d, "overlapping, padded", [(2, 3, 7, 8)], kernel=3, stride=2, padding=1),
        case(avgPool2d, "padding not counted", [(2, 3, 7, 8)], kernel=3, stride=2, padding=1, countsPadding=False),
        case(avgPool2d, "other sizes", [(1, 2, 7, 6)], kernel=[3, 2], stride=[1, 2], padding=[1, 0, 0, 1]),
        case(avgPool2d, "whole", [(2, 3, 4, 5)], kernel=[4, 5]),
    ]


def resizes():
    sizes = {"up": (7, 9), "down": (3, 2), "to one": (1, 1)}
    found = []
    for mode in ["nearest", "bilinear", "bicubic"]:
        for name, (height, width) in sizes.items():
            found.append(case(resize2d, f"{mode} {name}", [(1, 2, 5, 4)], mode=mode, height=height, width=width))
        found.append(case(resize2d, f"{mode} twice", [(2, 2, 3, 4)], mode=mode, scale=2))
        found.append(case(resize2d, f"{mode} by a fraction", [(1, 2, 5, 4)], mode=mode, scale=1.5))
        if mode != "nearest":
            for name, (height, width) in sizes.items():
                found.append(case(
                    resize2d, f"{mode} {name}, corners", [(1, 2, 5, 4)],
                    mode=mode, height=height, width=width, alignCorners=True,
                ))
    return found


def norms():
    return [
        case(groupNorm, "two groups", [(2, 4, 3, 3), (4,), (4,)], groups=2, epsilon=1e-5),
        case(groupNorm, "one group", [(2, 3, 2, 4), (3,), (3,)], groups=1, epsilon=1e-6),
        case(groupNorm, "a group for each channel", [(2, 3, 3, 4), (3,), (3,)], groups=3, epsilon=1e-5),
        case(frozenBatchNorm, "frozen", [(2, 3, 2, 3), (3,), (3,), (3,), (3,)], positive=[4], epsilon=1e-5),
        case(batchNorm, "trained", [(3, 3, 2, 3), (3,), (3,)], epsilon=1e-5),
    ]


if __name__ == "__main__":
    cases = convolutions() + pools() + resizes() + norms()
    save_json(HERE / "convolutions.json", {"cases": cases}, ["torch"])
