/**
 * Texts that readers of tokenizers read in different ways, by what is odd in them.
 *
 * @module
 */

/** What is odd → texts with it, each by itself so that one kind does not hide another. */
export const oddTexts: Readonly<Record<string, readonly string[]>> = {
  "emoji": ["🎉", "so good 😀👍", "👨‍👩‍👧‍👦 👍🏽 ❤️ 🇩🇪"],
  "accents": ["naïve café, déjà vu", "Ångström, łódź, Việt"],
  "decomposed accents": ["cafe\u0301", "x\u0323\u0301 a\u0300\u0301"],
  "Greek": ["ΟΔΥΣΣΕΥΣ ΑΣ.", "καλημέρα"],
  "Cyrillic": ["Хороший фильм ё й"],
  "Turkish and German": ["İstanbul ısı", "Straße ẞ"],
  "Chinese": ["我喜欢这部电影。", "豈 㐀"],
  "rare Chinese": ["𠀀𠀁 a"],
  "Japanese": ["カタカナ がぎ ｶﾞ", "か\u3099"],
  "Korean": ["한국어", "\u1112\u1161\u11ab"],
  "Arabic and Hebrew": ["مَرْحَبًا بالعالم", "שָׁלוֹם"],
  "Indic and Thai": ["नमस्ते क्‍ष", "สวัสดี"],
  "full-width letters": ["ＡＢＣ １２３"],
  "fractions and other numbers": ["½ ² ① Ⅷ ٣٤", "1234567 12a34 5.00"],
  "signs": ["$5.00 + 3% = x^2 ~ `y` | z < 4 > 1", "© ™ € § → ≠"],
  "typographic quotes and dashes": ["“good” — isn’t it…"],
  "rows of punctuation": ["wow!!! what?!... ---"],
  "several spaces": ["a  b   c"],
  "spaces at an end": [" a", "a "],
  "tabs and line ends": ["a\tb", "a\nb\r\nc\n\nd"],
  "other spaces": ["a\u00a0b\u3000c", "a\u2028b", "a\u0085b"],
  "invisible characters": ["a\u200bb\u00adc", "\ufeffgood"],
  "control characters": ["a\u0001b\u0000c\u007f"],
  "addresses": ["https://example.com/a?b=c#d me@example.com"],
  "very long words": ["abcdefghij".repeat(12)],
};
