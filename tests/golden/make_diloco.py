"""Two workers of DiLoCo (arXiv 2311.08105, algorithm 1) in PyTorch → train/diloco-lora-bert.safetensors.

They start from train/lora-bert/ and see the rows of train/lora-bert.safetensors: of each of its ten batches
of four rows the first worker the first and the third, the second worker the others. Each takes four steps
of its own torch.optim.AdamW; then torch.optim.SGD with Nesterov's momentum moves what both started from by the
mean of their differences. They meet after steps 4, 8 and 10.

losses [steps]: the mean of both; norms [steps]: of the first worker, before it is clipped; and under
`final.<name>` each trained tensor afterwards.
"""

import copy

import torch
from peft import PeftModel
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load_file

from golden import HERE, save_tensors
from make_peft import RECIPE, load

EVERY = 4
WORKERS = 2
OUTER = {"lr": 0.7, "momentum": 0.9, "nesterov": True}


def trained(model):
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def main() -> None:
    given = load_file(HERE / "train" / "lora-bert.safetensors")
    inputs = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in given]
    steps = given["labels"].shape[0]
    shared = PeftModel.from_pretrained(load("bert"), HERE / "train" / "lora-bert", is_trainable=True).eval()
    workers = [copy.deepcopy(shared) for _ in range(WORKERS)]
    own = [
        torch.optim.AdamW(
            [
                {"params": [p for p in trained(worker).values() if p.dim() > 1], "weight_decay": RECIPE["weight_decay"]},
                {"params": [p for p in trained(worker).values() if p.dim() == 1], "weight_decay": 0.0},
            ],
            lr=RECIPE["learning_rate"],
            betas=RECIPE["betas"],
            eps=RECIPE["epsilon"],
        )
        for worker in workers
    ]
    outer = torch.optim.SGD(trained(shared).values(), **OUTER)
    losses, norms = [], []
    for step in range(steps):
        found = []
        for rank, (worker, optimizer) in enumerate(zip(workers, own)):
            rows = slice(rank, None, WORKERS)
            batch = {name: given[name][step, rows] for name in inputs}
            loss = worker(**batch, labels=given["labels"][step, rows]).loss
            optimizer.zero_grad()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(trained(worker).values(), RECIPE["max_norm"])
            optimizer.step()
            found.append(loss.item())
            if rank == 0:
                norms.append(norm.item())
        losses.append(sum(found) / WORKERS)
        if (step + 1) % EVERY == 0 or step + 1 == steps:
            with torch.no_grad():
                for name, p in trained(shared).items():
                    p.grad = torch.stack([p - trained(worker)[name] for worker in workers]).mean(0)
                outer.step()
                for worker in workers:
                    for name, p in trained(worker).items():
                        p.copy_(trained(shared)[name])
    final = {f"final.{name}": p for name, p in get_peft_model_state_dict(shared).items()}
    save_tensors(
        HERE / "train" / "diloco-lora-bert.safetensors",
        {"losses": torch.tensor(losses), "norms": torch.tensor(norms), **final},
        ("torch", "transformers", "peft", "safetensors"),
    )


if __name__ == "__main__":
    main()
