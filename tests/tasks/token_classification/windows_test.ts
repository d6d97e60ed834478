import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import {
  innerTag,
  joinTags,
  spreadTag,
} from "../../../lib/tasks/token_classification/unit_tags.ts";
import { unitTokens, type WordUnit } from "../../../lib/tasks/token_classification/word_units.ts";
import { wordWindows } from "../../../lib/tasks/token_classification/word_windows.ts";
import { isMistake } from "../../is_mistake.ts";

/** Words of so many tokens each. */
function unitsOf(...tokens: number[]): WordUnit[] {
  let from = 0;
  return tokens.map((count, word) => {
    const unit = { from, to: from + count, word, words: 1 };
    from = unit.to;
    return unit;
  });
}

Deno.test("a text that fits is one window", () => {
  const units = unitsOf(2, 1);
  assert.deepEqual(wordWindows(3, units, { room: 3 }), [{ start: 0, end: 3, units: [0, 1] }]);
  assert.deepEqual(wordWindows(0, [], { room: 3, stride: 7 }), [{ start: 0, end: 0, units: [] }]);
});

Deno.test("windows begin and end between words, and each word is answered where it sees most", () => {
  // Words at 0, 1, 2, 5, 6, 7, 8; five tokens fit, two are shared at least.
  const units = unitsOf(1, 1, 3, 1, 1, 1, 1);
  assert.deepEqual(
    wordWindows(9, units, { room: 5, stride: 2 }),
    [
      { start: 0, end: 5, units: [0, 1, 2] },
      { start: 2, end: 7, units: [3] },
      { start: 5, end: 9, units: [4, 5, 6] },
    ].map((window) => window),
  );
});

Deno.test("a word longer than a window is cut, and answered by the window with its beginning", () => {
  const windows = wordWindows(12, unitsOf(1, 9, 2), { room: 4, stride: 1 });
  assert.deepEqual(windows.map(({ start, end }) => [start, end])[0], [0, 1]);
  assert.deepEqual(windows.flatMap(({ units }) => units).sort(), [0, 1, 2]);
  const own = windows.find(({ units }) => units.includes(1))!;
  assert.equal(own.start, 1);
});

Deno.test("a stride that leaves no progress is refused", () => {
  assert.throws(
    () => wordWindows(9, unitsOf(9), { room: 4, stride: 4 }),
    isMistake("input", "a stride of 4 tokens", "room for 4"),
  );
  assert.throws(() => wordWindows(9, unitsOf(9), { room: 0 }), isMistake("input", "room for 0"));
});

Deno.test("whatever the words: all tokens are covered, each word is whole and answered once", () => {
  const random = Random.fromSeed(3, "windows");
  for (let trial = 0; trial < 300; trial++) {
    const units = unitsOf(
      ...Array.from({ length: 1 + random.integer(30) }, () => 1 + random.integer(4)),
    );
    const length = units.at(-1)!.to;
    const room = 5 + random.integer(12);
    const stride = random.integer(room);
    const windows = wordWindows(length, units, { room, stride });
    const answered = windows.flatMap(({ units }) => units).sort((a, b) => a - b);
    assert.deepEqual(answered, units.map((_, at) => at));
    for (const { start, end, units: own } of windows) {
      assert.ok(end - start <= room && end > start);
      assert.ok(own.every((at) => units[at].from >= start && units[at].to <= end));
    }
  }
});

Deno.test("tokens are of the words that they touch; words that share their first are one unit", () => {
  const text = "ab... x";
  const spans = [[0, 1], [1, 2], [2, 5], [6, 6], [6, 7]];
  const tokenizer = {
    tokenText: (id: number) => id === 3 ? "Ġ" : "x",
    tokens: () => ({
      ids: Int32Array.from(spans, (_, at) => at),
      starts: Int32Array.from(spans, ([start]) => start),
      ends: Int32Array.from(spans, ([, end]) => end),
    }),
    wordTokens: () => ({
      ids: Int32Array.of(7, 8, 9),
      wordOf: Int32Array.of(0, 0, 2),
      starts: Int32Array.of(0, 1, 0),
      ends: Int32Array.of(1, 2, 1),
    }),
  };
  const words = [[0, 2], [2, 3], [3, 4], [4, 5], [6, 7]].map(([start, end]) => ({ start, end }));
  assert.deepEqual(unitTokens({ text, words, isList: false }, tokenizer).units, [
    { from: 0, to: 2, word: 0, words: 1 },
    { from: 2, to: 3, word: 1, words: 3 },
    { from: 3, to: 5, word: 4, words: 1 },
  ]);
  const list = [[0, 2], [3, 4], [5, 7]].map(([start, end]) => ({ start, end }));
  const found = unitTokens({ text, words: list, isList: true }, tokenizer);
  assert.deepEqual(found.units, [
    { from: 0, to: 2, word: 0, words: 1 },
    { from: 2, to: 3, word: 2, words: 1 },
  ]);
  assert.deepEqual([...found.starts], [0, 1, 5]);
});

Deno.test("tags of words that share a token are joined, and spread again", () => {
  for (const [scheme, [end, single]] of [["IOBES", "ES"], ["BILOU", "LU"]] as const) {
    const cases: [string[], string][] = [
      [["B-A", "I-A", `${end}-A`], `${single}-A`],
      [["B-A", "I-A"], "B-A"],
      [["I-A", `${end}-A`], `${end}-A`],
      [["I-A", "I-A"], "I-A"],
      [["O", "O"], "O"],
    ];
    for (const [tags, tag] of cases) {
      assert.equal(joinTags(tags, scheme), tag);
      assert.deepEqual(spreadTag(tag, tags.length, scheme), tags);
    }
  }
  assert.equal(joinTags(["S-A", "S-B"], "IOBES"), "S-A");
  assert.equal(joinTags(["O", "B-A"], "IOBES"), "O");
  assert.equal(joinTags(["B-A", "I-A"], "BIO"), "B-A");
  assert.deepEqual(spreadTag("B-A", 3, "BIO"), ["B-A", "I-A", "I-A"]);
  assert.deepEqual(spreadTag("I-A", 2, "BIO"), ["I-A", "I-A"]);
  assert.deepEqual(spreadTag("S-A", 2, "plain"), ["S-A", "S-A"]);
  assert.deepEqual(spreadTag("S-A", 1, "IOBES"), ["S-A"]);
});

Deno.test("tokens after a word's first learn I where it has B", () => {
  assert.equal(innerTag("B-A", ["O", "B-A", "I-A"], "BIO"), "I-A");
  assert.equal(innerTag("B-A", ["O", "B-A"], "BIO"), "B-A");
  assert.equal(innerTag("B-A", ["B-A", "I-A"], "plain"), "B-A");
  assert.equal(innerTag("S-A", ["S-A", "I-A"], "IOBES"), "S-A");
});
