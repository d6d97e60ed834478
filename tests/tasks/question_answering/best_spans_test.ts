import assert from "node:assert/strict";
import { bestSpans, type SpanWindow } from "../../../lib/tasks/question_answering/best_spans.ts";

interface Search {
  name: string;
  context: string;
  words: string[];
  windows: {
    contextStart: number;
    words: number[];
    start_logits: number[];
    end_logits: number[];
  }[];
  maxAnswerTokens: number;
  nBest: { text: string; logit: number; score: number }[];
  nullDifference: number | null;
  nullScore: number;
}

const golden: { searches: Search[] } = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/squad.json", import.meta.url)),
);
/** Both sides add and exponentiate numbers of 64 bits, in another order. */
const tolerance = 1e-12;

function near(found: number, wanted: number, what: string) {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what} is ${found}, but ${wanted} there`);
}

/** Words with one space between, as tokens of some windows. */
function windowsOfSearch({ words, windows }: Search): SpanWindow[] {
  const starts = words.map((_, i) =>
    words.slice(0, i).reduce((at, { length }) => at + length + 1, 0)
  );
  return windows.map(({ contextStart, words: numbers, start_logits, end_logits }) => ({
    logits: Float32Array.from(start_logits.flatMap((start, i) => [start, end_logits[i]])),
    nullPosition: 0,
    contextStart,
    starts: Int32Array.from(numbers, (word) => starts[word]),
    ends: Int32Array.from(numbers, (word) => starts[word] + words[word].length),
  }));
}

for (const search of golden.searches) {
  Deno.test(`answers, logits and scores are those of transformers: ${search.name}`, () => {
    const { context, maxAnswerTokens, nBest, nullDifference, nullScore } = search;
    const found = bestSpans(context, windowsOfSearch(search), { nBest: 20, maxAnswerTokens });
    assert.deepEqual(found.candidates.map(({ text }) => text), nBest.map(({ text }) => text));
    found.candidates.forEach(({ text, start, end, logit, score }, i) => {
      assert.equal(context.slice(start, end), text);
      near(logit, nBest[i].logit, `the logit of ${text}`);
      near(score, nBest[i].score, `the score of ${text}`);
    });
    near(found.nullScore, nullScore, "the score of no answer");
    if (nullDifference !== null) {
      near(found.nullLogit - found.candidates[0].logit, nullDifference, "the null difference");
    }
  });
}

/** One window without a question: token 0 stands for no answer. */
function window(logits: number[], spans: [start: number, end: number][]): SpanWindow {
  return {
    logits: Float32Array.from(logits),
    nullPosition: 0,
    contextStart: 1,
    starts: Int32Array.from(spans, ([start]) => start),
    ends: Int32Array.from(spans, ([, end]) => end),
  };
}

Deno.test("white space at the ends of a token is no part of an answer", () => {
  // Tokens "one", " two", " " as GPT-2 cuts them.
  const spaced = window([0, 0, 0, 0, 2, 2, 3, 3], [[0, 3], [3, 7], [7, 8]]);
  const { candidates } = bestSpans("one two ", [spaced], { nBest: 9, maxAnswerTokens: 3 });
  assert.deepEqual(candidates.map(({ text, logit }) => [text, logit]), [
    ["two", 5], // with the space behind it: the better of both
    ["one two", 3],
    ["one", 0],
  ]);
});

Deno.test("tokens of one character's bytes give one answer", () => {
  const bytes = window([0, 0, 1, 0, 0, 2, 0, 1], [[0, 2], [0, 2], [2, 3]]);
  const { candidates } = bestSpans("😀x", [bytes], { nBest: 9, maxAnswerTokens: 3 });
  assert.deepEqual(candidates.map(({ text }) => text), ["😀", "😀x", "x"]);
  assert.equal(candidates[0].logit, 3);
});

Deno.test("a context without tokens has no answers", () => {
  const empty = window([1, 2], []);
  const found = bestSpans("\u200b", [empty], { nBest: 9, maxAnswerTokens: 3 });
  assert.deepEqual(found, { candidates: [], nullLogit: 3, nullScore: 1 });
});
