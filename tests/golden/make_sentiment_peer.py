"""The default run's peer: MiniLM with PyTorch and PEFT on the 3,000 sentiment sentences.

make_sentiment_peer.py [SPLIT.json], where the split is {"train": [row, …], "test": [row, …]} into
the rows of imdb, yelp and amazon in that order; without it sentiment_split.json next to this
script, and without that a seeded stratified split of its own. Writes sentiment_peer.json: the
accuracy of each seed, their mean, and peak memory.
"""

import json
import resource
import sys
from pathlib import Path

import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
from transformers import get_linear_schedule_with_warmup

from golden import HERE, MINILM, PROJECT, load_minilm_weights, save_json

PACKAGES = ("torch", "transformers", "peft", "tokenizers")
SEEDS = [1, 2, 3]
THREADS = 2
SETTINGS = {
    "rank": 8,
    "alpha": 16,
    "loraDropout": 0.0,
    "targets": ["query", "value"],
    "learningRate": 1e-3,
    "schedule": "linear",
    "warmup": 0.06,
    "weightDecay": 0.01,
    "clip": 1.0,
    "epochs": 3,
    "batch": 16,
    "maxTokens": 128,
}


def read_rows() -> list[dict]:
    folder = PROJECT / "node_modules" / "sentiment" / "test" / "fixtures"
    rows = []
    for name in ["imdb", "yelp", "amazon"]:
        rows += [row for row in json.loads((folder / f"{name}.json").read_text()) if row["class"] in (0, 1)]
    return rows


def read_split(rows: list[dict]) -> tuple[dict, str]:
    given = [Path(argument) for argument in sys.argv[1:]] or [HERE / "sentiment_split.json"]
    if sys.argv[1:] or given[0].exists():
        return json.loads(given[0].read_text()), given[0].name
    generator = torch.Generator().manual_seed(1)
    split = {"train": [], "test": []}
    for label in (0, 1):
        own = [index for index, row in enumerate(rows) if row["class"] == label]
        order = [own[i] for i in torch.randperm(len(own), generator=generator)]
        held_out = len(own) // 5
        split["test"] += order[:held_out]
        split["train"] += order[held_out:]
    return split, "own, stratified, seed 1"


def build_model():
    """MiniLM as it comes, its dropouts included, with LoRA and a fresh classifier in float32."""
    config = BertConfig.from_json_file(MINILM / "config.json")
    config.num_labels = 2
    base = BertForSequenceClassification(config)
    missing, surplus = base.bert.load_state_dict(load_minilm_weights(), strict=False)
    assert not missing and set(surplus) <= {"embeddings.position_ids"}, (missing, surplus)
    return get_peft_model(
        base,
        LoraConfig(
            task_type=TaskType.SEQ_CLS,
            r=SETTINGS["rank"],
            lora_alpha=SETTINGS["alpha"],
            lora_dropout=SETTINGS["loraDropout"],
            target_modules=SETTINGS["targets"],
            modules_to_save=["classifier"],
        ),
    )


def train(model, encode, rows, order_seed: int) -> None:
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in trained if p.dim() > 1], "weight_decay": SETTINGS["weightDecay"]},
            {"params": [p for p in trained if p.dim() == 1], "weight_decay": 0.0},
        ],
        lr=SETTINGS["learningRate"],
    )
    size = SETTINGS["batch"]
    steps = -(-len(rows) // size) * SETTINGS["epochs"]
    schedule = get_linear_schedule_with_warmup(optimizer, round(SETTINGS["warmup"] * steps), steps)
    generator = torch.Generator().manual_seed(order_seed)
    model.train()
    for _ in range(SETTINGS["epochs"]):
        order = torch.randperm(len(rows), generator=generator).tolist()
        for start in range(0, len(order), size):
            batch = [rows[index] for index in order[start : start + size]]
            labels = torch.tensor([row["class"] for row in batch])
            model(**encode(batch), labels=labels).loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, SETTINGS["clip"])
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)


def accuracy(model, encode, rows) -> float:
    model.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(rows), 64):
            batch = rows[start : start + 64]
            predicted = model(**encode(batch)).logits.argmax(-1)
            right += (predicted == torch.tensor([row["class"] for row in batch])).sum().item()
    return right / len(rows)


def main() -> None:
    torch.set_num_threads(THREADS)
    rows = read_rows()
    assert len(rows) == 3000, len(rows)
    split, source = read_split(rows)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(MINILM / "tokenizer.json"), pad_token="[PAD]")

    def encode(batch):
        return tokenizer(
            [row["text"] for row in batch],
            padding="longest",
            truncation=True,
            max_length=SETTINGS["maxTokens"],
            return_tensors="pt",
        )

    runs = []
    peak = None
    for seed in SEEDS:
        torch.manual_seed(seed)
        model = build_model()
        train(model, encode, [rows[index] for index in split["train"]], seed)
        score = accuracy(model, encode, [rows[index] for index in split["test"]])
        runs.append({"seed": seed, "accuracy": score})
        print(json.dumps(runs[-1]), flush=True)
        if peak is None:  # the peak of one run, not of what three leave behind
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    save_json(
        HERE / "sentiment_peer.json",
        {
            "settings": SETTINGS,
            "threads": THREADS,
            "split": source,
            "train": len(split["train"]),
            "test": len(split["test"]),
            "runs": runs,
            "meanAccuracy": sum(run["accuracy"] for run in runs) / len(runs),
            "peakMegabytes": round(peak),
        },
        PACKAGES,
    )


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main()
