"""Opens the LoRA files that tunebook writes and prints how far their results are: check_denoiser_loras.py FOLDER.

FOLDER/<names>-<base>/pytorch_lora_weights.safetensors has the golden LoRA of denoisers/lora-<base> with the names of
diffusers, which diffusers loads, or of kohya, whose rule stands below: each layer's path with underscores, and
W + alpha / rank · up · down.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from make_denoiser_loras import BASES, FOLDER, base_folder, results_of

FILE = "pytorch_lora_weights.safetensors"


def merge_kohya(model, path: Path) -> None:
    tensors = load_file(path)
    with torch.no_grad():
        for name, module in model.named_modules():
            key = f"lora_unet_{name.replace('.', '_')}"
            if f"{key}.alpha" not in tensors:
                continue
            down, up = tensors.pop(f"{key}.lora_down.weight"), tensors.pop(f"{key}.lora_up.weight")
            scale = tensors.pop(f"{key}.alpha").item() / down.shape[0]
            module.weight += scale * (up.flatten(1) @ down.flatten(1)).reshape(module.weight.shape)
    assert not tensors, f"{path}: nothing has the names {sorted(tensors)}"


if __name__ == "__main__":
    torch.set_num_threads(1)
    for place in sorted(Path(sys.argv[1]).iterdir()):
        names, base = place.name.split("-")
        kind, part, _ = BASES[base]
        model = kind.from_pretrained(base_folder(base)).float().eval()
        if names == "kohya":
            merge_kohya(model, place / FILE)
        else:
            model.load_lora_adapter(str(place), prefix=part, weight_name=FILE, use_safetensors=True)
        wanted = load_file(FOLDER / f"lora-{base}" / "expected.safetensors")["results"]
        print(place.name, (results_of(model, base) - wanted).abs().max().item())
