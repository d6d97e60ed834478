"""The PyTorch + PEFT side of the benchmark: JSON lines in on stdin, one JSON line out for each.

{"cmd": "setup", "method": "lora" | "full", "layers": 6, "hidden": 384,
 "heads": 12, "intermediate": 1536, "batch": 16, "length": 64, "rank": 8, "alpha": 16,
 "targets": ["query", "value"], "threads": 2}
                                   → {"trainable": parameters, "threads": 2, "versions": {…}}
{"cmd": "step", "count": 5}        → {"ms": [a time for each step], "loss": the last one}
{"cmd": "product", "rows": 1024, "inner": 768, "columns": 3072, "threads": 2}
                                   → {"gigaflops": rate of this matrix product, median}
{"cmd": "memory"}                  → {"mb": peak resident memory of this process}
{"cmd": "stop"} ends it

A step is forward, loss, backward, clipping at 1, AdamW and clearing the gradients. Weights and
batch are random and every token is real; dropout is 0. A mistake answers {"error": message}.
"""

import statistics
import time

import peft
import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model
from transformers import BertConfig, BertForSequenceClassification

from peer_lines import serve
from peer_step import LABELS, VOCABULARY, Run

PRODUCT_RUNS = 24


def make_model(settings: dict) -> torch.nn.Module:
    """A BERT with random weights, with LoRA where the method asks for it."""
    config = BertConfig(
        vocab_size=VOCABULARY,
        num_labels=LABELS,
        num_hidden_layers=settings["layers"],
        hidden_size=settings["hidden"],
        num_attention_heads=settings["heads"],
        intermediate_size=settings["intermediate"],
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertForSequenceClassification(config)
    if settings["method"] == "full":
        return model
    lora = LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        lora_dropout=0.0,
        target_modules=settings["targets"],
    )
    return get_peft_model(model, lora)


def product(request: dict) -> dict:
    if "threads" in request:
        torch.set_num_threads(request["threads"])
    rows, inner, columns = (request[name] for name in ("rows", "inner", "columns"))
    x, weight = torch.rand(rows, inner), torch.rand(columns, inner)
    times = []
    with torch.no_grad():
        for _ in range(PRODUCT_RUNS):
            started = time.perf_counter()
            torch.nn.functional.linear(x, weight)
            times.append(time.perf_counter() - started)
    return {"gigaflops": 2 * rows * inner * columns / statistics.median(times) / 1e9}


def main() -> None:
    run = None

    def setup(request: dict) -> dict:
        nonlocal run
        run = None  # the last model goes before the next one comes
        run = Run(make_model, request)
        return {
            "trainable": sum(parameter.numel() for parameter in run.trained),
            "threads": torch.get_num_threads(),
            "versions": {m.__name__: m.__version__ for m in (torch, transformers, peft)},
        }

    def step(request: dict) -> dict:
        if run is None:
            raise ValueError("setup comes before step")
        return run.steps(request.get("count", 1))

    serve({"setup": setup, "step": step, "product": product})


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main()
