import assert from "node:assert/strict";
import {
  changePunctuation,
  chineseSlips,
  contractions,
  homoglyphs,
  letterCase,
  negation,
  paraphrases,
  Random,
  spaces,
  swapNames,
  swapNumbers,
  swapPlaces,
  swapWords,
  templateTexts,
  typos,
} from "../../../mod.ts";

const all = [
  typos(),
  typos({ count: 3 }),
  letterCase(),
  letterCase({ to: "upper" }),
  letterCase({ to: "title" }),
  changePunctuation(),
  changePunctuation({ how: "all" }),
  changePunctuation({ how: "add" }),
  contractions(),
  homoglyphs(),
  spaces(),
  swapNames(),
  swapPlaces(),
  paraphrases({ table: { film: ["movie"], "a lot": ["much"], "好看": ["精彩"] } }),
  swapNumbers(),
  negation(),
  chineseSlips(),
];
const texts = [
  "Maria didn't like the film that she saw in Paris in 1998!",
  "It is 7 o'clock, and I can't wait… 👩‍👩‍👧 naïve café?",
  "小明在北京做得很好，我喜欢这部电影。",
  "a",
  "",
  "   ",
  "!!!",
  "\ud83d",
  "007",
  "السلام عليكم",
  "$& {x} (a|b) \\d+",
];

Deno.test("a changed text differs, is the same for the same numbers, and is whole", () => {
  for (const each of all) {
    let changes = 0;
    for (const text of texts) {
      for (let seed = 0; seed < 40; seed++) {
        const other = each.apply(text, Random.fromSeed(seed));
        assert.equal(each.apply(text, Random.fromSeed(seed)), other);
        assert.notEqual(other, text, `${each.name} of ${JSON.stringify(text)}`);
        if (other === undefined) continue;
        changes++;
        assert.ok(!text.isWellFormed() || other.isWellFormed(), `${each.name}: ${other}`);
      }
    }
    assert.ok(changes > 0, `${each.name} has changed nothing`);
  }
});

const changedBy = (perturbation: typeof all[number], text: string, seed = 1) =>
  perturbation.apply(text, Random.fromSeed(seed));

Deno.test("English contractions and negations go both ways", () => {
  for (
    const [short, long] of [
      ["I'm here, and they've left", "I am here, and they have left"],
      ["We won't", "We will not"],
      ["That's it", "That is it"],
    ]
  ) {
    assert.equal(changedBy(contractions(), short), long);
    assert.equal(changedBy(contractions(), long), short);
  }
  assert.equal(changedBy(contractions(), "history and this are"), undefined);
  for (
    const [text, other] of [
      ["It is not bad.", "It is bad."],
      ["They cannot sing", "They can sing"],
      ["This was a history.", "This was not a history."],
      ["我不喜欢它", "我喜欢它"],
      ["他有时间", "他没有时间"],
      ["Great!", undefined],
    ]
  ) assert.equal(changedBy(negation(), text!), other);
});

Deno.test("words are swapped as words, and never for themselves", () => {
  const animals = swapWords({ name: "animals", words: ["cat", "dog", "a.b"] });
  for (let seed = 0; seed < 20; seed++) {
    assert.match(
      changedBy(animals, "the cat, not concatenation", seed)!,
      /^the (dog|a\.b), not conc/,
    );
    assert.match(changedBy(swapNumbers(), "1998", seed)!, /^[1-9]\d{3}$/);
    assert.notEqual(changedBy(swapNumbers(), "9", seed), "9");
  }
  assert.equal(changedBy(animals, "axb"), undefined);
  assert.throws(() => swapWords({ name: "one", words: ["a", "a"] }), /two words or more/);
  assert.match(changedBy(swapNames(), "小明来了")!, /^(?!小明)..来了$/u);
});

Deno.test("paraphrases stand for whole words and phrases, with their capitals", () => {
  const table = { film: ["movie"], "film star": ["actor"], "a lot": ["much"], "好看": ["精彩"] };
  const said = paraphrases({ table });
  for (
    const [text, other] of [
      ["Film!", "Movie!"],
      ["a film star", "a actor"],
      ["filming a lottery", undefined],
      ["I liked A lot", "I liked Much"],
      ["这部电影很好看。", "这部电影很精彩。"],
      ["a ſilm", undefined],
    ]
  ) assert.equal(changedBy(said, text!), other);
  const tables: Record<string, string[]>[] = [
    {},
    { film: [] },
    { film: ["film"] },
    { Film: ["a"], film: ["b"] },
  ];
  for (const wrong of tables) {
    assert.throws(() => paraphrases({ table: wrong }), /other ways to say words and phrases/);
  }
});

Deno.test("punctuation keeps what belongs to words", () => {
  assert.equal(
    changedBy(changePunctuation({ how: "all" }), "Well-made, isn't it?!"),
    "Well-made isn't it",
  );
  assert.equal(changedBy(changePunctuation({ how: "add" }), "Done."), undefined);
  assert.equal(changedBy(changePunctuation(), "..."), undefined);
});

Deno.test("templates make every text once, with one word for one name", () => {
  assert.deepEqual(
    templateTexts("{a} and {b}, {a} {{x}}", { a: ["1", "2"], b: ["3", "4"] }),
    ["1 and 3, 1 {x}", "1 and 4, 1 {x}", "2 and 3, 2 {x}", "2 and 4, 2 {x}"],
  );
  assert.deepEqual(templateTexts("plain", {}), ["plain"]);
  assert.throws(
    () => templateTexts("{a} {b} {", { a: [], c: ["1"] }),
    /\{a\} has no words[\s\S]*\{b\} has no words[\s\S]*words for c[\s\S]*brace/,
  );
});
