"""Opens folders of image models and prints what they give as one JSON line: check_vision.py FOLDER.

Every folder in it is named adapter-<method>-<model> or merged-<model>: the first is opened with PEFT on
vision/<model>, the second with transformers. Prints {"made_with": versions, "results": {name: numbers}} for that
model's images. A tensor that is not loaded is an error.
"""

import json
import sys
import warnings
from pathlib import Path

import torch
import transformers
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoConfig

from golden import made_with
from make_vision import FOLDER, PACKAGES, opened, results_of


def model_in(place: Path, base: Path):
    kind = opened(AutoConfig.from_pretrained(base))
    if place.name.startswith("merged"):
        model, info = kind.from_pretrained(place, output_loading_info=True)
        wrong = {key: value for key, value in info.items() if value}
        assert not wrong, f"{place.name}: {wrong}"
        return model.eval()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(kind.from_pretrained(base), place).eval()
    missing = [str(each.message) for each in told if "missing adapter keys" in str(each.message)]
    assert not missing, f"{place.name}: {missing}"
    return model


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    results = {}
    for place in sorted(Path(sys.argv[1]).iterdir()):
        kind, rest = place.name.split("-", 1)
        base = FOLDER / (rest if kind == "merged" else rest.split("-", 1)[1])
        pixels = load_file(base / "expected.safetensors")["pixel_values"]
        with torch.no_grad():
            results[place.name] = results_of(model_in(place, base), pixels).flatten().tolist()
    print(json.dumps({"made_with": made_with(*PACKAGES), "results": results}))
