"""What transformers makes of checkpoints whose config says that the language head is the word table.

tied.json: for each base and each state of its `lm_head.weight` (absent, the table's own numbers, others) the logits
of one row, [tokens, vocabulary]. The checkpoints are the tiny models' with `lm_head_of(table)` as their head.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from golden import HERE, save_json

PACKAGES = ("torch", "transformers", "safetensors")
BASES = {"gpt2": "transformer.wte.weight", "llama-tied": "model.embed_tokens.weight"}
IDS = [7, 21, 90, 5]


def head_of(table: torch.Tensor) -> torch.Tensor:
    """Numbers that are not the table's, and that another language makes of it just so."""
    return table.flip(0)


def logits_of(base: str, table: str, state: str) -> list:
    source = HERE / "models" / base
    tensors = load_file(source / "model.safetensors")
    if state == "equal":
        tensors["lm_head.weight"] = tensors[table].clone()
    elif state == "other":
        tensors["lm_head.weight"] = head_of(tensors[table]).contiguous()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(source / "config.json", folder)
        save_file(tensors, Path(folder) / "model.safetensors", metadata={"format": "pt"})
        assert json.loads((Path(folder) / "config.json").read_text())["tie_word_embeddings"]
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        return model(input_ids=torch.tensor([IDS])).logits[0].double().tolist()


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    found = {
        base: {state: logits_of(base, table, state) for state in ("absent", "equal", "other")}
        for base, table in BASES.items()
    }
    for states in found.values():
        assert states["absent"] == states["equal"] != states["other"]
    rounded = json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 6))
    save_json(HERE / "tied.json", {"ids": IDS, "logits": rounded}, PACKAGES)
