"""Opens merged folders in the type that their config.json names: check_half.py REQUESTS.json

REQUESTS is a list of {"folder", "class", "texts"}; class is an auto class of transformers. Prints one JSON
line: {"made_with", "found": [{"dtype", "results"}]}. Results are computed in float32 from the numbers that
were read: logits of each text for a classifier, and eight greedy tokens behind each text otherwise.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoTokenizer

from golden import made_with

NEW_TOKENS = 8


def found(request: dict) -> dict:
    auto = getattr(transformers, request["class"])
    model, info = auto.from_pretrained(request["folder"], dtype="auto", output_loading_info=True)
    refused = {key: sorted(map(str, info[key])) for key in info if key.endswith("keys") and info[key]}
    if refused:
        raise ValueError(f"{request['folder']}: {refused}")
    dtype = str(model.dtype).removeprefix("torch.")
    tokenizer = AutoTokenizer.from_pretrained(request["folder"])
    model = model.float().eval()
    results = []
    for text in request["texts"]:
        batch = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            if request["class"].endswith("Classification"):
                results.append(model(**batch).logits[0].tolist())
                continue
            ids = model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_new_tokens=NEW_TOKENS,
                do_sample=False,
                num_beams=1,
            )[0].tolist()
        before = 1 if model.config.is_encoder_decoder else batch["input_ids"].shape[1]
        results.append(ids[before:])
    return {"dtype": dtype, "results": results}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    requests = json.loads(Path(sys.argv[1]).read_text())
    line = {
        "made_with": made_with("torch", "transformers", "safetensors", "tokenizers"),
        "found": [found(each) for each in requests],
    }
    print(json.dumps(line))
