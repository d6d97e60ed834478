"""The heads on tokens of every architecture with what transformers and PEFT compute: make_heads.py.

heads/<base>/, a base being <model type>-<head> with the head `tokens`, `span` or `embedding`: config.json
and model.safetensors of a tiny random model as transformers saves it for the head's task, and
expected.safetensors with input_ids, attention_mask, token_type_ids (where the model reads them), `results`
[rows, tokens, outputs] (a span's start and end are two outputs; an embedding is the last hidden state),
`weights` of the same shape, 0 at padding, `loss` = Σ weights · results, and `gradient.<name>` of every
parameter that the loss reaches. Decoders also have `left.…`, the same batch padded on the left.

heads/<method>-<base>/: adapter_config.json, adapter_model.safetensors and expected.safetensors with
the inputs and the results of base plus adapter, without those of virtual tokens. Segments are 0 in embeddings
and in spans of prompt methods: there PEFT's forward does not hand them on.
"""

import re
import shutil

import torch
import transformers
from peft import get_peft_model
from safetensors.torch import load_file
from transformers import AutoConfig

from golden import HEAD_CLASSES, HERE, family, head_results, on_the_left, open_head, padded_inputs
from golden import randomise, save_tensors
from make_methods import METHODS, save_sorted, trained

PACKAGES = ("torch", "transformers", "peft", "safetensors")
FOLDER = HERE / "heads"
# A second layer shows a wrong order; all else is as small as it can be.
SIZES = dict(vocab_size=30, initializer_range=0.4, id2label={0: "O", 1: "B-PER", 2: "I-PER"})
BERT = dict(
    **SIZES, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, max_position_embeddings=24,
)
ROBERTA = dict(**BERT, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2)
DECODER = dict(**SIZES, pad_token_id=0, bos_token_id=4, eos_token_id=4, classifier_dropout=0.0)
CONFIGS = {
    "bert": BERT,
    "distilbert": dict(
        **SIZES, dim=8, n_layers=2, n_heads=2, hidden_dim=12, max_position_embeddings=24,
        dropout=0.0, attention_dropout=0.0, qa_dropout=0.0,
    ),
    "roberta": ROBERTA,
    "xlm-roberta": ROBERTA,
    "gpt2": dict(
        **DECODER, n_embd=8, n_layer=2, n_head=2, n_inner=12, n_positions=24,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    ),
    "llama": dict(
        **DECODER, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
        intermediate_size=12, max_position_embeddings=24,
    ),
}
LLAMA_LIKE = dict(CONFIGS["llama"], head_dim=6)
WINDOWED = dict(LLAMA_LIKE, sliding_window=3)
GEMMA = dict(WINDOWED, query_pre_attn_scalar=5)
CONFIGS |= {
    "gemma2": dict(GEMMA, attn_logit_softcapping=2.0),
    "gemma3_text": dict(GEMMA, layer_types=["sliding_attention", "full_attention"]),
    "mistral": WINDOWED,
    "qwen2": LLAMA_LIKE,
    "qwen3": LLAMA_LIKE,
    "clip_text_model": dict(
        **SIZES, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
        max_position_embeddings=24, pad_token_id=0, bos_token_id=3, eos_token_id=4,
    ),
}
DECODERS = ("gpt2", "llama", "gemma2", "gemma3_text", "mistral", "qwen2", "qwen3", "clip_text_model")
# What transformers has no class for.
IMPOSSIBLE = [("gemma2", "span"), ("gemma3_text", "span"), ("gemma3_text", "tokens"),
              ("clip_text_model", "span"), ("clip_text_model", "tokens")]
ADAPTED = ("bert", "gpt2", "llama")
ADAPTERS = ("lora", "ia3", "prompt-tuning", "prefix-tuning")


def make_model(model_type: str, head: str, seed: int) -> None:
    folder = FOLDER / f"{model_type}-{head}"
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    config = AutoConfig.for_model(model_type, **CONFIGS[model_type])
    if head == "span":
        config.num_labels = 2
    # The plain attention where scores are bounded: others leave the bound out.
    plain = dict(attn_implementation="eager") if model_type == "gemma2" else {}
    model = HEAD_CLASSES[head][0].from_config(config, **plain).eval()
    randomise(model, seed)
    model.save_pretrained(folder)
    inputs = padded_inputs(config, lengths=[7, 3, 5], seed=seed)
    results = head_results(model, inputs)
    weights = torch.randn(results.shape, generator=torch.Generator().manual_seed(seed))
    weights = weights * inputs["attention_mask"][:, :, None] / 10
    loss = (weights * results).sum()
    loss.backward()
    tensors = {**inputs, "results": results, "weights": weights, "loss": loss}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            tensors[f"gradient.{name}"] = parameter.grad
    if model_type in DECODERS:
        left = on_the_left(inputs)
        tensors |= {f"left.{key}": value for key, value in left.items()}
        tensors["left.results"] = head_results(model, left)
    save_tensors(folder / "expected.safetensors", tensors, PACKAGES)


def make_adapter(method: str, base: str, seed: int) -> None:
    head = base.split("-")[-1]
    torch.manual_seed(seed)
    model = open_head(head, FOLDER / base)
    config = METHODS[method](family(base))
    config.task_type = HEAD_CLASSES[head][1]
    if family(base) == "gpt2" and hasattr(config, "fan_in_fan_out"):
        config.fan_in_fan_out = True
    adapted = get_peft_model(model, config).eval()
    adapted.peft_config["default"].base_model_name_or_path = f"heads/{base}"
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in trained(adapted).items():
            noise = 0.3 * torch.randn(parameter.shape, generator=generator)
            parameter.copy_(parameter + noise if re.search("ia3_l", name) else noise)
    folder = FOLDER / f"{method}-{base}"
    shutil.rmtree(folder, ignore_errors=True)
    save_sorted(adapted, folder)
    inputs = padded_inputs(adapted.config, lengths=[6, 4], seed=seed)
    drops = head == "embedding" or (head == "span" and config.is_prompt_learning)
    if drops and "token_type_ids" in inputs:
        inputs["token_type_ids"].zero_()
    with torch.no_grad():
        results = head_results(adapted, inputs)
    save_tensors(folder / "expected.safetensors", {**inputs, "results": results}, PACKAGES, base=f"heads/{base}")
    # What is saved is what was meant: nothing of the head is left out.
    saved = load_file(folder / "adapter_model.safetensors")
    assert head == "embedding" or any(re.search("classifier|score|qa_outputs", name) for name in saved)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)  # faster for models this small
    for seed, model_type in enumerate(CONFIGS, start=31):
        for head in HEAD_CLASSES:
            if (model_type, head) not in IMPOSSIBLE:
                make_model(model_type, head, seed)
    for seed, method in enumerate(ADAPTERS, start=41):
        for model_type in ADAPTED:
            for head in HEAD_CLASSES:
                make_adapter(method, f"{model_type}-{head}", seed)
