"""Tiny random models of the llama-like decoders with what transformers computes for them: make_decoders.py.

decoders/<name>/{config.json, model.safetensors, expected.safetensors}. Every name has settings that another has not:
windows, kinds of layers, two bases, scaled frequencies, bounded scores, own heads, biases, heads of their own size.
Texts are longer than the windows.

Where a text's length says how its positions turn (`dynamic`, `longrope`), every text is computed alone: transformers
takes the longest of a batch. These have `steps.…` too: what a prompt is continued with, token by token with the cache,
from below the original length to beyond it, and the logits of each step.

expected.safetensors holds input_ids, attention_mask, labels, logits, loss, `gradient.<name>` of every parameter and
`hidden` [layers + 1, rows, tokens, hidden_size], what each layer is given and, last, what the head is given; under
`left.…` the same of a batch that is padded on the left, without labels. Labels are −100 where a token does not count.
A name that ends in `-classes` is a classifier of the last token with the same settings, without gradients and hidden.

decoders/<method>-on-<name>/: adapter_config.json, adapter_model.safetensors and expected.safetensors with the inputs
and the logits of PEFT on that model. A prefix stands on a model without windows: in PEFT it slides out of them.
"""

import shutil

import torch
import transformers
from peft import IA3Config, LoraConfig, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

from golden import HERE, on_the_left, padded_inputs, save_tensors
from make_methods import save_sorted, trained

PACKAGES = ("torch", "transformers", "peft", "safetensors")
FOLDER = HERE / "decoders"
LENGTHS = [12, 5, 9]
WINDOW = 4
SIZES = dict(
    vocab_size=30, hidden_size=8, intermediate_size=12, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=32, initializer_range=0.4, pad_token_id=0, bos_token_id=4, eos_token_id=4,
    id2label={0: "a", 1: "b", 2: "c"},
)
WIDE = dict(head_dim=8)
YARN = dict(rope_type="yarn", rope_theta=100.0, factor=4.0, original_max_position_embeddings=16, beta_fast=2.0)
LINEAR = dict(rope_type="linear", rope_theta=100.0, factor=2.0)
LLAMA3 = dict(
    rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=32,
)
MSCALES = dict(mscale=2.0, mscale_all_dim=1.0, truncate=False)
FULL, SLIDING = "full_attention", "sliding_attention"
GEMMA = dict(**WIDE, sliding_window=WINDOW, query_pre_attn_scalar=5)
# Bounds so low that they matter to these scores.
BOUNDS = dict(attn_logit_softcapping=2.0, final_logit_softcapping=3.0)
TWO_BASES = {FULL: dict(LINEAR), SLIDING: dict(rope_type="default", rope_theta=20.0)}
# Some texts are longer than what these were first trained with, some are not.
DYNAMIC = dict(rope_type="dynamic", rope_theta=100.0, factor=4.0)
LONGROPE = dict(
    rope_type="longrope", rope_theta=100.0, short_factor=[1.0, 1.1, 1.2, 1.5], long_factor=[1.5, 2.0, 3.5, 4.0],
    original_max_position_embeddings=8,
)
# Name → model type and settings.
MODELS = {
    "llama-biases": ("llama", dict(attention_bias=True, mlp_bias=True, **WIDE, rope_parameters=dict(YARN))),
    "qwen2": ("qwen2", dict(tie_word_embeddings=True, use_sliding_window=True, sliding_window=WINDOW, max_window_layers=1)),
    "qwen2-untied": ("qwen2", dict(**WIDE, rope_parameters=dict(YARN, **MSCALES))),
    "qwen3": ("qwen3", dict(
        **WIDE, tie_word_embeddings=True, use_sliding_window=True, sliding_window=WINDOW,
        layer_types=[SLIDING, FULL, SLIDING],
    )),
    "qwen3-untied": ("qwen3", dict(**WIDE, attention_bias=True, rope_parameters=dict(LINEAR))),
    "llama-dynamic": ("llama", dict(**WIDE, max_position_embeddings=8, rope_parameters=dict(DYNAMIC))),
    "qwen3-longrope": ("qwen3", dict(**WIDE, rope_parameters=dict(LONGROPE))),
    "mistral-longrope": ("mistral", dict(
        **WIDE, sliding_window=WINDOW, rope_parameters=dict(LONGROPE, factor=2.0, attention_factor=1.25),
    )),
    "mistral": ("mistral", dict(sliding_window=WINDOW)),
    "mistral-tied": ("mistral", dict(**WIDE, sliding_window=None, tie_word_embeddings=True, rope_parameters=dict(LLAMA3))),
    "gemma2": ("gemma2", dict(**GEMMA, **BOUNDS)),
    "gemma2-untied": ("gemma2", dict(
        **GEMMA, tie_word_embeddings=False, attention_bias=True, final_logit_softcapping=None,
        attn_logit_softcapping=None,
    )),
    "gemma3_text": ("gemma3_text", dict(**GEMMA, rope_parameters=TWO_BASES, layer_types=[SLIDING, FULL, SLIDING])),
    "gemma3": ("gemma3", dict(**GEMMA, sliding_window_pattern=2)),
    "gemma3_text-untied": ("gemma3_text", dict(
        **GEMMA, tie_word_embeddings=False, sliding_window_pattern=2, final_logit_softcapping=3.0,
    )),
}
BY_LENGTH = ["llama-dynamic", "qwen3-longrope", "mistral-longrope"]
LATER = [*BY_LENGTH, "gemma3"]
# Of images and texts; only texts are read.
IMAGES = dict(
    vision_config=dict(
        hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2, image_size=4, patch_size=2
    ),
    mm_tokens_per_image=4,
)
# As many words as the tokenizer of tests/pipeline/tiny.ts has; two layers, one of each kind.
CLASSES = dict(vocab_size=99, num_hidden_layers=2)
CLASSIFIERS = ["qwen2", "qwen3", "mistral", "gemma2", "gemma3_text"]


