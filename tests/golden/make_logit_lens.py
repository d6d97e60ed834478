"""What transformers' hidden states say through the head → logit_lens.json (2026-11-30).

Of the tiny GPT-2, Llama, BERT and DistilBERT: the logits of the states before the first block and after each block,
[layers + 1][places][outputs], of decoders at three places through the last norm and the head on tokens, of classifiers
of the pooled token. The last states that transformers gives are finished already.
"""

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

from golden import HERE, save_json

PACKAGES = ("torch", "transformers")
IDS = [2, 11, 23, 7, 31, 19]
PLACES = [0, 3, 5]


def decoder(name: str) -> list:
    model = AutoModelForCausalLM.from_pretrained(HERE / "models" / name).eval()
    norm = model.transformer.ln_f if name == "gpt2" else model.model.norm
    with torch.no_grad():
        found = model(torch.tensor([IDS]), output_hidden_states=True)
        states = [norm(state) for state in found.hidden_states[:-1]] + [found.hidden_states[-1]]
        lens = torch.stack([model.lm_head(state)[0, PLACES] for state in states])
        assert torch.allclose(lens[-1], found.logits[0, PLACES])
    return lens.tolist()


def classifier(name: str) -> list:
    model = AutoModelForSequenceClassification.from_pretrained(HERE / "models" / name).eval()

    def head(state):
        if name == "bert":
            return model.classifier(model.bert.pooler(state))
        return model.classifier(torch.relu(model.pre_classifier(state[:, 0])))

    with torch.no_grad():
        found = model(torch.tensor([IDS]), output_hidden_states=True)
        lens = torch.stack([head(state) for state in found.hidden_states])
        assert torch.allclose(lens[-1], found.logits)
    return lens.tolist()


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    content = {
        "ids": IDS,
        "places": PLACES,
        "decoders": {name: decoder(name) for name in ("gpt2", "llama")},
        "classifiers": {name: classifier(name) for name in ("bert", "distilbert")},
    }
    save_json(HERE / "logit_lens.json", content, PACKAGES)
