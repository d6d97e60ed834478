"""What transformers writes with the tiny decoders: greedily, and by beam search."""

import random
import sys

import torch
from golden import HERE, save_json
from transformers import AutoModelForCausalLM, GenerationConfig

MODELS = ["gpt2", "gpt2-untied", "llama", "llama-tied"]
PROMPTS = 200
BATCH = 25
LONGEST_PROMPT = 8
END = 4


def prompts_of(config) -> list[list[int]]:
    draw = random.Random(7)
    return [
        [draw.randrange(5, config.vocab_size) for _ in range(draw.randint(1, LONGEST_PROMPT))]
        for _ in range(PROMPTS)
    ]


def left_padded(prompts, pad):
    longest = max(map(len, prompts))
    ids = [[pad] * (longest - len(each)) + each for each in prompts]
    mask = [[0] * (longest - len(each)) + [1] * len(each) for each in prompts]
    return torch.tensor(ids), torch.tensor(mask)


def written(model, prompts, **options) -> list[list[int]]:
    """The new tokens of each prompt, without padding behind the end."""
    config = model.config
    ids, mask = left_padded(prompts, config.pad_token_id)
    settings = GenerationConfig(
        do_sample=False,
        eos_token_id=END,
        pad_token_id=config.pad_token_id,
        bos_token_id=config.bos_token_id,
        **options,
    )
    found = model.generate(ids, attention_mask=mask, generation_config=settings)
    rows = found[:, ids.shape[1] :].tolist()
    return [row[: row.index(END) + 1] if END in row else row for row in rows]


def in_batches(model, prompts, size=BATCH, **options) -> list[list[int]]:
    found = []
    for start in range(0, len(prompts), size):
        found += written(model, prompts[start : start + size], **options)
    return found


def main(names) -> None:
    models = {}
    for name in names:
        model = AutoModelForCausalLM.from_pretrained(HERE / "models" / name, dtype=torch.float32)
        model.eval()
        prompts = prompts_of(model.config)
        room = 64 - LONGEST_PROMPT
        few = prompts[:20]
        models[name] = {
            "prompts": prompts,
            "greedy": in_batches(model, prompts, max_new_tokens=room),
            # One by one: transformers penalises the padding before shorter prompts, too.
            "penalised": in_batches(
                model,
                few,
                1,
                max_new_tokens=24,
                repetition_penalty=1.3,
                no_repeat_ngram_size=3,
                min_new_tokens=6,
            ),
            "beams": in_batches(
                model, few, max_new_tokens=16, num_beams=4, length_penalty=0.7, early_stopping=True
            ),
        }
    save_json(HERE / "generate.json", {"models": models}, ["torch", "transformers"])


if __name__ == "__main__":
    main(sys.argv[1:] or MODELS)
