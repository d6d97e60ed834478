"""Optuna's side of a search of some minutes, over transformers + PEFT (2026-11-30).

    python bench/peer_search_minutes.py FILE

FILE is what `search_minutes_rows.ts` writes. Trials are trained by Trainer with our settings, rows of one length
together, validated after each epoch and pruned by the median as ours; a trial under way when the minutes are over
does not count. The best one is trained once more for the test rows. The answer is a line of JSON.
"""

import json
import sys
import tempfile
import time
from importlib.metadata import version

import numpy
import optuna
import torch
from peft import LoraConfig, TaskType, get_peft_model
from safetensors.torch import load_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DataCollatorWithPadding,
    PreTrainedTokenizerFast,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

PACKAGES = ("optuna", "torch", "transformers", "peft")


class Ended(Exception):
    """The minutes are over."""


class Watch(TrainerCallback):
    """Reports each validation, and stops the trial where Optuna or the clock says so."""

    def __init__(self, trial: optuna.Trial | None, until: float) -> None:
        self.trial, self.until = trial, until
        self.score = float("nan")

    def on_step_end(self, args, state, control, **kwargs):
        if self.trial is not None and time.perf_counter() > self.until:
            raise Ended

    def on_evaluate(self, args, state, control, metrics, **kwargs):
        self.score = metrics["eval_accuracy"]
        if self.trial is None:
            return
        self.trial.report(self.score, round(state.epoch))
        # A trial that has come to its end is not pruned any more.
        if state.global_step < state.max_steps and self.trial.should_prune():
            raise optuna.TrialPruned


class Peer:
    """The rows, and a fresh model for each trial."""

    def __init__(self, given: dict) -> None:
        self.given = given
        self.weights = {name: tensor.float() for name, tensor in load_file(given["weights"]).items()}
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=given["tokenizer"],
            pad_token="[PAD]",
            model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        )
        self.tokenizer, self.collate = tokenizer, DataCollatorWithPadding(tokenizer)
        self.splits = {
            name: [
                {
                    "input_ids": row["input_ids"],
                    "token_type_ids": [0] * len(row["input_ids"]),
                    "attention_mask": [1] * len(row["input_ids"]),
                    "label": row["label"],
                }
                for row in rows
            ]
            for name, rows in given["splits"].items()
        }

    def model(self, params: dict):
        config = BertConfig.from_json_file(self.given["config"])
        config.num_labels = 1 + max(row["label"] for row in self.splits["train"])
        config.num_hidden_layers = params["layers"]
        torch.manual_seed(self.given["seed"])
        base = BertForSequenceClassification(config)
        missing, _ = base.bert.load_state_dict(self.weights, strict=False)
        if missing:
            raise ValueError(f"the weights lack {missing}")
        lora = LoraConfig(
            task_type=TaskType.SEQ_CLS,
            r=params["rank"],
            lora_alpha=2 * params["rank"],
            lora_dropout=0.0,
            target_modules=self.given["targets"],
        )
        return get_peft_model(base, lora)

    def train(self, params: dict, trial: optuna.Trial | None, until: float, held_out: str) -> float:
        settings = self.given["settings"]
        watch = Watch(trial, until)
        with tempfile.TemporaryDirectory() as folder:
            trainer = Trainer(
                model=self.model(params),
                args=TrainingArguments(
                    output_dir=folder,
                    num_train_epochs=params["epochs"],
                    per_device_train_batch_size=settings["batchSize"],
                    per_device_eval_batch_size=32,
                    learning_rate=params["learningRate"],
                    lr_scheduler_type=settings["schedule"],
                    warmup_steps=settings["warmup"],
                    weight_decay=settings["weightDecay"],
                    max_grad_norm=settings["maxGradientNorm"],
                    seed=self.given["seed"],
                    train_sampling_strategy="group_by_length",
                    eval_strategy="epoch" if trial is not None else "no",
                    use_cpu=True,
                    save_strategy="no",
                    logging_strategy="no",
                    report_to="none",
                    disable_tqdm=True,
                ),
                train_dataset=self.splits["train"],
                eval_dataset=self.splits[held_out],
                data_collator=self.collate,
                processing_class=self.tokenizer,
                compute_metrics=lambda found: {
                    "accuracy": float((numpy.argmax(found.predictions, axis=-1) == found.label_ids).mean())
                },
                callbacks=[watch],
            )
            trainer.remove_callback(PrinterCallback)
            trainer.train()
            return watch.score if trial is not None else trainer.evaluate()["eval_accuracy"]


def suggested(trial: optuna.Trial, space: dict) -> dict:
    return {
        name: trial.suggest_int(name, each["low"], each["high"], log=each["log"])
        if each["whole"]
        else trial.suggest_float(name, each["low"], each["high"], log=each["log"])
        for name, each in space.items()
    }


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    peer = Peer(given)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(multivariate=True, constant_liar=True, seed=given["seed"]),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=given["startupTrials"]),
    )
    study.enqueue_trial({name: each["written"] for name, each in given["space"].items()})
    began = time.perf_counter()
    until = began + 60 * given["minutes"]
    bests = []

    def objective(trial: optuna.Trial) -> float:
        score = peer.train(suggested(trial, given["space"]), trial, until, "validation")
        if not bests or score > bests[-1][1]:
            bests.append([time.perf_counter() - began, score])
        print(f"trial {trial.number}  {score:.4f}  {trial.params}", file=sys.stderr)
        return score

    while time.perf_counter() < until:
        study.optimize(objective, n_trials=1, catch=(Ended,))
    complete = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    pruned = study.get_trials(states=[optuna.trial.TrialState.PRUNED])
    best = study.best_trial
    answer = {
        "trials": len(study.trials),
        "complete": len(complete),
        "pruned": len(pruned),
        "validation": best.value,
        "test": peer.train(best.params, None, until, "test"),
        "best": best.params,
        "bests": bests,
        "versions": {name: version(name) for name in PACKAGES},
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
