"""PPO as the PPOTrainer of TRL 0.11.4 computes it on stored answers → ppo.json. Dated 2026-11-30.

TRL 1.16, which the other files are made with, has no PPO any more, and its later trainers give the reward one token
after the last. Rewards of tokens, advantages, the loss and the KL controllers are methods of TRL's own, cut out of its
wheel, which pip fetches, and called with stored answers in the place of sampled ones.

The answers are those of rollouts.json, the model is models/llama with TRL's ValueHead, a linear function of the last
hidden state. For each case (the options as tunebook names them) 50 Adam steps of full fine-tuning: the weight of the
divergence, old values, returns and advantages of some rollouts, losses [50], gradient norms before clipping [50], what
the values' loss was [50], and log probabilities of the first rollout's answers by the trained model.
"""

import ast
import json
import math
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from golden import HERE, save_json

TRL = "trl==0.11.4"
MODEL = HERE / "models" / "llama"
STEPS, PAD, KEPT_ROLLOUTS = 50, 0, 3
ADAM = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8)

# The options of tunebook.
CASES = {
    "fixed weight": dict(updates=2, kl=dict(weight=0.2)),
    "adaptive weight": dict(
        updates=5, gamma=0.97, **{"lambda": 0.9}, clip=0.1, valueClip=0.05, valueWeight=0.5, whitenRewards=True,
        kl=dict(weight=0.3, target=0.5, horizon=60),
    ),
}


def wheel_sources(*paths):
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, TRL]
        subprocess.run(pip, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        return [zipfile.ZipFile(wheel).read(path).decode() for path in paths]


def definitions(text, names, space, inside=None):
    """Functions and classes of a module, or methods of one of its classes, without running the rest of it."""
    nodes = ast.parse(text).body
    if inside:
        nodes = next(node for node in nodes if getattr(node, "name", None) == inside).body
    for node in nodes:
        if getattr(node, "name", None) in names:
            exec(compile(ast.Module([node], []), "trl", "exec"), space)
    return space


def trl():
    core, trainer, utils = wheel_sources("trl/core.py", "trl/trainer/ppo_trainer.py", "trl/trainer/utils.py")
    import typing, warnings

    space = {"torch": torch, "np": np, "warnings": warnings, **vars(typing)}
    definitions(core, [
        "masked_mean", "masked_var", "masked_whiten", "clip_by_value", "entropy_from_logits", "flatten_dict",
        "logprobs_from_logits",
    ], space)
    space["F"] = torch.nn.functional
    definitions(utils, ["AdaptiveKLController", "FixedKLController"], space)
    # TRL 0.11 whitens rewards behind the end of an answer into others than 0, which its later trainers fill with 0.
    whitened = "masked_whiten(rewards, mask, shift_mean=False)"
    assert trainer.count(whitened) == 1
    trainer = trainer.replace(whitened, f"{whitened} * mask")
    definitions(trainer, ["compute_rewards", "_kl_penalty", "compute_advantages", "loss"], space, inside="PPOTrainer")
    return SimpleNamespace(**space)


def padded(rows, width, fill=0.0):
    return torch.tensor([list(row) + [fill] * (width - len(row)) for row in rows])


class Policy(torch.nn.Module):
    """A language model with a value head, as TRL's AutoModelForCausalLMWithValueHead without dropout."""

    def __init__(self, weight):
        super().__init__()
        self.model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)
        self.value = torch.nn.Linear(len(weight), 1)
        with torch.no_grad():
            self.value.weight.copy_(weight)
            self.value.bias.zero_()

    def forward(self, texts, answers):
        """Log probabilities [answers, longest], logits and values of the states from which tokens are drawn."""
        width = max(map(len, texts))
        longest = max(map(len, answers))
        ids = padded(texts, width, PAD)
        mask = padded([[1] * len(text) for text in texts], width, 0)
        result = self.model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        values = self.value(result.hidden_states[-1]).squeeze(-1)
        states = torch.tensor([
            [min(len(text) - len(answer) - 1 + at, width - 1) for at in range(longest)]
            for text, answer in zip(texts, answers)
        ])
        logits = result.logits.gather(1, states.unsqueeze(-1).expand(-1, -1, result.logits.size(-1)))
        taken = padded(answers, longest, PAD)
        logprobs = logits.log_softmax(-1).gather(-1, taken.unsqueeze(-1)).squeeze(-1)
        return logprobs, logits, values.gather(1, states)


