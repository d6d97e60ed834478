"""What transformers writes with the tiny encoder-decoders: greedily, and by beam search."""

import random
import sys

import torch
from golden import HERE, save_json
from transformers import AutoModelForSeq2SeqLM, GenerationConfig

MODELS = ["t5", "t5-untied", "bart", "mbart", "marian"]
SOURCES = 100
BATCH = 20
LONGEST_SOURCE = 18
NEW = 22
# No token of the tiny models is special but padding: one that is written now and then.
END = 7
START, FIRST = 2, 11


def sources_of(config) -> list[list[int]]:
    draw = random.Random(11)
    return [
        [draw.randrange(5, config.vocab_size) for _ in range(draw.randint(1, LONGEST_SOURCE))]
        for _ in range(SOURCES)
    ]


def written(model, sources, **options) -> list[list[int]]:
    """The new tokens of each source, without padding behind the end."""
    pad = model.config.pad_token_id
    longest = max(map(len, sources))
    ids = torch.tensor([each + [pad] * (longest - len(each)) for each in sources])
    mask = torch.tensor([[1] * len(each) + [0] * (longest - len(each)) for each in sources])
    settings = GenerationConfig(
        do_sample=False,
        # Its cache has as many layers as the encoder, and these decoders have more.
        use_cache=False,
        max_new_tokens=NEW,
        eos_token_id=END,
        pad_token_id=pad,
        decoder_start_token_id=START,
        **options,
    )
    found = model.generate(ids, attention_mask=mask, generation_config=settings)[:, 1:].tolist()
    return [row[: row.index(END) + 1] if END in row else row for row in found]


def in_batches(model, sources, **options) -> list[list[int]]:
    found = []
    for start in range(0, len(sources), BATCH):
        found += written(model, sources[start : start + BATCH], **options)
    return found


def main(names) -> None:
    models = {}
    for name in names:
        model = AutoModelForSeq2SeqLM.from_pretrained(HERE / "seq2seq" / name, dtype=torch.float32)
        model.eval()
        # transformers takes what generation_config says not from what config.json forces.
        model.generation_config = GenerationConfig()
        sources = sources_of(model.config)
        models[name] = {
            "sources": sources,
            "greedy": in_batches(model, sources),
            # Models of random weights repeat themselves else.
            "varied": in_batches(model, sources, no_repeat_ngram_size=2, min_new_tokens=12),
            "beams": in_batches(
                model, sources, num_beams=4, length_penalty=0.7, early_stopping=True
            ),
            "forced": in_batches(
                model,
                sources[:20],
                num_beams=2,
                forced_bos_token_id=FIRST,
                forced_eos_token_id=END,
                no_repeat_ngram_size=2,
            ),
        }
    save_json(
        HERE / "seq2seq" / "generate.json",
        {"start": START, "first": FIRST, "end": END, "newTokens": NEW, "models": models},
        ["torch", "transformers"],
    )


if __name__ == "__main__":
    main(sys.argv[1:] or MODELS)
