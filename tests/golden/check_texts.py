"""Asks folders that tunebook deployed on texts, as their readers do: check_texts.py REQUESTS.json

REQUESTS is a list of {"kind": "merged" | "adapter" | "sentence", "task", "folder", "base", "inputs"}; an
adapter is put on its base as its README says. Prints one JSON line:
{"made_with", "answers": [one list of answers for each request]}:

- text-classification: {label: score} for each text or pair, by transformers' own pipeline;
- token-classification: [{"entity", "score", "index"}] for each text, by its pipeline;
- question-answering: {"text", "score"} for each question: the best span of at most 30 tokens;
- feature-extraction: a vector for each text, by sentence-transformers.
"""

import ast
import json
import re
import sys
from pathlib import Path

import torch
import transformers
from peft import PeftModel
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    pipeline,
)

from golden import made_with

PACKAGES = ("torch", "transformers", "peft", "sentence-transformers", "tokenizers")
CLASSES = {
    "text-classification": AutoModelForSequenceClassification,
    "token-classification": AutoModelForTokenClassification,
    "question-answering": AutoModelForQuestionAnswering,
}
LONGEST_ANSWER = 30
BATCH = 3


def opened(request: dict):
    """The model and its tokenizer, as the folder's README says."""
    auto = CLASSES[request["task"]]
    if request["kind"] == "merged":
        model, info = auto.from_pretrained(request["folder"], output_loading_info=True)
        refused = {key: sorted(map(str, info[key])) for key in info if key.endswith("keys") and info[key]}
        if refused:
            raise ValueError(f"{request['folder']}: {refused}")
        return model.eval(), AutoTokenizer.from_pretrained(request["folder"])
    tokenizer = AutoTokenizer.from_pretrained(request["folder"])
    base = auto.from_pretrained(request["base"], **readme_arguments(request["folder"]))
    model = PeftModel.from_pretrained(base, request["folder"]).merge_and_unload()
    return model.eval(), tokenizer


def readme_arguments(folder: str) -> dict:
    """What the folder's README gives to the base's from_pretrained beside its name."""
    text = Path(folder, "README.md").read_text()
    call = ast.parse(re.search(r"base = (AutoModel.*)", text)[1]).body[0].value
    return {each.arg: ast.literal_eval(each.value) for each in call.keywords}


def labels(model, tokenizer, inputs: list) -> list:
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=None)
    given = [each if isinstance(each, str) else {"text": each[0], "text_pair": each[1]} for each in inputs]
    found = classify(given, truncation=True, batch_size=BATCH)
    return [{each["label"]: each["score"] for each in scored} for scored in found]


def tags(model, tokenizer, inputs: list) -> list:
    tag = pipeline(
        "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="none", ignore_labels=[]
    )
    return [
        [{"entity": each["entity"], "score": float(each["score"]), "index": each["index"]} for each in found]
        for found in tag(inputs, batch_size=BATCH)
    ]


def answers(model, tokenizer, inputs: list) -> list:
    found = []
    for given in inputs:
        batch = tokenizer(
            given["question"], given["context"], return_tensors="pt", return_offsets_mapping=True
        )
        offsets = batch.pop("offset_mapping")[0].tolist()
        parts = batch.sequence_ids(0)
        with torch.no_grad():
            result = model(**batch)
        own = [at for at, part in enumerate(parts) if part == 1]
        first = 0 if tokenizer.cls_token_id is None else batch["input_ids"][0].tolist().index(tokenizer.cls_token_id)
        choices = torch.tensor([first, *own])
        starts, ends = (side[0][choices].softmax(0) for side in (result.start_logits, result.end_logits))
        scores = [
            (float(starts[1 + a] * ends[1 + b]), a, b)
            for a in range(len(own))
            for b in range(a, min(len(own), a + LONGEST_ANSWER))
        ]
        score, a, b = max(scores)
        text = given["context"][offsets[own[a]][0] : offsets[own[b]][1]]
        found.append({"text": text.strip(), "score": score})
    return found


def vectors(request: dict) -> list:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(request["folder"], device="cpu").encode(request["inputs"], batch_size=BATCH).tolist()


ASKED = {"text-classification": labels, "token-classification": tags, "question-answering": answers}


def answered(request: dict) -> list:
    if request["kind"] == "sentence":
        return vectors(request)
    return ASKED[request["task"]](*opened(request), request["inputs"])


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    requests = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps({"made_with": made_with(*PACKAGES), "answers": [answered(each) for each in requests]}))
