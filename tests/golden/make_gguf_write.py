"""gguf_write/blocks.safetensors: numbers, and the blocks of Q8_0 and Q4_0 that the package gguf makes of them."""

import gguf
import numpy
import torch
from gguf import GGMLQuantizationType as Format

from golden import HERE, save_tensors

FOLDER = HERE / "gguf_write"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    random = numpy.random.default_rng(11)
    sizes = 10.0 ** random.integers(-9, 4, (64, 8)).repeat(32, 1)
    numbers = (random.normal(size=(64, 256)) * sizes).astype(numpy.float32)
    # Zeros, ties of size with both signs, numbers half way between two codes.
    numbers[0] = 0
    numbers[1] = -0.0
    numbers[2, ::2], numbers[2, 1::2] = 3.5, -3.5
    numbers[3, ::2], numbers[3, 1::2] = -3.5, 3.5
    numbers[4, :32] = numpy.arange(-16, 16) / 2
    numbers[5, :32] = numpy.arange(32) + 0.5
    numbers[5, 0] = 127
    numbers[6, :32] = numpy.linspace(-127, 127, 32)
    tensors = {"numbers": torch.from_numpy(numbers)}
    for format in (Format.Q8_0, Format.Q4_0):
        tensors[format.name] = torch.from_numpy(gguf.quantize(numbers, format).copy())
    save_tensors(FOLDER / "blocks.safetensors", tensors, ("gguf", "numpy"))
