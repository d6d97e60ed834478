"""Several adapters of Python PEFT on one of the tiny models.

several/<name>/<adapter>/ are PEFT folders without a head of their own, several/<name>/heads/<adapter>
with one. several/<name>/expected.safetensors has five rows and their logits:

<adapter>, heads.<adapter>: with this adapter active (`set_adapter`)
__base__: without any; one+two, two+one: with both active; mixed, heads.mixed: each row with its own (`adapter_names`), in the order
of the metadata's `rows`; linear, negative, cat, svd: with what `add_weighted_adapter` makes of the
adapters and weights in the metadata; weighted: the same of a method without combination types.
"""

import json
import shutil

import torch
import transformers
from peft import AdaLoraConfig, BeftConfig, IA3Config, LoraConfig, PeftConfig, TaskType, VeraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification

from golden import HERE, padded_inputs, save_tensors

PACKAGES = ("torch", "transformers", "peft", "safetensors")
ROWS = ["one", "__base__", "two", "one", "three"]
# Ranks 4, 4 and 2; the third acts in other places.
LORA = {"bert": (["query", "value"], ["value", "output.dense"]), "gpt2-classes": (["c_attn"], ["c_attn", "c_proj"])}
LORA["roberta"] = LORA["bert"]
LORA["llama-classes"] = (["q_proj", "v_proj"], ["v_proj", "down_proj"])


def loras(base: str, **more) -> dict[str, PeftConfig]:
    some, others = LORA[base]
    return {
        "one": LoraConfig(r=4, lora_alpha=8, target_modules=some, **more),
        "two": LoraConfig(r=4, lora_alpha=2, use_rslora=True, target_modules=some, **more),
        "three": LoraConfig(r=2, lora_alpha=6, target_modules=others, **more),
    }


def three(make) -> dict[str, PeftConfig]:
    return {name: make() for name in ("one", "two", "three")}


IA3 = dict(target_modules=["key", "value", "output.dense"], feedforward_modules=["output.dense"])
CASES = {
    **{f"lora-{base}": (base, loras(base), loras(base, task_type=TaskType.SEQ_CLS)) for base in LORA},
    "dora-bert": ("bert", loras("bert", use_dora=True), None),
    "ia3-bert": ("bert", three(lambda: IA3Config(**IA3)), None),
    "vera-bert": ("bert", three(lambda: VeraConfig(r=8, target_modules=["query", "value"])), None),
    "beft-bert": ("bert", three(lambda: BeftConfig(target_modules=["query", "value"])), None),
    "adalora-bert": (
        "bert",
        three(lambda: AdaLoraConfig(init_r=4, target_r=2, lora_alpha=8, target_modules=["query", "value"], total_step=10)),
        None,
    ),
}


def adapt(base: str, configs: dict[str, PeftConfig], folder, seed: int):
    model = AutoModelForSequenceClassification.from_pretrained(HERE / "models" / base)
    for name, config in configs.items():
        if config.peft_type == "ADALORA":
            config.inference_mode = name != "one"  # PEFT lets one AdaLoRA be trained
        if name == "one":
            model = get_peft_model(model, config, adapter_name=name)
        else:
            model.add_adapter(name, config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if "ranknum" not in name and any(f".{adapter}." in f"{name}." for adapter in configs):
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    for config in model.peft_config.values():
        config.base_model_name_or_path = f"models/{base}"  # not where it was made
    model.save_pretrained(folder)
    for name in configs:
        (folder / name / "README.md").unlink(missing_ok=True)
        path = folder / name / "adapter_config.json"
        config = json.loads(path.read_text())
        # PEFT writes some lists from sets; sorted, the file is the same each time.
        for key in ("target_modules", "feedforward_modules"):
            if key in config:
                config[key] = sorted(config[key])
        path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    (folder / "README.md").unlink(missing_ok=True)
    return model.eval()


def make(case: str, base: str, configs, with_heads, seed: int) -> None:
    folder = HERE / "several" / case
    shutil.rmtree(folder, ignore_errors=True)
    model = adapt(base, configs, folder, seed)
    inputs = padded_inputs(model.config, lengths=[9, 4, 7, 5, 8], seed=seed)
    found = {}

    def run(active, **more) -> torch.Tensor:
        model.base_model.set_adapter(active)
        with torch.no_grad():
            return model(**inputs, **more).logits

    for name in configs:
        found[name] = run(name)
    found["one+two"], found["two+one"] = run(["one", "two"]), run(["two", "one"])
    with model.disable_adapter(), torch.no_grad():
        found["__base__"] = model(**inputs).logits
    if case.startswith("lora"):  # with others PEFT refuses `adapter_names`, or does not look at it
        found["mixed"] = run("one", adapter_names=ROWS)
    made = {}
    if case.startswith("lora"):
        made = {
            "linear": (["one", "two"], [0.7, 0.3]),
            "negative": (["one", "two"], [1.0, -0.5]),
            "cat": (["one", "three"], [0.7, 0.3]),
            "svd": (["one", "three"], [0.7, 0.3]),
        }
        for name, (adapters, weights) in made.items():
            kind = "linear" if name == "negative" else name
            model.add_weighted_adapter(adapters, weights, name, combination_type=kind)
            found[name] = run(name)
    if case.startswith("ia3"):
        made = {"weighted": (["one", "two"], [0.7, 0.3])}
        model.add_weighted_adapter(*made["weighted"], "weighted")
        found["weighted"] = run("weighted")
    if with_heads:
        model = adapt(base, with_heads, folder / "heads", seed + 100)
        for name in with_heads:
            found[f"heads.{name}"] = run(name)
        if base != "roberta":  # whose head is no linear: PEFT mixes no such heads
            found["heads.mixed"] = run("one", adapter_names=ROWS)
    rows, averages = json.dumps(ROWS), json.dumps(made)
    path = folder / "expected.safetensors"
    save_tensors(path, {**inputs, **found}, PACKAGES, base=f"models/{base}", rows=rows, averages=averages)
    print(case, {name: round(float((logits - found["one"]).abs().max()), 3) for name, logits in found.items()})


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for seed, (case, parts) in enumerate(CASES.items(), start=1):
        make(case, *parts, seed=seed)
