"""Lets tiny models of every family write: write_greedily.py FOLDER.

For every family FOLDER/<name>/ with config.json and model.safetensors as transformers saves them, and
FOLDER/written.json: {"made_with": versions, "newTokens": n, "start": id, "models": {name: {"prompts", "greedy"}}}.
An encoder-decoder's prompts are its sources. Nothing ends a text but its length.
"""

import random
import sys
from pathlib import Path

import torch
import transformers
from golden import randomise, save_json
from make_decoders import MODELS as DECODERS
from make_decoders import SIZES
from make_decoders import randomise as randomise_decoder
from make_seq2seq import CONFIGS
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, GenerationConfig

PROMPTS, NEW, BATCH, LONGEST = 200, 64, 50, 16
POSITIONS = 96
START = 2
GPT2 = dict(vocab_size=30, n_embd=8, n_layer=3, n_head=2, n_positions=POSITIONS, initializer_range=0.4)
BY_TYPE = {
    "gpt2": ("gpt2", GPT2),
    "llama": ("llama", dict(SIZES)),
    **{name: (kind, {**SIZES, **own}) for name, (kind, own) in DECODERS.items() if "-" not in name and name != "gemma3"},
}


def decoders():
    for seed, (name, (kind, sizes)) in enumerate(BY_TYPE.items(), start=91):
        settings = sizes if kind == "gpt2" else {**sizes, "max_position_embeddings": POSITIONS}
        config = AutoConfig.for_model(kind, **settings)
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
        randomise_decoder(model, config, seed)
        yield name, model


def encoder_decoders():
    for seed, (name, config) in enumerate(CONFIGS.items(), start=121):
        if hasattr(config, "max_position_embeddings"):
            config.max_position_embeddings = POSITIONS
        torch.manual_seed(seed)
        model = AutoModelForSeq2SeqLM.from_config(config).eval()
        randomise(model, seed)
        yield name, model


def padded(rows, pad: int, left: bool):
    longest = max(map(len, rows))
    fills = [longest - len(row) for row in rows]
    at = [([pad] * fill, row) if left else (row, [pad] * fill) for row, fill in zip(rows, fills)]
    masks = [([0] * fill, [1] * len(row)) if left else ([1] * len(row), [0] * fill) for row, fill in zip(rows, fills)]
    return torch.tensor([a + b for a, b in at]), torch.tensor([a + b for a, b in masks])


def written(model, prompts, is_decoder: bool) -> list[list[int]]:
    """The new tokens of each prompt."""
    pad = model.config.pad_token_id or 0
    # The cache of an encoder-decoder has as many layers as the encoder, and some decoders have more.
    more = {} if is_decoder else {"decoder_start_token_id": START, "use_cache": False}
    settings = GenerationConfig(do_sample=False, max_new_tokens=NEW, pad_token_id=pad, **more)
    found = []
    for at in range(0, len(prompts), BATCH):
        ids, mask = padded(prompts[at : at + BATCH], pad, is_decoder)
        made = model.generate(ids, attention_mask=mask, generation_config=settings)
        found += made[:, ids.shape[1] if is_decoder else 1 :].tolist()
    return found


def main(folder: Path) -> None:
    models = {}
    for made, is_decoder in ((decoders(), True), (encoder_decoders(), False)):
        for name, model in made:
            # transformers takes what to write with from here, not from what config.json says.
            model.generation_config = GenerationConfig()
            model.config.eos_token_id = None
            model.config.forced_eos_token_id = None
            model.save_pretrained(folder / name)
            draw = random.Random(13)
            prompts = [
                [draw.randrange(5, model.config.vocab_size) for _ in range(draw.randint(1, LONGEST))]
                for _ in range(PROMPTS)
            ]
            models[name] = {"prompts": prompts, "greedy": written(model, prompts, is_decoder)}
    save_json(
        folder / "written.json",
        {"newTokens": NEW, "start": START, "models": models},
        ["torch", "transformers"],
    )


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