EVERY = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CAUSAL = dict(task_type="CAUSAL_LM")
VIRTUAL = dict(num_virtual_tokens=3, **CAUSAL)
ADAPTERS = {
    "lora": lambda: LoraConfig(r=2, lora_alpha=4, target_modules=EVERY, **CAUSAL),
    "ia3": lambda: IA3Config(**CAUSAL),
    "prompt-tuning": lambda: PromptTuningConfig(prompt_tuning_init="SAMPLE_VOCAB", **VIRTUAL),
    "prefix-tuning": lambda: PrefixTuningConfig(init_weights="zero", **VIRTUAL),
}
ADAPTED = {"gemma3_text": ["lora", "ia3", "prompt-tuning"], "qwen3-untied": ["lora", "ia3", "prefix-tuning"], "gemma3": ["lora"]}


def make_model(name: str, seed: int) -> None:
    is_classifier = name.endswith("-classes")
    model_type, settings = MODELS[name.removesuffix("-classes")]
    if is_classifier:
        settings = {**settings, **CLASSES}
        if "layer_types" in settings:
            settings["layer_types"] = settings["layer_types"][: CLASSES["num_hidden_layers"]]
    sizes = {**SIZES, **settings}
    config = AutoConfig.for_model(
        model_type, **(dict(text_config=sizes, eos_token_id=[1, 4], **IMAGES) if model_type == "gemma3" else sizes)
    )
    kind = AutoModelForSequenceClassification if is_classifier else AutoModelForCausalLM
    torch.manual_seed(seed)
    # The plain attention: others leave out the bound of scores.
    model = kind.from_config(config, attn_implementation="eager").eval()
    randomise(model, config, seed)
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    inputs = padded_inputs(config.get_text_config(), lengths=LENGTHS, seed=seed)
    if is_classifier:
        labels = torch.tensor([2, 0, 1])
    else:
        labels = inputs["input_ids"].masked_fill(inputs["attention_mask"] == 0, -100)
        labels[0, :4] = -100  # a question that is only read
    if name in BY_LENGTH:
        loss = alone(model, inputs, labels)
        tensors = {"labels": labels, "loss": loss, **results_alone(model, inputs), **steps(model)}
    else:
        loss = model(**inputs, labels=labels).loss
        tensors = {"labels": labels, "loss": loss, **results(model, inputs)}
    forget(model)
    left = results(model, on_the_left(inputs))
    tensors |= {f"left.{key}": value for key, value in left.items()}
    if is_classifier:
        tensors = {key: value for key, value in tensors.items() if not key.endswith("hidden")}
    else:
        loss.backward()
        tensors |= {f"gradient.{key}": value.grad for key, value in model.named_parameters() if value.grad is not None}
    assert all(value.isfinite().all() for value in tensors.values())
    save_tensors(folder / "expected.safetensors", tensors, PACKAGES)


