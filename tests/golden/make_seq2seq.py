"""Tiny encoder-decoders with what transformers computes for them: make_seq2seq.py [NAME …].

seq2seq/<name>/: config.json and model.safetensors as transformers saves them, and expected.safetensors
with input_ids, attention_mask, decoder_input_ids, decoder_attention_mask, labels (-100 at padding),
`encoder` and `decoder` (last hidden states), logits, loss, `gradient.<name>` of every parameter, and
`left.…`, the same rows with their padding in front. `t5-untied` is of version 1.1 with a head of its own.
seq2seq/buckets.json: the class of every distance from -most to most, for T5's usual and other sizes.
"""

import json
import shutil
import sys

import torch
import transformers
from safetensors.torch import load_file
from transformers import (
    AutoModelForSeq2SeqLM,
    BartConfig,
    MarianConfig,
    MBartConfig,
    MT5Config,
    T5Config,
)
from transformers.models.mbart.modeling_mbart import shift_tokens_right
from transformers.models.t5.modeling_t5 import T5Attention

from golden import HERE, on_the_left, padded_inputs, randomise, save_json, save_tensors, sort_metadata
from safetensors.torch import save_file

PACKAGES = ("torch", "transformers", "safetensors")
FOLDER = HERE / "seq2seq"
# Heads that are no part of the width, and distances beyond the exact ones.
T5 = dict(
    vocab_size=30, d_model=12, d_kv=5, d_ff=20, num_layers=2, num_decoder_layers=3, num_heads=2,
    relative_attention_num_buckets=8, relative_attention_max_distance=12, dropout_rate=0.0,
    decoder_start_token_id=0, initializer_factor=1.5,
)
BART = dict(
    vocab_size=30, d_model=12, encoder_layers=2, decoder_layers=3, encoder_attention_heads=2,
    decoder_attention_heads=3, encoder_ffn_dim=20, decoder_ffn_dim=16, max_position_embeddings=24,
    dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, init_std=0.4,
)
# PEFT lays prefixes out in one way for odd numbers of decoder layers and in another for even ones.
MARIAN = dict(
    **{**BART, "decoder_layers": 2}, pad_token_id=4, decoder_start_token_id=4, eos_token_id=0, forced_eos_token_id=0,
    activation_function="swish", scale_embedding=True,
)
CONFIGS = {
    "t5": T5Config(**T5),
    "t5-untied": T5Config(**T5, feed_forward_proj="gated-gelu", tie_word_embeddings=False),
    "mt5": MT5Config(**T5),
    "bart": BartConfig(**BART),
    "mbart": MBartConfig(**BART, scale_embedding=True),
    "marian": MarianConfig(**MARIAN),
}
SOURCES, TARGETS = [17, 4, 9], [5, 8, 3]


def make_model(name: str, seed: int) -> None:
    config = CONFIGS[name]
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    model = AutoModelForSeq2SeqLM.from_config(config).eval()
    randomise(model, seed)
    if hasattr(model, "final_logits_bias"):
        model.final_logits_bias.copy_(0.3 * torch.randn(model.final_logits_bias.shape))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    sort_metadata(folder / "model.safetensors")
    if name == "t5-untied":
        tensors = load_file(folder / "model.safetensors")
        tensors["lm_head.weight"] = torch.randn(tensors["shared.weight"].shape)
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32).eval()
        assert not torch.equal(model.lm_head.weight, model.shared.weight)
    inputs = batch(model, seed)
    tensors = {**inputs, **outputs(model, inputs)}
    model(**inputs).loss.backward()
    tensors |= {
        f"gradient.{key}": value.grad for key, value in model.named_parameters() if value.requires_grad
    }
    left = on_the_left(inputs)
    tensors |= {f"left.{key}": value for key, value in {**left, **outputs(model, left)}.items()}
    save_tensors(folder / "expected.safetensors", tensors, PACKAGES)


def batch(model, seed: int) -> dict:
    """Sources and targets; decoder inputs as transformers makes them of the labels."""
    inputs = padded_inputs(model.config, SOURCES, seed)
    target = padded_inputs(model.config, TARGETS, seed + 100)
    labels = target["input_ids"].masked_fill(target["attention_mask"] == 0, -100)
    if model.config.model_type == "mbart":
        decoder = shift_tokens_right(labels, model.config.pad_token_id)
    else:
        decoder = model.prepare_decoder_input_ids_from_labels(labels)
    return {
        **inputs,
        "decoder_input_ids": decoder,
        "decoder_attention_mask": target["attention_mask"],
        "labels": labels,
    }


def outputs(model, inputs) -> dict:
    with torch.no_grad():
        found = model(**inputs, output_hidden_states=True)
    return {
        "encoder": found.encoder_last_hidden_state,
        "decoder": found.decoder_hidden_states[-1],
        "logits": found.logits,
        "loss": found.loss,
    }


def make_buckets() -> None:
    cases = []
    for buckets, most in ((32, 128), (8, 12), (16, 100), (64, 256), (32, 20)):
        for bidirectional in (True, False):
            distances = torch.arange(-most, most + 1)
            found = T5Attention._relative_position_bucket(distances, bidirectional, buckets, most)
            cases.append(
                {
                    "numBuckets": buckets,
                    "maxDistance": most,
                    "isBidirectional": bidirectional,
                    "buckets": found.tolist(),
                }
            )
    save_json(FOLDER / "buckets.json", {"cases": cases}, PACKAGES)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    wanted = sys.argv[1:] or [*CONFIGS, "buckets"]
    for seed, name in enumerate(CONFIGS, start=21):
        if name in wanted:
            make_model(name, seed)
    if "buckets" in wanted:
        make_buckets()
