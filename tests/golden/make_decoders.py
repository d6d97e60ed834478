"""Tiny random decoders with what transformers and PEFT compute for them.

models/<name>/: config.json, model.safetensors (a model for causal language modelling, without a
classifier unless its name says so), and expected.safetensors. Of a batch that is padded on the right and of
one padded on the left (`left.…`): input_ids, attention_mask, hidden (the last hidden state) and
logits [rows, tokens, vocabulary]; of the first one also loss, `labels` (−100 where a token does not
count) and `gradient.<name>`, the loss's gradient of every parameter. models/<name>-classes/ is the same family with a
classifier: labels, hidden, logits [rows, 3] and loss, and `left.…` again.
peft/<method>-<name>/: PEFT folders with expected.safetensors, see make_peft.py.
train/lora-<name>.safetensors and train/lora-<name>/: fifty AdamW steps of LoRA on the model with the classifier,
see make_peft.py.
"""

import shutil

import torch
import transformers
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    GPT2Config,
    LlamaConfig,
)

from golden import HERE, padded_inputs, randomise, save_tensors
from make_models import THREE
from make_peft import RECIPE, save_adapter

PACKAGES = ("torch", "transformers", "safetensors")
STEPS = 50
TOKENS = 7
PAD = 0

GPT2 = dict(
    vocab_size=99, n_embd=32, n_layer=2, n_head=4, n_positions=64, initializer_range=0.3,
    resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, pad_token_id=PAD, bos_token_id=4, eos_token_id=4,
)
LLAMA = dict(
    vocab_size=99, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    intermediate_size=48, max_position_embeddings=64, initializer_range=0.3,
    pad_token_id=PAD, bos_token_id=4, eos_token_id=4,
)
# So short an original context that all three kinds of frequencies occur.
LLAMA3 = dict(
    rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=32,
)
CONFIGS = {
    "gpt2": GPT2Config(**GPT2, **THREE),
    "gpt2-untied": GPT2Config(**GPT2, **THREE, tie_word_embeddings=False),
    "llama": LlamaConfig(**LLAMA, **THREE),
    "llama-tied": LlamaConfig(**LLAMA, **THREE, tie_word_embeddings=True, rope_parameters=LLAMA3),
}
ADAPTERS = {
    "gpt2": {
        "lora": dict(target_modules=["c_attn"], fan_in_fan_out=True),
        "lora-all": dict(target_modules=["c_attn", "c_proj", "c_fc"], fan_in_fan_out=True, use_rslora=True),
    },
    "llama": {
        "lora": dict(target_modules=["q_proj", "v_proj"]),
        "lora-all": dict(target_modules="all-linear", use_rslora=True),
    },
}


def on_the_left(inputs):
    """The same rows with their padding in front."""
    lengths = inputs["attention_mask"].sum(1).tolist()
    width = inputs["input_ids"].shape[1]
    return {
        name: torch.stack([row.roll(width - length) for row, length in zip(tensor, lengths)])
        for name, tensor in inputs.items()
    }


def fill(model, seed: int) -> None:
    randomise(model, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1 and ("norm" in name or ".ln_" in name) and name.endswith("weight"):
                parameter.copy_(1 + 0.2 * torch.randn(parameter.shape, generator=generator))


def outputs(model, inputs, prefix="", **more):
    with torch.no_grad():
        hidden = model.base_model(**inputs).last_hidden_state
        found = model(**inputs, **more)
    tensors = {**inputs, "hidden": hidden, "logits": found.logits}
    if found.loss is not None:
        tensors["loss"] = found.loss
    return {prefix + name: value for name, value in tensors.items()}


def make_language_model(name: str, config, seed: int) -> None:
    folder = HERE / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config).eval()
    fill(model, seed)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    inputs = padded_inputs(config, lengths=[9, 4, 7], seed=seed)
    wanted = inputs["input_ids"].masked_fill(inputs["attention_mask"] == 0, -100)
    wanted[0, :4] = -100  # a question that is only read
    model(**inputs, labels=wanted).loss.backward()
    gradients = {f"gradient.{key}": value.grad for key, value in model.named_parameters()}
    tensors = {"labels": wanted, **outputs(model, inputs, labels=wanted), **gradients}
    tensors |= outputs(model, on_the_left(inputs), "left.")
    save_tensors(folder / "expected.safetensors", tensors, PACKAGES)


