"""Every method of PEFT on the tiny models.

methods/<method>-<base>/: adapter_config.json, adapter_model.safetensors and expected.safetensors
with the inputs and the logits of base plus adapter, whose tensors are random.
methods/batches-<base>.safetensors: fifty batches of four rows, input_ids, attention_mask,
token_type_ids [50, 4, 7] and labels [50, 4].
methods/run-<method>-<base>.safetensors: fifty AdamW steps over them. losses [50], `initial.<path>`
each trained tensor at the start by tunebook's path and, for AdaLoRA, kept.<path> [50, initial rank]:
which triplets the rank pattern keeps after each step (1 everywhere before there is one).
"""

import json
import math
import re
import shutil

import torch
import transformers
from peft import (
    AdaLoraConfig,
    BeftConfig,
    IA3Config,
    LoraConfig,
    PrefixTuningConfig,
    PromptEncoderConfig,
    PromptTuningConfig,
    VeraConfig,
    get_peft_model,
)
from transformers import AutoModelForSequenceClassification

from golden import HERE, padded_inputs, save_tensors

PACKAGES = ("torch", "transformers", "peft", "safetensors")
FOLDER = HERE / "methods"
STEPS = 50
TOKENS = 7
RATE = 3e-3
RECIPE = {"learning_rate": RATE, "weight_decay": 0.01, "max_norm": 1.0, "betas": [0.9, 0.999], "epsilon": 1e-8}
RATE_RATIO = 16

QUERY_VALUE = {"distilbert": ["q_lin", "v_lin"]}
LINEARS = {
    "distilbert": ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"],
    None: ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"],
}
NORMS = {"distilbert": ["sa_layer_norm", "output_layer_norm", "LayerNorm"], None: ["LayerNorm"]}


def query_value(base):
    return QUERY_VALUE.get(base, ["query", "value"])


def linears(base):
    return LINEARS.get(base, LINEARS[None])


def prompt(base):
    return dict(num_virtual_tokens=5, token_dim=32, num_layers=2, num_attention_heads=4)


METHODS = {
    "lora": lambda base: LoraConfig(r=4, lora_alpha=8, target_modules=query_value(base)),
    "rslora": lambda base: LoraConfig(r=4, lora_alpha=8, use_rslora=True, target_modules=query_value(base)),
    "dora": lambda base: LoraConfig(r=4, lora_alpha=8, use_dora=True, target_modules=linears(base)),
    "pissa": lambda base: LoraConfig(r=4, lora_alpha=8, init_lora_weights="pissa", target_modules=linears(base)),
    "lora-plus": lambda base: LoraConfig(r=4, lora_alpha=8, target_modules=query_value(base)),
    "adalora": lambda base: AdaLoraConfig(
        init_r=6, target_r=2, lora_alpha=12, tinit=5, tfinal=15, deltaT=2, total_step=STEPS, target_modules=linears(base)
    ),
    "vera": lambda base: VeraConfig(r=8, projection_prng_key=3, target_modules=linears(base)),
    "ia3": lambda base: IA3Config(
        **dict(target_modules=["k_lin", "v_lin", "ffn.lin2"], feedforward_modules=["ffn.lin2"])
        if base == "distilbert"
        else {}
    ),
    "bitfit": lambda base: BeftConfig(
        target_modules=linears(base) + (["pooler.dense"] if base == "bert" else []),
        modules_to_save=list(NORMS.get(base, NORMS[None])),
    ),
    "prompt-tuning": lambda base: PromptTuningConfig(prompt_tuning_init="SAMPLE_VOCAB", **prompt(base)),
    "p-tuning-mlp": lambda base: PromptEncoderConfig(
        encoder_reparameterization_type="MLP", encoder_hidden_size=16, **prompt(base)
    ),
    "p-tuning-lstm": lambda base: PromptEncoderConfig(
        encoder_reparameterization_type="LSTM", encoder_hidden_size=16, encoder_num_layers=2, **prompt(base)
    ),
    "prefix-tuning": lambda base: PrefixTuningConfig(init_weights="zero", **prompt(base)),
    "prefix-projection": lambda base: PrefixTuningConfig(
        prefix_projection=True, encoder_hidden_size=16, **prompt(base)
    ),
}
# PEFT's prefix tuning does not support DistilBERT: its forward takes no cache.
BASES = {
    name: ["bert", "roberta"] + ([] if name.startswith("prefix") else ["distilbert"]) for name in METHODS
}


def adapt(method: str, base: str, seed: int):
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(HERE / "models" / base)
    config = METHODS[method](base)
    config.task_type = "SEQ_CLS"
    if base == "distilbert":
        config.modules_to_save = (getattr(config, "modules_to_save", None) or []) + ["pre_classifier"]
    adapted = get_peft_model(model, config)
    adapted.peft_config["default"].base_model_name_or_path = f"models/{base}"
    if base == "distilbert" and adapted.peft_config["default"].is_prompt_learning:
        adapted.base_model.pre_classifier.requires_grad_(False)
    if method == "bitfit":
        for name, parameter in adapted.named_parameters():
            if re.search(r"(?i)norm.*\.weight$", name):
                parameter.requires_grad = False
    return adapted.eval()  # dropout is 0 everywhere in any case


