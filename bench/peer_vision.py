"""The PyTorch side of the steps of image models: JSON lines in on stdin, one JSON line out for each.

{"cmd": "setup", "method": "lora" | "full" | "head", "modelType": "vit", "config": {…}, "head": "classification" | "masks",
 "labels": 9, "batch": 8, "size": 224, "rank": 8, "alpha": 16, "targets": ["query", "value"], "threads": 2,
 "compiled": bool, "bfloat16": bool, "channelsLast": bool} → {"trainable": parameters, "threads": 2}
{"cmd": "step", "count": 2} → {"ms": of each step, "processor": of each step, "loss": the last one}

A step is forward, loss, backward, clipping at 1, AdamW and clearing the gradients, in training mode, as Trainer
does it. Weights, images and targets are random.
"""

import contextlib
import time

import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForImageClassification, AutoModelForSemanticSegmentation

from peer_lines import serve

# transformers names modules otherwise than checkpoints.
MODULES = {"query": "q_proj", "value": "v_proj"}


class Step:
    def __init__(self, asked: dict) -> None:
        torch.set_num_threads(asked["threads"]) if asked.get("threads") else None
        torch.manual_seed(1)
        config = AutoConfig.for_model(asked["modelType"], num_labels=asked["labels"], **asked["config"])
        kind = AutoModelForImageClassification if asked["head"] == "classification" else AutoModelForSemanticSegmentation
        model = kind.from_config(config)
        if asked["method"] == "lora":
            modules = [MODULES[name] for name in asked["targets"]]
            model = get_peft_model(
                model,
                LoraConfig(r=asked["rank"], lora_alpha=asked["alpha"], target_modules=modules, modules_to_save=["classifier"]),
            )
        if asked["method"] == "head":
            for name, parameter in model.named_parameters():
                parameter.requires_grad_("classifier" in name)
        model.train()
        memory = torch.channels_last if asked.get("channelsLast") else torch.contiguous_format
        model.to(memory_format=memory)
        self.model = torch.compile(model) if asked.get("compiled") else model
        self.mixed = bool(asked.get("bfloat16"))
        self.trained = [each for each in model.parameters() if each.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trained, lr=1e-4, weight_decay=0.01, fused=True)
        batch, size = asked["batch"], asked["size"]
        self.pixels = torch.randn(batch, 3, size, size).to(memory_format=memory)
        shape = (batch,) if asked["head"] == "classification" else (batch, size, size)
        self.targets = torch.randint(0, asked["labels"], shape)

    def step(self) -> float:
        mixed = torch.autocast("cpu", torch.bfloat16) if self.mixed else contextlib.nullcontext()
        with mixed:
            loss = self.model(pixel_values=self.pixels, labels=self.targets).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()


def main() -> None:
    run = None

    def setup(asked: dict) -> dict:
        nonlocal run
        run = Step(asked)
        return {"trainable": sum(each.numel() for each in run.trained), "threads": torch.get_num_threads()}

    def step(asked: dict) -> dict:
        times, processor, loss = [], [], None
        for _ in range(asked.get("count", 1)):
            started, processor_started = time.perf_counter(), time.process_time()
            loss = run.step()
            times.append(1000 * (time.perf_counter() - started))
            processor.append(1000 * (time.process_time() - processor_started))
        return {"ms": times, "processor": processor, "loss": loss}

    serve({"setup": setup, "step": step})


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    main()
