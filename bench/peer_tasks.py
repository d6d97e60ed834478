"""The Python side of the tasks: JSON lines in on stdin, one JSON line out for each.

{"cmd": "setup", "task": name, "file": rows, "base": folder, "settings": {…}, "threads": n,
 "sampling": "random" or "group_by_length"}
    → {"threads": n, "versions": {…}, "sequences": n}
{"cmd": "before"}           → {"scores": {…}} of the model as it is, where the task can score that
{"cmd": "train", "seed": n} → {"epochSeconds": of the training loop, "scores": {…}, "loss": mean}
{"cmd": "steps", "file": f} → {"losses": […]} of the steps that our side wrote into the file
{"cmd": "memory"}           → {"mb": peak resident memory of this process}
{"cmd": "stop"} ends it

The rows are {"train": […], "test": […]}; the base is a folder that transformers opens. Settings carry
our names. Each task is one class that does what transformers' own examples do (run_ner.py, run_qa.py),
or sentence-transformers' trainer, with PEFT's LoRA and batches padded to their longest row. Trainer
samples as it is told; sentence-transformers' batches without duplicates cannot be grouped.
"""

import json
import tempfile
import time
from importlib.metadata import version

import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model
from seqeval.metrics import f1_score
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    DataCollatorWithPadding,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)
from transformers.data.metrics import squad_metrics

from peer_lines import serve

EVALUATION_BATCH = 32
# transformers' run_qa.py
BEST = 20
LONGEST_ANSWER = 30
STRIDE = 128


# What a model of ours is trained on.
MODEL_INPUTS = (
    "input_ids",
    "token_type_ids",
    "attention_mask",
    "labels",
    "start_positions",
    "end_positions",
)


def without_dropout(model) -> None:
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        for name in ("dropout_prob", "attention_dropout"):
            if hasattr(module, name):
                setattr(module, name, 0.0)
    model.train()


class Watch(TrainerCallback):
    """Times the training loop."""

    def __init__(self) -> None:
        self.began = self.ended = 0.0

    def on_train_begin(self, args, state, control, **kwargs):
        self.began = time.perf_counter()

    def on_train_end(self, args, state, control, **kwargs):
        self.ended = time.perf_counter()


