"""A training step of PyTorch on a model with random weights and one random batch.

Settings besides the sizes: "compiled" (torch.compile with its defaults) and "bfloat16" (mixed precision
with autocast, as Trainer's bf16). Both are false unless given.
"""

import contextlib
import time
from collections.abc import Callable

import torch

LABELS = 2
CLIP = 1.0
LEARNING_RATE = 1e-4
WEIGHT_DECAY = 0.01
VOCABULARY = 30522


class Run:
    """A model, its optimiser and one batch."""

    def __init__(self, make_model: Callable[[dict], torch.nn.Module], settings: dict) -> None:
        if settings["method"] not in ("lora", "full"):
            raise ValueError(f'method is "lora" or "full", not "{settings["method"]}"')
        if "threads" in settings:
            torch.set_num_threads(settings["threads"])
        torch.manual_seed(settings.get("seed", 1))
        device = settings.get("device", "cpu")
        self.model = make_model(settings).eval().to(device)
        self.forward = torch.compile(self.model) if settings.get("compiled") else self.model
        self.mixed = settings.get("bfloat16", False)
        self.device = device
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in self.trained if p.dim() > 1], "weight_decay": WEIGHT_DECAY},
                {"params": [p for p in self.trained if p.dim() == 1], "weight_decay": 0.0},
            ],
            lr=LEARNING_RATE,
            fused=True,  # Trainer's default
        )
        shape = (settings["batch"], settings["length"])
        batch = {
            "input_ids": torch.randint(0, VOCABULARY, shape),
            "attention_mask": torch.ones(shape, dtype=torch.int64),
            "token_type_ids": torch.zeros(shape, dtype=torch.int64),
            "labels": torch.arange(settings["batch"]) % LABELS,
        }
        self.batch = {name: tensor.to(device) for name, tensor in batch.items()}

    def precision(self) -> contextlib.AbstractContextManager:
        return torch.autocast(self.device, torch.bfloat16) if self.mixed else contextlib.nullcontext()

    def step(self) -> float:
        with self.precision():
            loss = self.forward(**self.batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()

    def steps(self, count: int) -> dict:
        """Milliseconds of each step, on the clock and of the processor, up to the end of all work that it
        gave to a GPU."""
        times, processor, loss = [], [], None
        for _ in range(count):
            started, processor_started = time.perf_counter(), time.process_time()
            loss = self.step()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            times.append(1000 * (time.perf_counter() - started))
            processor.append(1000 * (time.process_time() - processor_started))
        return {"ms": times, "processor": processor, "loss": loss}
