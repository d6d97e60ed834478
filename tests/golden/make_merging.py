"""Tensors that mergekit merges with each of its methods: merging.json."""

from pathlib import Path

import torch
from mergekit.merge_methods import registry
from mergekit.merge_methods.base import TensorGroup

from golden import HERE, save_json

torch.manual_seed(20261130)


def values(tensor):
    """As many digits as a float32 has."""
    return [float(str(value)) for value in tensor.float().flatten().numpy()]


def group_of(shape, count, near):
    """Models that have moved from one base: for tensors that hardly differ, and for those that do."""
    base = torch.randn(shape)
    models = [base + near * torch.randn(shape) for _ in range(count)]
    models[0].flatten()[0] = base.flatten()[0]  # A change of nothing.
    return base, models


draws = None


def stored_bernoulli(probabilities, **_):
    """Draws by stored numbers, which the test reads too."""
    taken = draws[: probabilities.numel()].clone().reshape(probabilities.shape)
    draws[: -probabilities.numel()] = draws[probabilities.numel() :].clone()
    return (taken < probabilities).to(probabilities.dtype)


torch.bernoulli = stored_bernoulli

# Name of mergekit, whether the base is given, how many models, its parameters.
CASES = [
    ("linear", False, 3, {"normalize": True}),
    ("linear", False, 3, {"normalize": False}),
    ("slerp", True, 1, {"t": 0.3}),
    ("nuslerp", False, 2, {}),
    ("nuslerp", True, 2, {}),
    ("nuslerp", False, 2, {"nuslerp_flatten": False}),
    ("nuslerp", True, 2, {"nuslerp_flatten": False, "nuslerp_row_wise": True}),
    ("multislerp", False, 3, {}),
    ("multislerp", True, 3, {"normalize_weights": False}),
    ("karcher", False, 3, {}),
    ("karcher", False, 2, {"max_iter": 2, "tol": 1e-3}),
    ("model_stock", True, 3, {}),
    ("model_stock", True, 2, {"filter_wise": True}),
    ("sce", True, 3, {}),
    ("sce", True, 3, {"select_topk": 0.4}),
    ("nearswap", True, 1, {"t": 0.05}),
    ("passthrough", False, 1, {"scale": 0.5}),
    ("task_arithmetic", True, 3, {}),
    ("task_arithmetic", True, 2, {"normalize": True, "lambda": 0.7}),
    ("ties", True, 3, {"density": 0.4}),
    ("ties", True, 3, {"density": 0.01, "normalize": False, "lambda": 1.3}),
    ("dare_linear", True, 2, {"density": 0.5}),
    ("dare_linear", True, 2, {"density": 0.3, "rescale": False}),
    ("dare_ties", True, 3, {"density": 0.6}),
    ("della", True, 3, {"density": 0.5, "epsilon": 0.2}),
    ("della_linear", True, 2, {"density": 0.7, "epsilon": 0.1}),
    ("breadcrumbs", True, 2, {"density": 0.5, "gamma": 0.1}),
    ("breadcrumbs", True, 2, {"density": 0.9, "gamma": 0.2}),
    ("breadcrumbs_ties", True, 3, {"density": 0.6, "gamma": 0.05}),
]
WEIGHTS = [1.0, 0.5, 0.25]

cases = []
for method, has_base, count, parameters in CASES:
    for shape, near in [((4, 5), 0.1), ((7,), 1.0)]:
        base, models = group_of(shape, count, near)
        numbers = torch.rand(count * base.numel())
        draws = numbers.clone()
        merge = registry.get(method)
        given = [base, *models] if has_base else models
        ids = ["base", *range(count)] if has_base else list(range(count))
        group = TensorGroup.from_tensors(
            [tensor.clone() for tensor in given], ids=ids, base_index=0 if has_base else None
        )
        known = {spec.name: spec for spec in merge.spec.parameters}
        bound = dict(parameters)
        for name in ("weight", "density", "gamma", "epsilon", "scale"):
            if name not in known:
                continue
            value = dict(zip(range(count), WEIGHTS)) if name == "weight" else bound.get(name)
            if value is None:
                continue
            bound[name] = value if isinstance(value, dict) else {key: value for key in range(count)}
        if "scale" in bound:
            bound["scale"] = {key: bound["scale"][key] for key in ids}
        (merged,) = merge([group], parameters=bound)
        cases.append(
            {
                "method": method,
                "parameters": parameters,
                "shape": list(shape),
                "base": values(base) if has_base else None,
                "models": [values(tensor) for tensor in models],
                "weights": WEIGHTS[:count],
                "draws": values(numbers),
                "merged": values(merged),
            }
        )

save_json(Path(HERE) / "merging.json", {"cases": cases}, ["torch", "mergekit"])
