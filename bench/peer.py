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

LABELS = 2
CLIP = 1.0
LEARNING_RATE = 1e-4
WEIGHT_DECAY = 0.01
VOCABULARY = 30522
PRODUCT_RUNS = 24


class Run:
    """A model, its optimiser and one batch."""

    def __init__(self, settings: dict) -> None:
        if "threads" in settings:
            torch.set_num_threads(settings["threads"])
        torch.manual_seed(settings.get("seed", 1))
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
        if settings["method"] == "lora":
            lora = LoraConfig(
                task_type=TaskType.SEQ_CLS,
                r=settings["rank"],
                lora_alpha=settings["alpha"],
                lora_dropout=0.0,
                target_modules=settings["targets"],
            )
            model = get_peft_model(model, lora)
        elif settings["method"] != "full":
            raise ValueError(f'method is "lora" or "full", not "{settings["method"]}"')
        self.model = model.eval()
        self.trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in self.trained if p.dim() > 1], "weight_decay": WEIGHT_DECAY},
                {"params": [p for p in self.trained if p.dim() == 1], "weight_decay": 0.0},
            ],
            lr=LEARNING_RATE,
        )
        shape = (settings["batch"], settings["length"])
        self.batch = {
            "input_ids": torch.randint(0, VOCABULARY, shape),
            "attention_mask": torch.ones(shape, dtype=torch.int64),
            "token_type_ids": torch.zeros(shape, dtype=torch.int64),
            "labels": torch.arange(settings["batch"]) % LABELS,
        }

    def step(self) -> float:
        loss = self.model(**self.batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()


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
        run = Run(request)
        return {
            "trainable": sum(parameter.numel() for parameter in run.trained),
            "threads": torch.get_num_threads(),
            "versions": {m.__name__: m.__version__ for m in (torch, transformers, peft)},
        }

    def step(request: dict) -> dict:
        if run is None:
            raise ValueError("setup comes before step")
        times, loss = [], None
        for _ in range(request.get("count", 1)):
            started = time.perf_counter()
            loss = run.step()
            times.append(1000 * (time.perf_counter() - started))
        return {"ms": times, "loss": loss}

    serve({"setup": setup, "step": step, "product": product})


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main()
