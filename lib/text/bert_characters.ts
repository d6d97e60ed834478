/**
 * BERT's cleaning of texts.
 *
 * @module
 */

/** Each of these characters is a word: those of Chinese, also as used in Japanese and Korean. */
const han = new RegExp(
  "[\\u4E00-\\u9FFF\\u3400-\\u4DBF\\uF900-\\uFAFF\\u{20000}-\\u{2A6DF}\\u{2A700}-\\u{2B73F}" +
    "\\u{2B740}-\\u{2B81F}\\u{2B920}-\\u{2CEAF}\\u{2F800}-\\u{2FA1F}]",
  "gu",
);
/** Control, format and private characters, unpaired surrogates, and what Unicode does not define. */
const vanishing = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const whiteSpace = /\p{White_Space}/gu;
const marks = /\p{Mn}/gu;

/** The function of a `BertNormalizer` of tokenizer.json. */
export function bertCharacters(step: Readonly<Record<string, unknown>>): (text: string) => string {
  const cleans = step.clean_text !== false;
  const spaces = step.handle_chinese_chars !== false;
  const lowers = step.lowercase !== false;
  const strips = (step.strip_accents ?? lowers) === true;
  return (text) => {
    if (cleans) text = text.replaceAll(vanishing, "").replaceAll(whiteSpace, " ");
    if (spaces) text = text.replaceAll(han, " $& ");
    if (strips) text = text.normalize("NFD").replaceAll(marks, "");
    return lowers ? lowercase(text) : text;
  };
}

/** Lower-cases one character after the other: JavaScript has another sigma at the end of a word. */
export function lowercase(text: string): string {
  return text.replaceAll("\u03a3", "\u03c3").toLowerCase();
}
