"""Prints the perplexity of texts as one JSON line: of each base, alone and with PEFT adapters.

perplexity.py TOKENIZER.json TEXTS.json BASE [ADAPTER …]
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from golden import made_with

tokenizer_file, texts_file, base, *adapters = sys.argv[1:]
tokenizer = PreTrainedTokenizerFast(tokenizer_file=tokenizer_file, pad_token="[PAD]", padding_side="right")
inputs = tokenizer(json.loads(Path(texts_file).read_text()), padding=True, return_tensors="pt")
inputs.pop("token_type_ids", None)
labels = inputs["input_ids"].masked_fill(inputs["attention_mask"] == 0, -100)


def perplexity(adapter=None) -> float:
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    if adapter:
        model = PeftModel.from_pretrained(model, adapter)
    with torch.no_grad():
        return model.eval()(**inputs, labels=labels).loss.double().exp().item()


print(json.dumps({
    "made_with": made_with("torch", "transformers", "peft"),
    "base": perplexity(),
    "adapters": [perplexity(adapter) for adapter in adapters],
}))
