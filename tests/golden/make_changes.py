"""What an adapter changes in a tiny BERT → changes.json (2026-11-30).

peft/lora-bert on models/bert, by PEFT: of each linear that it acts on the Frobenius norm of the change by that of the
weight, and the effective rank (Roy and Vetterli 2007) by the singular values of torch; of padded rows the mean change
of each block's hidden states by their length, and the mean cosine, padding left out.
"""

import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForSequenceClassification

from golden import HERE, padded_inputs, save_json

PACKAGES = ("torch", "transformers", "peft")


def main() -> None:
    load = lambda: AutoModelForSequenceClassification.from_pretrained(HERE / "models/bert").eval()
    base = load()
    adapted = PeftModel.from_pretrained(load(), HERE / "peft/lora-bert").merge_and_unload().eval()
    inputs = padded_inputs(base.config, lengths=[9, 4, 7], seed=5)
    weights = {}
    with torch.no_grad():
        for name, before in base.named_parameters():
            change = adapted.get_parameter(name) - before
            if change.norm() == 0 or name.startswith("classifier"):
                continue
            singular = torch.linalg.svdvals(change.double())
            shares = singular / singular.sum()
            shares = shares[shares > 0]
            weights[name.removeprefix("bert.")] = {
                "change": (change.norm() / before.norm()).item(),
                "rank": torch.exp(-(shares * shares.log()).sum()).item(),
            }
        one, other = (model(**inputs, output_hidden_states=True).hidden_states[1:] for model in (base, adapted))
        counted = inputs["attention_mask"].bool()
        states = [
            {
                "change": ((b - a).norm(dim=-1) / a.norm(dim=-1))[counted].mean().item(),
                "cosine": torch.cosine_similarity(a, b, dim=-1)[counted].mean().item(),
            }
            for a, b in zip(one, other)
        ]
    content = {
        **{name: tensor.tolist() for name, tensor in inputs.items()},
        "weights": weights,
        "states": states,
    }
    save_json(HERE / "changes.json", content, PACKAGES)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main()
