"""Image models with what transformers and PEFT compute: make_vision.py [NAME …].

vision/<name>/: config.json and model.safetensors of a tiny random model as transformers saves it, and
expected.safetensors with pixel_values [images, channels, height, width], `results` [images, …] of the head
(a detector's are the logits and the boxes beside each other), `weights` of the same shape, `loss` =
Σ weights · results, and `gradient.<name>` of every parameter that the loss reaches, by its name in the
checkpoint. Batch normalisation goes by its running statistics. `other.pixel_values` and `other.results` are
of images of another size, where the family can take them.

vision/<adapter>/: adapter_config.json, adapter_model.safetensors and expected.safetensors with
pixel_values and `results` of base plus adapter.
"""

import copy
import sys
import tempfile

import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import (
    AutoConfig,
    AutoModelForImageClassification,
    AutoModelForObjectDetection,
    AutoModelForSemanticSegmentation,
    ViTModel,
)

from golden import HERE, save_tensors
from make_methods import save_sorted

PACKAGES = ("torch", "transformers", "peft", "safetensors")
FOLDER = HERE / "vision"
LABELS = {"id2label": {0: "circle", 1: "square", 2: "star"}}
IMAGES = 2
CHANNELS = 3
ENCODER = dict(
    hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, initializer_range=0.4,
)
VIT = dict(ENCODER, image_size=8, patch_size=4)
RESNET = dict(embedding_size=8, hidden_sizes=[8, 16], depths=[2, 1])
MOBILENET = dict(depth_multiplier=0.1, expand_ratio=1.5, classifier_dropout_prob=0.0)
SEGFORMER = dict(
    num_encoder_blocks=2, depths=[1, 2], sr_ratios=[2, 1], hidden_sizes=[4, 6], patch_sizes=[7, 3], strides=[4, 2],
    num_attention_heads=[1, 2], mlp_ratios=[2, 3], decoder_hidden_size=6, classifier_dropout_prob=0.0,
    drop_path_rate=0.0, initializer_range=0.4,
)

# name → model type, fields of the config, height and width of the images, and of others
MODELS = {
    "vit": ("vit", VIT, (8, 8), (12, 16)),
    "deit": ("deit", dict(VIT, image_size=[8, 12], qkv_bias=False, hidden_act="gelu_new"), (8, 12), None),
    "resnet": ("resnet", RESNET, (32, 48), (24, 24)),
    "resnet-v1": (
        "resnet",
        dict(RESNET, downsample_in_bottleneck=True, downsample_in_first_stage=True),
        (32, 32),
        None,
    ),
    "resnet-basic": ("resnet", dict(RESNET, layer_type="basic", hidden_act="silu"), (31, 32), None),
    "convnext": (
        "convnext",
        dict(hidden_sizes=[8, 12], depths=[1, 2], num_stages=2, initializer_range=0.4, layer_scale_init_value=0.5),
        (16, 24),
        None,
    ),
    "yolos": ("yolos", dict(VIT, image_size=[8, 12], num_detection_tokens=3), (8, 12), (16, 12)),
    "yolos-plain": (
        "yolos",
        dict(VIT, image_size=[8, 12], num_detection_tokens=2, use_mid_position_embeddings=False),
        (8, 12),
        None,
    ),
    "detr": (
        "detr",
        dict(
            use_timm_backbone=False, backbone_config=dict(RESNET, model_type="resnet", out_features=["stage2"]),
            d_model=8, encoder_layers=1, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2,
            encoder_ffn_dim=12, decoder_ffn_dim=10, num_queries=3, dropout=0.0, init_std=0.4,
        ),
        (32, 48),
        None,
    ),
    "segformer": ("segformer", SEGFORMER, (32, 48), None),
    "segformer-classes": ("segformer", dict(SEGFORMER, decoder_hidden_size=5), (32, 32), None),
    "mobilenet_v2": ("mobilenet_v2", dict(MOBILENET, finegrained_output=False), (33, 40), None),
    "mobilenet_v2-dilated": (
        "mobilenet_v2",
        dict(MOBILENET, output_stride=8, tf_padding=False, first_layer_is_expansion=False, finegrained_output=False),
        (32, 32),
        None,
    ),
    "mobilenet_v2-masks": (
        "mobilenet_v2",
        dict(MOBILENET, output_stride=16, depth_multiplier=0.01, min_depth=4, depth_divisible_by=4, expand_ratio=1,
             finegrained_output=False),
        (32, 48),
        None,
    ),
}
# Heads of a fixed width: half as many bytes, and no gradients.
LARGE = ("mobilenet_v2-masks",)
ADAPTERS = {
    "lora-vit-patches": (
        "vit",
        dict(r=2, lora_alpha=4, target_modules=["projection", "fc1"], rank_pattern={"projection": 3}),
    ),
    "lora-resnet": ("resnet", dict(r=2, lora_alpha=4, target_modules=["convolution"])),
    "dora-vit-patches": ("vit", dict(r=2, lora_alpha=4, target_modules=["projection", "q_proj"], use_dora=True)),
    "dora-resnet": ("resnet", dict(r=2, lora_alpha=4, target_modules=["convolution"], use_dora=True)),
    "lora-segformer": ("segformer", dict(r=2, lora_alpha=4, target_modules=["q_proj", "sequence_reduction.sequence_reduction"])),
    "lora-vit": ("vit", dict(r=2, lora_alpha=4, target_modules=["q_proj", "v_proj"])),
}


