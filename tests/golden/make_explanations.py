"""What PyTorch says a golden image model looked at → explanations.json (2026-11-29).

`gradCam`: for each model of vision/ with maps, `heat` [images][classes][height][width] (Selvaraju et al.
2017) of the last map before the pooling, by a hook and autograd. `attentionRollout`: for ViT and DeiT, `heat`
[images][patches] (Abnar and Zuidema 2020) of the class token, with the heads' mean, the residual connection
and all rows normalised, as the paper multiplies whole matrices.
"""

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoModelForImageClassification

from golden import HERE, save_json

PACKAGES = ("torch", "transformers", "safetensors")
FOLDER = HERE / "vision"

# name → the module that gives the last map before the pooling
MAPS = {
    "resnet": "resnet.encoder",
    "resnet-basic": "resnet.encoder",
    "convnext": "convnext.encoder",
    "mobilenet_v2-dilated": "mobilenet_v2.conv_1x1",
    "segformer-classes": "segformer",
}
# name → tokens before the patches
STACKS = {"vit": 1, "deit": 2}


def opened(name: str):
    model = AutoModelForImageClassification.from_pretrained(FOLDER / name, attn_implementation="eager").eval()
    return model, load_file(FOLDER / name / "expected.safetensors")["pixel_values"]


def tensor_of(output):
    if torch.is_tensor(output):
        return output
    return output[0] if isinstance(output, tuple) else output.last_hidden_state


def grad_cam(name: str) -> list:
    model, pixels = opened(name)
    found = []
    model.get_submodule(MAPS[name]).register_forward_hook(lambda _, __, output: found.append(tensor_of(output)))
    heats = []
    for label in range(model.config.num_labels):
        found.clear()
        logits = model(pixel_values=pixels).logits
        (gradient,) = torch.autograd.grad(logits[:, label].sum(), found[0])
        weights = gradient.mean(dim=(2, 3), keepdim=True)
        heats.append(torch.relu((weights * found[0]).sum(dim=1)))
    return torch.stack(heats, dim=1).tolist()


def rollout(name: str) -> list:
    model, pixels = opened(name)
    with torch.no_grad():
        attentions = model(pixel_values=pixels, output_attentions=True).attentions
    tokens = attentions[0].shape[-1]
    joint = torch.eye(tokens)
    for attention in attentions:
        residual = attention.mean(dim=1) + torch.eye(tokens)
        joint = (residual / residual.sum(dim=-1, keepdim=True)) @ joint
    return joint[:, 0, STACKS[name] :].tolist()


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    content = {
        "gradCam": {name: grad_cam(name) for name in MAPS},
        "attentionRollout": {name: rollout(name) for name in STACKS},
    }
    save_json(HERE / "explanations.json", content, PACKAGES)
