"""Writes tokenizers.json: what each part of Python's tokenizers makes of odd texts, and nmt_nfkc.charsmap.gz,
SentencePiece's character map for T5 and XLM-R. tests/text compares lib/text with it, and the table of
docs/tokenizers.md lists it.
"""

import gzip
import io
import json

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers

from golden import HERE, PROJECT, save_json

texts = [
    "", " ", "  ", "   a", "a" + " " * 30 + "b" + " " * 7, "\t\n a\r\nb\u000bc\fd\u0085e\u2028f\u3000g", "\ufeffbom", "a\u200bb\u200cc\u200dd\u2060e", "a\u00a0b\u202fc",
    "Hello, World! don't can't we'll I'M", "the-final--countdown", "--a-b--c--", "...!?¿¡«»„“", "$5.00 + 3% = x^2 ~ `y` | z < 4 > 1", "a_b__c", "½ ¼ ² ³ ¹ ① Ⅷ 〇 ٣٤ १२ 1234567 12a34",
    "日本語のテキスト。我爱北京天安门", "𠀀𠀁 rare 㐀 豈 㒨", "한국어 한글", "ｶﾞ ガ か\u3099 が ﾊﾟ パ", "か\u3099き\u3099 ぱ は\u309a ヷ", "مرحبا بالعالم ﷺ ﻻ ٱلسَّلَامُ", "שָׁלוֹם", "สวัสดี น้ำ", "नमस्ते क्‍ष ड़", "বাংলা য়",
    "naïve café e\u0301 Ａ\u0301 a\u0300\u0301\u0302 x\u0323\u0301", "İ ı ẞ ß ǅ ŉ ﬁ ﬃ", "ΟΔΥΣΣΕΥΣ Σ ας ΑΣ.", "\u03b1\u0345 ᾳ", "Å Å Ω K ſ s", "🎉 👨‍👩‍👧‍👦 👍🏽 ❤️ 🇩🇪 #️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a😀b😀😀", "𝒜𝔹 𝟙𝟚",
    "a\u0000b\u0001c\u007fd\u009fe\u00adf", "\ufffd \ue000 \uf8ff \U000f0000", "\ufdd0 \uffff \u0378", "a\r\nb\n\n\nc \n d", "▁a ▁▁b a▁b", "＜s＞ ［MASK］ <S> [mask]", "<0x41> <unk>", "x" * 120, "ＡＢＣ　１２３～", "㍿ ㎏ ™ ℡ …", "'s 'S 'ſ 'K 'K 'lL", "ABCabc123XYZ",
]
assert len(set(texts)) == len(texts)

ascii_and_more = sorted({character for text in texts for character in text})


def charsmap() -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["hello world the cat", "the dog is here"] * 50), model_writer=model, vocab_size=20,
        normalization_rule_name="nmt_nfkc", minloglevel=2,
    )
    parsed = proto.ModelProto()
    parsed.ParseFromString(model.getvalue())
    return parsed.normalizer_spec.precompiled_charsmap


def whole(**parts) -> dict:
    words = {"type": "WordLevel", "vocab": {"u": 0}, "unk_token": "u"}
    empty = dict.fromkeys(("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"))
    return {"version": "1.0", "added_tokens": [], "model": words, **empty, **parts}


def opened(**parts) -> Tokenizer:
    return Tokenizer.from_str(json.dumps(whole(**parts)))


