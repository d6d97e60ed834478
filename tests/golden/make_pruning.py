"""What pruning looks at, by PyTorch on tiny models → pruning.json (2026-11-30).

For a BERT and a Llama with shared keys and values: the norms of the inputs of the linear layers that read heads and inner
numbers, Wanda's scores of their weights (|W| · ‖x‖, arXiv 2306.11695, as its authors' code computes them), the mean size of
the gradients of a gate behind each head and each inner number over rows (arXiv 1905.10650), and the influence of layers
(arXiv 2403.03853). Padding counts nowhere, and of the last layer only the token that the classifier reads.
"""

import torch
from transformers import AutoModelForSequenceClassification

from golden import HERE, padded_inputs, save_json

PACKAGES = ("torch", "transformers")
LENGTHS = [9, 4, 7, 6]
LABELS = [0, 2, 1, 0]


def readers(model):
    """Our path of each linear layer that reads units → the module and how many inputs a unit has."""
    config = model.config
    size = config.hidden_size // config.num_attention_heads
    found = {}
    if config.model_type == "bert":
        for at, layer in enumerate(model.bert.encoder.layer):
            path = f"encoder.layer.{at}"
            found[f"{path}.attention.output.dense"] = (layer.attention.output.dense, size)
            found[f"{path}.output.dense"] = (layer.output.dense, 1)
        return found, list(model.bert.encoder.layer)
    shared = config.num_attention_heads // config.num_key_value_heads
    for at, layer in enumerate(model.model.layers):
        found[f"layers.{at}.self_attn.o_proj"] = (layer.self_attn.o_proj, size * shared)
        found[f"layers.{at}.mlp.down_proj"] = (layer.mlp.down_proj, 1)
    return found, list(model.model.layers)


def pooled(config, mask):
    """The tokens that the head reads: nothing else of the last layer counts."""
    chosen = torch.zeros_like(mask)
    for row, length in enumerate(mask.sum(1).tolist()):
        chosen[row, 0 if config.model_type == "bert" else length - 1] = True
    return chosen


def values(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().double().flatten().tolist()]


def case(name):
    model = AutoModelForSequenceClassification.from_pretrained(HERE / "models" / name).eval()
    inputs = padded_inputs(model.config, LENGTHS, seed=20)
    mask = inputs["attention_mask"].bool()
    linears, blocks = readers(model)

    seen, around = {}, {}
    handles = [
        module.register_forward_pre_hook(lambda _, given, path=path: seen.__setitem__(path, given[0]))
        for path, (module, _) in linears.items()
    ]
    handles += [
        block.register_forward_hook(
            lambda _, given, result, at=at: around.__setitem__(
                at, (given[0], result[0] if isinstance(result, tuple) else result)
            )
        )
        for at, block in enumerate(blocks)
    ]
    with torch.no_grad():
        model(**inputs)
    for handle in handles:
        handle.remove()
    counted = {path: mask for path in linears}
    for path in list(linears)[-2:]:
        counted[path] = pooled(model.config, mask)
    norms = {path: x[counted[path]].double().square().sum(0).sqrt() for path, x in seen.items()}
    wanda = {
        path: module.weight.abs() * norms[path].float().reshape(1, -1)
        for path, (module, _) in linears.items()
    }
    influence = [
        1 - torch.nn.functional.cosine_similarity(x[mask].double(), y[mask].double(), dim=-1).mean().item()
        for x, y in (around[at] for at in range(len(blocks)))
    ]

    gates = {
        path: torch.ones(module.in_features // size, requires_grad=True)
        for path, (module, size) in linears.items()
    }
    for path, (module, size) in linears.items():
        module.register_forward_pre_hook(
            lambda _, given, path=path, size=size: (given[0] * gates[path].repeat_interleave(size),)
        )
    taylor = {path: torch.zeros_like(gate) for path, gate in gates.items()}
    for row, label in enumerate(LABELS):
        one = {key: tensor[row : row + 1, : LENGTHS[row]] for key, tensor in inputs.items()}
        loss = torch.nn.functional.cross_entropy(model(**one).logits, torch.tensor([label]))
        for path, gradient in zip(gates, torch.autograd.grad(loss, list(gates.values()))):
            taylor[path] += gradient.abs() / len(LABELS)

    return {
        "model": name,
        "ids": inputs["input_ids"].tolist(),
        "mask": inputs["attention_mask"].tolist(),
        "types": inputs["token_type_ids"].tolist() if "token_type_ids" in inputs else None,
        "lengths": LENGTHS,
        "labels": LABELS,
        "norms": {path: values(each) for path, each in norms.items()},
        # The last layer alone: its weights are in the repository.
        "wanda": {path: values(wanda[path]) for path in list(linears)[-2:]},
        "taylor": {path: values(each) for path, each in taylor.items()},
        "influence": influence,
    }


save_json(HERE / "pruning.json", {"cases": [case("bert"), case("llama-classes")]}, PACKAGES)