def make_adapter(method: str, base: str, seed: int) -> None:
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(FOLDER / base, dtype=torch.float32, attn_implementation="eager")
    adapted = get_peft_model(model, ADAPTERS[method]()).eval()
    adapted.peft_config["default"].base_model_name_or_path = f"decoders/{base}"
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in trained(adapted).items():
            noise = 0.3 * torch.randn(parameter.shape, generator=generator)
            # A scale is a number near 1, and a word of the vocabulary stays near one.
            parameter.copy_(parameter + noise if "ia3_l" in name or method == "prompt-tuning" else noise)
    folder = FOLDER / f"{method}-on-{base}"
    shutil.rmtree(folder, ignore_errors=True)
    save_sorted(adapted, folder)
    inputs = padded_inputs(adapted.config.get_text_config(), lengths=LENGTHS, seed=seed)
    with torch.no_grad():
        logits = adapted(**inputs).logits[:, -max(LENGTHS) :]  # virtual tokens stand before the text
    save_tensors(folder / "expected.safetensors", {**inputs, "logits": logits}, PACKAGES)


def results(model, inputs) -> dict:
    with torch.no_grad():
        found = model(**inputs, output_hidden_states=True)
    return {**inputs, "hidden": torch.stack(found.hidden_states), "logits": found.logits}


def forget(model) -> None:
    """transformers' `dynamic` keeps the base of the longest text until it reads a short one."""
    with torch.no_grad():
        model(torch.tensor([[1]]))


def rows_of(model, inputs):
    """The texts without their padding."""
    for row, length in enumerate(inputs["attention_mask"].sum(1).tolist()):
        forget(model)
        yield row, length, {key: value[row : row + 1, :length] for key, value in inputs.items()}


def alone(model, inputs, labels):
    """The mean loss of all tokens that count."""
    sums = [
        torch.nn.functional.cross_entropy(
            model(**text).logits[0, :-1], labels[row, 1:length], ignore_index=-100, reduction="sum"
        )
        for row, length, text in rows_of(model, inputs)
    ]
    return sum(sums) / (labels[:, 1:] != -100).sum()


def results_alone(model, inputs) -> dict:
    found = {**inputs}
    rows, width = inputs["input_ids"].shape
    for row, length, text in rows_of(model, inputs):
        for key, value in results(model, text).items():
            if key in inputs:
                continue
            # [layers + 1, 1, tokens, hidden_size] or [1, tokens, words]
            axis = value.dim() - 3
            found.setdefault(key, value.new_zeros(*value.shape[:axis], rows, width, value.shape[-1]))
            found[key].select(axis, row)[..., :length, :] = value.select(axis, 0)
    return found


def steps(model) -> dict:
    """A prompt of 6 tokens and 12 more, which are the best ones."""
    torch.manual_seed(3)
    prompt = torch.randint(5, model.config.vocab_size, (1, 6))
    settings = dict(do_sample=False, eos_token_id=None, pad_token_id=0, max_new_tokens=12)
    forget(model)
    with torch.no_grad():
        found = model.generate(
            prompt, attention_mask=torch.ones_like(prompt), output_logits=True, return_dict_in_generate=True, **settings
        )
    return {"steps.ids": found.sequences, "steps.logits": torch.cat(found.logits)}


def randomise(model, config, seed: int) -> None:
    """Biases and norms that a wrong mapping would show: both start at 0 or 1."""
    generator = torch.Generator().manual_seed(seed)
    centre = 0.0 if config.model_type.startswith("gemma") else 1.0
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                start = centre if "norm" in name else 0.0
                parameter.copy_(start + 0.3 * torch.randn(parameter.shape, generator=generator))


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)  # faster for models this small
    for seed, base in enumerate([name for name in MODELS if name not in LATER] + LATER, start=51):
        for name in [base, *([f"{base}-classes"] if base in CLASSIFIERS else [])]:
            make_model(name, seed)
    for seed, (base, methods) in enumerate(ADAPTED.items(), start=71):
        for method in methods:
            make_adapter(method, base, seed)
