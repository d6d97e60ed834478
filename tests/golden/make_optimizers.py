"""Fifty steps of each optimizer → optimizers.json.

AdamW and SGD are torch.optim's, Adafactor is transformers' as its Trainer uses it, Lion is written out
from algorithm 2 of its paper (arXiv 2302.06675). The gradients are given, not computed, and clipped by
`clip_grad_norm_`; the learning rate changes in every step. Tensors of one dimension do not decay.

Each case: name, settings (ours), learningRate, parameters after steps 1, 10 and 50.
"""

import torch
from transformers.optimization import Adafactor

from golden import HERE, save_json

STEPS = 50
KEPT = (1, 10, 50)
MAX_NORM = 2.0
SHAPES = {"matrix": (4, 3), "wide": (2, 5), "bias": (3,), "other": (3, 3)}
torch.manual_seed(3)


def rounded(tensor):
    """A few digits keep the file small; float32 reads them alike on both sides."""
    return (tensor * 1000).round() / 1000


START = {name: rounded(torch.randn(shape)) for name, shape in SHAPES.items()}
# Large and small steps, so that some are clipped, around a direction that stays.
DIRECTION = {name: torch.randn(shape) for name, shape in SHAPES.items()}
GRADIENTS = [
    {
        name: rounded((DIRECTION[name] + torch.randn(shape)) * (0.05 if step % 3 else 1.0))
        for name, shape in SHAPES.items()
    }
    for step in range(STEPS)
]


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of the paper."""

    def __init__(self, groups, lr, betas):
        super().__init__(groups, {"lr": lr, "betas": betas, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = beta1 * m + (1 - beta1) * p.grad
                p.sub_(group["lr"] * (c.sign() + group["weight_decay"] * p))
                self.state[p]["m"] = beta2 * m + (1 - beta2) * p.grad


def adafactor(groups, lr):
    return Adafactor(groups, lr=lr, scale_parameter=False, relative_step=False, warmup_init=False)


def case(name, settings, make, rate, weight_decay):
    parameters = {name: torch.nn.Parameter(start.clone()) for name, start in START.items()}
    flat = [p for p in parameters.values() if p.dim() == 1]
    deep = [p for p in parameters.values() if p.dim() > 1]
    optimizer = make([{"params": deep, "weight_decay": weight_decay}, {"params": flat, "weight_decay": 0.0}], lr=rate)
    after = {}
    for step, gradients in enumerate(GRADIENTS):
        for key, parameter in parameters.items():
            parameter.grad = gradients[key].clone()
        torch.nn.utils.clip_grad_norm_(parameters.values(), MAX_NORM)
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 - step / STEPS)
        optimizer.step()
        if step + 1 in KEPT:
            after[step + 1] = {key: p.detach().flatten().tolist() for key, p in parameters.items()}
    return {
        "name": name,
        "settings": {**settings, "weightDecay": weight_decay, "maxGradientNorm": MAX_NORM},
        "learningRate": rate,
        "after": after,
    }


def cases():
    optim = torch.optim
    return [
        case(
            "torch's AdamW",
            {"optimizer": "adamw", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6},
            lambda groups, lr: optim.AdamW(groups, lr=lr, betas=(0.8, 0.95), eps=1e-6),
            0.05,
            0.3,
        ),
        case("transformers' Adafactor", {"optimizer": "adafactor"}, adafactor, 0.05, 0.1),
        case(
            "the paper's Lion",
            {"optimizer": "lion", "beta1": 0.9, "beta2": 0.99},
            lambda groups, lr: Lion(groups, lr, (0.9, 0.99)),
            0.01,
            0.3,
        ),
        case("torch's SGD", {"optimizer": "sgd", "momentum": 0}, optim.SGD, 0.05, 0.1),
        case(
            "torch's SGD with momentum",
            {"optimizer": "sgd", "momentum": 0.9},
            lambda groups, lr: optim.SGD(groups, lr=lr, momentum=0.9),
            0.02,
            0.1,
        ),
        case(
            "torch's SGD with Nesterov's momentum",
            {"optimizer": "sgd", "momentum": 0.8, "nesterov": True},
            lambda groups, lr: optim.SGD(groups, lr=lr, momentum=0.8, nesterov=True),
            0.02,
            0.1,
        ),
    ]


if __name__ == "__main__":
    content = {
        "shapes": SHAPES,
        "start": {name: start.flatten().tolist() for name, start in START.items()},
        "gradients": [{name: g.flatten().tolist() for name, g in step.items()} for step in GRADIENTS],
        "cases": cases(),
    }
    # Three digits are what was meant, and enough to read the same float32 again.
    for numbers in [content["start"], *content["gradients"]]:
        for name in numbers:
            numbers[name] = [round(each, 3) for each in numbers[name]]
    save_json(HERE / "optimizers.json", content, ("torch", "transformers"))
