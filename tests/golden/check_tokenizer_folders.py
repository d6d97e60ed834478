"""Opens folders with AutoTokenizer and prints what it makes of texts as one JSON line.

check_tokenizer_folders.py ASKED.json, which has {"texts": [...], "folders": {name: path}}.
"""

import json
import sys
from pathlib import Path

import transformers
from transformers import AutoTokenizer

from golden import made_with

transformers.logging.set_verbosity_error()
asked = json.loads(Path(sys.argv[1]).read_text())
results = {}
for name, folder in asked["folders"].items():
    tokenizer = AutoTokenizer.from_pretrained(folder)
    batch = tokenizer(asked["texts"], truncation=True, padding=True)
    pairs = tokenizer("good film", "bad food", return_token_type_ids=True)
    results[name] = {
        "class": type(tokenizer).__name__,
        "ids": [tokenizer(text, truncation=True)["input_ids"] for text in asked["texts"]],
        "batch": batch["input_ids"],
        "mask": batch["attention_mask"],
        "pair": [pairs["input_ids"], pairs["token_type_ids"]],
    }
print(json.dumps({"made_with": made_with("transformers", "tokenizers"), "folders": results}))
