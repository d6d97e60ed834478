"""Every method of PEFT on the tiny models: make_methods.py [METHOD or BASE …].

methods/<method>-<base>/: adapter_config.json, adapter_model.safetensors and expected.safetensors
with the inputs and the logits of base plus adapter, whose tensors are random. A base is a classifier
or, as `gpt2` and `llama`, a model for the next token; the logits of those are [rows, tokens, vocabulary]
without those of virtual tokens.
methods/batches-<base>.safetensors: fifty batches of four rows, input_ids, attention_mask,
token_type_ids [50, 4, 7] and, for classifiers, labels [50, 4].
methods/run-<method>-<base>.safetensors: fifty AdamW steps over them. losses [50], `initial.<path>`
each trained tensor at the start by tunebook's path and, for AdaLoRA, kept.<path> [50, initial rank]:
which triplets the rank pattern keeps after each step (1 everywhere before there is one).

What PEFT cannot do: prefix tuning on DistilBERT, whose forward takes no cache; BEFT, its BitFit, on
GPT-2, whose linears are no torch.nn.Linear. Where virtual tokens stand before the text, PEFT gives a
decoder's classifier the last position, padding or not, so that these rows are padded on the left.
"""

import json
import math
import re
import shutil
import sys

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
from transformers import AutoConfig

from golden import HERE, auto_class, family, on_the_left, padded_inputs, save_tensors

PACKAGES = ("torch", "transformers", "peft", "safetensors")
FOLDER = HERE / "methods"
STEPS = 50
TOKENS = 7
RATE = 3e-3
RECIPE = {"learning_rate": RATE, "weight_decay": 0.01, "max_norm": 1.0, "betas": [0.9, 0.999], "epsilon": 1e-8}
RATE_RATIO = 16

QUERY_VALUE = {
    **dict.fromkeys(["bert", "roberta"], ["query", "value"]),
    "distilbert": ["q_lin", "v_lin"],
    "gpt2": ["c_attn"],
    "llama": ["q_proj", "v_proj"],
}
LINEARS = {
    **dict.fromkeys(
        ["bert", "roberta"],
        ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"],
    ),
    "distilbert": ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"],
    "gpt2": ["c_attn", "c_proj", "c_fc"],
    "llama": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
}
NORMS = {
    **dict.fromkeys(["bert", "roberta"], ["LayerNorm"]),
    "distilbert": ["sa_layer_norm", "output_layer_norm", "LayerNorm"],
}
LOW = dict(r=2, lora_alpha=4)
# Heads and widths are PEFT's to find out where it can: a Llama has fewer of keys and values.
PROMPT = dict(num_virtual_tokens=3)
SIZES = {"distilbert": dict(token_dim=32, num_layers=2, num_attention_heads=4)}


def prompt(of):
    return {**PROMPT, **SIZES.get(of, {})}


