import assert from "node:assert/strict";
import { requestSignals } from "../../../../lib/serve/watch/request_signals.ts";
import { answerSignals } from "../../../../lib/serve/watch/signals/answer_signals.ts";
import { packVector, unpackVector } from "../../../../lib/serve/watch/signals/row_signals.ts";
import { textSignals, textsOfInput } from "../../../../lib/serve/watch/signals/text_signals.ts";

Deno.test("texts of inputs of every task are found, roles are not", () => {
  const chat = {
    messages: [{ role: "user", content: "hello" }, { role: "assistant", content: "hi" }],
  };
  assert.deepEqual(textsOfInput("a"), ["a"]);
  assert.deepEqual(textsOfInput(["a", "b"]), ["a", "b"]);
  assert.deepEqual(textsOfInput({ question: "q", context: "c" }), ["q", "c"]);
  assert.deepEqual(textsOfInput(chat), ["hello", "hi"]);
  assert.deepEqual(textsOfInput(7), []);
  let deep: unknown = "too deep";
  for (let i = 0; i < 10_000; i++) deep = [deep];
  assert.deepEqual(textsOfInput(deep), []);
});

Deno.test("texts are measured: words, language, and words as a direction", () => {
  const english = "the film was surprisingly good and I would watch it again with my family";
  const german =
    "der Film war erstaunlich gut, und ich würde ihn mit meiner Familie noch einmal sehen";
  const { numbers, classes, vector } = textSignals([english], 0.25);
  assert.deepEqual(numbers, { words: 14, "unknown tokens": 0.25 });
  assert.deepEqual(classes, { language: "eng" });
  assert.deepEqual(textSignals([german]).classes, { language: "deu" });
  assert.deepEqual(textSignals(["ok"]).classes, { language: "unknown" });
  assert.equal(textSignals(["我们明天去北京"]).numbers.words > 2, true);
  // How often and where a word stands does not change which words there are.
  assert.deepEqual(textSignals([`good ${english.toUpperCase()} film`]).vector, vector);
  const length = Math.sqrt(unpackVector(vector!).reduce((sum, value) => sum + value ** 2, 0));
  assert.ok(Math.abs(length - 1) < 0.02, `${length}`);
  assert.deepEqual([...textSignals([""]).vector!].filter(Boolean), []);
});

Deno.test("answers of every task say what can be counted", () => {
  const said = (answer: unknown) => {
    const { numbers, classes } = answerSignals(answer);
    return { ...numbers, ...classes };
  };
  assert.deepEqual(said({ text: "a b", label: "good", probabilities: { good: 0.75, bad: 0.25 } }), {
    confidence: 0.75,
    label: "good",
  });
  assert.deepEqual(said({ label: ["b", "a"], probabilities: { a: 0.9, b: 0.6 } }), {
    confidence: 0.9,
    label: "a + b",
  });
  assert.deepEqual(said({ label: [], probabilities: { a: 0.1 } }), {
    confidence: 0.1,
    label: "none",
  });
  assert.deepEqual(said({ label: 3.5, probabilities: { stars: 3.5 } }), { value: 3.5 });
  const spans = [{ label: "PER", score: 0.5 }, { label: "LOC", score: 1 }, {
    label: "PER",
    score: 0.75,
  }];
  assert.deepEqual(said({ text: "Ann", spans }), {
    found: 3,
    confidence: 0.75,
    label: "LOC + PER",
  });
  assert.deepEqual(said({ image: "a.png", objects: [] }), { found: 0, label: "none" });
  assert.deepEqual(said({ text: "in Rome", score: 0.5 }), { "answer words": 2, confidence: 0.5 });
  assert.deepEqual(said("three words here"), { "answer words": 3 });
  for (const nothing of [undefined, null, 7, {}, [], { score: NaN }]) {
    assert.deepEqual(said(nothing), {});
  }
});

Deno.test("long vectors are projected, and keep their angles nearly", () => {
  const random = (seed: number) =>
    Float32Array.from({ length: 2000 }, (_, i) => Math.sin(seed * 7919 + i * (1.1 + seed)));
  const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      ab += a[i] * b[i];
      aa += a[i] ** 2;
      bb += b[i] ** 2;
    }
    return ab / Math.sqrt(aa * bb);
  };
  const [one, other] = [random(1), random(2)];
  const mixed = one.map((value, i) => value + 0.5 * other[i]);
  for (const [a, b] of [[one, other], [one, mixed]]) {
    const [pa, pb] = [answerSignals(a).vector!, answerSignals(b).vector!];
    assert.equal(pa.length, 128);
    // The error of a cosine of 128 signs is 1/√128 or less.
    assert.ok(Math.abs(cosine(pa, pb) - cosine(a, b)) < 3 / Math.sqrt(128));
  }
  assert.deepEqual(packVector([0, 3, -4]), Int8Array.of(0, 76, -102));
});

Deno.test("tokens that the vocabulary lacks are counted where there are such", async () => {
  const tokensOf = (text: string) =>
    Promise.resolve([
      { id: 1 },
      ...text.split(" ").map((word) => ({ id: word === "zzz" ? 9 : 2 })),
    ]);
  const answers = [{}, {}];
  const [one] = await requestSignals(["a zzz b"], answers, {
    readsTexts: true,
    unknownToken: 9,
    tokensOf,
  });
  assert.equal(one.numbers["unknown tokens"], 0.25);
  const [two] = await requestSignals(["a zzz b"], answers, { readsTexts: true, tokensOf });
  assert.equal("unknown tokens" in two.numbers, false);
  const [path] = await requestSignals(["photo.png"], answers, { readsTexts: false });
  assert.deepEqual(path, { numbers: {}, classes: {} });
});
