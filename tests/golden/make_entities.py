"""What seqeval says about tagged words, and how transformers' pipeline joins tokens → entities.json.

`scores`: tags of rows, true and predicted, with seqeval's precision, recall and F1 in its default and
its strict mode, and its accuracy. `aggregations`: tokens of texts with logits, and the pipeline's
answer for each strategy; it is given tokens and offsets, so that no model is needed. `words`: where the
tokens of lists of words stand in their words, in UTF-16 code units.
"""

import json
import math
import types
import warnings

import numpy
import seqeval.metrics
import torch
from seqeval import scheme as schemes
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast
from transformers.pipelines.token_classification import AggregationStrategy, TokenClassificationPipeline

from golden import HERE, MINILM, save_json

PACKAGES = ("numpy", "seqeval", "tokenizers", "transformers")
SCORES = {
    "entityPrecision": seqeval.metrics.precision_score,
    "entityRecall": seqeval.metrics.recall_score,
    "entityF1": seqeval.metrics.f1_score,
}
LETTERS = {"BIO": "BI", "IOB1": "BI", "IOBES": "BIES", "BILOU": "BILU", "IO": "I"}
STRICT = {
    "BIO": schemes.IOB2, "IOB1": schemes.IOB1, "IOBES": schemes.IOBES, "BILOU": schemes.BILOU,
    "IO": schemes.IOB1,
}
# seqeval's default mode reads no L and no U.
AS_IOBES = str.maketrans({"L": "E", "U": "S"})


def defined(value):
    return None if math.isnan(value) else float(value)


def averages(true, predicted, **options) -> dict:
    scores = {}
    for name, score in SCORES.items():
        for average in ["micro", "macro", "weighted"]:
            value = score(true, predicted, average=average, zero_division=0, **options)
            scores[f"{name}.{average}"] = defined(value)
        each = score(true, predicted, average=None, zero_division=0, **options)
        scores[f"{name}.perClass"] = [float(value) for value in each]
    return scores


def scored(name: str, scheme: str, true, predicted) -> dict:
    plain = [[[tag[0].translate(AS_IOBES) + tag[1:] for tag in row] for row in rows] for rows in (true, predicted)]
    case = {
        "name": name, "scheme": scheme, "truth": true, "predicted": predicted,
        "accuracy": float(seqeval.metrics.accuracy_score(true, predicted)),
        "default": averages(*plain),
        "strict": averages(true, predicted, mode="strict", scheme=STRICT[scheme]),
    }
    return case


def random_tags(random, rows: int, scheme: str, kinds) -> list:
    """Tags in any order, allowed or not, so that both modes have something to disagree on."""
    tags = ["O", "O"] + [f"{letter}-{kind}" for letter in LETTERS[scheme] for kind in kinds]
    return [[str(random.choice(tags)) for _ in range(random.integers(1, 9))] for _ in range(rows)]


def tidy_tags(random, rows: int, scheme: str, kinds) -> list:
    """Tags as the scheme wants them."""
    made = []
    for _ in range(rows):
        row = []
        last = None
        for _ in range(random.integers(1, 5)):
            row += ["O"] * random.integers(0, 3)
            last = None if row and row[-1] == "O" else last
            kind, length = str(random.choice(kinds)), int(random.integers(1, 4))
            if scheme == "IO":
                letters = "I" * length
            elif scheme == "IOB1":
                letters = ("B" if last == kind else "I") + "I" * (length - 1)
            elif scheme == "BIO":
                letters = "B" + "I" * (length - 1)
            else:
                end, single = ("E", "S") if scheme == "IOBES" else ("L", "U")
                letters = single if length == 1 else "B" + "I" * (length - 2) + end
            row += [f"{letter}-{kind}" for letter in letters]
            last = kind
        made.append(row)
    return made


def spoiled(random, rows, scheme: str, kinds, share: float) -> list:
    tags = ["O"] + [f"{letter}-{kind}" for letter in LETTERS[scheme] for kind in kinds]
    return [[str(random.choice(tags)) if random.random() < share else tag for tag in row] for row in rows]


def score_cases() -> list:
    random = numpy.random.default_rng(11)
    kinds = ["PER", "LOC", "ORG-X"]
    cases = []
    for scheme in LETTERS:
        true = tidy_tags(random, 12, scheme, kinds)
        cases.append(scored(f"{scheme}, learnt", scheme, true, spoiled(random, true, scheme, kinds, 0.15)))
        cases.append(scored(f"{scheme}, perfect", scheme, true, true))
        true = random_tags(random, 25, scheme, kinds)
        cases.append(scored(f"{scheme}, any order", scheme, true, spoiled(random, true, scheme, kinds, 0.3)))
    nothing = [["O", "O"], ["O"]]
    some = [["B-PER", "I-PER"], ["B-LOC"]]
    cases.append(scored("nothing true", "BIO", nothing, some))
    cases.append(scored("nothing predicted", "BIO", some, nothing))
    cases.append(scored("nothing at all", "BIO", nothing, nothing))
    cases.append(scored("one type never predicted", "BIO", some, [["B-PER", "I-PER"], ["B-PER"]]))
    cases.append(scored("chunks without a type", "BIO", [["B", "I", "O", "B"]], [["B", "I", "I", "B"]]))
    return cases


TEXTS = [
    "Alice Longname met Bob in New York.",
    "",
    "unaffordable Zürich, unaffordable Köln — (Ärzte)",
    "🙂 Alice 🙂 sleeps",
    "O'Neill's U.N. office",
    "  spaces   everywhere  ",
    "naïve café Ⅻ ﬁne",
]
LABELS = {
    "BIO": ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"],
    "IOBES": ["O", "B-PER", "I-PER", "E-PER", "S-PER"],
    "plain": ["NOUN", "VERB", "PROPER-NOUN", "X"],
}


