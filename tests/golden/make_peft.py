"""LoRA adapters written by Python PEFT, and training runs of PyTorch, on the tiny models.

peft/<name>/: adapter_config.json, adapter_model.safetensors and expected.safetensors with the
inputs and the logits of base plus adapter.
train/<name>.safetensors: ten AdamW steps, or fifty for decoders. input_ids, attention_mask, token_type_ids
[steps, 4, 7], labels [steps, 4], losses [steps], norms [steps] (of the gradient before it is clipped), and
under `final.<name>` each trained tensor afterwards. train/lora-<name>/ is the adapter at the start; the
full runs start from models/<name>.

A key's bias adds the same number to all scores of a query, so that its gradient is zero up to
rounding, which AdamW then enlarges: compare every final tensor but those.
"""

import json
import shutil

import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model
from peft.utils import get_peft_model_state_dict
from transformers import AutoModelForSequenceClassification

from golden import HERE, padded_inputs, save_tensors

PACKAGES = ("torch", "transformers", "peft", "safetensors")
STEPS = 10
DECODER_STEPS = 50
BATCH = 4
TOKENS = 7
RECIPE = {"learning_rate": 1e-3, "weight_decay": 0.01, "max_norm": 1.0, "betas": [0.9, 0.999], "epsilon": 1e-8}

ADAPTERS = {
    "lora-bert": (
        "bert",
        dict(r=4, lora_alpha=8, target_modules=["query", "value"]),
    ),
    "rslora-roberta": (
        "roberta",
        dict(
            r=4,
            lora_alpha=8,
            use_rslora=True,
            target_modules=["query", "value", "intermediate.dense", "output.dense"],
            rank_pattern={"value": 2, "layer.1.attention.self.query": 8},
            alpha_pattern={"intermediate.dense": 16},
        ),
    ),
    "lora-distilbert": (
        "distilbert",
        dict(
            r=4,
            lora_alpha=8,
            target_modules=["q_lin", "v_lin"],
            modules_to_save=["pre_classifier", "classifier"],
        ),
    ),
    "lora-one-layer-bert": (
        "bert",
        dict(r=4, lora_alpha=8, target_modules=["query", "value"], layers_to_transform=[1], layers_pattern="layer"),
    ),
    "lora-except-roberta": (
        "roberta",
        dict(
            r=4,
            lora_alpha=8,
            target_modules=["query", "value", "dense"],
            exclude_modules=["attention.output.dense", "layer.0.attention.self.query"],
        ),
    ),
    # On this class the expanded list names layers of the head too, which are saved as a whole.
    "lora-all-linear-roberta": ("roberta", dict(r=2, lora_alpha=4, target_modules="all-linear")),
    # Expressions that only Python writes so.
    "lora-expression-bert": (
        "bert",
        dict(
            r=4,
            lora_alpha=8,
            target_modules=r"(?P<front>.+)\.attention\.self\.(query|value)\Z",
            rank_pattern={r"(?P<at>layer\.0\..*)\.query": 2},
            alpha_pattern={r"(?i:SELF)\.value": 16},
        ),
    ),
    "lora-pooler-bert": (
        "bert",
        dict(r=4, lora_alpha=8, target_modules=["query"], modules_to_save=["classifier", "pooler"]),
    ),
    "lora-biases-bert": ("bert", dict(r=4, lora_alpha=8, target_modules=["query", "value"], bias="all")),
    "lora-saved-gpt2": (
        "gpt2-classes",
        dict(
            r=4,
            lora_alpha=8,
            target_modules=["c_attn"],
            fan_in_fan_out=True,
            bias="lora_only",
            modules_to_save=["score", "mlp.c_fc"],
        ),
    ),
}
# What a training starts from: base, settings of LoRA, seed and steps.
TRAININGS = {
    "lora-bert": (*ADAPTERS["lora-bert"], 1, STEPS),
    "lora-gpt2": (
        "gpt2-classes", dict(r=4, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True), 21, DECODER_STEPS
    ),
    "lora-llama": ("llama-classes", dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]), 22, DECODER_STEPS),
}


def load(name: str):
    return AutoModelForSequenceClassification.from_pretrained(HERE / "models" / name).eval()


def adapt(base: str, settings: dict):
    # A relative name, so that the file does not depend on where it was made.
    model = get_peft_model(load(base), LoraConfig(task_type=TaskType.SEQ_CLS, lora_dropout=0.0, **settings))
    for config in model.peft_config.values():
        config.base_model_name_or_path = f"models/{base}"
    return model


def save_adapter(model, folder) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    # PEFT writes some lists from sets; sorted, the file is the same each time.
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    for field in ("target_modules", "exclude_modules"):
        if isinstance(config[field], list):
            config[field].sort()
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make_adapter(name: str, base: str, settings: dict, seed: int) -> None:
    torch.manual_seed(seed)
    model = adapt(base, settings).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    folder = HERE / "peft" / name
    save_adapter(model, folder)
    inputs = padded_inputs(model.config, lengths=[9, 4, 7], seed=seed)
    with torch.no_grad():
        logits = model(**inputs).logits
    save_tensors(folder / "expected.safetensors", {**inputs, "logits": logits}, PACKAGES, base=f"models/{base}")


def make_training(name: str, base: str, model, seed: int, steps: int = STEPS) -> None:
    model.eval()  # dropout is 0 everywhere in any case
    trained = {key: value for key, value in model.named_parameters() if value.requires_grad}
    plain = [value for key, value in trained.items() if value.dim() == 1]  # biases and norms
    decayed = [value for key, value in trained.items() if value.dim() > 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": RECIPE["weight_decay"]}, {"params": plain, "weight_decay": 0.0}],
        lr=RECIPE["learning_rate"],
        betas=tuple(RECIPE["betas"]),
        eps=RECIPE["epsilon"],
    )
    generator = torch.Generator().manual_seed(seed)
    batches, losses, norms = [], [], []
    for step in range(steps):
        inputs = padded_inputs(model.config, [TOKENS, 3, 5, 6], seed=100 * seed + step, width=TOKENS)
        inputs["labels"] = torch.randint(0, model.config.num_labels, (BATCH,), generator=generator)
        loss = model(**inputs).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(trained.values(), RECIPE["max_norm"]))
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        batches.append(inputs)
        losses.append(loss.detach())
    if hasattr(model, "peft_config"):
        final = get_peft_model_state_dict(model)
    else:
        final = dict(model.named_parameters())
    save_tensors(
        HERE / "train" / f"{name}.safetensors",
        {
            **{key: torch.stack([batch[key] for batch in batches]) for key in batches[0]},
            "losses": torch.stack(losses),
            "norms": torch.stack(norms),
            **{f"final.{key}": value for key, value in final.items()},
        },
        PACKAGES,
        base=f"models/{base}",
        recipe=json.dumps(RECIPE),
    )


def make_trainings() -> None:
    for name, (base, settings, seed, steps) in TRAININGS.items():
        torch.manual_seed(seed)
        model = adapt(base, settings)
        save_adapter(model, HERE / "train" / name)
        make_training(name, base, model, seed, steps)
    make_training("full-bert", "bert", load("bert"), seed=2)
    make_training("full-distilbert", "distilbert", load("distilbert"), seed=3)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for seed, (name, (base, settings)) in enumerate(ADAPTERS.items(), start=1):
        make_adapter(name, base, settings, seed)
    make_trainings()
