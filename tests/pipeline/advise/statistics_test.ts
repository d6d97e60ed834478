/** The figures of an advice on data whose answer is known. */
import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { type ClassifiedRow, labelNoise } from "../../../lib/pipeline/advise/confident_errors.ts";
import {
  crossValidateProbe,
  foldsOf,
  meanInterval,
} from "../../../lib/pipeline/advise/cross_validated.ts";
import { learningCurve } from "../../../lib/pipeline/advise/learning_curve.ts";
import { orderDrift, rocArea } from "../../../lib/pipeline/advise/order_drift.ts";
import {
  linearProbe,
  nearestNeighbours,
  type ProbeItems,
} from "../../../lib/pipeline/advise/probe.ts";
import { comparable } from "../../../lib/pipeline/advise/probe_items.ts";
import { revealingWords } from "../../../lib/pipeline/advise/revealing_words.ts";
import {
  detectableDifference,
  powerOf,
  rowsForDifference,
} from "../../../lib/pipeline/advise/sample_size.ts";

Deno.test("four of five samples of the size show the difference by McNemar's test", () => {
  const meanSquare = 0.2;
  const difference = 0.1;
  const rows = rowsForDifference({ difference, meanSquare });
  // (1.96 · √0.2 + 0.8416 · √(0.2 − 0.01))² / 0.01, computed apart.
  assert.equal(rows, 155);
  assert.ok(Math.abs(powerOf(rows, { difference, meanSquare }) - 0.8) < 0.005);
  assert.ok(Math.abs(detectableDifference(rows, meanSquare) - difference) < 1e-3);
  const random = Random.fromSeed(1, "samples");
  const samples = 2000;
  let found = 0;
  for (let sample = 0; sample < samples; sample++) {
    let [better, worse] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const drawn = random.uniform();
      if (drawn < 0.15) better++;
      else if (drawn < meanSquare) worse++;
    }
    if (Math.abs(better - worse) / Math.sqrt(better + worse) > 1.96) found++;
  }
  // The sum is a little careful: the test's own steps are those of whole rows.
  assert.ok(found / samples > 0.78 && found / samples < 0.86, `${found / samples}`);
  assert.equal(rowsForDifference({ difference: 1, meanSquare: 1 }), 4);
  assert.equal(detectableDifference(1, 0.5), 1);
});

Deno.test("a learning curve goes on as it began", () => {
  const points = [40, 80, 160, 320].map((rows) => {
    const right = Math.round(1000 * (1 - (0.1 + 2 * rows ** -0.5)));
    return { rows, scores: Float64Array.from({ length: 1000 }, (_, at) => Number(at < right)) };
  });
  const { now, gain } = learningCurve(points, 400, 1);
  assert.ok(Math.abs(now - (1 - 0.1 - 2 / 20)) < 0.01, `${now}`);
  assert.ok(Math.abs(gain.mean - 2 * (400 ** -0.5 - 800 ** -0.5)) < 0.01, `${gain.mean}`);
  assert.ok(gain.low < gain.mean && gain.mean < gain.high);
  const flat = points.map(({ rows }) => ({ rows, scores: new Float64Array(50).fill(0.75) }));
  const still = learningCurve(flat, 400, 1);
  assert.ok(Math.abs(still.now - 0.75) < 1e-9 && Math.abs(still.gain.mean) < 1e-9);
});

/** Rows of two classes whose classifier errs with doubt, and whose labels are turned by chance. */
function classified(rows: number, turned: number, doubtful: number, seed: number): ClassifiedRow[] {
  const random = Random.fromSeed(seed, "classified");
  return Array.from({ length: rows }, (_, row) => {
    const margin = random.uniform();
    const truth = random.integer(2);
    const isWrong = random.uniform() < doubtful * (1 - margin);
    const isTurned = random.uniform() < turned;
    return {
      row,
      margin,
      predicted: "ab"[isWrong ? 1 - truth : truth],
      label: "ab"[isTurned ? 1 - truth : truth],
    };
  });
}

Deno.test("the share of wrong labels is found whether the classifier is good or weak", () => {
  for (const [turned, doubtful] of [[0, 0.1], [0, 0.8], [0.1, 0.3], [0.2, 0.5], [0.3, 0]]) {
    const found = Array.from(
      { length: 40 },
      (_, seed) => labelNoise(classified(1500, turned, doubtful, seed)).share,
    );
    const mean = found.reduce((sum, share) => sum + share.mean, 0) / found.length;
    assert.ok(Math.abs(mean - turned) < 0.03, `${turned} ${doubtful}: ${mean}`);
    const holding = found.filter(({ low, high }) => low <= turned && turned <= high).length;
    assert.ok(holding >= 34, `${turned} ${doubtful}: ${holding} of 40`);
  }
  const [first] = labelNoise([
    ...classified(200, 0, 0, 1),
    { row: 200, margin: 9, predicted: "a", label: "b" },
  ]).rows;
  assert.equal(first.row, 200);
});

