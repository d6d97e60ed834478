"""Weights that bitsandbytes quantises, models that transformers saves with it, and a QLoRA run.

quantised/four_bit.safetensors: matrices <case>.weight and what bitsandbytes makes of them:
<case>.<type>.{codes, absmax, numbers} and, after double quantisation, <case>.<type>.double.{absmax,
nested_absmax, nested_offset, numbers}; dynamic_map.
quantised/bert/: a tiny model in float16, wide enough for bitsandbytes' kernels for processors: they
read rows that are shorter than a block wrongly.
quantised/<name>/: that model as transformers saves them with bitsandbytes; expected.safetensors
holds inputs, logits (int8: of the float32 model with the dequantised weights, since LLM.int8 rounds
activations to float16) and numbers.<path>, the dequantised weights of one layer.
quantised/train/: fifty AdamW steps of PyTorch + PEFT over bert-nf4, as in make_peft.py; the adapter
lies there as it was at the start.
"""

import json
import shutil

import bitsandbytes
import torch
import transformers
from bitsandbytes import functional
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSequenceClassification, BertConfig, BitsAndBytesConfig

import make_models
import make_peft
from golden import HERE, padded_inputs, randomise, save_tensors

PACKAGES = ("torch", "transformers", "bitsandbytes", "safetensors")
OUT = HERE / "quantised"
STEPS = 50
FOUR_BITS = dict(load_in_4bit=True, bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.float32)
# The head stays float, as PEFT wants it.
FLOAT = dict(llm_int8_skip_modules=["classifier"])
CONFIGS = {
    "bert-nf4": BitsAndBytesConfig(**FOUR_BITS, **FLOAT, bnb_4bit_quant_type="nf4"),
    "bert-fp4": BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_compute_dtype=torch.float32, bnb_4bit_quant_type="fp4", **FLOAT
    ),
    "bert-int8": BitsAndBytesConfig(load_in_8bit=True, **FLOAT),
}


def matrices() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(7)
    draw = lambda *shape: torch.randn(*shape, generator=generator)
    holed = draw(16, 64)
    holed[3] = 0
    holed[5, 1] = 40
    return {
        "plain": 0.05 * draw(24, 128),
        "many_blocks": 0.02 * draw(270, 64),
        "rest": draw(5, 38),
        "holed": holed,
        "codes": torch.tensor(functional.get_4bit_type("nf4", "cpu").tolist() * 4).reshape(4, 16),
    }


def make_four_bit() -> None:
    tensors = {"dynamic_map": functional.create_dynamic_map()}
    for name, weight in matrices().items():
        tensors[f"{name}.weight"] = weight
        for kind in ("nf4", "fp4"):
            codes, state = functional.quantize_4bit(weight, blocksize=64, quant_type=kind)
            at = f"{name}.{kind}"
            tensors[f"{at}.codes"] = codes.flatten()
            tensors[f"{at}.absmax"] = state.absmax
            tensors[f"{at}.numbers"] = functional.dequantize_4bit(codes, state)
            codes, state = functional.quantize_4bit(
                weight, blocksize=64, quant_type=kind, compress_statistics=True
            )
            tensors[f"{at}.double.absmax"] = state.absmax
            tensors[f"{at}.double.nested_absmax"] = state.state2.absmax
            tensors[f"{at}.double.nested_offset"] = state.offset.reshape(1)
            tensors[f"{at}.double.numbers"] = functional.dequantize_4bit(codes, state)
    save_tensors(OUT / "four_bit.safetensors", tensors, PACKAGES)


def make_base() -> None:
    shutil.rmtree(OUT / "bert", ignore_errors=True)
    torch.manual_seed(6)
    settings = make_models.bert_like(hidden=64, max_position_embeddings=16, initializer_range=0.1)
    model = AutoModelForSequenceClassification.from_config(BertConfig(**settings, **make_models.THREE))
    randomise(model, 6)
    model.half().save_pretrained(OUT / "bert")


def load(name: str):
    model = AutoModelForSequenceClassification.from_pretrained(
        OUT / "bert", quantization_config=CONFIGS[name], device_map="cpu", dtype=torch.float32
    ).eval()
    for module in model.modules():
        # Some processors' own kernels compute in bfloat16 and want whole blocks in every row.
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            module.support_avx512bf16_for_cpu = False
    return model


def dequantised(model) -> dict[str, torch.Tensor]:
    numbers = {}
    for path, module in model.named_modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            weight = module.weight
            numbers[path] = functional.dequantize_4bit(weight.data, weight.quant_state)
        elif isinstance(module, bitsandbytes.nn.Linear8bitLt):
            numbers[path] = module.weight.CB.float() * (module.weight.SCB / 127).unsqueeze(1)
    return {f"{path}.weight": weight for path, weight in numbers.items()}


def make_model(name: str, seed: int) -> None:
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    model = load(name)
    model.save_pretrained(folder)
    numbers = dequantised(model)
    plain = AutoModelForSequenceClassification.from_pretrained(OUT / "bert", dtype=torch.float32).eval()
    missing, surplus = plain.load_state_dict(numbers, strict=False)
    assert numbers and not surplus, surplus
    inputs = padded_inputs(plain.config, lengths=[9, 4, 7], seed=seed)
    with torch.no_grad():
        logits = plain(**inputs).logits
        if name != "bert-int8":
            assert torch.allclose(model(**inputs).logits, logits, atol=1e-5)
    save_tensors(
        folder / "expected.safetensors",
        {**inputs, "logits": logits, **{f"numbers.{path}": numbers[path] for path in numbers if "layer.1" in path}},
        PACKAGES,
    )


def make_training() -> None:
    torch.manual_seed(4)
    settings = LoraConfig(
        task_type=TaskType.SEQ_CLS, r=4, lora_alpha=8, lora_dropout=0.0, target_modules="all-linear"
    )
    model = get_peft_model(load("bert-nf4"), settings)
    for config in model.peft_config.values():
        config.base_model_name_or_path = "quantised/bert-nf4"
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    make_peft.save_adapter(model, OUT / "train" / "adapter")
    make_peft.STEPS = STEPS
    make_peft.make_training("../quantised/train/qlora-bert", "bert", model, seed=4)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    make_four_bit()
    make_base()
    for seed, name in enumerate(CONFIGS, start=1):
        make_model(name, seed)
    make_training()
