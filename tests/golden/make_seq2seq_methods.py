"""PEFT's folders for the tiny encoder-decoders of make_seq2seq.py: make_seq2seq_methods.py.

seq2seq/methods/<method>-<base>/: adapter_config.json and adapter_model.safetensors with random tensors, and
expected.safetensors with the logits that base plus adapter give for the inputs of seq2seq/<base>. PEFT's
prompts are as long again for a decoder that never reads them; its prefixes reach the decoder's own
attention. What PEFT cannot do: prompts on Marian, before whose words they leave out the scale.
"""

import re
import shutil

import torch
import transformers
from peft import (
    BeftConfig,
    IA3Config,
    LoraConfig,
    PrefixTuningConfig,
    PromptEncoderConfig,
    PromptTuningConfig,
    VeraConfig,
    get_peft_model,
)
from safetensors.torch import load_file
from transformers import AutoModelForSeq2SeqLM

from golden import HERE, save_tensors
from make_methods import save_sorted, trained

PACKAGES = ("torch", "transformers", "peft", "safetensors")
FOLDER = HERE / "seq2seq" / "methods"
LINEARS = {"t5": ["q", "k", "v", "o", "wi", "wo"]}
BART = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]
# PEFT takes the encoder's sizes where none are given.
SIZES = {
    "t5": dict(token_dim=10, num_layers=3, num_attention_heads=2),
    "marian": dict(token_dim=12, num_layers=2, num_attention_heads=3),
}
BART_SIZES = dict(token_dim=12, num_layers=3, num_attention_heads=3)
INPUTS = ("input_ids", "attention_mask", "decoder_input_ids", "decoder_attention_mask")


def linears(of):
    return LINEARS.get(of, BART)


METHODS = {
    "lora": lambda of: LoraConfig(r=2, lora_alpha=4, target_modules=linears(of)),
    "dora": lambda of: LoraConfig(r=2, lora_alpha=4, use_dora=True, target_modules=linears(of)),
    "vera": lambda of: VeraConfig(r=3, projection_prng_key=3, target_modules=linears(of)[:1]),
    "ia3": lambda of: IA3Config(target_modules=["k", "v", "wo"], feedforward_modules=["wo"]),
    "bitfit": lambda of: BeftConfig(target_modules=linears(of)),
    "prompt-tuning": lambda of: PromptTuningConfig(num_virtual_tokens=3),
    "p-tuning-mlp": lambda of: PromptEncoderConfig(num_virtual_tokens=3, encoder_hidden_size=6),
    "prefix-tuning": lambda of: PrefixTuningConfig(num_virtual_tokens=3, **SIZES.get(of, BART_SIZES)),
}
BASES = {
    "t5": ["lora", "dora", "vera", "ia3", "prompt-tuning", "p-tuning-mlp", "prefix-tuning"],
    "bart": ["lora", "bitfit", "prompt-tuning", "prefix-tuning"],
    "mbart": ["lora", "prompt-tuning", "prefix-tuning"],
    "marian": ["lora", "prefix-tuning"],
}


def make(method: str, base: str, seed: int) -> None:
    torch.manual_seed(seed)
    model = AutoModelForSeq2SeqLM.from_pretrained(HERE / "seq2seq" / base)
    config = METHODS[method](base)
    config.task_type = "SEQ_2_SEQ_LM"
    adapted = get_peft_model(model, config).eval()
    adapted.peft_config["default"].base_model_name_or_path = f"seq2seq/{base}"
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in trained(adapted).items():
            noise = 0.3 * torch.randn(parameter.shape, generator=generator)
            parameter.copy_(parameter + noise if re.search("ia3_l|magnitude", name) else noise)
    folder = FOLDER / f"{method}-{base}"
    shutil.rmtree(folder, ignore_errors=True)
    save_sorted(adapted, folder)
    inputs = load_file(HERE / "seq2seq" / base / "expected.safetensors")
    with torch.no_grad():
        logits = adapted(**{name: inputs[name] for name in INPUTS}).logits
    save_tensors(folder / "expected.safetensors", {"logits": logits}, PACKAGES, base=f"seq2seq/{base}")


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    seed = 51
    for base, methods in BASES.items():
        for method in methods:
            make(method, base, seed)
            seed += 1
