import assert from "node:assert/strict";
import type { MeasuredPeerWay, PeerResult } from "../../bench/measure_beside.ts";
import { type Result, rowOf } from "../../bench/result_rows.ts";
import { ratiosOf } from "../../bench/tables.ts";

const fast: MeasuredPeerWay = {
  way: "compiled float32",
  rounds: 8,
  ours: 500,
  peer: 1000,
  ratio: 0.5,
  processorRatio: 0.6,
  others: [600],
  otherRatios: [0.6],
  peerMegabytes: 800,
  turns: [],
};
const small: MeasuredPeerWay = {
  ...fast,
  way: "eager float32",
  rounds: 1,
  peer: 2000,
  ratio: 0.25,
  peerMegabytes: 700,
};
const peers: PeerResult = {
  ways: [small, fast, { way: "eager bfloat16", leftOut: "fails: no" }],
  fastest: fast,
  smallest: small,
};
const memory = { ourMegabytes: 400, memoryRatio: 0.5 };
const named = (name: string) => ({ name, ratio: 0.5, ...peers, ...memory });

const results: readonly Result[] = [
  { kind: "step", ...named("lora"), everyPositionRatio: 0.6 },
  { kind: "epoch", ...named("epoch"), examples: 80, tokens: 900 },
  {
    kind: "quantised",
    ...named("qlora"),
    floatRatio: 0.6,
    baseMegabytes: 30,
    floatBaseMegabytes: 120,
    baseRatio: 0.25,
    storedShare: 0.26,
    floatMegabytes: 500,
  },
];

Deno.test("a row names the peer's fastest way, its memory, and the least", () => {
  const [step, epoch, quantised] = results.map(rowOf);
  const least = "700 (eager float32)";
  assert.deepEqual(step, {
    "ours, ms": "500.0",
    "the peer's fastest": "compiled float32",
    "peer, ms": "1000.0",
    "ours / peer": "0.500",
    "with every position": "0.600",
    "ours, peak MB": "400",
    "peer, peak MB": "800",
    "memory, ours / peer": "0.500",
    "the peer's least, MB": least,
  });
  assert.equal(epoch["peer, s"], "1.00");
  assert.equal(quantised["base / float32 base"], "0.250");
  assert.equal(quantised["our float32 base / peer"], "0.600");
});

Deno.test("ratios have the fastest way by the case's name, and every way that was measured", () => {
  assert.deepEqual(ratiosOf([results[0], results[2]]), {
    "lora": 0.5,
    "lora/memory": 0.5,
    "lora/eager float32": 0.25,
    "lora/compiled float32": 0.5,
    "qlora": 0.5,
    "qlora/memory": 0.5,
    "qlora/eager float32": 0.25,
    "qlora/compiled float32": 0.5,
    "qlora/base-memory": 0.25,
  });
});
