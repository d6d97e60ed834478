"""PPO's rewards, advantages, losses and fifty steps by TRL 1.10.0, KL controllers by TRL 0.11.4 → ppo.json.

Made on 2026-11-30. TRL 1.16, which the other files are made with, has no PPO any more, and no controllers
since 0.12. Both trainers do their sums in the middle of long functions, so their own lines are run here: they
are read out of the wheels, which pip fetches, and executed on stored tensors.

The policy is a table of what follows a token: hidden = tanh(table[token]), logits = hidden · output, value =
hidden · value + bias. It moves by plain gradient descent, so that nothing but the loss is compared.
"""

import ast
import re
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch.nn.functional import log_softmax

from golden import HERE, save_json

PPO = ("trl==1.10.0", "trl/experimental/ppo/ppo_trainer.py")
CONTROLLERS = ("trl==0.11.4", "trl/trainer/utils.py")
VOCAB, HIDDEN, LENGTH, PAD = 11, 6, 7, 0
LENGTHS = [7, 4, 5, 1]  # the first one was cut at the longest length
STEPS, LEARNING_RATE = 50, 0.5
SETTINGS = {"kl_coef": 0.1, "gamma": 0.97, "lam": 0.9, "cliprange": 0.2, "cliprange_value": 0.2, "vf_coef": 0.3}


def source(requirement: str, path: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, requirement]
        subprocess.run(pip, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        return zipfile.ZipFile(wheel).read(path).decode()


def definitions(text: str, *names: str) -> dict:
    """The named functions and classes of a module, without running the rest of it."""
    space = {"torch": torch, "np": np}
    for node in ast.parse(text).body:
        if getattr(node, "name", None) in names:
            exec(compile(ast.Module([node], []), "trl", "exec"), space)
    return space


def block(text: str, first: str, last: str) -> str:
    """The lines from the one that begins with `first` to the one before that which begins with `last`."""
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if line.strip().startswith(first))
    end = next(i for i in range(start, len(lines)) if lines[i].strip().startswith(last))
    return textwrap.dedent("\n".join(lines[start:end]))


def forward(parameters, tokens):
    """Logits and values before each token of the answers, which follow one token that asks."""
    hidden = torch.tanh(parameters["table"][tokens[:, :-1]])
    values = hidden @ parameters["value"] + parameters["bias"]
    return log_softmax(hidden @ parameters["output"], -1), values


def taken(logprobs, tokens):
    return logprobs.gather(-1, tokens[:, 1:].unsqueeze(-1)).squeeze(-1)


def experience(trainer, space, kind, whiten_rewards):
    """What TRL makes of scores: rewards of tokens, returns, advantages."""
    space = dict(space)
    space["args"] = SimpleNamespace(**SETTINGS, kl_estimator=kind, whiten_rewards=whiten_rewards)
    exec(block(trainer, "# 4. compute rewards", "# 5. whiten rewards"), space)
    plain = space["rewards"].clone()
    exec(block(trainer, "# 5. whiten rewards", "empty_cache()"), space)
    return plain, space


def numbers(tensor, count):
    """Of each answer as many as it has."""
    return [row[:many].tolist() for row, many in zip(tensor, count)]