class Task:
    """Rows, and a fresh model for every training."""

    task_type: TaskType
    # What it needs beside PyTorch, transformers and PEFT.
    packages: tuple[str, ...] = ()

    def __init__(self, request: dict) -> None:
        with open(request["file"], encoding="utf-8") as file:
            rows = json.load(file)
        self.base, self.settings = request["base"], request["settings"]
        self.sampling = request["sampling"]
        self.tokenizer = AutoTokenizer.from_pretrained(self.base)
        self.prepare(rows["train"], rows["test"])

    def lora(self) -> LoraConfig:
        settings = self.settings
        return LoraConfig(
            task_type=self.task_type,
            r=settings["rank"],
            lora_alpha=settings["alpha"],
            lora_dropout=0.0,
            target_modules=settings["targets"],
        )

    def arguments(self, kind, folder: str, seed: int, **more):
        settings = self.settings
        return kind(
            output_dir=folder,
            num_train_epochs=settings["epochs"],
            per_device_train_batch_size=settings["batchSize"],
            learning_rate=settings["learningRate"],
            lr_scheduler_type=settings["schedule"],
            warmup_steps=settings["warmup"],  # a share of all steps where it is below 1
            weight_decay=settings["weightDecay"],
            max_grad_norm=settings["maxGradientNorm"],
            seed=seed,
            use_cpu=True,
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            **more,
        )

    def train(self, request: dict) -> dict:
        seed = request["seed"]
        set_seed(seed)
        watch = Watch()
        with tempfile.TemporaryDirectory() as folder:
            model, trainer = self.trainer(folder, seed, watch)
            trainer.remove_callback(PrinterCallback)
            loss = trainer.train().training_loss
        seconds = (watch.ended - watch.began) / self.settings["epochs"]
        return {"epochSeconds": seconds, "scores": self.scores(model), "loss": loss}

    def trainer(self, folder: str, seed: int, watch: Watch):
        model = get_peft_model(self.model(), self.lora())
        return model, Trainer(
            model=model,
            args=self.arguments(
                TrainingArguments, folder, seed, train_sampling_strategy=self.sampling
            ),
            train_dataset=self.examples,
            data_collator=self.collate,
            processing_class=self.tokenizer,
            callbacks=[watch],
        )

    def steps(self, request: dict) -> dict:
        """The losses of the steps that the other side took: its start and batches, no dropout."""
        with open(request["file"], encoding="utf-8") as file:
            start = json.load(file)
        model = get_peft_model(self.model(), self.lora())
        without_dropout(model)
        trained = {name: value for name, value in model.named_parameters() if value.requires_grad}
        used = {name: self.start_from(value, name, start) for name, value in trained.items()}
        if sorted(used.values()) != sorted(start["parameters"]):
            raise ValueError(f"trained here are {sorted(used.values())}")
        settings = self.settings
        decayed = [value for name, value in trained.items() if not name.endswith("bias")]
        others = [value for name, value in trained.items() if name.endswith("bias")]
        optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": settings["weightDecay"]},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=settings["learningRate"],
        )
        losses = []
        # Our rates: transformers' warm-up begins with 0.
        for rows, rate in zip(start["steps"], start["rates"], strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate
            given = [
                {name: self.examples[row][name] for name in MODEL_INPUTS if name in self.examples[row]}
                for row in rows
            ]
            # Not through PEFT, whose question answering drops the segments.
            loss = self.loss(model.base_model.model, self.collate(given))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained.values(), settings["maxGradientNorm"])
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
        return {"losses": losses}

    def start_from(self, value, name: str, start: dict) -> str:
        """Gives a parameter the other side's numbers; its name there."""
        own = name.removeprefix("base_model.model.").removeprefix("bert.")
        own = own.replace(".modules_to_save.default", "").replace(".default.weight", "")
        numbers = torch.tensor(start["parameters"][own]).reshape(value.shape)
        if own.startswith("classifier."):
            numbers = numbers[[start["labels"].index(label) for label in self.labels]]
        value.data.copy_(numbers)
        return own

    def loss(self, model, batch):
        return model(**batch).loss

    def before(self, request: dict) -> dict:
        raise ValueError("a model whose head is random has no scores before it is trained")

    def outputs(self, model, features: list[dict]):
        """The model's outputs for each feature, in batches of like length."""
        model.eval()
        order = sorted(range(len(features)), key=lambda at: len(features[at]["input_ids"]))
        names = ("input_ids", "token_type_ids", "attention_mask")
        found = [None] * len(features)
        for start in range(0, len(order), EVALUATION_BATCH):
            chosen = order[start : start + EVALUATION_BATCH]
            given = [{name: features[at][name] for name in names} for at in chosen]
            with torch.no_grad():
                result = model(**self.tokenizer.pad(given, return_tensors="pt"))
            for place, at in enumerate(chosen):
                found[at] = {name: values[place].numpy() for name, values in result.items()}
        return found


