/**
 * The stem of an English word by Porter's rules ("An algorithm for suffix stripping", Program 14, 1980) with
 * the changes that NLTK's `PorterStemmer` makes unless told otherwise: ROUGE scores are computed with it.
 *
 * @module
 */

/** Words whose stem no rule gives. */
const irregular: ReadonlyMap<string, string> = new Map(
  Object.entries({
    skies: "sky",
    sky: "sky",
    dying: "die",
    lying: "lie",
    tying: "tie",
    news: "news",
    innings: "inning",
    inning: "inning",
    outings: "outing",
    outing: "outing",
    cannings: "canning",
    canning: "canning",
    howe: "howe",
    proceed: "proceed",
    exceed: "exceed",
    succeed: "succeed",
  }),
);

/** The stem of a word in lower case. */
export function porterStem(word: string): string {
  const known = irregular.get(word);
  if (known !== undefined) return known;
  if (word.length <= 2) return word;
  let stem = withoutParticiple(withoutPlural(word));
  // A final y after a consonant, which is not the first letter.
  if (stem.endsWith("y") && stem.length > 2 && isConsonant(stem, stem.length - 2)) {
    stem = `${stem.slice(0, -1)}i`;
  }
  stem = withoutFirst(withoutDouble(stem), adjectives, (rest) => measure(rest) > 0);
  return withoutEnd(withoutLast(stem));
}

/** V for a vowel, C for a consonant: y is a vowel after a consonant. */
function shapeOf(word: string): string {
  let shape = "";
  for (const letter of word) {
    const isVowel = "aeiou".includes(letter) || letter === "y" && shape.endsWith("C");
    shape += isVowel ? "V" : "C";
  }
  return shape;
}

function isConsonant(word: string, at: number): boolean {
  return shapeOf(word)[at] === "C";
}

/** How often a consonant follows a vowel: Porter's m. */
function measure(word: string): number {
  return shapeOf(word).split("VC").length - 1;
}

/** Consonant, vowel, consonant other than w, x and y, as in hop; of two letters, vowel and consonant. */
function endsShort(word: string): boolean {
  const shape = shapeOf(word);
  return shape === "VC" || shape.endsWith("CVC") && !/[wxy]$/.test(word);
}

/** Step 1a. */
function withoutPlural(word: string): string {
  if (word.endsWith("ies")) return word.slice(0, word.length === "dies".length ? -1 : -2);
  if (word.endsWith("sses")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

/** Step 1b. */
function withoutParticiple(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === "died".length ? -1 : -2);
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const stem = ["ed", "ing"].filter((ending) => word.endsWith(ending))
    .map((ending) => word.slice(0, -ending.length)).find((each) => shapeOf(each).includes("V"));
  if (stem === undefined) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (/(.)\1$/.test(stem) && isConsonant(stem, stem.length - 1)) {
    return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  }
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

/** An ending and what comes in its place. */
type Ending = readonly [ending: string, replacement: string];

/** Takes off the first ending that the word has, if the rest fits; no other is tried. */
function withoutFirst(
  word: string,
  endings: readonly Ending[],
  fits: (rest: string, ending: string) => boolean,
): string {
  const found = endings.find(([ending]) => word.endsWith(ending));
  if (!found) return word;
  const rest = word.slice(0, word.length - found[0].length);
  return fits(rest, found[0]) ? rest + found[1] : word;
}

// deno-fmt-ignore
const nouns: readonly Ending[] = [
  ["ational", "ate"], ["tional", "tion"], ["enci", "ence"], ["anci", "ance"], ["izer", "ize"],
  ["bli", "ble"], ["alli", "al"], ["entli", "ent"], ["eli", "e"], ["ousli", "ous"],
  ["ization", "ize"], ["ation", "ate"], ["ator", "ate"], ["alism", "al"], ["iveness", "ive"],
  ["fulness", "ful"], ["ousness", "ous"], ["aliti", "al"], ["iviti", "ive"], ["biliti", "ble"],
  ["fulli", "ful"], ["logi", "log"],
];
// deno-fmt-ignore
const adjectives: readonly Ending[] = [
  ["icate", "ic"], ["ative", ""], ["alize", "al"], ["iciti", "ic"], ["ical", "ic"], ["ful", ""],
  ["ness", ""],
];
// deno-fmt-ignore
const last: readonly Ending[] = [
  "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
  "ate", "iti", "ous", "ive", "ize",
].map((ending) => [ending, ""]);

/** Step 2, a second time after "alli". */
function withoutDouble(word: string): string {
  if (word.endsWith("alli") && measure(word.slice(0, -4)) > 0) {
    return withoutDouble(word.slice(0, -2));
  }
  // The l of "logi" counts as part of the rest.
  return withoutFirst(
    word,
    nouns,
    (rest, ending) => measure(ending === "logi" ? `${rest}l` : rest) > 0,
  );
}

/** Step 4. */
function withoutLast(word: string): string {
  return withoutFirst(
    word,
    last,
    (rest, ending) => measure(rest) > 1 && (ending !== "ion" || /[st]$/.test(rest)),
  );
}

/** Step 5. */
function withoutEnd(word: string): string {
  let stem = word;
  if (stem.endsWith("e")) {
    const rest = stem.slice(0, -1);
    const vowels = measure(rest);
    if (vowels > 1 || vowels === 1 && !endsShort(rest)) stem = rest;
  }
  return stem.endsWith("ll") && measure(stem.slice(0, -1)) > 1 ? stem.slice(0, -1) : stem;
}
