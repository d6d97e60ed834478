import assert from "node:assert/strict";
import { head } from "tunebook";
import type { Evidence } from "../../../lib/pipeline/advise/evidence.ts";
import { findingsOf } from "../../../lib/pipeline/advise/findings.ts";
import { suggestedMethod } from "../../../lib/pipeline/advise/suggested_method.ts";
import { verdictOf } from "../../../lib/pipeline/advise/verdict.ts";

const around = (mean: number, half = 0.02) => ({ mean, low: mean - half, high: mean + half });
const size = { neededRows: 400, testRows: 500, allRows: 2000, power: 0.85, detectable: 0.04 };

/** Nothing speaks against fine-tuning here. */
const good: Evidence = {
  difference: 0.05,
  score: "accuracy",
  rows: { train: 1500, validation: 0, test: 500 },
  leakage: { rows: [], heldOut: 500, words: [], repeated: new Set(), contradictions: 0 },
  drift: { order: "day", isTime: true, area: around(0.52), loss: around(0) },
  baselines: [
    { name: "majority", score: around(0.5) },
    { name: "nearest neighbours", score: around(0.8) },
    { name: "linear probe", score: around(0.85) },
  ],
  size,
  noise: { share: { ...around(0.02), rows: 400 }, rows: [] },
  method: head(),
  reason: "it was asked",
  unknown: [],
};
const leaked = { split: "test" as const, number: 1, trainingNumber: 2, text: "a" };
const word = {
  word: "re",
  place: "first" as const,
  label: "ham",
  rows: 90,
  precision: 0.99,
  coverage: 0.8,
};
const gain = { method: "lora", over: "linear probe", rows: 500 };

/** What is changed of good evidence, the verdict, and the questions that are stopped at. */
const cases: readonly [change: Partial<Evidence>, kind: string, stops: readonly string[]][] = [
  [{}, "fine-tune", []],
  [
    { leakage: { ...good.leakage, rows: Array(20).fill(leaked) } },
    "split anew",
    ["Are held-out rows new to the model?"],
  ],
  [{ leakage: { ...good.leakage, rows: [leaked] } }, "fine-tune", []],
  [
    { leakage: { ...good.leakage, groups: { column: "author", rows: 100 } } },
    "split anew",
    ["Are held-out rows new to the model?"],
  ],
  [
    { leakage: { ...good.leakage, words: [word] } },
    "clean the texts",
    ["Does a word give the label away?"],
  ],
  [
    { drift: { ...good.drift!, area: around(0.8) } },
    "split anew",
    ["Do rows stay alike over time?"],
  ],
  [
    { drift: { ...good.drift!, loss: around(0.1) } },
    "split anew",
    ["Do rows stay alike over time?"],
  ],
  [{ drift: { ...good.drift!, isTime: false, area: around(0.8) } }, "fine-tune", []],
  [
    { size: { ...size, neededRows: 2001 } },
    "get more rows",
    ["Are there enough test rows for a difference of 0.05?"],
  ],
  [{ size: { ...size, neededRows: 600 } }, "fine-tune", []],
  [
    { noise: { share: { ...around(0.2), rows: 400 }, rows: [] } },
    "clean the labels",
    ["Are the labels right?"],
  ],
  [{ noise: { share: { ...around(0.3, 0.2), rows: 40 }, rows: [] } }, "fine-tune", []],
  [
    { baselines: [{ name: "nearest neighbours", score: around(0.97) }] },
    "simple is enough",
    ["How far does one get without fine-tuning?"],
  ],
  [{ gain: { ...gain, ...around(0.06) } }, "fine-tune", []],
  [{ gain: { ...gain, ...around(0.01) } }, "simple is enough", ["Does fine-tuning help here?"]],
  [{ gain: { ...gain, ...around(0.02, 0.05) } }, "undecided", []],
  [{ gain: { ...gain, ...around(-0.1) } }, "undecided", []],
  [{ baselines: [] }, "undecided", []],
  [{ baselines: good.baselines.slice(0, 1) }, "undecided", []],
];

Deno.test("what is found decides the verdict, and says where", () => {
  for (const [change, kind, stops] of cases) {
    const evidence = { ...good, ...change };
    const name = JSON.stringify(change);
    assert.equal(verdictOf(evidence).kind, kind, name);
    const stopped = findingsOf(evidence).filter(({ state }) => state === "obstacle");
    assert.deepEqual(stopped.map(({ question }) => question), stops, name);
  }
});

Deno.test("scores that mean nothing come first", () => {
  const all: Evidence = {
    ...good,
    leakage: { ...good.leakage, rows: Array(90).fill(leaked), words: [word] },
    size: { ...size, neededRows: 9000 },
    noise: { share: { ...around(0.2), rows: 400 }, rows: [] },
  };
  assert.equal(verdictOf(all).kind, "split anew");
  const clean = { ...all, leakage: good.leakage };
  assert.equal(verdictOf(clean).kind, "clean the labels");
  assert.equal(verdictOf({ ...clean, noise: good.noise! }).kind, "get more rows");
});

Deno.test("a method by rule: few rows, no linear layers, little memory, else LoRA", () => {
  const usual = {
    trainingRows: 1000,
    classes: 2,
    hasLinears: true,
    parameters: 1e8,
    freeBytes: 8e9,
  };
  const nameOf = (change: object) => suggestedMethod({ ...usual, ...change }).method.method;
  assert.equal(nameOf({}), "lora");
  assert.equal(nameOf({ trainingRows: 20 }), "head");
  assert.equal(nameOf({ hasLinears: false }), "full");
  assert.equal(nameOf({ parameters: 3e9 }), "qlora");
});