def run(ppo, case, stored, start):
    kl = case["kl"]
    controller = (
        ppo.AdaptiveKLController(kl["weight"], kl["target"], kl["horizon"]) if "target" in kl
        else ppo.FixedKLController(kl["weight"])
    )
    own = SimpleNamespace(
        kl_ctl=controller,
        config=SimpleNamespace(
            kl_penalty="kl", whiten_rewards=case.get("whitenRewards", False), gamma=case.get("gamma", 1.0),
            lam=case.get("lambda", 0.95), cliprange=case.get("clip", 0.2), cliprange_value=case.get("valueClip", 0.2),
            vf_coef=case.get("valueWeight", 0.1), ratio_threshold=10.0,
        ),
    )
    own._kl_penalty = lambda *each: ppo._kl_penalty(own, *each)
    policy, reference = Policy(start), Policy(start)
    optimizer = torch.optim.Adam(policy.parameters(), **ADAM)
    found = dict(losses=[], norms=[], valueLosses=[], explained=[], clipped=[], weights=[], rollouts=[])
    for step in range(STEPS):
        if step % case["updates"] == 0:
            groups = stored["rollouts"][step // case["updates"] % len(stored["rollouts"])]
            pairs = [(prompt, each) for prompt, group in zip(stored["prompts"], groups) for each in group]
            answers = [each["tokens"] for _, each in pairs]
            texts = [prompt + each["tokens"] for prompt, each in pairs]
            scores = torch.tensor([each["reward"] for _, each in pairs])
            lengths = [len(answer) for answer in answers]
            mask = padded([[1.0] * length for length in lengths], max(lengths))
            with torch.no_grad():
                old, _, values = policy(texts, answers)
                asked, _, _ = reference(texts, answers)
                found["weights"].append(float(controller.value))
                rewards, _, divergences = ppo.compute_rewards(own, scores, old, asked, mask)
                values, advantages, returns = ppo.compute_advantages(own, values, rewards, mask)
            # As `step` has it, after the updates; nothing before the next rollout reads it.
            controller.update((divergences * mask).sum(-1).mean().item(), len(answers))
            if len(found["rollouts"]) < KEPT_ROLLOUTS:
                of = lambda each: [row[:length].tolist() for row, length in zip(each, lengths)]
                found["rollouts"].append(dict(oldValues=of(values), returns=of(returns), advantages=of(advantages)))
        optimizer.zero_grad()
        logprobs, logits, present = policy(texts, answers)
        policy_loss, value_loss, stats = ppo.loss(own, old, values, logits, present, logprobs, mask, advantages, returns)
        loss = policy_loss + value_loss
        loss.backward()
        found["losses"].append(loss.item())
        found["norms"].append(torch.nn.utils.clip_grad_norm_(policy.parameters(), 1.0).item())
        optimizer.step()
        found["valueLosses"].append(stats["loss/value"].item())
        found["clipped"].append(stats["policy/clipfrac"].item())
        errors = (returns - present.detach())[mask > 0]
        found["explained"].append(1 - (errors.var() / returns[mask > 0].var()).item())
    groups = stored["rollouts"][0]
    pairs = [(prompt, each) for prompt, group in zip(stored["prompts"], groups) for each in group]
    with torch.no_grad():
        answers = [each["tokens"] for _, each in pairs]
        after, _, _ = policy([prompt + each["tokens"] for prompt, each in pairs], answers)
    found["after"] = [row[:len(answer)].tolist() for row, answer in zip(after, answers)]
    return found


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def controllers(ppo):
    """Weights after divergences, of the adaptive controller and of the fixed one."""
    divergences = [6.0, 12.0, 0.5, 6.6, 5.0, 30.0, 0.0]
    both = [ppo.AdaptiveKLController(0.2, 6.0, 10000), ppo.FixedKLController(0.2)]
    weights = []
    for divergence in divergences:
        for each in both:
            each.update(divergence, 256)
        weights.append([float(each.value) for each in both])
    return dict(divergences=divergences, weights=weights)


def main():
    stored = json.loads((HERE / "rollouts.json").read_text())
    ppo = trl()
    size = AutoModelForCausalLM.from_pretrained(MODEL).config.hidden_size
    # Not 0, where tunebook starts, so that old values differ.
    start = torch.randn(size, generator=torch.Generator().manual_seed(3)) / math.sqrt(size + 1)
    cases = {}
    for name, case in CASES.items():
        found = run(ppo, case, stored, start)
        cases[name] = dict(options=case, **{key: rounded(each) for key, each in found.items()})
        print(name, found["losses"][:3], found["losses"][-1], max(found["clipped"]), found["weights"][-1])
    save_json(
        HERE / "ppo.json",
        dict(trl=TRL, start=rounded(start.tolist()), cases=cases, controllers=controllers(ppo)),
        ("torch", "transformers"),
    )


if __name__ == "__main__":
    main()
