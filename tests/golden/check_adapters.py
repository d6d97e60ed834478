"""Opens PEFT folders on the tiny models and prints their logits as one JSON line.

check_adapters.py FOLDER: every folder in it, named <method>-<base>, is opened with PEFT on
models/<base> and run on the inputs of methods/<method>-<base>/expected.safetensors. Of a base in heads/
they are those of heads/<base>/expected.safetensors, with segments of tags only. Prints
{"made_with": versions, "logits": {"<method>-<base>": numbers}}, row by row, of models for the next token
and of heads on tokens those of every real token. A tensor that PEFT does not load, or would have wanted,
is an error.
"""

import json
import re
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

from check_outputs import PACKAGES, logits, open_adapter
from golden import HERE, head_results, made_with

NAMES = ("input_ids", "attention_mask", "token_type_ids")


def main(folder: Path) -> None:
    found = {}
    for place in sorted(folder.iterdir()):
        base = re.search(r"-(\w+(-classes)?)$", place.name)[1]
        with_head = re.search(r"-(\w+-(tokens|span|embedding))$", place.name)
        if with_head:
            base, head = with_head.groups()
            expected = load_file(HERE / "heads" / base / "expected.safetensors")
            inputs = {key: value for key, value in expected.items() if key in NAMES}
            if head != "tokens" and "token_type_ids" in inputs:
                inputs["token_type_ids"].zero_()
            with torch.no_grad():
                values = head_results(open_adapter(str(place), str(HERE / "heads" / base)), inputs)
        else:
            expected = load_file(HERE / "methods" / place.name / "expected.safetensors")
            inputs = {key: value for key, value in expected.items() if key != "logits"}
            model = open_adapter(str(place), str(HERE / "models" / base))
            values = torch.tensor(logits(model, inputs)["logits"])
        if values.dim() == 3:
            mask = inputs["attention_mask"]
            values = values[:, -mask.shape[1] :][mask == 1]
        found[place.name] = values.flatten().tolist()
    print(json.dumps({"made_with": made_with(*PACKAGES), "logits": found}))


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        main(Path(sys.argv[1]))
    except (OSError, ValueError, RuntimeError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
