"""What PyTorch and PEFT say of the influence of rows → influence.json (2026-11-30).

TracIn (Pruthi et al. 2020) by its definition: the tiny BERT with the LoRA of peft/lora-bert and its classifier, at two
points of a run with learning rates of their own: the second one has the adapter's numbers, the first one half of them.
Of each held-out row (`held`) and each training row (`train`): the sum over the points of the learning rate times the
product of the two losses' gradients by everything that is trained, and the mean of the cosines. Rows have different
lengths and are never padded.
"""

import random

import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForSequenceClassification

from golden import HERE, save_json

PACKAGES = ("torch", "transformers", "peft")
RATES = (0.01, 0.004)


def rows_of(count: int, seed: int) -> list[dict]:
    draw = random.Random(seed)
    length = lambda: draw.randint(3, 9)
    return [
        {"ids": [draw.randint(5, 40) for _ in range(length())], "label": draw.randint(0, 2)} for _ in range(count)
    ]


def gradient(model, trained, row) -> tuple[float, torch.Tensor]:
    loss = model(input_ids=torch.tensor([row["ids"]]), labels=torch.tensor([row["label"]])).loss
    found = torch.autograd.grad(loss, trained)
    return loss.item(), torch.cat([each.flatten() for each in found]).double()


def main() -> None:
    base = AutoModelForSequenceClassification.from_pretrained(HERE / "models/bert")
    model = PeftModel.from_pretrained(base, HERE / "peft/lora-bert", is_trainable=True).eval()
    trained = [each for each in model.parameters() if each.requires_grad]
    end = [each.detach().clone() for each in trained]
    held, train = rows_of(3, 1), rows_of(6, 2)
    # The same row with another label: one of the two is labelled wrongly.
    train.append({**held[0], "label": (held[0]["label"] + 1) % 3})
    influence = torch.zeros(len(held), len(train), dtype=torch.double)
    cosine = torch.zeros_like(influence)
    for rate, scale in zip(RATES, (0.5, 1.0)):
        with torch.no_grad():
            for parameter, value in zip(trained, end):
                parameter.copy_(scale * value)
        ours = [gradient(model, trained, row) for row in held]
        theirs = [gradient(model, trained, row) for row in train]
        for i, (_, one) in enumerate(ours):
            for j, (_, other) in enumerate(theirs):
                influence[i, j] += rate * (one @ other)
                cosine[i, j] += torch.cosine_similarity(one, other, dim=0) / len(RATES)
    content = {
        "rates": RATES,
        "held": held,
        "train": train,
        "parameters": sum(each.numel() for each in trained),
        "losses": [loss for loss, _ in ours],
        "influence": influence.tolist(),
        "cosine": cosine.tolist(),
    }
    save_json(HERE / "influence.json", content, PACKAGES)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main()