METHODS = {
    "lora": lambda of: LoraConfig(**LOW, target_modules=QUERY_VALUE[of]),
    "rslora": lambda of: LoraConfig(**LOW, use_rslora=True, target_modules=QUERY_VALUE[of]),
    "dora": lambda of: LoraConfig(**LOW, use_dora=True, target_modules=LINEARS[of]),
    # At rank 4 the singular values of these weights are so far apart that PyTorch's float32 decomposition
    # is right to 2e-5; at rank 2 or 3 it is not.
    "pissa": lambda of: LoraConfig(r=4, lora_alpha=8, init_lora_weights="pissa", target_modules=LINEARS[of]),
    "lora-plus": lambda of: LoraConfig(**LOW, target_modules=QUERY_VALUE[of]),
    "adalora": lambda of: AdaLoraConfig(
        init_r=4, target_r=2, lora_alpha=8, tinit=5, tfinal=15, deltaT=2, total_step=STEPS, target_modules=LINEARS[of]
    ),
    "vera": lambda of: VeraConfig(r=4, projection_prng_key=3, target_modules=LINEARS[of]),
    "ia3": lambda of: IA3Config(
        **dict(target_modules=["k_lin", "v_lin", "ffn.lin2"], feedforward_modules=["ffn.lin2"])
        if of == "distilbert"
        else {}
    ),
    "bitfit": lambda of: BeftConfig(
        target_modules=LINEARS[of] + (["pooler.dense"] if of == "bert" else []),
        modules_to_save=NORMS.get(of, [])[:] or None,
    ),
    "prompt-tuning": lambda of: PromptTuningConfig(prompt_tuning_init="SAMPLE_VOCAB", **prompt(of)),
    "p-tuning-mlp": lambda of: PromptEncoderConfig(
        encoder_reparameterization_type="MLP", encoder_hidden_size=8, **prompt(of)
    ),
    "p-tuning-lstm": lambda of: PromptEncoderConfig(
        encoder_reparameterization_type="LSTM", encoder_hidden_size=4, encoder_num_layers=2, **prompt(of)
    ),
    "prefix-tuning": lambda of: PrefixTuningConfig(init_weights="zero", **prompt(of)),
    "prefix-projection": lambda of: PrefixTuningConfig(prefix_projection=True, encoder_hidden_size=8, **prompt(of)),
}
BASES = ["bert", "roberta", "distilbert", "gpt2", "gpt2-classes", "llama", "llama-classes"]
IMPOSSIBLE = [("prefix", "distilbert"), ("bitfit", "gpt2")]
# A classifier of a decoder trains as a language model does but for its head.
RUNS = [base for base in BASES if not base.endswith("-classes")]


def is_possible(method: str, base: str) -> bool:
    return not any(method.startswith(start) and family(base) == of for start, of in IMPOSSIBLE)


def inputs_of(method: str, base: str, config, *args, **more):
    inputs = padded_inputs(config, *args, **more)
    reads_last = base.endswith("-classes") and method.startswith(("prompt", "p-tuning"))
    return on_the_left(inputs) if reads_last else inputs


def adapt(method: str, base: str, seed: int):
    torch.manual_seed(seed)
    kind, task = auto_class(base)
    model = kind.from_pretrained(HERE / "models" / base)
    config = METHODS[method](family(base))
    config.task_type = task
    if family(base) == "gpt2" and hasattr(config, "fan_in_fan_out"):
        config.fan_in_fan_out = True
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
    name = re.sub(r"^(bert|roberta|distilbert|transformer|model)\.", "", name)
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
    save_sorted(model, folder)
    inputs = inputs_of(method, base, model.config, lengths=[6, 4], seed=seed)
    with torch.no_grad():
        logits = model(**inputs).logits
    if logits.dim() == 3:
        logits = logits[:, -inputs["input_ids"].shape[1] :]
    save_tensors(folder / "expected.safetensors", {**inputs, "logits": logits}, PACKAGES, base=f"models/{base}")


def save_sorted(model, folder) -> None:
    """A folder as PEFT writes it, but with its sets sorted and a field that no version knows yet."""
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    for field in ("target_modules", "feedforward_modules"):
        if isinstance(config.get(field), list):
            config[field] = sorted(config[field])
    config["a_field_of_tomorrow"] = {"kept": [1, None]}
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


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
    config = AutoConfig.from_pretrained(HERE / "models" / base)
    generator = torch.Generator().manual_seed(1)
    batches = []
    for step in range(STEPS):
        batch = padded_inputs(config, [TOKENS, 3, 5, 6], seed=1000 + step, width=TOKENS)
        if auto_class(base)[1] == "SEQ_CLS":
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
        labels = batch.get("labels", batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100))
        loss = model(**{**batch, "labels": labels}).loss
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
    torch.set_num_threads(1)  # faster for models this small
    wanted = set(sys.argv[1:])
    for base in BASES:
        batches = make_batches(base) if base in RUNS else []
        for seed, method in enumerate(METHODS, start=1):
            if not is_possible(method, base) or (wanted and wanted.isdisjoint((method, base))):
                continue
            make_adapter(method, base, seed)
            if batches:
                make_run(method, base, batches, seed)
