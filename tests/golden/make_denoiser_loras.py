"""LoRA of the tiny denoisers as PEFT, diffusers and kohya store it: make_denoiser_loras.py [NAME …].

denoisers/lora-<base>/: adapter_config.json and adapter_model.safetensors as PEFT writes them,
pytorch_lora_weights.safetensors as the pipelines of diffusers write it, kohya.safetensors by diffusers' own
converter with the alphas of the training, and expected.safetensors with `results` of denoisers/<base>'s inputs and
`unscaled` of the same matrices without any config, which diffusers takes at a scale of 1.
"""

import json
import shutil
import sys

import diffusers
import torch
from diffusers import DiTTransformer2DModel, UNet2DConditionModel, UNet2DModel
from diffusers.loaders.lora_base import LoraBaseMixin
from diffusers.loaders.peft import PeftAdapterMixin
from diffusers.utils import convert_state_dict_to_kohya
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load_file, save_file

from golden import HERE, save_tensors, sort_metadata
from make_methods import save_sorted

PACKAGES = ("torch", "diffusers", "peft", "safetensors")
FOLDER = HERE / "denoisers"


class AdaptedUNet(UNet2DModel, PeftAdapterMixin):
    """diffusers loads adapters into classes with this mixin; UNet2DModel has it not."""


class AdaptedDiT(DiTTransformer2DModel, PeftAdapterMixin):
    """The same of a DiT."""


# Of a denoiser in a pipeline, the folder.
PARTS = {"captioned": "captioned/unet"}

# base → class, the name that pipelines have for it, fields of the config
BASES = {
    "unet": (
        AdaptedUNet,
        "unet",
        dict(
            r=2, lora_alpha=4, target_modules=["to_q", "to_out.0", "conv_shortcut", "conv1", "time_emb_proj"],
            rank_pattern={"time_emb_proj": 3}, alpha_pattern={"conv_shortcut": 1},
        ),
    ),
    "captioned": (
        UNet2DConditionModel,
        "unet",
        dict(r=2, lora_alpha=4, target_modules=["to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "proj_in"]),
    ),
    "dit": (
        AdaptedDiT,
        "transformer",
        dict(r=2, lora_alpha=3, target_modules=["to_q", "to_v", "ff.net.2", "pos_embed.proj"], use_rslora=True),
    ),
}


SEEDS = {331: "unet", 332: "dit", 333: "captioned"}


def results_of(model, base: str):
    inputs = load_file(FOLDER / base / "expected.safetensors")
    told = {name: inputs[name] for name in ("class_labels", "encoder_hidden_states") if name in inputs}
    with torch.no_grad():
        return model(inputs["sample"], timestep=inputs["timestep"], **told).sample


def base_folder(base: str):
    return FOLDER / PARTS.get(base, base)


def kohya_tensors(layers, adapted) -> dict[str, torch.Tensor]:
    """diffusers' converter takes every alpha as the rank; here it is the one that gives the layer's scale."""
    tensors = convert_state_dict_to_kohya({f"unet.{name}": tensor for name, tensor in layers.items()})
    for name, module in adapted.named_modules():
        if hasattr(module, "scaling"):
            path = name.removeprefix("base_model.model.").replace(".", "_")
            tensors[f"lora_unet_{path}.alpha"] = torch.tensor(module.scaling["default"] * module.r["default"])
    return tensors


def make_lora(base: str, seed: int) -> None:
    kind, part, fields = BASES[base]
    folder = FOLDER / f"lora-{base}"
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    adapted = get_peft_model(kind.from_pretrained(base_folder(base)).float(), LoraConfig(**fields)).eval()
    adapted.peft_config["default"].base_model_name_or_path = f"denoisers/{base}"
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if parameter.requires_grad:
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    save_sorted(adapted, folder)
    layers = {
        name.removeprefix("base_model.model."): tensor for name, tensor in get_peft_model_state_dict(adapted).items()
    }
    config = {key: sorted(each) if isinstance(each, set) else each for key, each in
              adapted.peft_config["default"].to_dict().items()}
    LoraBaseMixin._save_lora_weights(folder, lora_layers={part: layers}, lora_metadata={part: config})
    sort_metadata(folder / "pytorch_lora_weights.safetensors")
    save_file(kohya_tensors(layers, adapted), folder / "kohya.safetensors", metadata={"format": "pt"})
    results = results_of(adapted, base)
    again = kind.from_pretrained(base_folder(base)).float().eval()
    again.load_lora_adapter(
        str(folder), prefix=part, weight_name="pytorch_lora_weights.safetensors", use_safetensors=True
    )
    assert torch.allclose(results_of(again, base), results, atol=1e-5), "diffusers reads something else"
    unscaled = kind.from_pretrained(base_folder(base)).float().eval()
    unscaled.load_lora_adapter({f"{part}.{name}": tensor for name, tensor in layers.items()}, prefix=part)
    expected = {"results": results, "unscaled": results_of(unscaled, base)}
    save_tensors(folder / "expected.safetensors", expected, PACKAGES)


if __name__ == "__main__":
    diffusers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    wanted = sys.argv[1:]
    for seed, base in SEEDS.items():
        if not wanted or base in wanted:
            make_lora(base, seed)
