"""Whole models that mergekit makes of three tiny Llamas: layers of several, vocabularies united.

2026-11-30. Writes merging_models/: a, b and c (c has the tokens of a), what mergekit makes of them, and in which
order its tokens stand, which mergekit draws anew each time.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.options import MergeOptions
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from golden import HERE, save_json, save_tensors

OUT = Path(HERE) / "merging_models"
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
VOCABULARIES = {
    "a": ("abcdefgh", [("a", "b"), ("c", "d")]),
    "b": ("abcdxyz", [("a", "b"), ("x", "y")]),
    "c": ("abcdefgh", [("a", "b"), ("c", "d")]),
}


def make_model(name, seed):
    letters, merges = VOCABULARIES[name]
    tokens = [*SPECIAL, *letters, *("".join(pair) for pair in merges)]
    vocabulary = {token: at for at, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
    )
    config = LlamaConfig(
        vocab_size=len(tokens),
        hidden_size=8,
        intermediate_size=12,
        num_hidden_layers=3,
        num_attention_heads=2,
        max_position_embeddings=32,
        initializer_range=0.3,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    torch.manual_seed(seed)
    model = LlamaForCausalLM(config)
    for parameter in model.parameters():  # norms too: those of new models are alike
        parameter.data += 0.1 * torch.randn_like(parameter)
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file(load_file(folder / "model.safetensors"), folder / "model.safetensors")


for seed, name in enumerate(VOCABULARIES):
    make_model(name, seed)


def source(name, first, end, weight=None):
    given = {"model": str(OUT / name), "layer_range": [first, end]}
    return given if weight is None else {**given, "parameters": {"weight": weight}}


def model(name, weight):
    return {"model": str(OUT / name), "parameters": {"weight": weight}}


CASES = {
    "passthrough_layers": {
        "merge_method": "passthrough",
        "slices": [{"sources": [source("a", 0, 2)]}, {"sources": [source("c", 1, 3)]}],
    },
    "linear_layers": {
        "merge_method": "linear",
        "slices": [
            {"sources": [source("a", 0, 1, 0.75), source("c", 1, 2, 0.25)]},
            {"sources": [source("c", 0, 3, 0.25)]},
        ],
    },
    "union_linear": {
        "merge_method": "linear",
        "models": [model("a", 0.5), model("b", 0.3), model("c", 0.2)],
        "tokenizer": {"source": "union"},
    },
    "union_task_arithmetic": {
        "merge_method": "task_arithmetic",
        "base_model": str(OUT / "a"),
        "models": [model("b", 0.6), model("c", 0.5)],
        "tokenizer": {"source": "union"},
    },
    "union_from": {
        "merge_method": "linear",
        "models": [model("a", 0.5), model("b", 0.5)],
        "tokenizer": {
            "source": "union",
            "tokens": {
                "ab": {"source": str(OUT / "b"), "force": True},
                "cd": {"source": {"kind": "zero"}},
            },
        },
    },
    "of_b": {
        "merge_method": "linear",
        "models": [model("a", 0.4), model("b", 0.6)],
        "tokenizer": {"source": str(OUT / "b")},
    },
}

expected, tokens = {}, {}
for case, config in CASES.items():
    with tempfile.TemporaryDirectory() as folder:
        merge = MergeConfiguration.model_validate({"dtype": "float32", **config})
        run_merge(merge, folder, MergeOptions(copy_tokenizer=True))
        made = load_file(Path(folder) / "model.safetensors")
        written = json.loads((Path(folder) / "config.json").read_text())
        assert written["num_hidden_layers"] == (4 if case.endswith("_layers") else 3)
        expected |= {f"{case}/{name}": tensor for name, tensor in made.items()}
        if not case.endswith("_layers"):
            vocabulary = AutoTokenizer.from_pretrained(folder).get_vocab()
            tokens[case] = sorted(vocabulary, key=vocabulary.get)

packages = ["torch", "mergekit", "transformers", "tokenizers"]
save_tensors(OUT / "expected.safetensors", expected, packages)
save_json(OUT / "tokens.json", {"tokens": tokens}, packages)
