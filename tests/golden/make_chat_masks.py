"""What TRL's SFTTrainer makes of conversations: ids and which of them are learned. chat_masks.json."""

import json
import tempfile
from pathlib import Path

import trl
from datasets import Dataset
from golden import HERE, save_json
from make_chat_templates import CONVERSATIONS, OWN, TOOLS, turn
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>",
           "<start_of_turn>", "<end_of_turn>", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>"]
# A template with markers → the one without them, and whose end token it writes.
TRAINING = {"qwen2_5": "<|im_end|>", "llama3": "<|eot_id|>", "gemma": "<end_of_turn>", "phi3": "<|end|>"}
PAIRS = [
    ("Capital of France?", "Paris, on the Seine."),
    ("日本?", " 東京 🗼\n"),
    ("Say nothing", "…"),
]


def tokenizer_of(template: str, end: str) -> PreTrainedTokenizerFast:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    texts = [message["content"] for row in CONVERSATIONS.values() for message in row["messages"]]
    made.train_from_iterator([*texts, *(" ".join(pair) for pair in PAIRS), json.dumps(TOOLS)], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token=end, pad_token="</s>")
    tokenizer.chat_template = template
    return tokenizer


def prepared(tokenizer, rows, **settings):
    """The rows as a trainer would feed them."""
    config = LlamaConfig(vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    with tempfile.TemporaryDirectory() as folder:
        arguments = trl.SFTConfig(output_dir=folder, report_to=[], use_cpu=True, bf16=False, max_length=None, **settings)
        trainer = trl.SFTTrainer(
            LlamaForCausalLM(config), args=arguments, train_dataset=Dataset.from_list(rows), processing_class=tokenizer
        )
        return [dict(row) for row in trainer.train_dataset]


def learned(row) -> list[int]:
    return [int(label != -100) for label in row["labels"]]


def main() -> None:
    folder = Path(trl.__file__).parent / "chat_templates"
    cases = []
    names = ["answer", "system", "thinking"]
    for family, end in TRAINING.items():
        marked = (folder / f"{family}_training.jinja").read_text()
        tokenizer = tokenizer_of(marked, end)
        for key in names:
            messages = CONVERSATIONS[key]["messages"]
            if family in ("gemma",) and messages[0]["role"] == "system":
                messages = messages[1:]
            [row] = prepared(tokenizer, [{"messages": messages}], assistant_only_loss=True)
            cases.append({"family": family, "end": end, "learn": "assistant", "messages": messages,
                          "ids": row["input_ids"], "learned": learned(row)})
        plain = (folder / f"{family}.jinja").read_text()
        tokenizer = tokenizer_of(plain, end)
        rows = [{"prompt": [turn("user", a)], "completion": [turn("assistant", b)]} for a, b in PAIRS]
        for given, row in zip(rows, prepared(tokenizer, rows, completion_only_loss=True)):
            cases.append({"family": family, "end": end, "learn": "completion", "messages": given["prompt"] + given["completion"],
                          "ids": row["input_ids"], "learned": learned(row)})
    tokenizer = tokenizer_of(OWN["smollm2"], "<|im_end|>")
    texts = [{"prompt": a, "completion": b} for a, b in PAIRS]
    for given, row in zip(texts, prepared(tokenizer, texts, completion_only_loss=True)):
        cases.append({"family": "plain", "end": "<|im_end|>", "learn": "completion", **given,
                      "ids": row["input_ids"], "learned": learned(row)})
    templates = {
        family: {"marked": (folder / f"{family}_training.jinja").read_text(), "plain": (folder / f"{family}.jinja").read_text()}
        for family in TRAINING
    }
    tokenizer_json = json.loads(tokenizer.backend_tokenizer.to_str())
    content = {"tokenizer": tokenizer_json, "templates": templates, "cases": cases}
    save_json(HERE / "chat_masks.json", content, ["transformers", "tokenizers", "trl"])


if __name__ == "__main__":
    main()
