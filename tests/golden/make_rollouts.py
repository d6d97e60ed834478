"""GRPO and RLOO as TRL computes them on stored answers: make_rollouts.py. Dated 2026-11-30.

rollouts.json: for 10 rollouts of 4 prompts × 3 answers their tokens, whether they ended, and rewards (NaN as null); and
for each case (the options as tunebook names them) 50 AdamW steps of full fine-tuning of models/llama: advantages of
every rollout, losses [50], gradient norms before clipping [50], KL and clipped shares where TRL records them, and the
log probabilities of the first rollout's answers by the trained model.

The losses are `_compute_loss` of TRL's trainers, called with stored answers in the place of sampled ones; advantages are
the lines of `_generate_and_score_completions`, which TRL has in no function of its own.
"""

import contextlib
import types
from collections import defaultdict

import torch
from transformers import AutoModelForCausalLM
from trl.trainer.grpo_trainer import GRPOTrainer
from trl.trainer.rloo_trainer import RLOOTrainer
from trl.trainer.utils import add_fused_lm_head, nanstd

from golden import HERE, save_json

PACKAGES = ("torch", "transformers", "trl")
MODEL = HERE / "models" / "llama"
PROMPTS, GROUP, ROLLOUTS, STEPS, MOST = 4, 3, 10, 50, 6
PAD = 0
SETTINGS = dict(lr=3e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)

# The options of tunebook.
CASES = {
    "dapo": dict(task="grpo"),
    "grpo": dict(task="grpo", loss="grpo", updates=2, beta=0.1, epsilonLow=0.1, epsilonHigh=0.15, scale="batch"),
    "dr_grpo": dict(task="grpo", loss="dr_grpo", updates=2, temperature=0.7, scale="none", epsilonHigh=0.28),
    "bnpo": dict(task="grpo", loss="bnpo", maskTruncated=True, beta=0.04, temperature=1.3),
    "gspo": dict(task="grpo", loss="grpo", ratio="answer", updates=5, epsilonLow=0.03, epsilonHigh=0.04, beta=0.02),
    "rloo": dict(task="rloo", updates=2, epsilonLow=0.1),
    "rloo-normalized": dict(task="rloo", beta=0.2, normalizeAdvantages=True, maskTruncated=True, temperature=0.8),
}


def stored_rollouts(vocab_size, seed=5):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda low, high, count: torch.randint(low, high, (count,), generator=generator).tolist()
    prompts = [draw(3, vocab_size, length) for length in (2, 4, 3, 5)]
    rollouts = []
    for rollout in range(ROLLOUTS):
        groups = []
        for prompt in range(PROMPTS):
            group = []
            for member in range(GROUP):
                [length] = draw(1, MOST + 1, 1)
                finished = length < MOST or member == 0
                reward = float(draw(0, 5, 1)[0]) / 4
                group.append(dict(tokens=draw(3, vocab_size, length), finished=finished, reward=reward))
            groups.append(group)
        # A group without spread.
        if rollout == 3:
            for each in groups[1]:
                each["reward"] = 0.5
        rollouts.append(groups)
    return prompts, rollouts


def batch_of(prompts, groups, mask_truncated):
    width = max(map(len, prompts))
    answers = [(prompt, each) for prompt, group in zip(prompts, groups) for each in group]
    longest = max(len(each["tokens"]) for _, each in answers)
    left = lambda row, length: [PAD] * (length - len(row)) + row
    right = lambda row, length: row + [PAD] * (length - len(row))
    ones = lambda row: [1] * len(row)
    counts = lambda each: ([1] if each["finished"] or not mask_truncated else [0]) * len(each["tokens"])
    as_tensor = lambda rows: torch.tensor(rows)
    return dict(
        prompt_ids=as_tensor([left(prompt, width) for prompt, _ in answers]),
        prompt_mask=as_tensor([left(ones(prompt), width) for prompt, _ in answers]),
        completion_ids=as_tensor([right(each["tokens"], longest) for _, each in answers]),
        completion_mask=as_tensor([right(counts(each), longest) for _, each in answers]),
        # The model reads all tokens of an answer that the loss leaves out; TRL hides them, which changes nothing.
        lengths=[len(each["tokens"]) for _, each in answers],
    ), torch.tensor([each["reward"] for _, each in answers])


class Accelerator:
    num_processes = 1
    sync_gradients = True
    is_main_process = False
    autocast = staticmethod(contextlib.nullcontext)
    gather = staticmethod(lambda tensor: tensor)
    gather_for_metrics = gather
    reduce = staticmethod(lambda tensor, reduction: tensor)