class TokenClassification(Task):
    """Tags of words, learnt and read at each word's first token."""

    task_type = TaskType.TOKEN_CLS
    packages = ("seqeval",)

    def prepare(self, train: list[dict], test: list[dict]) -> None:
        self.labels = sorted({tag for row in train for tag in row["tags"]})
        self.collate = DataCollatorForTokenClassification(self.tokenizer)
        self.examples = [self.encode(row) for row in train]
        self.test = test
        self.features = [self.encode(row) for row in test]
        self.sequences = len(self.examples)

    def encode(self, row: dict) -> dict:
        encoding = self.tokenizer(
            row["tokens"],
            is_split_into_words=True,
            truncation=True,
            max_length=self.settings["maxTokens"],
        )
        labels, seen = [], set()
        for word in encoding.word_ids():
            fresh = word is not None and word not in seen
            seen.add(word)
            tag = row["tags"][word] if fresh else None
            labels.append(self.labels.index(tag) if tag in self.labels else -100)
        return {**encoding, "labels": labels, "words": encoding.word_ids()}

    def model(self):
        return AutoModelForTokenClassification.from_pretrained(
            self.base, num_labels=len(self.labels), dtype=torch.float32
        )

    def scores(self, model) -> dict:
        truth = [row["tags"] for row in self.test]
        said = []
        for row, feature, output in zip(self.test, self.features, self.outputs(model, self.features)):
            # A word that was cut off has no answer, and counts as wrong.
            tags = ["O" if "O" in self.labels else ""] * len(row["tokens"])
            for token in reversed(range(len(feature["words"]))):
                if (word := feature["words"][token]) is not None:
                    tags[word] = self.labels[output["logits"][token].argmax()]
            said.append(tags)
        pairs = [pair for row in zip(truth, said) for pair in zip(*row)]
        scores = {"tokenAccuracy": sum(one == other for one, other in pairs) / len(pairs)}
        return scores | ({"entityF1": f1_score(truth, said)} if "O" in self.labels else {})


