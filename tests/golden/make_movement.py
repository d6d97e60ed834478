"""The scores of movement pruning (Sanh et al. 2020, arXiv 2005.07683), added up by PyTorch → movement.json (2026-12-01).

A tiny block of two heads and a feed-forward part of six is trained by plain gradient descent in small steps. Each step adds
-rate * gradient * weight to the score of every weight, as equation 6 of the paper has it; scores of the weights that make or
read a unit are added up. In the file: the weights before and after, and the score of each unit. In float64.
"""

import torch

from golden import HERE, save_json

PACKAGES = ("torch",)
STEPS, RATE = 2000, 1e-3
SIZE = 2  # numbers of a head

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)
shapes = {"query": (4, 3), "output": (3, 4), "inner": (6, 3), "outer": (1, 6)}
weights = {name: torch.nn.Parameter(torch.randn(shape) / 2) for name, shape in shapes.items()}
before = {name: weight.detach().clone() for name, weight in weights.items()}
inputs, targets = torch.randn(16, 3), torch.randn(16, 1)

scores = {name: torch.zeros(shape) for name, shape in shapes.items()}
for _ in range(STEPS):
    hidden = inputs + torch.tanh(inputs @ weights["query"].T) @ weights["output"].T
    given = torch.tanh(hidden @ weights["inner"].T) @ weights["outer"].T
    loss = (given - targets).square().mean()
    for (name, weight), gradient in zip(weights.items(), torch.autograd.grad(loss, list(weights.values()))):
        scores[name] -= RATE * gradient * weight.detach()
        weight.data -= RATE * gradient

heads = scores["query"].sum(1).reshape(-1, SIZE).sum(1) + scores["output"].sum(0).reshape(-1, SIZE).sum(1)
save_json(
    HERE / "movement.json",
    {
        "before": {name: weight.flatten().tolist() for name, weight in before.items()},
        "after": {name: weight.detach().flatten().tolist() for name, weight in weights.items()},
        "heads": heads.tolist(),
        "feedForward": (scores["inner"].sum(1) + scores["outer"].sum(0)).tolist(),
    },
    PACKAGES,
)
