import assert from "node:assert/strict";
import { join } from "node:path";
import { badWords } from "../../../lib/generate/processors/bad_words.ts";
import { countPenalties } from "../../../lib/generate/processors/count_penalties.ts";
import {
  forcedFirstToken,
  forcedLastTokens,
} from "../../../lib/generate/processors/forced_tokens.ts";
import { logitBias } from "../../../lib/generate/processors/logit_bias.ts";
import type { LogitsProcessor } from "../../../lib/generate/processors/logits_processor.ts";
import { minNewTokens } from "../../../lib/generate/processors/min_new_tokens.ts";
import { minP } from "../../../lib/generate/processors/min_p.ts";
import { logitsProcessors } from "../../../lib/generate/processors/mod.ts";
import { noRepeatNgrams } from "../../../lib/generate/processors/no_repeat_ngrams.ts";
import { repetitionPenalty } from "../../../lib/generate/processors/repetition_penalty.ts";
import { temperature } from "../../../lib/generate/processors/temperature.ts";
import { topK } from "../../../lib/generate/processors/top_k.ts";
import { topP } from "../../../lib/generate/processors/top_p.ts";
import { typical } from "../../../lib/generate/processors/typical.ts";

interface Golden {
  readonly prompt: number[];
  readonly written: number[];
  readonly maxNewTokens: number;
  readonly stopTokens: number[];
  readonly logits: (number | null)[][];
  readonly forcedFirst: (number | null)[];
  readonly made: Record<string, (number | null)[][]>;
}

const golden: Golden = JSON.parse(
  await Deno.readTextFile(join(import.meta.dirname!, "..", "..", "golden", "sampling.json")),
);
const { prompt, written, stopTokens, maxNewTokens } = golden;
const row = (values: readonly (number | null)[]) =>
  Float32Array.from(values, (value) => value ?? -Infinity);

const bias = new Map([[4, 2.5], [8, -Infinity], [13, -1.25]]);
const words = [[6], [7, 5, 21], [5, 22], [9, 23], [2]];
/** First word of a golden name → the processor for the number after it. */
const byName: Record<string, (value: number) => LogitsProcessor> = {
  repetition: repetitionPenalty,
  ngrams: noRepeatNgrams,
  bias: () => logitBias(bias),
  bad: () => badWords(words, stopTokens),
  min: (count) => minNewTokens(count, stopTokens),
  temperature,
  "top-k": topK,
  "top-p": topP,
  "min-p": minP,
  typical,
};

function processorsOf(name: string): LogitsProcessor[] {
  if (name === "forced first") return [forcedFirstToken(12)];
  if (name === "forced last") return [forcedLastTokens(stopTokens, maxNewTokens)];
  if (name === "all") {
    return logitsProcessors({
      logitBias: bias,
      repetitionPenalty: 1.3,
      frequencyPenalty: 0,
      presencePenalty: 0,
      noRepeatNgramSize: 2,
      badWords: words,
      minNewTokens: 9,
      maxNewTokens: 100,
      stopTokens,
      forcedLastTokens: [],
      temperature: 0.7,
      topK: 100,
      topP: 0.95,
      minP: 0.01,
      typicalP: 0.9,
    });
  }
  const [first] = name.split(" ");
  return [byName[first](Number(name.split(" ").at(-1)))];
}

/** float32 rounds a logit of 16 in its sixth digit. */
const tolerance = 1e-6;

function assertSame(made: Float32Array, expected: Float32Array, name: string): void {
  made.forEach((value, i) => {
    if (expected[i] === -Infinity) {
      assert.equal(value, -Infinity, `${name}: token ${i} is forbidden`);
    } else {
      const error = Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i]));
      assert.ok(error <= tolerance, `${name}: token ${i} is ${value}, not ${expected[i]}`);
    }
  });
}

for (const [name, made] of Object.entries(golden.made)) {
  Deno.test(`processors: ${name} as transformers has it`, () => {
    const processors = processorsOf(name);
    // Twice: buffers that are kept between calls must not show.
    for (let turn = 0; turn < 2; turn++) {
      golden.logits.forEach((logits, index) => {
        const changed = row(logits);
        for (const process of processors) process(changed, { prompt, written });
        assertSame(changed, row(made[index]), name);
      });
    }
  });
}

Deno.test("processors: the first token is forced where nothing is written", () => {
  const logits = row(golden.logits[0]);
  forcedFirstToken(12)(logits, { prompt: prompt.slice(0, 1), written: [] });
  assertSame(logits, row(golden.forcedFirst), "forced first");
});

Deno.test("processors: frequency and presence follow OpenAI's formula on what was written", () => {
  const logits = row(golden.logits[0]);
  const changed = logits.slice();
  const process = countPenalties(0.3, 0.5);
  process(row(golden.logits[1]), { prompt, written });
  process(changed, { prompt, written });
  const expected = logits.map((logit, token) => {
    const count = written.filter((each) => each === token).length;
    return logit - 0.3 * count - 0.5 * (count > 0 ? 1 : 0);
  });
  assertSame(changed, expected, "count penalties");
});

Deno.test("processors: top-p keeps the likeliest token and cuts equal ones as a stable sort does", () => {
  const one = Float32Array.of(1, 5, 2);
  topP(0.01)(one, { prompt, written });
  assert.deepEqual([...one], [-Infinity, 5, -Infinity]);
  const equal = new Float32Array(8);
  topP(0.5)(equal, { prompt, written });
  assert.deepEqual([...equal].map((value) => value === 0), [0, 0, 0, 0, 1, 1, 1, 1].map(Boolean));
});

Deno.test("processors: those that change nothing are left out, those of drawing without drawing", () => {
  const none = {
    logitBias: new Map(),
    repetitionPenalty: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    badWords: [],
    minNewTokens: 0,
    maxNewTokens: 10,
    stopTokens: [],
    forcedLastTokens: [],
    temperature: 0,
    topK: 3,
  };
  assert.equal(logitsProcessors(none).length, 0);
  assert.equal(logitsProcessors({ ...none, temperature: 1 }).length, 1);
  assert.equal(logitsProcessors({ ...none, temperature: 0.5 }).length, 2);
});