def main():
    trainer = source(*PPO)
    shared = definitions(trainer, "masked_mean", "masked_var", "masked_whiten")
    torch.manual_seed(7)
    start = {
        "table": torch.randn(VOCAB, HIDDEN),
        "output": torch.randn(HIDDEN, VOCAB),
        "value": torch.randn(HIDDEN),
        "bias": torch.zeros(()),
    }
    tokens = torch.randint(1, VOCAB, (len(LENGTHS), LENGTH + 1))
    scores = torch.tensor([1.0, -0.5, 2.0, 0.25])
    parameters = {name: each.clone().requires_grad_() for name, each in start.items()}
    sequence_lengths = torch.tensor(LENGTHS) - 1  # TRL's: of the last token
    idxs = torch.arange(LENGTH).repeat(len(LENGTHS), 1)
    padding_mask = idxs > sequence_lengths.unsqueeze(1)
    padding_mask_p1 = idxs > (sequence_lengths + 1).unsqueeze(1)
    with torch.no_grad():
        logprobs, values = forward(parameters, tokens)
        logprobs = taken(logprobs, tokens) + 0.3 * torch.randn(len(LENGTHS), LENGTH)
        ref_logprobs = logprobs + 0.3 * torch.randn(len(LENGTHS), LENGTH)
        values = values + 0.3 * torch.randn(len(LENGTHS), LENGTH)
    logprobs = logprobs.masked_fill(padding_mask, 1.0)
    ref_logprobs = ref_logprobs.masked_fill(padding_mask, 1.0)
    values = values.masked_fill(padding_mask_p1, 0)
    space = {
        **shared,
        "logprobs": logprobs,
        "ref_logprobs": ref_logprobs,
        "values": values,
        "scores": scores,
        "responses": tokens[:, 1:],
        "sequence_lengths_p1": sequence_lengths + 1,
        "sequence_lengths": sequence_lengths,
        "padding_mask": padding_mask,
        "padding_mask_p1": padding_mask_p1,
    }
    states = [min(length + 1, LENGTH) for length in LENGTHS]
    made = []
    for kind, whiten in [("k1", False), ("k3", False), ("k1", True)]:
        rewards, after = experience(trainer, space, kind, whiten)
        made.append(
            {
                "estimator": kind,
                "whitenRewards": whiten,
                "rewards": numbers(rewards, states),
                "returns": numbers(after["returns"], states),
                "advantages": numbers(after["advantages"], LENGTHS),
            }
        )
        if not whiten and kind == "k1":
            space_k1 = after

    lines = block(trainer, "new_logprobs = torch.masked_fill(", "accelerator.backward(loss)")
    optimizer = torch.optim.SGD(parameters.values(), lr=LEARNING_RATE)
    losses = []
    for step in range(STEPS):
        everything = torch.arange(len(LENGTHS))
        all_logprobs, vpred_temp = forward(parameters, tokens)
        local = {
            **space_k1,
            "INVALID_LOGPROB": 1.0,
            "micro_batch_inds": everything,
            "mb_advantage": space_k1["advantages"],
            "mb_logprobs": logprobs,
            "mb_return": space_k1["returns"],
            "mb_values": values,
            "new_logprobs": taken(all_logprobs, tokens),
            "vpred_temp": vpred_temp,
            "context_length": 1,
        }
        # Its values are of the whole text, the model's here of the answer alone.
        own = re.sub(r"vpred_temp\[:, context_length - 1 : -1\]\.squeeze\(-1\)", "vpred_temp", lines)
        assert own != lines
        exec(own, local)
        optimizer.zero_grad()
        local["loss"].backward()
        if step == 0:
            gradients = {name: each.grad.flatten().tolist() for name, each in parameters.items()}
        optimizer.step()
        losses.append({key: local[name].item() for key, name in
                       [("loss", "loss"), ("policy", "pg_loss"), ("value", "vf_loss"), ("valueClipped", "vf_clipfrac")]})

    controllers = definitions(source(*CONTROLLERS), "AdaptiveKLController", "FixedKLController")
    divergences = [6.0, 12.0, 0.5, 6.6, 5.0, 30.0, 0.0]
    adaptive = controllers["AdaptiveKLController"](0.2, 6.0, 10000)
    fixed = controllers["FixedKLController"](0.2)
    weights = []
    for divergence in divergences:
        for each in (adaptive, fixed):
            each.update(divergence, 256)
        weights.append([float(adaptive.value), float(fixed.value)])

    save_json(
        HERE / "ppo.json",
        {
            "trl": [PPO[0], CONTROLLERS[0]],
            "settings": SETTINGS,
            "learningRate": LEARNING_RATE,
            "tokens": tokens.tolist(),
            "lengths": LENGTHS,
            "scores": scores.tolist(),
            "logProbs": numbers(logprobs, LENGTHS),
            "referenceLogProbs": numbers(ref_logprobs, LENGTHS),
            "values": numbers(values, states),
            "experience": made,
            "start": {name: each.flatten().tolist() for name, each in start.items()},
            "gradients": gradients,
            "losses": losses,
            "end": {name: each.detach().flatten().tolist() for name, each in parameters.items()},
            "controllers": {"divergences": divergences, "weights": weights},
        },
        ["torch", "numpy"],
    )


main()
