"""Online DPO as TRL computes it, and rejection sampling by PyTorch, on the answers of rollouts.json. Dated 2026-11-30.

online_dpo.json: for each case (the options as tunebook names them) 50 AdamW steps of full fine-tuning of models/llama:
losses [50], gradient norms before clipping [50], what of each rollout is learned from, and the log probabilities of the
first rollout's answers by the trained model.

The loss of online DPO is `training_step` of TRL's experimental trainer, called with stored answers and rewards in the
place of sampled ones. It takes two answers to each prompt: of three they are the best and the worst one. Prompts whose
answers are worth the same are left out before, where TRL would take the first answer for the better one; the penalty is
its own line, which looks for end tokens that stored answers have not. Rejection sampling is the mean cross-entropy of
the tokens of the kept answers; where none is kept, PyTorch's optimizer takes no step.
"""

import types
from collections import defaultdict

import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM
from trl.experimental.online_dpo import OnlineDPOTrainer

from golden import HERE, save_json
from make_rollouts import MODEL, PAD, ROLLOUTS, SETTINGS, STEPS, Accelerator, rounded, stored_rollouts

PACKAGES = ("torch", "transformers", "trl")

CASES = {
    "sigmoid": dict(task="online-dpo", groupSize=3),
    "ipo": dict(task="online-dpo", groupSize=3, loss="ipo", beta=0.2, missingEndPenalty=0.6),
    "pairs": dict(task="online-dpo", groupSize=2, beta=0.5, updates=2),
    "best": dict(task="rejection-sampling", groupSize=3, best=1),
    "top share": dict(task="rejection-sampling", groupSize=3, topShare=0.5, missingEndPenalty=0.3),
    "least reward": dict(task="rejection-sampling", groupSize=1, leastReward=1),
}


def penalised(groups, case):
    size, penalty = case["groupSize"], case.get("missingEndPenalty", 0)
    # Which of two equal answers to different prompts is kept would depend on how prompts are shuffled.
    lower = 0.01 if "topShare" in case else 0
    return [
        [dict(each, reward=each["reward"] - lower * prompt - (0 if each["finished"] else penalty)) for each in group[:size]]
        for prompt, group in enumerate(groups)
    ]


def pairs_of(groups):
    """Best and worst by prompt; the first of equal ones."""
    found = []
    for prompt, group in enumerate(groups):
        rewards = [each["reward"] for each in group]
        best, worst = rewards.index(max(rewards)), rewards.index(min(rewards))
        if rewards[best] > rewards[worst]:
            found.append((prompt, best, worst))
    return found


