"""Writes beams.json: transformers' beam search over a table of next-token logits, as both sides have it."""

import itertools

import torch
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.modeling_outputs import CausalLMOutputWithCrossAttentions

from golden import HERE, save_json

VOCABULARY = 24
STOP = [[0], [0, 1]]
PROMPTS = [[3, 9], [7, 4], [11, 2]]


class Table(GPT2LMHeadModel):
    """A model whose next token depends on the last two and on how many there are, so that no two texts are
    equally likely: logits = table[last] + 0.5 · table[(one before + length) mod vocabulary]."""

    def __init__(self, table: torch.Tensor):
        config = GPT2Config(vocab_size=VOCABULARY, n_embd=4, n_layer=1, n_head=1)
        config.bos_token_id = config.eos_token_id = None
        super().__init__(config)
        self.table = table

    def forward(self, input_ids=None, **_):
        before = torch.cat([input_ids[:, :1], input_ids[:, :-1]], dim=1)
        lengths = torch.arange(1, input_ids.shape[1] + 1)
        logits = self.table[input_ids] + 0.5 * self.table[(before + lengths) % VOCABULARY]
        return CausalLMOutputWithCrossAttentions(logits=logits)


def cases():
    """Settings of each search."""
    for beams, length, penalty, early in itertools.product(
        (2, 4), (1, 6, 14), (0.0, 1.0, 2.5, -1.0), (True, False, "never")
    ):
        yield {
            "beams": beams,
            "maxNewTokens": length,
            "lengthPenalty": penalty,
            "earlyStopping": early,
            "stopTokens": STOP[beams % 3 % 2],
            "prompts": PROMPTS,
        }
    plain = {"beams": 3, "maxNewTokens": 10, "lengthPenalty": 1.0, "earlyStopping": False}
    for stop in ([], [0, 1, 2, 3]):
        yield {**plain, "stopTokens": stop, "prompts": PROMPTS}
    more = {"noRepeatNgramSize": 2, "minNewTokens": 4, "repetitionPenalty": 1.2}
    yield {**plain, "stopTokens": [0], "prompts": PROMPTS, **more}
    yield {**plain, "stopTokens": [0], "prompts": PROMPTS[:1], "forcedLastToken": [0]}


def main() -> None:
    generator = torch.Generator().manual_seed(3)
    # Multiples of 1/4096 are exact in both and rarely equal; the stop token is likely enough to be met.
    table = torch.round(torch.randn(VOCABULARY, VOCABULARY, generator=generator) * 6144) / 4096
    table[:, 0] += 1.0
    model = Table(table).eval()
    made = []
    for case in cases():
        stop = case["stopTokens"]
        extra = {
            "no_repeat_ngram_size": case.get("noRepeatNgramSize", 0),
            "min_new_tokens": case.get("minNewTokens", 0),
            "repetition_penalty": case.get("repetitionPenalty", 1.0),
            "forced_eos_token_id": case.get("forcedLastToken"),
        }
        with torch.no_grad():
            found = model.generate(
                torch.tensor(case["prompts"]),
                attention_mask=torch.ones(len(case["prompts"]), 2, dtype=torch.int64),
                num_beams=case["beams"],
                num_return_sequences=case["beams"],
                max_new_tokens=case["maxNewTokens"],
                length_penalty=case["lengthPenalty"],
                early_stopping=case["earlyStopping"],
                eos_token_id=stop or None,
                pad_token_id=VOCABULARY - 1,
                do_sample=False,
                use_cache=False,
                output_scores=True,
                return_dict_in_generate=True,
                output_logits=True,
                **extra,
            )
        lengths = (found.beam_indices >= 0).sum(1).tolist()
        rows = [row[:length].tolist() for row, length in zip(found.beam_indices, lengths)]
        tokens = [row[2 : 2 + length].tolist() for row, length in zip(found.sequences, lengths)]
        made.append(
            {
                **case,
                "tokens": tokens,
                "rows": rows,
                "scores": [round(score, 6) for score in found.sequences_scores.tolist()],
                "steps": len(found.logits),
            }
        )
    save_json(
        HERE / "beams.json", {"table": table.tolist(), "cases": made}, ["torch", "transformers"]
    )


main()
