"""Twenty steps of tiny encoder-decoders on texts, from the tokenizer to the loss: make_seq2seq_training.py.

seq2seq/trained-t5, trained-mbart and trained-marian: config.json, model.safetensors and the tokenizer as
transformers saves them, and training.json with the rows, what transformers makes of each (`source`, `labels`,
`decoder`), the recipe, the losses of 20 AdamW steps over batches of four rows in order, with T5's labels
smoothed, and the mean loss of each row's target before the training. trained-mbart/tokenizer-cc25.json is
the tokenizer of the first mBART, which puts languages last, with `cc25` in training.json.
"""

import json
import shutil

import torch
import transformers
from transformers import (
    AutoModelForSeq2SeqLM,
    DataCollatorForSeq2Seq,
    MarianConfig,
    MBart50Tokenizer,
    MBartConfig,
    MBartTokenizer,
    PreTrainedTokenizerFast,
    T5Config,
    T5Tokenizer,
)
from transformers.models.mbart.modeling_mbart import shift_tokens_right
from transformers.trainer_pt_utils import LabelSmoother

from golden import HERE, made_with, sort_metadata

PACKAGES = ("torch", "transformers", "tokenizers", "safetensors")
FOLDER = HERE / "seq2seq"
PAIRS = [
    ("the cat", "die katze"), ("a dog and a cat", "ein hund und eine katze"), ("the hen", "das huhn"),
    ("the old dog", "der alte hund"), ("a hen", "ein huhn"), ("cat and dog", "katze und hund"),
    ("the dog", "der hund"), ("an old hen and a cat", "eine alte henne und eine katze"),
]
RECIPE = {"learning_rate": 1e-2, "weight_decay": 0.01, "max_norm": 1.0, "steps": 20, "batch_size": 4}
PIECES = [
    "▁", *"abcdefghiklnorstuz:", "▁the", "▁cat", "▁dog", "▁katze", "▁hund", "en", "▁ein", "▁d", "▁translate",
]
BART = dict(
    d_model=16, encoder_layers=1, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2,
    encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=40, dropout=0.0, init_std=0.2,
)


def scored(first: list[str]) -> list[tuple[str, float]]:
    return [(token, 0.0) for token in first] + [(p, -1 - i / 10) for i, p in enumerate(PIECES)]


def t5():
    tokenizer = T5Tokenizer(vocab=scored(["<pad>", "</s>", "<unk>"]), extra_ids=0)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=16, d_kv=6, d_ff=24, num_layers=2, num_decoder_layers=1, num_heads=2,
        dropout_rate=0.0, decoder_start_token_id=0, feed_forward_proj="gated-gelu", initializer_factor=1.0,
    )
    return tokenizer, config, dict(prefix="translate: ", smoothing=0.1)


def mbart():
    vocabulary = scored(["<s>", "<pad>", "</s>", "<unk>"])
    languages = dict(src_lang="en_XX", tgt_lang="de_DE")
    tokenizer = MBart50Tokenizer(vocab=vocabulary, **languages)
    config = MBartConfig(**BART, vocab_size=len(tokenizer), decoder_start_token_id=2, scale_embedding=True)
    other = MBartTokenizer(vocab=vocabulary, **languages)
    return tokenizer, config, dict(prefix="", smoothing=0.0, cc25=other)


def marian():
    """One vocabulary for both sides, as a converted Marian has it."""
    base = T5Tokenizer(vocab=scored(["</s>", "<unk>", ">>deu<<"]) + [("<pad>", 0.0)], extra_ids=0)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=base._tokenizer, eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
        additional_special_tokens=[">>deu<<"],
    )
    pad = tokenizer.pad_token_id
    config = MarianConfig(
        **BART, vocab_size=len(tokenizer), pad_token_id=pad, decoder_start_token_id=pad, eos_token_id=0,
        forced_eos_token_id=0, activation_function="swish", scale_embedding=True,
    )
    return tokenizer, config, dict(prefix=">>deu<< ", smoothing=0.0)


def decoder_inputs(model, labels):
    if model.config.model_type == "mbart":
        return shift_tokens_right(labels, model.config.pad_token_id)
    return model.prepare_decoder_input_ids_from_labels(labels)


def encode(tokenizer, prefix: str) -> list[dict]:
    return [
        {**tokenizer(prefix + source), "labels": tokenizer(text_target=target)["input_ids"]}
        for source, target in PAIRS
    ]


def make(name: str, seed: int, made) -> None:
    tokenizer, config, more = made()
    folder = FOLDER / f"trained-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    model = AutoModelForSeq2SeqLM.from_config(config).eval()
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    sort_metadata(folder / "model.safetensors")
    tokenizer.save_pretrained(folder)
    features = encode(tokenizer, more["prefix"])
    for row in features:
        row.pop("token_type_ids", None)
    content = {
        "made_with": made_with(*PACKAGES),
        "recipe": {**RECIPE, "labelSmoothing": more["smoothing"], "prefix": more["prefix"]},
        "rows": [
            {
                "en": source,
                "de": target,
                "source": row["input_ids"],
                "labels": row["labels"],
                "decoder": decoder_inputs(model, torch.tensor([row["labels"]]))[0].tolist(),
            }
            for (source, target), row in zip(PAIRS, features)
        ],
    }
    if "cc25" in more:
        other = more["cc25"]
        other.save_pretrained(folder / "cc25")
        (folder / "cc25" / "tokenizer.json").rename(folder / "tokenizer-cc25.json")
        shutil.rmtree(folder / "cc25")
        content["cc25"] = [
            {"source": row["input_ids"], "labels": row["labels"]} for row in encode(other, "")
        ]
    content |= train(model, tokenizer, features, more["smoothing"])
    (folder / "training.json").write_text(json.dumps(content) + "\n")


def train(model, tokenizer, features, smoothing: float) -> dict:
    collate = DataCollatorForSeq2Seq(tokenizer, model=None)
    batches = [collate([dict(row) for row in features[at : at + 4]]) for at in (0, 4)]
    with torch.no_grad():
        each = [collate([dict(row)]) for row in features]
        before = [
            model(**row, decoder_input_ids=decoder_inputs(model, row["labels"])).loss.item() for row in each
        ]
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in trained if p.dim() > 1], "weight_decay": RECIPE["weight_decay"]},
            {"params": [p for p in trained if p.dim() == 1], "weight_decay": 0.0},
        ],
        lr=RECIPE["learning_rate"],
    )
    smoother = LabelSmoother(epsilon=smoothing)
    losses = []
    for step in range(RECIPE["steps"]):
        batch = batches[step % 2]
        output = model(**batch, decoder_input_ids=decoder_inputs(model, batch["labels"]))
        loss = smoother(output, batch["labels"]) if smoothing else output.loss
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, RECIPE["max_norm"])
        optimizer.step()
    return {"losses": losses, "before": before}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for seed, (name, made) in enumerate({"t5": t5, "mbart": mbart, "marian": marian}.items(), start=31):
        make(name, seed, made)