def kept_of(groups, case):
    answers = [(prompt, member) for prompt, group in enumerate(groups) for member in range(len(group))]
    reward = lambda at: groups[at[0]][at[1]]["reward"]
    able = [at for at in answers if reward(at) >= case.get("leastReward", float("-inf"))]
    highest = lambda some: sorted(some, key=lambda at: -reward(at))  # a stable sort
    if "best" in case:
        kept = [at for prompt in range(len(groups)) for at in highest([each for each in able if each[0] == prompt])[: case["best"]]]
    else:
        kept = highest(able)[: -int(-case.get("topShare", 1) * len(answers) // 1)]
    return sorted(kept)


def batch_of(prompts, answers):
    width = max(len(prompt) for prompt in prompts)
    longest = max(len(answer) for answer in answers)
    left = lambda row, length: [PAD] * (length - len(row)) + row
    right = lambda row, length: row + [PAD] * (length - len(row))
    ones = lambda row: [1] * len(row)
    return (
        torch.tensor([left(row, width) for row in prompts]),
        torch.tensor([left(ones(row), width) for row in prompts]),
        torch.tensor([right(row, longest) for row in answers]),
        torch.tensor([right(ones(row), longest) for row in answers]),
    )


def trainer_of(model, reference, case):
    """What `training_step` reads of a trainer."""
    own = types.SimpleNamespace(
        model=model,
        ref_model=reference,
        args=types.SimpleNamespace(
            use_vllm=False, missing_eos_penalty=None, loss_type=case.get("loss", "sigmoid"), torch_empty_cache_steps=None,
            optim=None, n_gpu=1, gradient_accumulation_steps=1,
        ),
        accelerator=types.SimpleNamespace(
            gather_for_metrics=Accelerator.gather_for_metrics, backward=lambda loss: loss.backward(),
        ),
        processing_class=types.SimpleNamespace(batch_decode=lambda ids, **_: ["" for _ in ids]),
        eos_token_ids=[1],
        beta=case.get("beta", 0.1),
        max_length=512,
        reward_funcs=[None],
        stats=defaultdict(list),
    )
    own._forward = types.MethodType(OnlineDPOTrainer._forward, own)
    return own


def online_step(trainer, model, prompts, groups, pairs):
    chosen = [groups[prompt][best] for prompt, best, _ in pairs]
    rejected = [groups[prompt][worst] for prompt, _, worst in pairs]
    asked = [prompts[prompt] for prompt, _, _ in pairs]
    both = chosen + rejected
    batch = batch_of(asked * 2, [each["tokens"] for each in both])
    trainer._generate = lambda *_: (*batch, None)
    trainer._calculate_rewards_from_functions = lambda **_: torch.tensor([each["reward"] for each in both])
    return OnlineDPOTrainer.training_step(trainer, model, {"prompt": [""] * len(pairs)}).item()


def kept_step(model, prompts, groups, kept):
    prompt_ids, prompt_mask, ids, mask = batch_of(
        [prompts[prompt] for prompt, _ in kept], [groups[prompt][member]["tokens"] for prompt, member in kept]
    )
    logits = model(
        torch.cat([prompt_ids, ids], dim=1), attention_mask=torch.cat([prompt_mask, mask], dim=1)
    ).logits[:, prompt_ids.size(1) - 1 : -1]
    loss = F.cross_entropy(logits.flatten(0, 1), ids.masked_fill(mask == 0, -100).flatten())
    loss.backward()
    return loss.item()


def run(case, prompts, rollouts):
    model, reference = (AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32) for _ in range(2))
    trainer = trainer_of(model, reference, case)
    updates = case.get("updates", 1)
    optimizer = torch.optim.AdamW(model.parameters(), **SETTINGS)
    found = dict(losses=[], norms=[], learned=[])
    for step in range(STEPS):
        groups = penalised(rollouts[step // updates % ROLLOUTS], case)
        isOnline = case["task"] == "online-dpo"
        learned = pairs_of(groups) if isOnline else kept_of(groups, case)
        if step < updates * ROLLOUTS and step % updates == 0:
            found["learned"].append([list(each) for each in learned])
        optimizer.zero_grad()
        if not learned:
            found["losses"].append(0.0)
            found["norms"].append(0.0)
            continue
        loss = online_step(trainer, model, prompts, groups, learned) if isOnline else kept_step(model, prompts, groups, learned)
        found["losses"].append(loss)
        found["norms"].append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
    for name, key in (("chosen", "rewards/chosen"), ("rejected", "rewards/rejected")):
        if trainer.stats[key]:
            found[name] = [float(value) for value in trainer.stats[key]]
    groups = rollouts[0]
    answers = [(prompts[prompt], each["tokens"]) for prompt, group in enumerate(groups) for each in group[: case["groupSize"]]]
    with torch.no_grad():
        after = OnlineDPOTrainer._forward(trainer, model, *batch_of(*zip(*answers)))
    found["after"] = [row[: len(answer)].tolist() for row, (_, answer) in zip(after, answers)]
    return found


def main():
    config = AutoModelForCausalLM.from_pretrained(MODEL).config
    prompts, rollouts = stored_rollouts(config.vocab_size)
    cases = {}
    for name, case in CASES.items():
        found = run(case, prompts, rollouts)
        cases[name] = dict(options=case, **{key: rounded(value) for key, value in found.items()})
        print(name, found["losses"][:3], found["losses"][-1], [len(each) for each in found["learned"]])
    save_json(HERE / "online_dpo.json", dict(cases=cases), PACKAGES)


if __name__ == "__main__":
    main()
