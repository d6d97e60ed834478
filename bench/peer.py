"""The PyTorch + PEFT side of the benchmark: JSON lines in on stdin, one JSON line out for each.

{"cmd": "setup", "case": "lora" | "full", "layers": 6, "hidden": 384, "heads": 12,
 "intermediate": 1536, "batch": 16, "length": 64, "rank": 8, "targets": ["query", "value"],
 "threads": 2}                     → {"ok": true, "trainable": parameters, "versions": {…}}
{"cmd": "step", "count": 5}        → {"ms": [a time for each step], "loss": the last one}
{"cmd": "memory"}                  → {"mb": peak resident memory of this process}
{"cmd": "stop"}                    → {"ok": true}, and the end

A step is forward, loss, backward, clipping at 1, AdamW and clearing the gradients. Weights and
batch are random and every token is real; dropout is 0. A mistake answers {"error": message}.
"""

import json
import resource
import sys
import time

import peft
import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model
from transformers import BertConfig, BertForSequenceClassification

LABELS = 2
CLIP = 1.0
LEARNING_RATE = 1e-4
WEIGHT_DECAY = 0.01
VOCABULARY = 30522


class Run:
    """A model, its optimiser and one batch."""

    def __init__(self, settings: dict) -> None:
        torch.set_num_threads(settings.get("threads", 2))
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
        if settings["case"] == "lora":
            rank = settings.get("rank", 8)
            lora = LoraConfig(
                task_type=TaskType.SEQ_CLS,
                r=rank,
                lora_alpha=2 * rank,
                lora_dropout=0.0,
                target_modules=settings.get("targets", ["query", "value"]),
            )
            model = get_peft_model(model, lora)
        elif settings["case"] != "full":
            raise ValueError(f'case is "lora" or "full", not "{settings["case"]}"')
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


def peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in kibibytes, macOS in bytes.
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main() -> None:
    run = None

    def answer(request: dict) -> dict:
        nonlocal run
        match request.get("cmd"):
            case "setup":
                run = None  # the last model goes before the next one comes
                run = Run(request)
                return {
                    "ok": True,
                    "trainable": sum(parameter.numel() for parameter in run.trained),
                    "versions": {m.__name__: m.__version__ for m in (torch, transformers, peft)},
                }
            case "step":
                if run is None:
                    raise ValueError("setup comes before step")
                times, loss = [], None
                for _ in range(request.get("count", 1)):
                    started = time.perf_counter()
                    loss = run.step()
                    times.append(1000 * (time.perf_counter() - started))
                return {"ms": times, "loss": loss}
            case "memory":
                return {"mb": peak_megabytes()}
            case "stop":
                return {"ok": True}
            case other:
                raise ValueError(f'cmd is setup, step, memory or stop, not "{other}"')

    for line in sys.stdin:
        if not line.strip():
            continue
        request = {}
        try:
            request = json.loads(line)
            result = answer(request)
        except Exception as error:  # whatever it was, the other side waits for a line
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)
        if isinstance(request, dict) and request.get("cmd") == "stop":
            return


if __name__ == "__main__":
    # Only answers may reach standard output.
    transformers.logging.set_verbosity_error()
    main()
