import assert from "node:assert/strict";
import { compareTokens, languageInWords, likeliest } from "../../lib/deploy/language_receipt.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);
/** log of probabilities, moved by a constant, which changes no distribution. */
const logits = (shift: number, ...p: number[]) => p.map((each) => Math.log(each) + shift);

Deno.test("the divergence of next tokens is that of their distributions", () => {
  const trained = Float32Array.from([...logits(3, 0.5, 0.25, 0.25), ...logits(0, 0.1, 0.8, 0.1)]);
  const written = Float32Array.from([...logits(3, 0.25, 0.5, 0.25), ...logits(0, 0.1, 0.8, 0.1)]);
  const found = compareTokens([{ trained, written }], 3);
  // 0.5·ln 2 + 0.25·ln ½
  near(found.kl.largest, 0.25 * Math.LN2);
  near(found.kl.mean, 0.125 * Math.LN2);
  near(found.largestLogit, Math.LN2);
  assert.deepEqual([found.tokens, found.sameToken], [2, 1]);
});

Deno.test("a constant added to all logits is a difference of logits and none of tokens", () => {
  const trained = Float32Array.from(logits(0, 0.5, 0.3, 0.2));
  const written = Float32Array.from(logits(5, 0.5, 0.3, 0.2));
  const { kl, largestLogit } = compareTokens([{ trained, written }], 3);
  near(kl.largest, 0);
  assert.ok(Math.abs(largestLogit - 5) < 1e-5);
});

Deno.test("what is no number is infinitely far", () => {
  const trained = Float32Array.of(1, 2);
  const { kl, largestLogit } = compareTokens([{ trained, written: Float32Array.of(1, NaN) }], 2);
  assert.deepEqual([kl.largest, largestLogit], [Infinity, Infinity]);
  assert.equal(compareTokens([{ trained, written: trained }], 2).largestLogit, 0);
});

Deno.test("a receipt of a language model is said in one sentence", () => {
  assert.equal(likeliest(Float32Array.of(1, 3, 3)), 1);
  assert.equal(
    languageInWords({
      tokens: 200,
      largestLogit: 0.0123,
      kl: { mean: 1.2e-5, largest: 3e-4 },
      sameToken: 199,
      texts: { compared: 8, same: 7, sameFirstToken: 8 },
    }),
    "logits differ by at most 0.012 on 200 tokens, KL 1.2e-5 nats on average and 3.0e-4 at most, " +
      "99.5 % of likeliest tokens are the same, 7 of 8 written texts and 8 first tokens",
  );
});
