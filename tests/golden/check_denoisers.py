"""Opens folders of denoisers and prints what they give as one JSON line: check_denoisers.py FOLDER.

Every folder in it is named adapter-<method>-<model> or merged-<model>: the first is opened with PEFT on
denoisers/<model>, the second with diffusers, the part of a pipeline that model_index.json names. Prints
{"made_with": versions, "results": {name: numbers}} for that model's golden inputs. A tensor that is not loaded is an
error.
"""

import json
import sys
from pathlib import Path

import diffusers
import torch
from peft import PeftModel
from safetensors.torch import load_file

from golden import made_with
from make_denoiser_loras import BASES, base_folder
from make_denoisers import FOLDER

PACKAGES = ("torch", "diffusers", "peft", "safetensors")
PARTS = ("transformer", "unet")


def model_in(place: Path, base: str):
    kind = BASES[base][0]
    if place.name.startswith("merged"):
        index = json.loads((place / "model_index.json").read_text())
        [part] = [name for name in PARTS if name in index]
        # The class itself, or the one that BASES lets load adapters.
        wanted = (kind if kind.__module__.startswith("diffusers") else kind.__base__).__name__
        assert index[part] == ["diffusers", wanted], index[part]
        model, info = kind.from_pretrained(place, subfolder=part, output_loading_info=True)
        wrong = {key: value for key, value in info.items() if value}
        assert not wrong, f"{place.name}: {wrong}"
        return model.eval()
    return PeftModel.from_pretrained(kind.from_pretrained(base_folder(base)).float(), place).eval()


if __name__ == "__main__":
    diffusers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    results = {}
    for place in sorted(Path(sys.argv[1]).iterdir()):
        kind, rest = place.name.split("-", 1)
        base = rest if kind == "merged" else rest.split("-", 1)[1]
        golden = load_file(FOLDER / base / "expected.safetensors")
        inputs = {name: golden[name] for name in ("timestep", "class_labels", "encoder_hidden_states") if name in golden}
        with torch.no_grad():
            results[place.name] = model_in(place, base)(golden["sample"], **inputs).sample.flatten().tolist()
    print(json.dumps({"made_with": made_with(*PACKAGES), "results": results}))
