"""Fifty steps of a tiny Llama on judged answers with TRL's trainers: make_preferences.py, 2026-11-30.

preferences/llama and preferences/reward: config.json, model.safetensors and tokenizer.json of the two models before the
training, one that writes and one with a head of one reward. preferences/preferences.json: the rows, the token ids that
TRL makes of them, the recipe, and for each loss its settings, the 50 losses of full fine-tuning over all rows in every step, and
some weights after the last one. The recipe has no dropout and no warm-up; gradients are clipped at 1.
"""

import shutil
import tempfile

import torch
import trl
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.utils.data import SequentialSampler
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    LlamaConfig,
    PreTrainedTokenizerFast,
)
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer
from trl.experimental.cpo import CPOConfig, CPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer

from golden import HERE, save_json, sort_metadata

PACKAGES = ("torch", "transformers", "trl", "tokenizers")
FOLDER = HERE / "preferences"
WORDS = "the a cat dog hen sun is was not very good bad old new red blue big small runs sleeps why where who so".split()
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
STEPS = 50
RECIPE = {"learning_rate": 1e-3, "weight_decay": 0.01, "max_norm": 1.0, "steps": STEPS}
ROWS = [
    ("why is the sun red", " the sun is old", " not good"),
    ("where is the cat", " the cat sleeps", " the dog runs so very big"),
    ("who runs", " the big dog runs", " a hen"),
    ("is a hen blue", " not blue", " blue blue blue"),
    ("the dog was", " good", " bad bad"),
    ("where is the old hen so", " the hen is not new", " where"),
]
LABELS = [True, False, True, True, False, False]
MARGINS = [0.5, 0.0, 1.0, 0.25, 0.75, 0.0]


def tokenizer():
    vocabulary = {token: i for i, token in enumerate(SPECIAL + WORDS)}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>"
    )


def save_models() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    size = dict(
        vocab_size=len(SPECIAL + WORDS), hidden_size=16, intermediate_size=24, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=64, initializer_range=0.3,
        bos_token_id=1, eos_token_id=2, pad_token_id=0, tie_word_embeddings=False,
    )
    torch.manual_seed(7)
    for name, kind, more in (
        ("llama", AutoModelForCausalLM, {}),
        ("reward", AutoModelForSequenceClassification, {"num_labels": 1}),
    ):
        folder = FOLDER / name
        kind.from_config(LlamaConfig(**size, **more)).save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        sort_metadata(folder / "model.safetensors")
        tokenizer().save_pretrained(folder)


def pairs() -> Dataset:
    return Dataset.from_list([dict(prompt=p, chosen=c, rejected=r) for p, c, r in ROWS])


def judged() -> Dataset:
    return Dataset.from_list(
        [dict(prompt=p, completion=c if good else r, label=good) for (p, c, r), good in zip(ROWS, LABELS)]
    )


def settings(config, folder: str, **more):
    return config(
        output_dir=folder, per_device_train_batch_size=len(ROWS), max_steps=STEPS, lr_scheduler_type="constant",
        learning_rate=RECIPE["learning_rate"], weight_decay=RECIPE["weight_decay"], max_grad_norm=RECIPE["max_norm"],
        warmup_steps=0, bf16=False, gradient_checkpointing=False, report_to="none", save_strategy="no",
        logging_strategy="no", use_cpu=True, disable_tqdm=True, seed=1, optim="adamw_torch", **more,
    )


def trained(trainer_class, config, folder_name: str, dataset: Dataset, wants_reference: bool, **more) -> dict:
    kind = AutoModelForSequenceClassification if folder_name == "reward" else AutoModelForCausalLM
    own = kind.from_pretrained(FOLDER / folder_name, dtype=torch.float32)
    reference = {}
    if wants_reference:
        reference["ref_model"] = kind.from_pretrained(FOLDER / folder_name, dtype=torch.float32)
    losses = []
    with tempfile.TemporaryDirectory() as folder:

        class Recording(trainer_class):
            def compute_loss(self, model, inputs, *args, **kwargs):
                found = super().compute_loss(model, inputs, *args, **kwargs)
                losses.append(float(found[0] if isinstance(found, tuple) else found))
                return found

            def _get_train_sampler(self, *args, **kwargs):
                return SequentialSampler(self.train_dataset)

        trainer = Recording(
            model=own, args=settings(config, folder, **more), train_dataset=dataset,
            processing_class=tokenizer(), **reference,
        )
        trainer.model.eval()
        trainer.train()
    print(trainer_class.__name__, more, losses[0], losses[-1], flush=True)
    assert len(losses) == STEPS, len(losses)
    weights = own.state_dict()
    path = "model.layers.1.self_attn.q_proj.weight"
    return {
        "settings": more,
        "losses": losses,
        "weight": [round(value, 6) for value in weights[path].flatten().tolist()],
        "encoded": [{key: row[key] for key in row if key.endswith("_ids")} for row in trainer.train_dataset],
    }


def dpo(**more) -> dict:
    return trained(DPOTrainer, DPOConfig, "llama", pairs(), True, max_length=None, **more)


def make() -> None:
    save_models()
    found = {
        f"dpo-{loss}": dpo(loss_type=[loss], beta=0.3)
        for loss in ("sigmoid", "hinge", "ipo", "apo_zero", "apo_down", "sigmoid_norm")
    }
    found["dpo-robust"] = dpo(loss_type=["robust"], beta=0.3, label_smoothing=0.1)
    found["kto"] = trained(
        KTOTrainer, KTOConfig, "llama", judged(), True, max_length=None, beta=0.3, desirable_weight=1.5,
        undesirable_weight=0.75,
    )
    found["orpo"] = trained(ORPOTrainer, ORPOConfig, "llama", pairs(), False, beta=0.3)
    for loss in ("sigmoid", "hinge", "ipo"):
        found[f"cpo-{loss}"] = trained(
            CPOTrainer, CPOConfig, "llama", pairs(), False, loss_type=loss, beta=0.3, cpo_alpha=0.5
        )
    found["cpo-smoothed"] = trained(
        CPOTrainer, CPOConfig, "llama", pairs(), False, loss_type="sigmoid", beta=0.3, cpo_alpha=1.0, label_smoothing=0.1
    )
    found["simpo"] = trained(
        CPOTrainer, CPOConfig, "llama", pairs(), False, loss_type="simpo", beta=2.0, simpo_gamma=1.0, cpo_alpha=0.0
    )
    whole = Dataset.from_list([dict(chosen=p + c, rejected=p + r) for p, c, r in ROWS])
    found["reward"] = trained(RewardTrainer, RewardConfig, "reward", whole, False, max_length=None)
    found["reward-margin"] = trained(
        RewardTrainer, RewardConfig, "reward", whole.add_column("margin", MARGINS), False, max_length=None,
        center_rewards_coefficient=0.05,
    )
    content = {
        "recipe": RECIPE,
        "rows": [dict(prompt=p, chosen=c, rejected=r) for p, c, r in ROWS],
        "labels": LABELS,
        "margins": MARGINS,
        "encoded": {name: found[name]["encoded"] for name in ("dpo-sigmoid", "kto", "orpo", "cpo-sigmoid", "reward")},
        "runs": {name: {key: run[key] for key in ("settings", "losses", "weight")} for name, run in found.items()},
    }
    save_json(FOLDER / "preferences.json", content, PACKAGES)


if __name__ == "__main__":
    assert trl.__version__ == "1.16.0", trl.__version__
    torch.set_num_threads(1)
    make()