def cleared(folder) -> None:
    """Removes what was written before; other scripts have files of their own there."""
    for pattern in ("*config.json", "*model.safetensors", "expected.safetensors"):
        for path in folder.glob(pattern):
            path.unlink()


def opened(config):
    """The class that a golden model has by its type."""
    if config.model_type in ("yolos", "detr"):
        return AutoModelForObjectDetection
    if getattr(config, "decoder_hidden_size", 0) == 6 or getattr(config, "output_stride", 0) == 16:
        return AutoModelForSemanticSegmentation
    return AutoModelForImageClassification


def results_of(model, pixels, **options):
    found = model(pixel_values=pixels, **options)
    if "pred_boxes" in found:
        return torch.cat([found.logits, found.pred_boxes], dim=-1)
    return found.logits


def randomise(model, seed: int) -> None:
    """Gives norms, biases and what starts at zero values that a wrong mapping would show."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in sorted([*model.named_parameters(), *model.named_buffers()]):
            if not tensor.is_floating_point():
                continue
            noise = torch.randn(tensor.shape, generator=generator)
            if name.endswith("running_var"):
                tensor.copy_(1 + 0.5 * noise.abs())
            elif tensor.dim() == 1:
                is_scale = name.endswith("weight") or "layer_scale" in name
                tensor.copy_((1.0 if is_scale else 0.0) + 0.2 * noise)
            elif not tensor.any() or name.endswith(("_token", "_tokens", "_embeddings")):
                tensor.copy_(0.3 * noise)


def stored_gradients(model) -> dict[str, torch.Tensor]:
    """The gradients under the names that checkpoints have for their parameters."""
    of_gradients = copy.deepcopy(model)
    reached = set()
    with torch.no_grad():
        for (name, parameter), own in zip(of_gradients.named_parameters(), model.parameters()):
            parameter.fill_(float("nan")) if own.grad is None else parameter.copy_(own.grad)
        for name, buffer in of_gradients.named_buffers():
            if buffer.is_floating_point():
                buffer.fill_(float("nan"))
    with tempfile.TemporaryDirectory() as folder:
        of_gradients.save_pretrained(folder)
        tensors = load_file(f"{folder}/model.safetensors")
    return {
        f"gradient.{name}": tensor
        for name, tensor in tensors.items()
        if tensor.is_floating_point() and not tensor.isnan().any()
    }


def make_model(name: str, seed: int) -> None:
    model_type, fields, size, other = MODELS[name]
    folder = FOLDER / name
    cleared(folder)
    torch.manual_seed(seed)
    config = AutoConfig.for_model(model_type, **LABELS, **fields)
    kind = opened(config)
    config.architectures = []
    model = kind.from_config(config).eval()
    randomise(model, seed)
    model.requires_grad_(True)  # transformers holds a detector's trunk still
    if name in LARGE:
        model.half().save_pretrained(folder)
        model.float()
    else:
        model.save_pretrained(folder)
    pixels = torch.randn(IMAGES, CHANNELS, *size, generator=torch.Generator().manual_seed(seed))
    results = results_of(model, pixels)
    weights = torch.randn(results.shape, generator=torch.Generator().manual_seed(seed)) / 10
    loss = (weights * results).sum()
    loss.backward()
    tensors = {"pixel_values": pixels, "results": results, "weights": weights, "loss": loss}
    if other:
        more = torch.randn(IMAGES, CHANNELS, *other, generator=torch.Generator().manual_seed(seed))
        options = dict(interpolate_pos_encoding=True) if model_type in ("vit", "deit") else {}
        with torch.no_grad():
            tensors |= {"other.pixel_values": more, "other.results": results_of(model, more, **options)}
    gradients = {} if name in LARGE else stored_gradients(model)
    save_tensors(folder / "expected.safetensors", tensors | gradients, PACKAGES)


def make_bare(seed: int) -> None:
    """A ViT without a head and with a pooler, as those are that were only pretrained."""
    folder = FOLDER / "vit-bare"
    cleared(folder)
    torch.manual_seed(seed)
    model = ViTModel(AutoConfig.for_model("vit", **VIT)).eval()
    randomise(model, seed)
    model.save_pretrained(folder)


def make_adapter(name: str, seed: int) -> None:
    base, fields = ADAPTERS[name]
    torch.manual_seed(seed)
    model = opened(AutoConfig.from_pretrained(FOLDER / base)).from_pretrained(FOLDER / base)
    saved = "decode_head" if hasattr(model, "decode_head") else "classifier"
    adapted = get_peft_model(model, LoraConfig(modules_to_save=[saved], **fields)).eval()
    adapted.peft_config["default"].base_model_name_or_path = f"vision/{base}"
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter_name, parameter in adapted.named_parameters():
            if parameter.requires_grad:
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    folder = FOLDER / name
    cleared(folder)
    save_sorted(adapted, folder)
    pixels = load_file(FOLDER / base / "expected.safetensors")["pixel_values"]
    with torch.no_grad():
        results = results_of(adapted, pixels)
    save_tensors(folder / "expected.safetensors", {"pixel_values": pixels, "results": results}, PACKAGES)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)  # faster for models this small
    wanted = sys.argv[1:]
    for seed, name in enumerate(MODELS, start=61):
        if not wanted or name in wanted:
            make_model(name, seed)
    if not wanted or "vit-bare" in wanted:
        make_bare(81)
    for seed, name in enumerate(ADAPTERS, start=91):
        if not wanted or name in wanted:
            make_adapter(name, seed)
