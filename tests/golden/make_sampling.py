"""Writes sampling.json: what transformers' logits processors make of random logits."""

import math

import torch
from transformers import (
    ForcedBOSTokenLogitsProcessor,
    ForcedEOSTokenLogitsProcessor,
    MinNewTokensLengthLogitsProcessor,
    MinPLogitsWarper,
    NoBadWordsLogitsProcessor,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    SequenceBiasLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)
from transformers.generation.logits_process import LogitsProcessorList

from golden import HERE, save_json

VOCABULARY = 200
PROMPT = [5, 9, 9, 3, 7, 5, 9]
WRITTEN = [11, 3, 7, 5, 9, 3, 7, 5]
MAX_NEW = 9
STOP = [2, 17]


def processors():
    """Name → processor; options of ours stand in the test under the same name."""
    yield "repetition 1.3", RepetitionPenaltyLogitsProcessor(1.3)
    yield "repetition 0.8", RepetitionPenaltyLogitsProcessor(0.8)
    for size in (1, 2, 3, 4):
        yield f"ngrams {size}", NoRepeatNGramLogitsProcessor(size)
    yield "bias", SequenceBiasLogitsProcessor({(4,): 2.5, (8,): -math.inf, (13,): -1.25})
    yield "bad words", NoBadWordsLogitsProcessor([[6], [7, 5, 21], [5, 22], [9, 23], [2]], STOP)
    yield "min new 8", MinNewTokensLengthLogitsProcessor(len(PROMPT), 8, STOP)
    yield "min new 9", MinNewTokensLengthLogitsProcessor(len(PROMPT), 9, STOP)
    yield "forced first", ForcedBOSTokenLogitsProcessor(12)
    yield "forced last", ForcedEOSTokenLogitsProcessor(len(PROMPT) + MAX_NEW, STOP)
    yield "temperature 0.7", TemperatureLogitsWarper(0.7)
    for k in (1, 2, 50, 1000):
        yield f"top-k {k}", TopKLogitsWarper(k)
    for p in (0.05, 0.5, 0.9, 0.999):
        yield f"top-p {p}", TopPLogitsWarper(p)
    for p in (0.02, 0.3, 1.0):
        yield f"min-p {p}", MinPLogitsWarper(p)
    for mass in (0.1, 0.5, 0.95):
        yield f"typical {mass}", TypicalLogitsWarper(mass)
    yield "all", LogitsProcessorList(
        [
            SequenceBiasLogitsProcessor({(4,): 2.5, (8,): -math.inf, (13,): -1.25}),
            RepetitionPenaltyLogitsProcessor(1.3),
            NoRepeatNGramLogitsProcessor(2),
            NoBadWordsLogitsProcessor([[6], [7, 5, 21], [5, 22], [9, 23], [2]], STOP),
            MinNewTokensLengthLogitsProcessor(len(PROMPT), 9, STOP),
            TemperatureLogitsWarper(0.7),
            TopKLogitsWarper(100),
            TopPLogitsWarper(0.95),
            MinPLogitsWarper(0.01),
            TypicalLogitsWarper(0.9),
        ]
    )


def plain(row: torch.Tensor) -> list:
    """A row in JSON: null forbids."""
    return [None if value == -math.inf else value for value in row.tolist()]


def main() -> None:
    generator = torch.Generator().manual_seed(7)
    scales = [1.0, 4.0]
    rows = [scale * torch.randn(1, VOCABULARY, generator=generator) for scale in scales]
    ids = torch.tensor([PROMPT + WRITTEN])
    made = {
        name: [plain(processor(ids, row.clone())[0]) for row in rows]
        for name, processor in processors()
    }
    first = ForcedBOSTokenLogitsProcessor(12)(ids[:, :1], rows[0].clone())
    save_json(
        HERE / "sampling.json",
        {
            "prompt": PROMPT,
            "written": WRITTEN,
            "maxNewTokens": MAX_NEW,
            "stopTokens": STOP,
            "logits": [plain(row[0]) for row in rows],
            "forcedFirst": plain(first[0]),
            "made": made,
        },
        ["torch", "transformers"],
    )


main()
