"""Denoisers with what diffusers and PyTorch compute: make_denoisers.py [NAME …].

denoisers/<name>/: config.json and diffusion_pytorch_model.safetensors of a tiny random model as diffusers saves
it, and expected.safetensors with sample [images, channels, height, width], timestep [images], class_labels
[images] where it has classes, `results` of the same shape as sample, `weights` of the same shape, `loss` =
Σ weights · results, and `gradient.<name>` of every parameter. Some are stored in half precision, and some have
no gradients, so that their files stay small; one has the names that diffusers gave attention before 0.13.
"""

import shutil
import sys

import diffusers
import torch
from diffusers import DiTTransformer2DModel, UNet2DModel
from safetensors.torch import load_file, save_file

from golden import HERE, save_tensors, sort_metadata

PACKAGES = ("torch", "diffusers", "safetensors")
FOLDER = HERE / "denoisers"
IMAGES = 3
DIT = dict(
    num_attention_heads=2, attention_head_dim=6, in_channels=3, num_layers=2, sample_size=8, patch_size=4,
    num_embeds_ada_norm=4,
)
UNET = dict(
    in_channels=3, sample_size=8, block_out_channels=[4, 8], norm_num_groups=2, attention_head_dim=4, layers_per_block=1,
    down_block_types=["DownBlock2D", "AttnDownBlock2D"], up_block_types=["AttnUpBlock2D", "UpBlock2D"],
)

# name → class, fields of the config, rows of the table of classes (0: none)
MODELS = {
    "dit": (DiTTransformer2DModel, DIT, 5),
    "dit-plain": (
        DiTTransformer2DModel,
        dict(DIT, out_channels=6, attention_bias=False, activation_fn="gelu", norm_eps=1e-3, patch_size=2, sample_size=4),
        5,
    ),
    "unet": (UNet2DModel, dict(UNET, num_class_embeds=5, time_embedding_dim=6), 5),
    "unet-adm": (
        UNet2DModel,
        dict(
            UNET, block_out_channels=[4, 4, 8], out_channels=6, resnet_time_scale_shift="scale_shift",
            down_block_types=["ResnetDownsampleBlock2D", "AttnDownBlock2D", "DownBlock2D"], downsample_type="resnet",
            up_block_types=["AttnUpBlock2D", "ResnetUpsampleBlock2D", "UpBlock2D"], upsample_type="resnet",
            class_embed_type="timestep", attn_norm_num_groups=4, time_embedding_dim=6,
        ),
        300,
    ),
    "unet-plain": (
        UNet2DModel,
        dict(
            UNET, block_out_channels=[4, 4], freq_shift=1, flip_sin_to_cos=False, attention_head_dim=None, downsample_padding=0, act_fn="gelu",
            center_input_sample=True, mid_block_scale_factor=2.0, norm_eps=1e-3, layers_per_block=2,
        ),
        0,
    ),
    "unet-fourier": (
        UNet2DModel,
        dict(UNET, block_out_channels=[4, 4], time_embedding_type="fourier", layers_per_block=1),
        0,
    ),
    "unet-short": (
        UNet2DModel,
        dict(UNET, mid_block_type=None, down_block_types=["DownBlock2D", "DownBlock2D"],
             up_block_types=["UpBlock2D", "UpBlock2D"]),
        0,
    ),
}
NEW = ("unet-fourier",)
# Stored in half precision.
HALF = ("unet", "unet-adm", "unet-plain", "unet-fourier", "unet-short")
# Without gradients.
SMALL = ("unet-adm", "unet-plain", "unet-fourier", "unet-short")
# With older names.
OLDER = ("unet-plain",)


def randomise(model, seed: int) -> None:
    """Gives every parameter values that a wrong mapping would show."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_scale = parameter.dim() == 1 and name.endswith("weight")
            fan_in = parameter[0].numel() if parameter.dim() > 1 else 1
            parameter.copy_(1 + 0.2 * noise if is_scale else (0.2 if parameter.dim() == 1 else fan_in**-0.5) * noise)


def rename(path) -> None:
    """Gives attention the names of older checkpoints."""
    older = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}
    tensors = {}
    for name, tensor in load_file(path).items():
        for new, old in older.items():
            name = name.replace(new, old)
        tensors[name] = tensor
    save_file(tensors, path, metadata={"format": "pt"})
    sort_metadata(path)


def make_model(name: str, seed: int) -> None:
    kind, fields, rows = MODELS[name]
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    model = kind(**fields).eval()
    randomise(model, seed)
    if name in HALF:
        model.half()
    model.save_pretrained(folder)
    model.float()
    if name in OLDER:
        rename(folder / "diffusion_pytorch_model.safetensors")
    generator = torch.Generator().manual_seed(seed)
    size = fields["sample_size"]
    sample = torch.randn(IMAGES, fields["in_channels"], size, size, generator=generator)
    # The logarithm of a time has none of 0.
    first = 0.25 if fields.get("time_embedding_type") == "fourier" else 0.0
    timestep = torch.tensor([first, 417.5, 999.0])[:IMAGES]
    inputs = {"timestep": timestep}
    if rows:
        inputs["class_labels"] = torch.tensor([0, rows - 1, 1])[:IMAGES]
    results = model(sample, **inputs).sample
    weights = torch.randn(results.shape, generator=generator) / 10
    loss = (weights * results).sum()
    loss.backward()
    gradients = {} if name in SMALL else {f"gradient.{key}": own.grad for key, own in model.named_parameters()}
    tensors = {"sample": sample, **inputs, "results": results, "weights": weights, "loss": loss}
    save_tensors(folder / "expected.safetensors", tensors | gradients, PACKAGES)


if __name__ == "__main__":
    diffusers.logging.set_verbosity_error()
    torch.set_num_threads(1)  # faster for models this small
    wanted = sys.argv[1:]
    # The newest last, so that the others keep their seeds.
    for seed, name in enumerate([*(name for name in MODELS if name not in NEW), *NEW], start=301):
        if not wanted or name in wanted:
            make_model(name, seed)
