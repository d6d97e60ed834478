"""Opens what tunebook wrote with transformers and PEFT, and prints the logits as one JSON line.

check_outputs.py INPUTS.safetensors [--merged FOLDER [--texts FILE.json]]
                 [--adapter FOLDER --base FOLDER]

INPUTS holds int64 input_ids, attention_mask and, where the model reads them, token_type_ids;
other tensors in it are ignored. Prints {"merged": {…}, "adapter": {…}} with {"logits": [rows]
[outputs], "labels": {index: name}} for what was given, for the texts (a JSON list) the ids that
the merged folder's tokenizer gives, and the versions under "made_with". Weights that are missing, or that nothing
reads, are an error.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import torch
import transformers
from peft import PeftModel
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)

from golden import HEAD_CLASSES, made_with, open_head

PACKAGES = ("torch", "transformers", "peft", "safetensors", "tokenizers")
# The plain attention: others leave out Gemma 2's bound of scores.
PLAIN = dict(dtype=torch.float32, attn_implementation="eager")


def open_merged(folder: str):
    model, info = AutoModelForSequenceClassification.from_pretrained(
        folder, output_loading_info=True, **PLAIN
    )
    refused = {key: sorted(map(str, info[key])) for key in info if key.endswith("keys") and info[key]}
    if refused:
        raise ValueError(f"{folder}: {refused}")
    return model


def open_adapter(folder: str, base_folder: str):
    saved = load_file(f"{folder}/adapter_model.safetensors")
    task = json.loads(Path(folder, "adapter_config.json").read_text())["task_type"]
    if task == "CAUSAL_LM":
        return loaded(AutoModelForCausalLM.from_pretrained(base_folder, **PLAIN), folder, saved)
    for head, (_, name) in HEAD_CLASSES.items():
        if task == name:
            return loaded(open_head(head, base_folder), folder, saved).eval()
    # The base has a head of its own size; the adapter's decides.
    heads = [key for key in saved if re.search(r"\.(classifier|score|out_proj)\.weight$", key)]
    config = AutoConfig.from_pretrained(base_folder)
    if heads:
        config.num_labels = saved[heads[-1]].shape[0]
    base = AutoModelForSequenceClassification.from_pretrained(
        base_folder, config=config, ignore_mismatched_sizes=True, **PLAIN
    )
    if hasattr(config, "quantization_config"):
        # A quantised checkpoint's own head is loaded even where its size is another one.
        base.classifier = torch.nn.Linear(base.classifier.in_features, config.num_labels)
    return loaded(base, folder, saved)


def loaded(base, folder: str, saved: dict):
    model = PeftModel.from_pretrained(base, folder)
    found = get_peft_model_state_dict(model)
    unlike = sorted(set(saved) ^ set(found))
    if unlike:
        raise ValueError(f"{folder}: missing or surplus tensors: {unlike}")
    changed = [key for key in saved if not torch.equal(saved[key].float(), found[key].float())]
    if changed:
        raise ValueError(f"{folder}: tensors that PEFT did not load: {changed}")
    return model


def logits(model, inputs: dict) -> dict:
    for module in model.modules():
        # Some processors' own kernels of bitsandbytes compute in bfloat16.
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    with torch.no_grad():
        values = model.eval()(**inputs).logits
    return {"logits": values.tolist(), "labels": model.config.id2label}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("inputs")
    parser.add_argument("--merged")
    parser.add_argument("--texts")
    parser.add_argument("--adapter")
    parser.add_argument("--base")
    given = parser.parse_args()
    if bool(given.adapter) != bool(given.base):
        parser.error("--adapter and --base belong together")
    if not given.merged and not given.adapter:
        parser.error("give --merged, or --adapter and --base")
    inputs = {
        name: tensor.long()
        for name, tensor in load_file(given.inputs).items()
        if name in ("input_ids", "attention_mask", "token_type_ids")
    }
    result = {"made_with": made_with(*PACKAGES)}
    if given.merged:
        result["merged"] = logits(open_merged(given.merged), inputs)
    if given.merged and given.texts:
        texts = json.loads(Path(given.texts).read_text())
        tokenizer = AutoTokenizer.from_pretrained(given.merged)
        result["ids"] = tokenizer(texts, truncation=True)["input_ids"]
    if given.adapter:
        result["adapter"] = logits(open_adapter(given.adapter, given.base), inputs)
    print(json.dumps(result))


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        main()
    except (OSError, ValueError, RuntimeError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
