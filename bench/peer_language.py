"""The other side of the training of a language model: TRL's SFTTrainer with PEFT, or without.

{"cmd": "setup", "folder": model, "file": rows and start, "threads": n, "compiled": bool, "bfloat16": bool,
 "gradientCheckpointing": bool, "method": "lora" | "full"}    → {"about": versions, "threads": n}
{"cmd": "step", "count": n}  → {"ms": …, "processor": …, "losses": …}, of each step
{"cmd": "memory"}            → {"mb": peak resident memory of this process}
{"cmd": "stop"} ends it

The file is what our side wrote: the rows in the order of its batches, its learning rates, and where its
parameters start. The trainer runs in a thread of its own and waits at each step until it is asked for.
"""

import json
import tempfile
import threading
import time

import peft
import torch
import transformers
import trl
from datasets import Dataset
from peft import LoraConfig
from peer_lines import serve
from transformers import AutoModelForCausalLM, PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer

IGNORED = -100  # as PyTorch's cross-entropy has it


class Gate(TrainerCallback):
    """Lets the trainer take a step when one is asked for, and times it."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.done = threading.Semaphore(0)
        self.began = self.processor_began = 0.0
        self.milliseconds: list[float] = []
        self.processor: list[float] = []

    def on_step_begin(self, args, state, control, **kwargs):
        self.asked.acquire()
        self.began, self.processor_began = time.perf_counter(), time.process_time()

    def on_step_end(self, args, state, control, **kwargs):
        self.milliseconds.append(1000 * (time.perf_counter() - self.began))
        self.processor.append(1000 * (time.process_time() - self.processor_began))
        self.done.release()


class Recorded(SFTTrainer):
    """The trainer, with the loss of each step as it is rather than rounded in a log."""

    def __init__(self, *args, **kwargs) -> None:
        self.losses: list[float] = []
        super().__init__(*args, **kwargs)

    def training_step(self, *args, **kwargs):
        loss = super().training_step(*args, **kwargs)
        self.losses.append(loss.item())
        return loss


def labels_of(row: dict) -> list[int]:
    return [i if counts else IGNORED for i, counts in zip(row["ids"], row["counts"], strict=True)]


class Run:
    def __init__(self, request: dict) -> None:
        torch.set_num_threads(request["threads"])
        with open(request["file"], encoding="utf-8") as file:
            given = json.load(file)
        settings = given["settings"]
        rates = given["rates"]
        self.gate = Gate()
        self.error: BaseException | None = None
        model = AutoModelForCausalLM.from_pretrained(request["folder"], dtype=torch.float32)
        model.config.use_cache = False
        lora = LoraConfig(
            task_type="CAUSAL_LM", r=given["rank"], lora_alpha=given["alpha"], lora_dropout=0.0
        )
        self.trainer = Recorded(
            model=model,
            args=SFTConfig(
                output_dir=tempfile.mkdtemp(),
                max_steps=len(rates),
                per_device_train_batch_size=given["batch"],
                learning_rate=settings["learningRate"],
                weight_decay=settings["weightDecay"],
                max_grad_norm=settings["maxGradientNorm"],
                train_sampling_strategy="sequential",
                max_length=None,
                gradient_checkpointing=request["gradientCheckpointing"],
                torch_compile=request["compiled"],
                bf16=request["bfloat16"],
                use_cpu=True,
                save_strategy="no",
                logging_strategy="no",
                report_to="none",
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_list(
                [{"input_ids": row["ids"], "labels": labels_of(row)} for row in given["rows"]]
            ),
            processing_class=tokenizer(),
            peft_config=lora if request["method"] == "lora" else None,
            callbacks=[self.gate],
        )
        self.trainer.remove_callback(PrinterCallback)
        if request["method"] == "lora":
            self.start_from(given["parameters"])
        # Our rates: transformers' warm-up begins with 0.
        optimizer = self.trainer.create_optimizer()
        self.trainer.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: rates[min(step, len(rates) - 1)] / settings["learningRate"]
        )
        threading.Thread(target=self.work, args=(request["threads"],), daemon=True).start()

    def start_from(self, parameters: dict) -> None:
        """Gives every parameter that is trained our side's numbers."""
        used = set()
        for name, value in self.trainer.model.named_parameters():
            if not value.requires_grad:
                continue
            own = name.removeprefix("base_model.model.model.").replace(".default.weight", "")
            value.data.copy_(torch.tensor(parameters[own]).reshape(value.shape))
            used.add(own)
        if used != set(parameters):
            raise ValueError(f"not trained here: {sorted(set(parameters) - used)}")

    def work(self, threads: int) -> None:
        torch.set_num_threads(threads)
        try:
            self.trainer.train()
        except BaseException as error:  # the thread that waits must not wait for ever
            self.error = error
            self.gate.done.release()

    def step(self, request: dict) -> dict:
        before = len(self.gate.milliseconds)
        for _ in range(request["count"]):
            self.gate.asked.release()
            self.gate.done.acquire()
            if self.error:
                raise self.error
        gate = self.gate
        return {
            "ms": gate.milliseconds[before:],
            "processor": gate.processor[before:],
            "losses": self.trainer.losses[before:],
        }


def tokenizer():
    """No text is read; the trainer asks for the tokens that pad and end."""
    from tokenizers import Tokenizer, models

    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel({"<pad>": 0, "<eos>": 1, "<unk>": 2}, "<unk>")),
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
    )


def main() -> None:
    run: Run | None = None

    def setup(request: dict) -> dict:
        nonlocal run
        run = Run(request)
        about = {module.__name__: module.__version__ for module in (torch, transformers, peft, trl)}
        return {"about": about, "threads": torch.get_num_threads()}

    serve({"setup": setup, "step": lambda request: run.step(request)})


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main()
