"""Denoisers with what diffusers and PyTorch compute: make_denoisers.py [NAME …].

denoisers/<name>/: config.json and diffusion_pytorch_model.safetensors of a tiny random model as diffusers saves
it, and expected.safetensors with sample [images, channels, height, width], timestep [images], class_labels
[images] where it has classes, `results` of the same shape as sample, `weights` of the same shape, `loss` =
Σ weights · results, and `gradient.<name>` of every parameter.
"""

import shutil
import sys

import diffusers
import torch
from diffusers import DiTTransformer2DModel

from golden import HERE, save_tensors

PACKAGES = ("torch", "diffusers", "safetensors")
FOLDER = HERE / "denoisers"
IMAGES = 3
DIT = dict(
    num_attention_heads=2, attention_head_dim=6, in_channels=3, num_layers=2, sample_size=8, patch_size=4,
    num_embeds_ada_norm=4,
)

# name → class, fields of the config, rows of the table of classes (0: none)
MODELS = {
    "dit": (DiTTransformer2DModel, DIT, 5),
    "dit-plain": (
        DiTTransformer2DModel,
        dict(DIT, out_channels=6, attention_bias=False, activation_fn="gelu", norm_eps=1e-3, patch_size=2, sample_size=4),
        5,
    ),
}


def randomise(model, seed: int) -> None:
    """Gives every parameter values that a wrong mapping would show."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_scale = parameter.dim() == 1 and name.endswith("weight")
            fan_in = parameter[0].numel() if parameter.dim() > 1 else 1
            parameter.copy_(1 + 0.2 * noise if is_scale else (0.2 if parameter.dim() == 1 else fan_in**-0.5) * noise)


def make_model(name: str, seed: int) -> None:
    kind, fields, rows = MODELS[name]
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    model = kind(**fields).eval()
    randomise(model, seed)
    model.save_pretrained(folder)
    generator = torch.Generator().manual_seed(seed)
    size = fields["sample_size"]
    sample = torch.randn(IMAGES, fields["in_channels"], size, size, generator=generator)
    timestep = torch.tensor([0.0, 417.5, 999.0])[:IMAGES]
    inputs = {"timestep": timestep}
    if rows:
        inputs["class_labels"] = torch.tensor([0, rows - 1, 1])[:IMAGES]
    results = model(sample, **inputs).sample
    weights = torch.randn(results.shape, generator=generator) / 10
    loss = (weights * results).sum()
    loss.backward()
    gradients = {f"gradient.{key}": own.grad for key, own in model.named_parameters()}
    tensors = {"sample": sample, **inputs, "results": results, "weights": weights, "loss": loss}
    save_tensors(folder / "expected.safetensors", tensors | gradients, PACKAGES)


if __name__ == "__main__":
    diffusers.logging.set_verbosity_error()
    torch.set_num_threads(1)  # faster for models this small
    wanted = sys.argv[1:]
    for seed, name in enumerate(MODELS, start=301):
        if not wanted or name in wanted:
            make_model(name, seed)