class QuestionAnswering(Task):
    """Starts and ends of answers, in windows of the context."""

    task_type = TaskType.QUESTION_ANS

    def prepare(self, train: list[dict], test: list[dict]) -> None:
        self.collate = DataCollatorWithPadding(self.tokenizer)
        self.examples = [
            {name: window[name] for name in window if name not in ("offsets", "row")}
            for window in self.windows(train)
        ]
        self.test = test
        self.features = self.windows(test)
        self.sequences = len(self.examples)

    def windows(self, rows: list[dict]) -> list[dict]:
        windows = []
        for number, row in enumerate(rows):
            encoding = self.tokenizer(
                row["question"],
                row["context"],
                truncation="only_second",
                max_length=self.settings["maxTokens"],
                stride=min(STRIDE, self.settings["maxTokens"] // 4),
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
            )
            start = row["answers"]["answer_start"][0]
            end = start + len(row["answers"]["text"][0])
            for at in range(len(encoding["input_ids"])):
                context = [part == 1 for part in encoding.sequence_ids(at)]
                offsets = [
                    tuple(span) if own else None
                    for own, span in zip(context, encoding["offset_mapping"][at])
                ]
                own = [token for token, span in enumerate(offsets) if span]
                holds = own and offsets[own[0]][0] <= start and offsets[own[-1]][1] >= end
                first = next((t for t in own if offsets[t][1] > start), 0) if holds else 0
                last = next((t for t in reversed(own) if offsets[t][0] < end), 0) if holds else 0
                windows.append(
                    {
                        name: encoding[name][at]
                        for name in ("input_ids", "token_type_ids", "attention_mask")
                    }
                    | {"start_positions": first, "end_positions": last}
                    | {"offsets": offsets, "row": number}
                )
        return windows

    def model(self):
        return AutoModelForQuestionAnswering.from_pretrained(self.base, dtype=torch.float32)

    def loss(self, model, batch):
        # Transformers takes padding for tokens that may be the answer; we do not.
        outputs = model(**{name: batch[name] for name in MODEL_INPUTS if name in batch})
        padding = (batch["attention_mask"] == 0) * -1e9
        cross_entropy = torch.nn.functional.cross_entropy
        starts = cross_entropy(outputs.start_logits + padding, batch["start_positions"])
        ends = cross_entropy(outputs.end_logits + padding, batch["end_positions"])
        return (starts + ends) / 2

    def scores(self, model) -> dict:
        best = [(float("-inf"), "")] * len(self.test)
        for window, output in zip(self.features, self.outputs(model, self.features)):
            starts, ends, offsets = output["start_logits"], output["end_logits"], window["offsets"]
            context = self.test[window["row"]]["context"]
            for first in starts.argsort()[: -BEST - 1 : -1]:
                for last in ends.argsort()[: -BEST - 1 : -1]:
                    if max(first, last) >= len(offsets) or not (offsets[first] and offsets[last]):
                        continue
                    if not first <= last < first + LONGEST_ANSWER:
                        continue
                    text = context[offsets[first][0] : offsets[last][1]]
                    found = (float(starts[first] + ends[last]), text)
                    best[window["row"]] = max(best[window["row"]], found)
        exact = f1 = 0.0
        for (_, said), row in zip(best, self.test):
            truth = row["answers"]["text"]
            exact += max(squad_metrics.compute_exact(text, said) for text in truth)
            f1 += max(squad_metrics.compute_f1(text, said) for text in truth)
        return {"exactMatch": exact / len(self.test), "answerF1": f1 / len(self.test)}


class SentenceEmbeddings(Task):
    """Vectors of texts, with sentence-transformers' own trainer, loss and evaluator."""

    task_type = TaskType.FEATURE_EXTRACTION
    packages = ("sentence-transformers",)

    def prepare(self, train: list[dict], test: list[dict]) -> None:
        from datasets import Dataset
        from sentence_transformers.sentence_transformer.evaluation import (
            InformationRetrievalEvaluator,
        )

        self.examples = Dataset.from_list(
            [{"anchor": row["anchor"], "positive": row["positive"]} for row in train]
        )
        numbers: dict[str, str] = {}
        right: dict[str, set[str]] = {}
        for row in test:
            place = numbers.setdefault(row["positive"], str(len(numbers)))
            right.setdefault(row["anchor"], set()).add(place)
        self.evaluator = InformationRetrievalEvaluator(
            queries={str(at): text for at, text in enumerate(right)},
            corpus={place: text for text, place in numbers.items()},
            relevant_docs={str(at): places for at, places in enumerate(right.values())},
            ndcg_at_k=[10],
            write_csv=False,
        )
        self.sequences = len(self.examples)

    def model(self):
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.base.modules import Normalize, Transformer
        from sentence_transformers.sentence_transformer.modules import Pooling

        transformer = Transformer(
            self.base,
            max_seq_length=self.settings["maxTokens"],
            model_kwargs={"dtype": torch.float32},
        )
        pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode="mean")
        return SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")

    def trainer(self, folder: str, seed: int, watch: Watch):
        from sentence_transformers import (
            SentenceTransformerTrainer,
            SentenceTransformerTrainingArguments,
        )
        from sentence_transformers.sentence_transformer.losses import (
            MultipleNegativesRankingLoss,
        )

        model = self.model()
        model.add_adapter(self.lora())
        return model, SentenceTransformerTrainer(
            model=model,
            args=self.arguments(
                SentenceTransformerTrainingArguments, folder, seed, batch_sampler="no_duplicates"
            ),
            train_dataset=self.examples,
            loss=MultipleNegativesRankingLoss(model),
            callbacks=[watch],
        )

    def scores(self, model) -> dict:
        results = self.evaluator(model)
        return {"ndcg": results[next(name for name in results if name.endswith("ndcg@10"))]}

    def before(self, request: dict) -> dict:
        return {"scores": self.scores(self.model())}


TASKS = {
    "token-classification": TokenClassification,
    "question-answering": QuestionAnswering,
    "sentence-embeddings": SentenceEmbeddings,
}


def main() -> None:
    task: Task | None = None

    def setup(request: dict) -> dict:
        nonlocal task
        if "threads" in request:
            torch.set_num_threads(request["threads"])
        task = TASKS[request["task"]](request)
        packages = ["torch", "transformers", "peft", *task.packages]
        return {
            "threads": torch.get_num_threads(),
            "versions": {package: version(package) for package in packages},
            "sequences": task.sequences,
        }

    serve(
        {
            "setup": setup,
            "before": lambda request: task.before(request),
            "train": lambda request: task.train(request),
            "steps": lambda request: task.steps(request),
        }
    )


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    main()
