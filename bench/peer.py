"""The PyTorch + PEFT side of the benchmark: JSON lines in on stdin, one JSON line out for each.

{"cmd": "setup", "method": "lora" | "full", "layers": 6, "hidden": 384,
 "heads": 12, "intermediate": 1536, "batch": 16, "length": 64, "rank": 8, "alpha": 16,
 "targets": ["query", "value"], "threads": 2, "compiled": bool, "bfloat16": bool,
 "base": "float32" | "nf4" | "int8"}
                                   → {"trainable": parameters, "threads": 2, "versions": {…}}
{"cmd": "step", "count": 5}        → {"ms": of each step, "processor": of each step, "loss": the last one}
{"cmd": "product", "rows": 1024, "inner": 768, "columns": 3072, "threads": 2}
                                   → {"gigaflops": rate of this matrix product, median}
{"cmd": "memory"}                  → {"mb": peak resident memory of this process}
{"cmd": "stop"} ends it

A step is forward, loss, backward, clipping at 1, AdamW and clearing the gradients. Weights and
batch are random and every token is real; dropout is 0. A base in nf4 or int8 is bitsandbytes', prepared
for training as PEFT's guide says. A mistake answers {"error": message}.
"""

import logging
import statistics
import subprocess
import sys
import tempfile
import time

import peft
import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model, prepare_model_for_kbit_training
from transformers import BertConfig, BertForSequenceClassification, BitsAndBytesConfig

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
    if settings.get("base", "float32") == "float32":
        model = BertForSequenceClassification(config)
    else:
        model = quantised(config, settings)
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


def quantised(config: BertConfig, settings: dict) -> torch.nn.Module:
    """The model as bitsandbytes holds it. transformers quantises what it reads, so another process writes
    the weights first: what making them takes is not of this one's memory."""
    compute = torch.bfloat16 if settings.get("bfloat16") else torch.float32
    kept = {"llm_int8_skip_modules": ["classifier"]}
    quantization = (
        BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=compute, **kept
        )
        if settings["base"] == "nf4"
        else BitsAndBytesConfig(load_in_8bit=True, **kept)
    )
    # It says at every product that inputs are cast.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        subprocess.run([sys.executable, __file__, folder], check=True, stdout=subprocess.DEVNULL)
        model = BertForSequenceClassification.from_pretrained(
            folder, quantization_config=quantization, device_map="cpu", dtype=torch.float32
        )
    return prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)


def write_weights(folder: str) -> None:
    """Random weights for the config that lies in a folder."""
    BertForSequenceClassification(BertConfig.from_pretrained(folder)).save_pretrained(folder)


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
    transformers.logging.disable_progress_bar()
    if len(sys.argv) > 1:
        write_weights(sys.argv[1])
    else:
        main()
