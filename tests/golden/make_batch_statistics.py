"""Batch normalisation by the batch's own statistics, by transformers → vision/<name>/batch_statistics.safetensors.

Of the models that make_vision.py made, in training mode: pixel_values [images, channels, height, width], `weights`
as the head's results, `loss` = Σ weights · results, `gradient.<name>` of every parameter, and after that one pass
every `….running_mean` and `….running_var` by its name in the checkpoint. Made 2026-11-29.
"""

import tempfile

import torch
import transformers
from safetensors.torch import load_file

from golden import save_tensors
from make_vision import CHANNELS, FOLDER, PACKAGES, opened, results_of, stored_gradients

IMAGES = 3
SIZE = (24, 20)
NAMES = ["resnet", "resnet-basic"]


def make(name: str, seed: int) -> None:
    folder = FOLDER / name
    config = transformers.AutoConfig.from_pretrained(folder)
    model = opened(config).from_pretrained(folder).train()
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randn(IMAGES, CHANNELS, *SIZE, generator=generator)
    results = results_of(model, pixels)
    weights = torch.randn(results.shape, generator=generator) / 10
    loss = (weights * results).sum()
    loss.backward()
    with tempfile.TemporaryDirectory() as after:
        model.save_pretrained(after)
        moved = {
            key: tensor for key, tensor in load_file(f"{after}/model.safetensors").items() if "running_" in key
        }
    tensors = {"pixel_values": pixels, "weights": weights, "loss": loss} | stored_gradients(model) | moved
    save_tensors(folder / "batch_statistics.safetensors", tensors, PACKAGES)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    for seed, name in enumerate(NAMES, start=71):
        make(name, seed)