def trainer_of(kind, model, case):
    """What `_compute_loss` reads of a trainer."""
    low = case.get("epsilonLow", 0.2)
    own = types.SimpleNamespace(
        model=model,
        accelerator=Accelerator,
        args=types.SimpleNamespace(
            use_bias_correction_kl=False, delta=None, report_to=[], steps_per_generation=1, gradient_accumulation_steps=1,
        ),
        aux_loss_enabled=False,
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        importance_sampling_level="sequence" if case.get("ratio") == "answer" else "token",
        beta=case.get("beta", 0.05 if kind is RLOOTrainer else 0.0),
        epsilon_low=low,
        epsilon_high=case.get("epsilonHigh", low),
        loss_type=case.get("loss", "dapo"),
        use_vllm=False,
        vllm_importance_sampling_correction=False,
        max_completion_length=MOST,
        current_gradient_accumulation_steps=1,
        _entropy_bonus_enabled=False,
        _metrics={"train": defaultdict(list), "eval": defaultdict(list)},
    )
    own._get_per_token_logps_and_entropies = types.MethodType(kind._get_per_token_logps_and_entropies, own)
    return own


def grpo_advantages(rewards, scale):
    mean = torch.nanmean(rewards.view(-1, GROUP), dim=1).repeat_interleave(GROUP, dim=0)
    if scale == "batch":
        std = nanstd(rewards).expand_as(rewards)
    else:
        std = nanstd(rewards.view(-1, GROUP), dim=1).repeat_interleave(GROUP, dim=0)
    advantages = rewards - mean
    if scale != "none":
        advantages = advantages / (std + 1e-4)
    return torch.nan_to_num(advantages, nan=0.0)


def rloo_advantages(rewards, kl, beta, normalize):
    rewards = rewards - beta * kl
    grouped = rewards.view(-1, GROUP)
    counts = (~torch.isnan(grouped)).sum(dim=1, keepdim=True)
    baselines = (torch.nansum(grouped, dim=1, keepdim=True) - grouped) / (counts - 1)
    advantages = rewards - baselines.view(-1)
    if normalize:
        advantages = (advantages - torch.nanmean(advantages)) / (nanstd(advantages) + 1e-4)
    return torch.nan_to_num(advantages, nan=0.0)


def run(case, prompts, rollouts):
    kind = RLOOTrainer if case["task"] == "rloo" else GRPOTrainer
    temperature = case.get("temperature", 1.0)
    model, reference = (AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32) for _ in range(2))
    for each in (model, reference):
        add_fused_lm_head(each, temperature=temperature, outputs=("log_probs", "entropy"))
    model.train()
    trainer = trainer_of(kind, model, case)
    beta, updates = trainer.beta, case.get("updates", 1)
    optimizer = torch.optim.AdamW(model.parameters(), **SETTINGS)

    def log_probs(of, batch):
        with torch.no_grad():
            return kind._get_per_token_logps_and_entropies(
                trainer, of, torch.cat([batch["prompt_ids"], batch["completion_ids"]], dim=1),
                torch.cat([batch["prompt_mask"], batch["completion_mask"]], dim=1), batch["completion_ids"].size(1),
            )[0]

    found = dict(losses=[], norms=[], advantages=[])
    for step in range(STEPS):
        if step % updates == 0:
            groups = rollouts[step // updates % ROLLOUTS]
            batch, rewards = batch_of(prompts, groups, case.get("maskTruncated", False))
            mask = batch["completion_mask"]
            old = log_probs(model, batch)
            asked = log_probs(reference, batch) if beta else None
            if kind is GRPOTrainer:
                batch["advantages"] = grpo_advantages(rewards, case.get("scale", "group"))
                batch["old_per_token_logps"] = old
                batch["num_items_in_batch"] = mask.sum()
                if beta:
                    batch["ref_per_token_logps"] = asked
            else:
                # A masked answer's divergence is that of no token, since TRL masks it before.
                kl = ((old - asked) * mask).sum(-1)
                normalize = case.get("normalizeAdvantages", False)
                batch["advantages"] = rloo_advantages(rewards, kl, beta, normalize)
                batch["old_logps"] = (old * mask).sum(1)
            found["advantages"].append(batch["advantages"].tolist())
        optimizer.zero_grad()
        loss = kind._compute_loss(trainer, model, batch)
        loss.backward()
        found["losses"].append(loss.item())
        found["norms"].append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
    metrics = trainer._metrics["train"]
    for name, key in (("kl", "kl"), ("clipped", "clip_ratio/region_mean"), ("entropy", "entropy")):
        if metrics[key]:
            found[name] = [float(value) for value in metrics[key]]
    batch, _ = batch_of(prompts, rollouts[0], False)
    after = log_probs(model, batch)
    found["after"] = [row[:length].tolist() for row, length in zip(after, batch["lengths"])]
    return found


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    return [rounded(each) for each in value] if isinstance(value, list) else value


def main():
    config = AutoModelForCausalLM.from_pretrained(MODEL).config
    prompts, rollouts = stored_rollouts(config.vocab_size)
    cases = {}
    for name, case in CASES.items():
        found = run(case, prompts, rollouts)
        cases[name] = dict(options=case, **{key: rounded(value) for key, value in found.items()})
        print(name, found["losses"][:3], found["losses"][-1], max(found.get("clipped", [0])))
    save_json(HERE / "rollouts.json", dict(prompts=prompts, rollouts=rollouts, most=MOST, cases=cases), PACKAGES)


if __name__ == "__main__":
    main()