bert = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
string = lambda text: {"String": text}
regex = lambda text: {"Regex": text}
mark = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
normal = {
    "BertNormalizer": bert,
    "BertNormalizer, cased": {**bert, "lowercase": False},
    "BertNormalizer, accents stripped": {**bert, "lowercase": False, "strip_accents": True},
    "BertNormalizer, accents kept": {**bert, "strip_accents": False},
    "BertNormalizer, not cleaned": {**bert, "clean_text": False, "handle_chinese_chars": False},
    "Lowercase": {"type": "Lowercase"},
    "StripAccents": {"type": "StripAccents"},
    **{form: {"type": form} for form in ("NFC", "NFD", "NFKC", "NFKD", "Nmt", "ByteLevel")},
    "Strip": {"type": "Strip", "strip_left": True, "strip_right": True},
    "Strip, left": {"type": "Strip", "strip_left": True, "strip_right": False},
    "Prepend": {"type": "Prepend", "prepend": "▁"},
    "Replace, text": {"type": "Replace", "pattern": string(" "), "content": "▁"},
    "Replace, text with signs": {"type": "Replace", "pattern": string("."), "content": "$& $1 $$"},
    "Replace, expression": {"type": "Replace", "pattern": regex(" {2,}|\\s$"), "content": "_"},
    "Replace, possessive": {"type": "Replace", "pattern": regex("(?>a|ab)c|\\w++\\b"), "content": "_"},
    "Precompiled": {"type": "Precompiled", "precompiled_charsmap": None},
    "Sequence": {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, {"type": "Strip", "strip_left": True, "strip_right": True}]},
}
behaviors = ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")
gpt4 = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
tiktoken = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
llama3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
split = lambda pattern, behavior, invert=False: {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}
before = {
    "BertPreTokenizer": {"type": "BertPreTokenizer"},
    "Whitespace": {"type": "Whitespace"},
    "WhitespaceSplit": {"type": "WhitespaceSplit"},
    **{f"Punctuation, {behavior}": {"type": "Punctuation", "behavior": behavior} for behavior in behaviors},
    "Digits": {"type": "Digits", "individual_digits": False},
    "Digits, individual": {"type": "Digits", "individual_digits": True},
    "CharDelimiterSplit": {"type": "CharDelimiterSplit", "delimiter": "-"},
    "FixedLength": {"type": "FixedLength", "length": 3},
    "ByteLevel": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    "ByteLevel, space in front": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    "ByteLevel, no expression": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": False},
    "Metaspace": mark,
    "Metaspace, first": {**mark, "prepend_scheme": "first"},
    "Metaspace, never": {**mark, "prepend_scheme": "never"},
    "Metaspace, not split": {**mark, "split": False},
    **{f"Split, text, {behavior}": split(string("-"), behavior) for behavior in behaviors},
    **{f"Split, text, {behavior}, inverted": split(string("-"), behavior, True) for behavior in behaviors},
    **{f"Split, expression, {behavior}": split(regex("\\s+|\\p{P}"), behavior) for behavior in behaviors},
    "Split, Llama 3": split(regex(llama3), "Isolated"),
    "Split, GPT-4o": split(regex(gpt4), "Isolated"),
    "Split, possessive": split(regex(tiktoken), "Isolated"),
    "Split, words": split(regex("\\w+|[^\\w\\s]+"), "Removed", True),
    "Sequence": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {**mark, "prepend_scheme": "first"}, {"type": "Digits", "individual_digits": True}]},
    "Sequence, SmolLM": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
}

single = {letter: index for index, letter in enumerate(["[UNK]", *"abcdehlorstuw", "▁", "é"])}
byte = {f"<0x{value:02X}>": index for index, value in enumerate(range(256), len(single))}
merges = [["h", "e"], ["l", "o"], ["he", "l"], ["hel", "lo"], ["a", "b"], ["▁", "a"]]
pairs = {**single, **{"".join(merge): len(single) + len(byte) + index for index, merge in enumerate(merges)}}
bpe = {
    "type": "BPE", "dropout": None, "unk_token": "[UNK]", "continuing_subword_prefix": None, "end_of_word_suffix": None,
    "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": pairs, "merges": merges,
}
pieces = [["<unk>", 0.0], ["▁", -2.0], *[[letter, -3.0 - index / 10] for index, letter in enumerate("abcdehlorstuw")], ["he", -4.0], ["llo", -4.5], ["▁a", -2.5], ["▁▁", -3.0], ["ab", -6.1]]
byte_pieces = [[name, -9.0] for name in byte]
unigram = {"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": False}
wordpiece = {
    "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
    "vocab": {**single, **{token: len(single) + index for index, token in enumerate(["##b", "##c", "##1", "hel", "##lo", "##é", "1"])}},
}
spaces = {"type": "WhitespaceSplit"}
suffixed = {**single, **{letter + "</w>": len(single) + index for index, letter in enumerate("abcdehlo")}, "lo</w>": len(single) + 8}
model = {
    "WordPiece": (wordpiece, {"type": "BertPreTokenizer"}),
    "WordPiece, short words": ({**wordpiece, "max_input_chars_per_word": 5}, spaces),
    "WordLevel": ({"type": "WordLevel", "vocab": {**single, "Hello,": len(single)}, "unk_token": "[UNK]"}, spaces),
    "BPE": (bpe, spaces),
    "BPE, unknown fused": ({**bpe, "fuse_unk": True}, spaces),
    "BPE, no unknown token": ({**bpe, "unk_token": None}, spaces),
    "BPE, whole words first": ({**bpe, "ignore_merges": True}, spaces),
    "BPE, bytes": ({**bpe, "byte_fallback": True, "fuse_unk": True, "vocab": {**pairs, **byte}}, mark),
    "BPE, some bytes": ({**bpe, "byte_fallback": True, "fuse_unk": True, "vocab": {**pairs, "<0xC3>": len(single), "<0xA9>": len(single) + 1}}, mark),
    "BPE, end of word": ({**bpe, "end_of_word_suffix": "</w>", "vocab": suffixed, "merges": [["l", "o</w>"]]}, spaces),
    "Unigram": (unigram, mark),
    "Unigram, not split": (unigram, {**mark, "split": False}),
    "Unigram, words alone": (unigram, spaces),
    "Unigram, bytes": ({**unigram, "byte_fallback": True, "vocab": pieces + byte_pieces}, mark),
    "Unigram, some bytes": ({**unigram, "byte_fallback": True, "vocab": pieces + byte_pieces[:190]}, mark),
}

plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
letters = {letter: index for index, letter in enumerate(["[UNK]", *"abcdefghijklmnopqrstuvwxyz<>[]/0123456789", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz<>[]/0123456789")])}
small = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": letters}


def adding(*tokens, **parts) -> dict:
    added = [{"id": len(letters) + index, **plain, **token} for index, token in enumerate(tokens)]
    return whole(added_tokens=added, model=small, pre_tokenizer={"type": "WhitespaceSplit"}, **parts)


added_texts = [
    "a <m> b", "a  <m>  b", "<m><m>", "x<m>y", "a\u00a0<m>\ufeffb", "<M> a", "cat concat cat's cat, _cat cat\u0301 écat cat\u200d CAT", "＜m＞ <ｍ>", "newyork new york", "new  york", "<m", "a\n<m>\n b", "ab abc abcd", "<m> <m>", "",
]
added = {
    "plain": adding({"content": "<m>"}),
    "lstrip": adding({"content": "<m>", "lstrip": True}),
    "rstrip": adding({"content": "<m>", "rstrip": True}),
    "lstrip and rstrip": adding({"content": "<m>", "lstrip": True, "rstrip": True}),
    "single_word": adding({"content": "cat", "single_word": True, "special": False}),
    "normalized": adding({"content": "<M>", "normalized": True}, normalizer={"type": "Lowercase"}),
    "not normalized": adding({"content": "<m>"}, normalizer={"type": "NFKC"}),
    "normalized, single_word": adding({"content": "Cat", "normalized": True, "single_word": True, "special": False}, normalizer=bert),
    "with a space": adding({"content": "new york", "special": False, "normalized": True}, normalizer=bert),
    "one in another": adding({"content": "ab"}, {"content": "abc"}, {"content": "bcd", "normalized": True}),
    "of the vocabulary": whole(added_tokens=[{"id": 1, "content": "a", **plain}], model=small, pre_tokenizer={"type": "WhitespaceSplit"}),
}
first = adding({"content": "<m>"}, {"content": "bc", "normalized": True})
first.update(pre_tokenizer={**mark, "prepend_scheme": "first"}, model={**unigram})
first["added_tokens"] = [{**token, "id": len(pieces) + index} for index, token in enumerate(first["added_tokens"])]
added["Metaspace, first"] = first

words = {"type": "WordLevel", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "b": 4}, "unk_token": "[UNK]"}
token = lambda name, type_id=0: {"SpecialToken": {"id": name, "type_id": type_id}}
sequence = lambda name, type_id=0: {"Sequence": {"id": name, "type_id": type_id}}
special = {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}
template = {
    "type": "TemplateProcessing", "single": [token("[CLS]"), sequence("A"), token("[SEP]")],
    "pair": [token("[CLS]"), sequence("A"), token("[SEP]"), sequence("B", 1), token("[SEP]", 1)], "special_tokens": special,
}
trim = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
post = {
    "none": None,
    "ByteLevel": trim,
    "BertProcessing": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
    "RobertaProcessing": {"type": "RobertaProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1], "trim_offsets": True, "add_prefix_space": False},
    "TemplateProcessing": template,
    "TemplateProcessing, ids of its own": {**template, "special_tokens": {**special, "[CLS]": {"id": "[CLS]", "ids": [1, 4], "tokens": ["[CLS]", "b"]}}},
    "TemplateProcessing, second first": {**template, "pair": [sequence("B", 1), token("[SEP]"), sequence("A")]},
    "Sequence, template last": {"type": "Sequence", "processors": [trim, template]},
    "Sequence, template first": {"type": "Sequence", "processors": [template, trim]},
}

token_lists = [
    ["a", "##b", "c", ".", "##!", "do", "n't", "'", "s"], ["▁▁he", "▁llo", "▁", "a▁b"], ["Ġa", "Ã", "©", "Ã©", "ĠðŁĺĢ", "é", "日"], ["<0xE6>", "<0x97>", "<0xA5>", "x", "<0xFF>", "<0xC3>", "y", "<0x4"],
    ["he", "llo</w>", "wor", "ld</w>", "!</w>"], ["  a ", " b", "c  "], [],
]
decoding = {
    "none": None,
    "ByteLevel": trim,
    "WordPiece": {"type": "WordPiece", "prefix": "##", "cleanup": False},
    "WordPiece, cleaned up": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "Metaspace": mark,
    "Metaspace, never": {**mark, "prepend_scheme": "never"},
    "BPEDecoder": {"type": "BPEDecoder", "suffix": "</w>"},
    "ByteFallback": {"type": "ByteFallback"},
    "Fuse": {"type": "Fuse"},
    "Replace": {"type": "Replace", "pattern": string("▁"), "content": "$& "},
    "Strip": {"type": "Strip", "content": " ", "start": 1, "stop": 1},
    "Sequence": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": string("▁"), "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
}

# What Python's tokenizers read and tunebook refuses by name, and what neither reads.
scripts = {"type": "UnicodeScripts"}
refused = {
    "UnicodeScripts": whole(pre_tokenizer=scripts),
    "BPE with dropout": whole(model={**bpe, "dropout": 0.1}),
    "BPE with a prefix within words": whole(model={**bpe, "continuing_subword_prefix": "##", "vocab": single, "merges": []}),
    "Unigram without an unknown token": whole(model={**unigram, "unk_id": None}),
    "CTC": whole(decoder={"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True}),
    "two templates": whole(post_processor={"type": "Sequence", "processors": [template, template]}),
    "an added token with another id": whole(added_tokens=[{**plain, "id": 9, "content": "<m>"}]),
}

map_bytes = charsmap()
(HERE / "nmt_nfkc.charsmap.gz").write_bytes(gzip.compress(map_bytes, mtime=0))
precompiled = normalizers.Precompiled(map_bytes)
results = {"normalizers": {}, "preTokenizers": {}, "models": {}, "addedTokens": {}, "postProcessors": {}, "decoders": {}}
for name, json_ in normal.items():
    step = precompiled if name == "Precompiled" else opened(normalizer=json_).normalizer
    made = [step.normalize_str(text) for text in texts]
    # Texts that stay as they are take no place.
    results["normalizers"][name] = {"json": json_, "made": [0 if out == text else out for out, text in zip(made, texts)]}
for name, json_ in before.items():
    step = opened(pre_tokenizer=json_).pre_tokenizer
    made = [[word for word, _ in step.pre_tokenize_str(text)] for text in texts]
    results["preTokenizers"][name] = {"json": json_, "made": [0 if words == [text] else "\x1e".join(words) for words, text in zip(made, texts)]}
for name, (json_, step) in model.items():
    t = opened(model=json_, pre_tokenizer=step)
    results["models"][name] = {"json": whole(model=json_, pre_tokenizer=step), "made": [t.encode(text).ids for text in texts]}
for name, json_ in added.items():
    t = Tokenizer.from_str(json.dumps(json_))
    results["addedTokens"][name] = {"json": json_, "made": [t.encode(text).ids for text in added_texts]}
for name, json_ in post.items():
    t = opened(model=words, pre_tokenizer=spaces, post_processor=json_)
    one, two = t.encode("a b"), t.encode("a b", "b")
    results["postProcessors"][name] = {"json": json_, "made": [one.ids, one.type_ids, two.ids, two.type_ids]}
for name, json_ in decoding.items():
    made = [" ".join(list_) if json_ is None else opened(decoder=json_).decoder.decode(list_) for list_ in token_lists]
    results["decoders"][name] = {"json": json_, "made": made}
for json_ in refused.values():
    Tokenizer.from_str(json.dumps(json_))

save_json(
    HERE / "tokenizers.json",
    {"texts": texts, "addedTexts": added_texts, "tokenLists": token_lists, "words": words, **results, "refused": refused},
    ("tokenizers", "sentencepiece"),
)
