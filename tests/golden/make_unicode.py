"""Writes unicode.json: which characters Python's tokenizers take for punctuation, marks and control
characters, and which they lower-case and decompose. Their tables are of several versions of Unicode.
"""

import hashlib

from tokenizers import normalizers, pre_tokenizers

from golden import HERE, save_json

characters = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
between = "ʘ"  # nothing changes it, and nothing becomes it
blocks = [characters[i : i + 4096] for i in range(0, len(characters), 4096)]


def made(normalizer) -> dict[int, str]:
    """What a normalizer makes of each character that it changes."""
    found = {}
    for block in blocks:
        parts = normalizer.normalize_str(between.join(map(chr, block))).split(between)
        if chr(block[0]) <= between <= chr(block[-1]):
            parts = [normalizer.normalize_str(chr(code)) for code in block]
        assert len(parts) == len(block)
        found.update({code: part for code, part in zip(block, parts) if part != chr(code)})
    return found


def punctuation() -> list[int]:
    found = []
    for block in blocks:
        text = "".join("a" + chr(code) for code in block)
        for word, (start, end) in pre_tokenizers.Punctuation().pre_tokenize_str(text):
            if end - start == 1 and start % 2 == 1:
                found.append(ord(word))
    return found


def ranges(codes) -> str:
    """`41-5a 61`: hexadecimal, both ends included."""
    spans = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return " ".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in spans)


def whole(changed: dict[int, str]) -> dict:
    lines = "".join(f"{code:x} {text}\n" for code, text in sorted(changed.items()))
    return {"count": len(changed), "sha256": hashlib.sha256(lines.encode()).hexdigest()}


def vanish(changed: dict[int, str]) -> str:
    return ranges([code for code, text in changed.items() if text == ""])


cased = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
stripping = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
save_json(
    HERE / "unicode.json",
    {
        "classes": {
            "punctuation": ranges(punctuation()),
            "controls": vanish(made(cased)),
            "nonspacingMarks": vanish(made(stripping)),
            "marks": vanish(made(normalizers.StripAccents())),
        },
        "changed": {
            "BertNormalizer": whole(made(normalizers.BertNormalizer())),
            "Lowercase": whole(made(normalizers.Lowercase())),
            **{form: whole(made(getattr(normalizers, form)())) for form in ("NFC", "NFD", "NFKC", "NFKD")},
            "Nmt": whole(made(normalizers.Nmt())),
        },
    },
    ("tokenizers",),
)
