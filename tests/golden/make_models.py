"""Tiny random models of every supported architecture with what transformers computes for them.

models/<name>/{config.json, model.safetensors, expected.safetensors} and minilm.safetensors.
expected.safetensors holds input_ids, attention_mask, token_type_ids (where the model reads them),
labels, hidden (the last hidden state), logits and loss; its metadata names the versions.

Decoders predict the next token, with logits [rows, tokens, vocabulary] and labels of −100 where a token
does not count, unless they are named `-classes`. Their expected.safetensors also holds
`gradient.<name>`, the loss's gradient of every parameter, and under `left.…` the same of a batch that is
padded on the left, without labels.
"""

import json
import shutil

import torch
import transformers
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, DistilBertConfig, GPT2Config, LlamaConfig
from transformers import RobertaConfig, XLMRobertaConfig

from golden import HERE, MINILM, auto_class, load_minilm_weights, on_the_left, padded_inputs
from golden import randomise, save_tensors

PACKAGES = ("torch", "transformers", "safetensors")
SENTENCES = ["A lovely film.", "The battery died after two days!", "Bad."]


def labels(*names: str) -> dict:
    return {
        "id2label": dict(enumerate(names)),
        "label2id": {name: index for index, name in enumerate(names)},
    }


def bert_like(hidden=32, layers=2, **more) -> dict:
    return {
        "vocab_size": 99,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "intermediate_size": 2 * hidden,
        "initializer_range": 0.3,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        **more,
    }


THREE = labels("negative", "neutral", "positive")
# RoBERTa counts positions from pad_token_id + 1, so that 64 tokens need 66 positions.
ROBERTA = bert_like(
    max_position_embeddings=66, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, **THREE
)
BERT = bert_like(max_position_embeddings=64, type_vocab_size=2)
SMALL = bert_like(hidden=16, layers=1, max_position_embeddings=64, type_vocab_size=2)
DECODER = dict(vocab_size=99, initializer_range=0.3, pad_token_id=0, bos_token_id=4, eos_token_id=4, **THREE)
GPT2 = dict(
    **DECODER, n_embd=32, n_layer=2, n_head=4, n_positions=64, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0
)
LLAMA = dict(
    **DECODER, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    intermediate_size=48, max_position_embeddings=64,
)
# So short an original context that all three kinds of frequencies occur.
LLAMA3 = dict(
    rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=32,
)
CONFIGS = {
    "bert": BertConfig(**BERT, **THREE),
    "distilbert": DistilBertConfig(
        vocab_size=99, dim=32, n_layers=2, n_heads=4, hidden_dim=64, max_position_embeddings=64,
        initializer_range=0.3, dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0, **THREE,
    ),
    "roberta": RobertaConfig(**ROBERTA),
    "xlm-roberta": XLMRobertaConfig(**ROBERTA),
    "bert-regression": BertConfig(**SMALL, **labels("score"), problem_type="regression"),
    "bert-multi-label": BertConfig(
        **SMALL, **labels("food", "service", "price"), problem_type="multi_label_classification"
    ),
}
# Name → configuration and seed; a decoder with either head has the same inner weights.
DECODERS = {
    "gpt2": (GPT2Config(**GPT2), 11),
    "gpt2-classes": (GPT2Config(**GPT2), 11),
    "gpt2-untied": (GPT2Config(**GPT2, tie_word_embeddings=False), 12),
    "llama": (LlamaConfig(**LLAMA), 13),
    "llama-classes": (LlamaConfig(**LLAMA), 13),
    "llama-tied": (LlamaConfig(**LLAMA, tie_word_embeddings=True, rope_parameters=LLAMA3), 14),
}
LABELS = {
    "regression": torch.tensor([0.5, -1.25, 2.0]),
    "multi_label_classification": torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]]),
    None: torch.tensor([2, 0, 1]),
}


def make_model(name: str, config, seed: int) -> None:
    folder = HERE / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    kind, task = auto_class(name)
    model = kind.from_config(config).eval()
    randomise(model, seed)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    inputs = padded_inputs(config, lengths=[9, 4, 7], seed=seed)
    if task == "CAUSAL_LM":
        wanted = inputs["input_ids"].masked_fill(inputs["attention_mask"] == 0, -100)
        wanted[0, :4] = -100  # a question that is only read
    else:
        wanted = LABELS[config.problem_type]
    tensors = {"labels": wanted, **outputs(model, inputs, labels=wanted)}
    if name in DECODERS:
        model(**inputs, labels=wanted).loss.backward()
        tensors |= {f"gradient.{key}": value.grad for key, value in model.named_parameters()}
        left = outputs(model, on_the_left(inputs))
        tensors |= {f"left.{key}": value for key, value in left.items()}
    save_tensors(folder / "expected.safetensors", tensors, PACKAGES)


def outputs(model, inputs, **labels) -> dict:
    with torch.no_grad():
        hidden = model.base_model(**inputs).last_hidden_state
        found = model(**inputs, **labels)
    loss = {} if found.loss is None else {"loss": found.loss}
    return {**inputs, "hidden": hidden, "logits": found.logits, **loss}


def make_minilm() -> None:
    tokenizer = Tokenizer.from_file(str(MINILM / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.enable_padding()
    rows = tokenizer.encode_batch(SENTENCES)
    inputs = {
        "input_ids": torch.tensor([row.ids for row in rows]),
        "attention_mask": torch.tensor([row.attention_mask for row in rows]),
        "token_type_ids": torch.tensor([row.type_ids for row in rows]),
    }
    model = BertModel(BertConfig.from_json_file(MINILM / "config.json")).eval()
    missing, surplus = model.load_state_dict(load_minilm_weights(), strict=False)
    assert not missing and set(surplus) <= {"embeddings.position_ids"}, (missing, surplus)
    with torch.no_grad():
        output = model(**inputs)
    save_tensors(
        HERE / "minilm.safetensors",
        {**inputs, "hidden": output.last_hidden_state, "pooled": output.pooler_output},
        PACKAGES,
        sentences=json.dumps(SENTENCES),
    )


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for seed, (name, config) in enumerate(CONFIGS.items(), start=1):
        make_model(name, config, seed)
    for name, (config, seed) in DECODERS.items():
        make_model(name, config, seed)
    make_minilm()
