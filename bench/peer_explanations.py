"""The Captum side of explanations: JSON lines in on stdin, one out for each.

{"cmd": "setup", "folder": f, "threads": n, "steps": n, "texts": […]} → {"torch": version, "captum": version}
{"cmd": "explain"} → {"seconds": s, "processor": s, "values": [[a number for each token] for each text]}
{"cmd": "stop"} ends it

The folder has a merged classifier. Each text is explained by itself, so that none is padded, all of its steps in one
batch: integrated gradients by Captum's `LayerIntegratedGradients` on the word table, of the logit of the likeliest
label, from padding tokens between the special ones. No weight asks for a gradient.
"""

import importlib.metadata
import time

import torch
from captum.attr import LayerIntegratedGradients
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from peer_lines import serve

state: dict = {}


def setup(request: dict) -> dict:
    torch.set_num_threads(request["threads"])
    folder = request["folder"]
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval().requires_grad_(False)
    state.update(request, model=model, tokenizer=AutoTokenizer.from_pretrained(folder))
    explained(request["texts"][0])
    return {name: importlib.metadata.version(name) for name in ("torch", "captum")}


def explained(text: str) -> list[float]:
    model, tokenizer = state["model"], state["tokenizer"]
    encoded = tokenizer(text, return_tensors="pt")
    ids, mask = encoded.input_ids, encoded.attention_mask
    baseline = torch.full_like(ids, tokenizer.pad_token_id)
    baseline[0, 0], baseline[0, -1] = ids[0, 0], ids[0, -1]

    def forward(tokens, mask):
        return model(input_ids=tokens, attention_mask=mask).logits

    with torch.no_grad():
        label = forward(ids, mask).argmax().item()
    method = LayerIntegratedGradients(forward, model.get_input_embeddings())
    values, _ = method.attribute(
        ids,
        baselines=baseline,
        target=label,
        additional_forward_args=(mask,),
        n_steps=state["steps"],
        return_convergence_delta=True,
    )
    return values.sum(-1)[0].tolist()


def explain(_: dict) -> dict:
    began, worked = time.perf_counter(), time.process_time()
    values = [explained(text) for text in state["texts"]]
    return {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - worked,
        "values": values,
    }


serve({"setup": setup, "explain": explain})
