import assert from "node:assert/strict";
import { drawToken, likeliestToken } from "../../lib/generate/choose_token.ts";
import { likeliestTokens, logSoftmax, tokenLogprobs } from "../../lib/generate/token_logprobs.ts";
import type { LogitsProcessor } from "../../lib/generate/processors/logits_processor.ts";
import { minP } from "../../lib/generate/processors/min_p.ts";
import { temperature } from "../../lib/generate/processors/temperature.ts";
import { topK } from "../../lib/generate/processors/top_k.ts";
import { topP } from "../../lib/generate/processors/top_p.ts";
import { typical } from "../../lib/generate/processors/typical.ts";
import { Random } from "../../lib/core/random.ts";

function randomLogits(length: number, seed: number, scale = 1): Float32Array {
  const random = Random.fromSeed(seed);
  return Float32Array.from({ length }, () => scale * random.normal());
}

/** Softmax written out in float64, the reference of the draws. */
function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const most = Math.max(...values);
  const masses = values.map((value) => Math.exp(value - most));
  const total = masses.reduce((sum, each) => sum + each, 0);
  return masses.map((mass) => mass / total);
}

const context = { prompt: [], written: [] };
const draws = 10_000;
const samplers: Record<string, LogitsProcessor[]> = {
  softmax: [],
  "temperature 0.6": [temperature(0.6)],
  "temperature 1.7": [temperature(1.7)],
  "top-k 5": [topK(5)],
  "top-p 0.8": [topP(0.8)],
  "min-p 0.2": [minP(0.2)],
  "typical 0.7": [typical(0.7)],
  "all of them": [temperature(1.3), topK(12), topP(0.95), minP(0.02), typical(0.95)],
};

for (const [name, processors] of Object.entries(samplers)) {
  Deno.test(`drawing: ${draws} draws follow the distribution of ${name} (chi-square)`, () => {
    const logits = randomLogits(20, 3, 1.2);
    for (const process of processors) process(logits, context);
    const expected = softmax(logits);
    const random = Random.fromSeed(11);
    const counts = new Array(expected.length).fill(0);
    for (let i = 0; i < draws; i++) counts[drawToken(logits, random)]++;
    let statistic = 0;
    let freedom = -1;
    expected.forEach((share, token) => {
      if (share === 0) return assert.equal(counts[token], 0, `token ${token} is forbidden`);
      statistic += (counts[token] - share * draws) ** 2 / (share * draws);
      freedom++;
    });
    assert.ok(freedom > 0);
    assert.ok(statistic < criticalValue(freedom), `chi-square ${statistic} with ${freedom}`);
  });
}

/** The 0.999 quantile of chi-square (Wilson and Hilferty, 1931), exact to a per cent here. */
function criticalValue(freedom: number): number {
  const quantile = 3.0902;
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + quantile * Math.sqrt(part)) ** 3;
}

Deno.test("greedy: the first of equal logits is taken, NaN and nothing allowed are errors", () => {
  assert.equal(likeliestToken(Float32Array.of(-2, 3, 1, 3)), 1);
  assert.equal(likeliestToken(Float32Array.of(-Infinity, -5)), 1);
  const none = new Float32Array(3).fill(-Infinity);
  assert.throws(() => likeliestToken(none), /no token may be written next/);
  assert.throws(() => drawToken(none, Random.fromSeed(0)), /no token may be written next/);
  const damaged = new Float32Array(3).fill(NaN);
  assert.throws(() => likeliestToken(damaged), /NaN/);
  assert.throws(() => drawToken(damaged, Random.fromSeed(0)), /NaN/);
  assert.throws(() => drawToken(Float32Array.of(1, NaN), Random.fromSeed(0)), /NaN/);
});

Deno.test("drawing: the same seed draws the same tokens", () => {
  const logits = randomLogits(50, 1);
  const tokens = (seed: number) => {
    const random = Random.fromSeed(seed);
    return Array.from({ length: 20 }, () => drawToken(logits, random));
  };
  assert.deepEqual(tokens(4), tokens(4));
  assert.notDeepEqual(tokens(4), tokens(5));
});

Deno.test("log probabilities: of the token and of the likeliest, as a softmax in float64", () => {
  const logits = randomLogits(300, 9, 3);
  const expected = softmax(logits).map(Math.log);
  const order = expected.map((_, token) => token).sort((a, b) => expected[b] - expected[a]);
  const { token, logprob, top } = tokenLogprobs(logits, 17, 5);
  assert.equal(token, 17);
  assert.ok(Math.abs(logprob - expected[17]) < 1e-5);
  assert.deepEqual(top.map((each) => each.token), order.slice(0, 5));
  for (const each of top) assert.ok(Math.abs(each.logprob - expected[each.token]) < 1e-5);
  logSoftmax(logits);
  logits.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5));
});

Deno.test("log probabilities: equal tokens come in their order, forbidden ones not at all", () => {
  assert.deepEqual(likeliestTokens(Float32Array.of(1, 2, 2, -Infinity, 2), 2), [1, 2]);
  assert.deepEqual(likeliestTokens(Float32Array.of(1, -Infinity), 9), [0]);
  assert.deepEqual(likeliestTokens(Float32Array.of(1, 2), 0), []);
});
