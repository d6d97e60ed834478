"""A GRPO step of TRL on a random Llama of SmolLM2-135M's sizes, sampling included: peer_rollouts.py FOLDER STEPS [small].

Writes the model with a tokenizer into FOLDER, for the other side as well, then trains LoRA and prints a JSON line with
the seconds of each step.
"""

import json
import sys
import time
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

SIZES = dict(
    vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
    num_key_value_heads=3, max_position_embeddings=2048, tie_word_embeddings=True,
)
SMALL = dict(SIZES, hidden_size=192, intermediate_size=512, num_hidden_layers=4, num_attention_heads=3, num_key_value_heads=1)
PROMPTS, GROUP, TOKENS, ASKED = 8, 4, 64, 16


def write_model(folder: Path, sizes: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    # The end token is never likely, so that every answer has all of its tokens. A word for padding would have an
    # embedding of zeros, and where it is sampled as a word the gradients of both sides are infinite.
    config = LlamaConfig(**sizes, bos_token_id=0, eos_token_id=0, initializer_range=0.042, rms_norm_eps=1e-5)
    LlamaForCausalLM(config).save_pretrained(folder)
    words = {f"w{i}": i for i in range(sizes["vocab_size"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w2"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="w0", pad_token="w1", unk_token="w2", padding_side="left",
    ).save_pretrained(folder)
    rows = [dict(prompt=" ".join(f"w{3 + (31 * row + 7 * at) % 4000}" for at in range(ASKED))) for row in range(4 * PROMPTS)]
    (folder / "prompts.json").write_text(json.dumps(rows))


class Clock(TrainerCallback):
    def __init__(self):
        self.seconds = []

    def on_step_begin(self, *_, **__):
        self.began = time.perf_counter()

    def on_step_end(self, *_, **__):
        self.seconds.append(time.perf_counter() - self.began)


def main():
    folder, steps = Path(sys.argv[1]), int(sys.argv[2])
    write_model(folder, SMALL if "small" in sys.argv[3:] else SIZES)
    if steps == 0:
        return
    rows = json.loads((folder / "prompts.json").read_text())
    clock = Clock()
    trainer = GRPOTrainer(
        model=str(folder),
        reward_funcs=lambda completions, **_: [float(sum(word.endswith("7") for word in each.split())) for each in completions],
        train_dataset=Dataset.from_list(rows),
        peft_config=LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
        args=GRPOConfig(
            output_dir=str(folder / "out"), per_device_train_batch_size=PROMPTS * GROUP, num_generations=GROUP,
            max_completion_length=TOKENS, max_steps=steps, learning_rate=1e-5, report_to=[], logging_steps=1, use_cpu=True,
            save_strategy="no", bf16=False, gradient_checkpointing=False, model_init_kwargs=dict(dtype="float32"),
        ),
        callbacks=[clock],
    )
    # The step begins behind the rollout in Trainer's callbacks: the whole of `training_step` is timed.
    inner = trainer.training_step
    seconds = []

    def timed(*args, **kwargs):
        began = time.perf_counter()
        result = inner(*args, **kwargs)
        seconds.append(time.perf_counter() - began)
        return result

    trainer.training_step = timed
    trainer.train()
    length = [log["completions/mean_length"] for log in trainer.state.log_history if "completions/mean_length" in log]
    print(json.dumps(dict(side="TRL", seconds=seconds, steps=clock.seconds, meanLength=length, threads=torch.get_num_threads())))


if __name__ == "__main__":
    main()