def make_classifier(name: str, config, seed: int) -> None:
    folder = HERE / "models" / f"{name}-classes"
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_config(config).eval()
    fill(model, seed)
    model.save_pretrained(folder)
    inputs = padded_inputs(config, lengths=[9, 4, 7], seed=seed)
    wanted = torch.tensor([2, 0, 1])
    model(**inputs, labels=wanted).loss.backward()
    gradients = {f"gradient.{key}": value.grad for key, value in model.named_parameters()}
    tensors = {"labels": wanted, **outputs(model, inputs, labels=wanted), **gradients}
    tensors |= outputs(model, on_the_left(inputs), "left.")
    save_tensors(folder / "expected.safetensors", tensors, PACKAGES)


def adapted(kind, base: str, task_type: str, settings: dict, seed: int):
    torch.manual_seed(seed)
    model = kind.from_pretrained(HERE / "models" / base).eval()
    config = LoraConfig(task_type=task_type, r=4, lora_alpha=8, lora_dropout=0.0, **settings)
    model = get_peft_model(model, config).eval()
    model.peft_config["default"].base_model_name_or_path = f"models/{base}"
    return model


def make_adapter(kind, base: str, task_type: str, method: str, settings: dict, seed: int) -> None:
    model = adapted(kind, base, task_type, settings, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    folder = HERE / "peft" / f"{method}-{base}"
    save_adapter(model, folder)
    inputs = padded_inputs(model.config, lengths=[9, 4, 7], seed=seed)
    with torch.no_grad():
        logits = model(**inputs).logits
    save_tensors(folder / "expected.safetensors", {**inputs, "logits": logits}, PACKAGES, base=f"models/{base}")


def make_training(name: str, seed: int) -> None:
    base = f"{name}-classes"
    settings = ADAPTERS[name]["lora"]
    model = adapted(AutoModelForSequenceClassification, base, "SEQ_CLS", settings, seed)
    save_adapter(model, HERE / "train" / f"lora-{name}")
    trained = [value for value in model.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        trained, lr=RECIPE["learning_rate"], weight_decay=RECIPE["weight_decay"],
        betas=tuple(RECIPE["betas"]), eps=RECIPE["epsilon"],
    )
    generator = torch.Generator().manual_seed(seed)
    batches, losses, norms = [], [], []
    for step in range(STEPS):
        inputs = padded_inputs(model.config, [TOKENS, 3, 5, 6], seed=100 * seed + step, width=TOKENS)
        inputs["labels"] = torch.randint(0, model.config.num_labels, (4,), generator=generator)
        loss = model(**inputs).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(trained, RECIPE["max_norm"]))
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        batches.append(inputs)
        losses.append(loss.detach())
    save_tensors(
        HERE / "train" / f"lora-{name}.safetensors",
        {
            **{key: torch.stack([batch[key] for batch in batches]) for key in batches[0]},
            "losses": torch.stack(losses),
            "norms": torch.stack(norms),
            **{f"final.{key}": value for key, value in get_peft_model_state_dict(model).items()},
        },
        PACKAGES,
        base=f"models/{base}",
    )


def main() -> None:
    for seed, (name, config) in enumerate(CONFIGS.items(), start=11):
        make_language_model(name, config, seed)
        if name in ADAPTERS:
            make_classifier(name, config, seed)
    for seed, (name, methods) in enumerate(ADAPTERS.items(), start=21):
        for method, settings in methods.items():
            make_adapter(AutoModelForCausalLM, name, "CAUSAL_LM", method, settings, seed)
        classes = f"{name}-classes"
        make_adapter(AutoModelForSequenceClassification, classes, "SEQ_CLS", "lora", methods["lora"], seed)
        make_training(name, seed)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    main()
