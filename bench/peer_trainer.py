"""The Trainer + PEFT side of the benchmark: JSON lines in on stdin, one JSON line out for each.

{"cmd": "setup", "file": path, "threads": n, "sampling": "random" | "group_by_length",
 "compiled": bool, "dynamic": bool, "bfloat16": bool}   (random, eager and float32 unless given)
                 → {"examples": n, "threads": n, "versions": {…}}
{"cmd": "epoch"} → {"ms": [of the last epoch], "processor": [of it], "prepareSeconds": before it, "loss":
                    mean, "tokens": computed}
{"cmd": "first"} → {"loss": of the first step, "ms": [of it], "processor": [of it]}, and no second step
{"cmd": "memory"}                             → {"mb": peak resident memory of this process}
{"cmd": "stop"} ends it

The file holds what the other side trains with: the model's files, token ids and labels, and the
settings. Batches are padded to their longest row (DataCollatorWithPadding). What is compiled is compiled
for one batch before the epoch begins; what other lengths make Trainer compile again is part of the epoch.
A mistake answers {"error": message}.
"""

import json
import os
import tempfile
import time

import peft
import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model
from safetensors.torch import load_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DataCollatorWithPadding,
    PreTrainedTokenizerFast,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from peer_lines import serve


class Watch(TrainerCallback):
    """Times the loop, and stops it after the first step where that is all that is wanted."""

    def __init__(self, first_only: bool) -> None:
        self.first_only = first_only
        self.before_first = lambda: None
        self.began = self.epoch_began = self.ended = 0.0
        self.processor_began = self.processor_ended = 0.0

    def on_train_begin(self, args, state, control, **kwargs):
        self.before_first()
        self.began = time.perf_counter()

    def on_epoch_begin(self, args, state, control, **kwargs):
        self.epoch_began, self.processor_began = time.perf_counter(), time.process_time()

    def on_step_end(self, args, state, control, **kwargs):
        control.should_training_stop = control.should_training_stop or self.first_only

    def on_train_end(self, args, state, control, **kwargs):
        self.ended, self.processor_ended = time.perf_counter(), time.process_time()


class Run:
    """The data, and a fresh model for every run."""

    def __init__(self, request: dict) -> None:
        if "threads" in request:
            torch.set_num_threads(request["threads"])
        with open(request["file"], encoding="utf-8") as file:
            given = json.load(file)
        self.given = given
        self.sampling = request.get("sampling", "random")
        self.compiled = request.get("compiled", False)
        self.bfloat16 = request.get("bfloat16", False)
        # TrainingArguments have no field for it; accelerate reads this.
        if request.get("dynamic"):
            os.environ["ACCELERATE_DYNAMO_USE_DYNAMIC"] = "true"
        self.tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=given["tokenizer"],
            pad_token="[PAD]",
            model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        )
        self.examples = [
            {
                "input_ids": each["input_ids"],
                "token_type_ids": [0] * len(each["input_ids"]),
                "attention_mask": [1] * len(each["input_ids"]),
                "label": each["label"],
            }
            for each in given["examples"]
        ]

    def model(self):
        given = self.given
        config = BertConfig.from_json_file(given["config"])
        config.num_labels = given["outputs"]
        base = BertForSequenceClassification(config)
        weights = {name: tensor.float() for name, tensor in load_file(given["weights"]).items()}
        missing, surplus = base.bert.load_state_dict(weights, strict=False)
        if missing or set(surplus) - {"embeddings.position_ids"}:
            raise ValueError(f"the weights lack {missing} and have {surplus} too many")
        if given["method"] == "head":
            base.bert.requires_grad_(False)
            return base
        lora = LoraConfig(
            task_type=TaskType.SEQ_CLS,
            r=given["rank"],
            lora_alpha=given["alpha"],
            lora_dropout=0.0,
            target_modules=given["targets"],
        )
        return get_peft_model(base, lora)

    def train(self, first_only: bool = False) -> dict:
        torch._dynamo.reset()  # what was compiled for the last run's model counts against a limit
        started = time.perf_counter()
        settings = self.given["settings"]
        collate = DataCollatorWithPadding(self.tokenizer)
        watch = Watch(first_only)
        tokens = 0

        def counting(examples):
            nonlocal tokens
            batch = collate(examples)
            tokens += batch["input_ids"].numel()
            return batch

        with tempfile.TemporaryDirectory() as folder:
            trainer = Trainer(
                model=self.model(),
                args=TrainingArguments(
                    output_dir=folder,
                    num_train_epochs=settings["epochs"],
                    per_device_train_batch_size=settings["batchSize"],
                    learning_rate=settings["learningRate"],
                    lr_scheduler_type=settings["schedule"],
                    warmup_steps=settings["warmup"],
                    weight_decay=settings["weightDecay"],
                    max_grad_norm=settings["maxGradientNorm"],
                    seed=settings["seed"],
                    train_sampling_strategy=self.sampling,
                    torch_compile=self.compiled,
                    bf16=self.bfloat16,
                    use_cpu=True,
                    save_strategy="no",
                    logging_strategy="no",
                    report_to="none",
                    disable_tqdm=True,
                ),
                train_dataset=self.examples,
                data_collator=counting,
                processing_class=self.tokenizer,
                callbacks=[watch],
            )
            trainer.remove_callback(PrinterCallback)
            if self.compiled:
                first = self.examples[: settings["batchSize"]]
                watch.before_first = lambda: compile_for(trainer, collate(first))
            loss = trainer.train().training_loss
        times = {
            "ms": [1000 * (watch.ended - watch.epoch_began)],
            "processor": [1000 * (watch.processor_ended - watch.processor_began)],
        }
        if first_only:
            return times | {"loss": loss}
        return times | {
            "prepareSeconds": watch.began - started,
            "loss": loss,
            "tokens": tokens,
        }


def compile_for(trainer: Trainer, batch) -> None:
    """Lets what is compiled for a batch be compiled, and leaves the training as it was."""
    items = trainer._get_num_items_in_batch([batch], trainer.args.device)
    trainer.training_step(trainer.model_wrapped, batch, num_items_in_batch=items)
    trainer.model_wrapped.zero_grad()


def main() -> None:
    run = None

    def setup(request: dict) -> dict:
        nonlocal run
        run = Run(request)
        return {
            "examples": len(run.examples),
            "threads": torch.get_num_threads(),
            "versions": {m.__name__: m.__version__ for m in (torch, transformers, peft)},
        }

    serve(
        {
            "setup": setup,
            "epoch": lambda request: run.train(),
            "first": lambda request: run.train(first_only=True),
        }
    )


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main()