/** Points on a circle, whose class is their side; `turn` moves them. */
function circle(rows: number, seed: number, turn = (at: number) => 0 * at): ProbeItems {
  const random = Random.fromSeed(seed, "circle");
  const angles = Array.from({ length: rows }, (_, at) => 2 * Math.PI * random.uniform() + turn(at));
  return {
    vectors: angles.map((angle) => Float32Array.of(Math.cos(angle), Math.sin(angle))),
    truth: {
      kind: "classes",
      values: angles.map((angle) => Math.cos(angle) > 0 ? "right" : "left"),
    },
    rows: Int32Array.from(angles, (_, at) => at),
  };
}

Deno.test("probes are asked about rows that they have not seen, groups together", () => {
  const items = circle(200, 1);
  const folds = foldsOf(items, 1);
  assert.deepEqual([...new Set(folds.of)].sort(), [0, 1, 2, 3, 4]);
  for (const probe of [linearProbe, nearestNeighbours]) {
    const { scores } = crossValidateProbe(probe, items, folds);
    const { mean, low, high } = meanInterval(scores, items.rows);
    assert.ok(mean > 0.95 && low <= mean && mean <= high, `${probe.name} ${mean}`);
  }
  // A number that only the same row could tell.
  const random = Random.fromSeed(1, "noise");
  const noise: ProbeItems = {
    ...items,
    truth: { kind: "classes", values: items.vectors.map(() => "ab"[random.integer(2)]) },
  };
  const { scores } = crossValidateProbe(nearestNeighbours, noise, foldsOf(noise, 1));
  assert.ok(Math.abs(meanInterval(scores, noise.rows).mean - 0.5) < 0.12);
  const groups = Array.from(items.rows, (row) => row % 20);
  const grouped = foldsOf(items, 1, groups);
  for (let group = 0; group < 20; group++) {
    const own = new Set(groups.flatMap((each, at) => each === group ? [grouped.of[at]] : []));
    assert.equal(own.size, 1);
  }
});

Deno.test("the area under the curve and its interval", () => {
  assert.equal(rocArea([3, 4], [1, 2]).mean, 1);
  assert.equal(rocArea([1, 2], [1, 2]).mean, 0.5);
  const random = Random.fromSeed(1, "area");
  const truth = 0.7602; // of normal numbers, one apart: Φ(1 / √2)
  let holding = 0;
  for (let sample = 0; sample < 200; sample++) {
    const [above, below] = [1, 0].map((mean) =>
      Array.from({ length: 60 }, () => mean + random.normal())
    );
    const { low, high } = rocArea(above, below);
    if (low <= truth && truth <= high) holding++;
  }
  assert.ok(holding >= 180, `${holding} of 200`);
});

Deno.test("drift of what rows are, of what they mean, and none", () => {
  const none = orderDrift(circle(300, 2), { order: "day", seed: 1 });
  assert.ok(none.area.low < 0.5 && none.loss.low <= 0, `${none.area.low} ${none.loss.low}`);
  const half = circle(300, 3);
  const moved: ProbeItems = {
    ...half,
    vectors: half.vectors.map(([x, y], at) => Float32Array.of(x, at < 150 ? y : Math.abs(y) + 1)),
  };
  const vectors = comparable(moved.vectors);
  assert.ok(orderDrift({ ...moved, vectors }, { order: "day", seed: 1 }).area.low > 0.65);
  const values = half.truth.values.map((side, at) =>
    at < 210 ? String(side) : side === "left" ? "right" : "left"
  );
  const meaning: ProbeItems = { ...half, truth: { kind: "classes", values } };
  const { area, loss } = orderDrift(meaning, { order: "day", seed: 1 });
  assert.ok(area.low < 0.6 && loss.low > 0, `${area.low} ${loss.low}`);
});

Deno.test("words of a label are told by their place, usual words are not", () => {
  const random = Random.fromSeed(1, "words");
  const rows = Array.from({ length: 200 }, (_, row) => ({
    label: row % 2 ? "spam" : "ham",
    text: `the ${["offer", "meeting", "news"][random.integer(3)]} of today`,
  }));
  const find = (change: (text: string, label: string) => string) =>
    revealingWords(
      rows.map(({ text, label }) => change(text, label)),
      rows.map(({ label }) => label),
    );
  assert.deepEqual(find((text) => text), []);
  const [mark] = find((text, label) => label === "spam" ? `${text} *** ` : text);
  assert.deepEqual([mark.word, mark.place, mark.label, mark.coverage], [
    "***",
    "anywhere",
    "spam",
    1,
  ]);
  const placed = find((text, label) => label === "spam" ? `re ${text}` : `${text} re`);
  assert.ok(
    placed.some(({ word, place, label }) => `${word} ${place} ${label}` === "re first spam"),
  );
  assert.ok(placed.every(({ place }) => place !== "anywhere"));
  // Half of a label's rows are asked for.
  assert.deepEqual(
    find((text, label) => label === "spam" && text.includes("news") ? `${text} !` : text),
    [],
  );
});
