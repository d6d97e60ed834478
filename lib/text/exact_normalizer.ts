/**
 * Adds to a normalizer's description the steps in which the JavaScript library departs from the
 * original, so that ids agree with Python's.
 *
 * @module
 */

type Step = Readonly<Record<string, unknown>>;

/** Han beyond the basic plane; the library looks at UTF-16 halves and so leaves it unspaced. */
const rareHan =
  "[\\u{20000}-\\u{2A6DF}\\u{2A700}-\\u{2B73F}\\u{2B740}-\\u{2B81F}\\u{2B920}-\\u{2CEAF}" +
  "\\u{2F800}-\\u{2FA1F}]";
const zeroWidthJoiner = "\u200d";
/** Python lower-cases it alike everywhere; JavaScript has another letter for the end of a word. */
const sigma = { capital: "\u03a3", small: "\u03c3" };
/** A private-use character, which neither texts nor character maps contain. */
const standIn = "\uf8ff";

/**
 * The normalizer with every step that needs it surrounded by replacements: rare Han gets spaces
 * around it before `BertNormalizer`, the zero-width joiner (in emoji and in Indic scripts) survives
 * `Precompiled`, and a Greek sigma at the end of a word is lower-cased as elsewhere.
 */
export function exactNormalizer(normalizer: unknown): unknown {
  if (!isStep(normalizer)) return normalizer;
  switch (normalizer.type) {
    case "Sequence":
      if (!Array.isArray(normalizer.normalizers)) return normalizer;
      return { ...normalizer, normalizers: normalizer.normalizers.map(exactNormalizer) };
    case "BertNormalizer":
      return sequence(
        ...normalizer.handle_chinese_chars ? [replace({ Regex: rareHan }, " $& ")] : [],
        ...normalizer.lowercase ? [smallSigma] : [],
        normalizer,
      );
    case "Lowercase":
      return sequence(smallSigma, normalizer);
    case "Precompiled":
      return sequence(
        replace({ String: zeroWidthJoiner }, standIn),
        normalizer,
        replace({ String: standIn }, zeroWidthJoiner),
      );
    default:
      return normalizer;
  }
}

const smallSigma = replace({ String: sigma.capital }, sigma.small);

function replace(pattern: Step, content: string): Step {
  return { type: "Replace", pattern, content };
}

function sequence(...normalizers: Step[]): Step {
  return normalizers.length === 1 ? normalizers[0] : { type: "Sequence", normalizers };
}

function isStep(value: unknown): value is Step {
  return typeof value === "object" && value !== null;
}