def word_piece() -> PreTrainedTokenizerFast:
    """Knows some words and the pieces of others; a character that it does not know is [UNK]."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words = ["alice", "long", "met", "bob", "in", "new", "york", "un", "zurich", "office", "the", "fine", "cafe"]
    letters = "abcdefghijklmnopqrstuvwxyz.,'()"
    pieces = ["##name", "##afford", "##able", "##ln", *(f"##{letter}" for letter in letters)]
    vocabulary = {token: number for number, token in enumerate([*special, *words, *letters, *pieces])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", continuing_subword_prefix="##"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]",
                                   cls_token="[CLS]", sep_token="[SEP]")


def byte_level() -> PreTrainedTokenizerFast:
    """Byte pairs as RoBERTa has them, of bytes and a few merges."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("Ġ", "A"), ("l", "i"), ("c", "e"), ("li", "ce"), ("Ġ", "N"), ("e", "w"), ("ĠN", "ew"), ("o", "r")]
    vocabulary = ["<s>", "</s>", "<unk>", *alphabet, *("".join(pair) for pair in merges)]
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(vocabulary)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>",
                                   cls_token="<s>", sep_token="</s>")


def pipeline_of(tokenizer, labels) -> TokenClassificationPipeline:
    pipeline = TokenClassificationPipeline.__new__(TokenClassificationPipeline)
    pipeline.tokenizer = tokenizer
    config = types.SimpleNamespace(id2label=dict(enumerate(labels)))
    pipeline.model = types.SimpleNamespace(config=config)
    return pipeline


def utf16(text: str, at: int) -> int:
    return len(text[:at].encode("utf-16-le")) // 2


def aggregated(random, text: str, tokenizer, name: str, scheme: str) -> dict:
    labels = LABELS[scheme]
    encoded = tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True)
    ids = numpy.array(encoded["input_ids"])
    # Halves and quarters, so that some tokens tie and float32 holds them exactly.
    logits = random.integers(-8, 9, (len(ids), len(labels))) / 4
    outputs = {
        "logits": torch.from_numpy(logits)[None],
        "input_ids": ids[None],
        "offset_mapping": [encoded["offset_mapping"]],
        "special_tokens_mask": torch.tensor([encoded["special_tokens_mask"]]),
        "sentence": text,
    }
    answers = {}
    for strategy in AggregationStrategy:
        entities = pipeline_of(tokenizer, labels).postprocess([outputs], strategy)
        answers[strategy.value] = [
            {
                "label": entity.get("entity_group", entity.get("entity")),
                "start": utf16(text, entity["start"]),
                "end": utf16(text, entity["end"]),
                "score": float(entity["score"]),
            }
            for entity in entities
        ]
    kept = [at for at, special in enumerate(encoded["special_tokens_mask"]) if not special]
    return {
        "tokenizer": name, "labels": labels, "text": text,
        "prefix": "##" if name == "word piece" else None,
        "tokens": [
            {
                "token": tokenizer.convert_ids_to_tokens(int(ids[at])),
                "unknown": int(ids[at]) == tokenizer.unk_token_id,
                "start": utf16(text, encoded["offset_mapping"][at][0]),
                "end": utf16(text, encoded["offset_mapping"][at][1]),
                "logits": logits[at].tolist(),
            }
            for at in kept
        ],
        "answers": answers,
    }


def aggregation_cases() -> list:
    random = numpy.random.default_rng(5)
    tokenizers = {"word piece": word_piece(), "byte level": byte_level()}
    return [
        aggregated(random, text, tokenizer, name, scheme)
        for text in TEXTS
        for name, tokenizer in tokenizers.items()
        for scheme in LABELS
    ]


WORDS = [
    ["Anna", "Müller", "moved", "to", "São", "Paulo", ".", "She", "didn't", "unaffordable", "!"],
    ["東京", "🎉", "x🎉y", "İstanbul", "ﬁne", "3.14", "e\u0301a", "\u200d", "—"],
]


def word_offsets(name: str, content: dict) -> dict:
    """As the pipeline asks: a space counts as before each word (`add_prefix_space`)."""
    for part in (content["pre_tokenizer"], content["post_processor"]):
        if "add_prefix_space" in part:
            part["add_prefix_space"] = True
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(content)))
    lists = []
    for words in WORDS:
        encoded = tokenizer(words, is_split_into_words=True, add_special_tokens=False, return_offsets_mapping=True)
        spans = [
            [utf16(words[word], start), utf16(words[word], end)]
            for word, (start, end) in zip(encoded.word_ids(), encoded["offset_mapping"])
        ]
        lists.append({"ids": encoded["input_ids"], "wordOf": encoded.word_ids(), "spans": spans})
    return {"tokenizer": name, "lists": lists}


def word_cases() -> list:
    read = lambda path: json.loads(path.read_text())
    return [
        word_offsets("bert", read(MINILM / "tokenizer.json")),
        word_offsets("roberta", read(HERE / "roberta_tokenizer.json")),
        word_offsets("llama-metaspace", read(HERE / "offsets.json")["trained"]["llama-metaspace"]),
    ]


if __name__ == "__main__":
    # The undefined cases warn, and are wanted; so does seqeval of letters that it reads all the same.
    warnings.simplefilter("ignore")
    content = {"scores": score_cases(), "aggregations": aggregation_cases(), "lists": WORDS, "words": word_cases()}
    save_json(HERE / "entities.json", content, PACKAGES)