def trained(model):
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def path_of(name: str) -> str:
    """tunebook's path of a PEFT parameter."""
    name = re.sub(r"^prompt_encoder\.default\.", "", name)
    name = re.sub(r"^base_model\.(model\.)?", "", name)
    name = re.sub(r"^(bert|roberta|distilbert)\.", "", name)
    name = name.replace("modules_to_save.default.", "")
    return re.sub(r"\.default(\.weight)?$", "", name)


def make_adapter(method: str, base: str, seed: int) -> None:
    model = adapt(method, base, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in trained(model).items():
            noise = 0.3 * torch.randn(parameter.shape, generator=generator)
            # A scale or a length is a number near what it starts at.
            around = re.search("ia3_l|magnitude|pissa", name) or method == "pissa"
            parameter.copy_(parameter + noise if around else noise)
        if method == "adalora":
            keep_some(model)
    folder = FOLDER / f"{method}-{base}"
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    for field in ("target_modules", "feedforward_modules"):
        if isinstance(config.get(field), list):
            config[field] = sorted(config[field])
    config["a_field_of_tomorrow"] = {"kept": [1, None]}
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    inputs = padded_inputs(model.config, lengths=[9, 4, 7], seed=seed)
    with torch.no_grad():
        logits = model(**inputs).logits
    save_tensors(folder / "expected.safetensors", {**inputs, "logits": logits}, PACKAGES, base=f"models/{base}")


def keep_some(model) -> None:
    """Prunes triplets as training would: some of each linear, all of one."""
    pattern = {}
    for at, (name, parameter) in enumerate(sorted(trained(model).items())):
        if "lora_E" not in name:
            continue
        kept = [at > 3 and (at + k) % 3 != 0 for k in range(parameter.shape[0])]
        if not pattern:
            kept = [False] * parameter.shape[0]
        parameter[~torch.tensor(kept)] = 0
        pattern[name.removeprefix("base_model.model.")] = kept
    model.peft_config["default"].rank_pattern = pattern


def make_batches(base: str) -> list[dict]:
    config = AutoModelForSequenceClassification.from_pretrained(HERE / "models" / base).config
    generator = torch.Generator().manual_seed(1)
    batches = []
    for step in range(STEPS):
        batch = padded_inputs(config, [TOKENS, 3, 5, 6], seed=1000 + step, width=TOKENS)
        batch["labels"] = torch.randint(0, config.num_labels, (4,), generator=generator)
        batches.append(batch)
    stacked = {key: torch.stack([batch[key] for batch in batches]) for key in batches[0]}
    save_tensors(FOLDER / f"batches-{base}.safetensors", stacked, PACKAGES, base=f"models/{base}")
    return batches


def make_run(method: str, base: str, batches: list[dict], seed: int) -> None:
    model = adapt(method, base, seed)
    tensors = trained(model)
    initial = {f"initial.{path_of(name)}": value.detach().clone() for name, value in tensors.items()}
    groups = []
    for name, value in tensors.items():
        decays = value.dim() > 1 and "bias" not in name
        # LoRA+ as in its paper: B alone is faster (PEFT's helper takes biases along).
        ratio = RATE_RATIO if method == "lora-plus" and "lora_B" in name else 1
        groups.append({"params": [value], "weight_decay": RECIPE["weight_decay"] * decays, "lr": RATE * ratio})
    optimizer = torch.optim.AdamW(groups, betas=tuple(RECIPE["betas"]), eps=RECIPE["epsilon"])
    losses, kept = [], {}
    for step, batch in enumerate(batches, start=1):
        loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tensors.values(), RECIPE["max_norm"])
        optimizer.step()
        if method == "adalora":
            model.base_model.update_and_allocate(step)
            pattern = model.peft_config["default"].rank_pattern or {}
            for name, value in tensors.items():
                if "lora_E" in name:
                    mask = pattern.get(name.removeprefix("base_model.model."), [True] * len(value))
                    kept.setdefault(f"kept.{path_of(name)}", []).append(torch.tensor(mask, dtype=torch.float32))
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.detach())
    assert all(math.isfinite(loss) for loss in losses)
    save_tensors(
        FOLDER / f"run-{method}-{base}.safetensors",
        {"losses": torch.stack(losses), **initial, **{key: torch.stack(rows) for key, rows in kept.items()}},
        PACKAGES,
        base=f"models/{base}",
        recipe=json.dumps(RECIPE),
    )


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    batches = {base: make_batches(base) for base in ("bert", "roberta", "distilbert")}
    for seed, method in enumerate(METHODS, start=1):
        for base in BASES[method]:
            make_adapter(method, base, seed)
            make_run(method, base, batches[base], seed)
