import {
  type Aggregation,
  aggregations,
} from "../../../lib/tasks/token_classification/aggregations.ts";
import assert from "node:assert/strict";
import { aggregate, type ScoredSpan } from "../../../lib/tasks/token_classification/aggregate.ts";
import {
  continuesWord,
  type PlacedToken,
} from "../../../lib/tasks/token_classification/continues_word.ts";

interface Case {
  tokenizer: string;
  prefix: string | null;
  text: string;
  labels: string[];
  tokens: (PlacedToken & { logits: number[] })[];
  answers: Record<Aggregation, ScoredSpan[]>;
}

const golden: { aggregations: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/entities.json", import.meta.url)),
);

/** Both sides compute in float64. */
const tolerance = 1e-12;

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function tokensOf({ tokens, text, prefix }: Case) {
  return tokens.map((token) => ({
    start: token.start,
    end: token.end,
    continues: continuesWord(token, text, prefix ?? undefined),
    probabilities: softmax(token.logits),
  }));
}

Deno.test("tokens are joined as transformers' pipeline joins them", () => {
  assert.ok(golden.aggregations.length > 0);
  for (const each of golden.aggregations) {
    for (const aggregation of aggregations) {
      const where = `${each.tokenizer}, ${each.labels[1]}, ${aggregation}: ${each.text}`;
      // The pipeline has the same rules for all tags.
      const { labels } = each;
      const found = aggregate(tokensOf(each), { labels, aggregation, scheme: "BIO" });
      const wanted = each.answers[aggregation];
      const placeOf = ({ label, start, end }: ScoredSpan) => ({ label, start, end });
      assert.deepEqual(found.map(placeOf), wanted.map(placeOf), where);
      found.forEach(({ score }, at) => {
        assert.ok(Math.abs(score - wanted[at].score) <= tolerance, where);
      });
    }
  }
});

/** Tags of words of two letters with a space between them, each with a probability of 1. */
function spansOf(tags: readonly string[], scheme: "IOBES" | "BILOU" | "plain" | "IO"): string[] {
  const labels = [...new Set(tags)];
  const tokens = tags.map((tag, at) => ({
    start: 3 * at,
    end: 3 * at + 2,
    continues: false,
    probabilities: labels.map((label) => label === tag ? 1 : 0),
  }));
  return aggregate(tokens, { labels, aggregation: "simple", scheme })
    .map(({ label, start, end }) => `${label} ${start / 3}-${(end - 2) / 3}`);
}

Deno.test("entities of IOBES and BILOU stay whole, and neighbours stay apart", () => {
  const tags = ["B-A", "I-A", "E-A", "S-A", "S-A", "O", "B-A", "E-A", "B-B", "I-B"];
  const wanted = ["A 0-2", "A 3-3", "A 4-4", "A 6-7", "B 8-9"];
  assert.deepEqual(spansOf(tags, "IOBES"), wanted);
  const bilou = tags.map((tag) => tag.replace(/^E/, "L").replace(/^S/, "U"));
  assert.deepEqual(spansOf(bilou, "BILOU"), wanted);
  // Out of order: what does not begin goes on, or begins by itself.
  assert.deepEqual(spansOf(["E-A", "I-A", "O", "I-A", "E-B"], "IOBES"), [
    "A 0-0",
    "A 1-1",
    "A 3-3",
    "B 4-4",
  ]);
});

Deno.test("neighbours with the same plain tag are joined, and the tag stays whole", () => {
  assert.deepEqual(spansOf(["NN-TL", "NN-TL", "B-x", "VB"], "plain"), [
    "NN-TL 0-1",
    "B-x 2-2",
    "VB 3-3",
  ]);
});
