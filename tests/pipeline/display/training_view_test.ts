import assert from "node:assert/strict";
import type { MimeBundle } from "../../../lib/core/display.ts";
import { notebookHere } from "../../../lib/core/notebook.ts";
import { recordTraining } from "../../../lib/pipeline/display/training_record.ts";
import {
  notebookView,
  terminalView,
  timeText,
} from "../../../lib/pipeline/display/training_view.ts";
import { assertSelfContained, hostile, picturesOf } from "../../core/self_contained.ts";

const report = (step: number) => ({
  step,
  totalSteps: 400,
  epoch: step / 100,
  loss: 1 / step,
  learningRate: 1e-3,
  gradientNorm: 1,
  tokens: 300,
});

/** A notebook that keeps what it is shown, and a clock that is moved by hand. */
function fake() {
  const shown: { bundle: MimeBundle; id: string; update: boolean; at: number }[] = [];
  const clock = { now: 0 };
  return {
    shown,
    clock,
    notebook: {
      show(bundle: MimeBundle, { id, update }: { id: string; update: boolean }) {
        shown.push({ bundle, id, update, at: clock.now });
        return Promise.resolve();
      },
    },
  };
}

/** Lets a picture be finished. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 30));

Deno.test("one display is updated in place, twice a second at most, and keeps the end", async () => {
  const { shown, clock, notebook } = fake();
  const view = notebookView(notebook, { scoreName: hostile, now: () => clock.now });
  for (let step = 1; step <= 100; step++) {
    clock.now += 50;
    view.step(report(step));
    if (step === 50) view.validation({ step, score: 0.75 });
    await settled();
  }
  await view.end("trained");
  const times = shown.slice(0, -1).map(({ at }) => at);
  assert.ok(times.length >= 2 && times.length <= 11, `${times.length} pictures in 5 s`);
  times.slice(1).forEach((at, i) => assert.ok(at - times[i] >= 500));
  assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
  assert.deepEqual(shown.map(({ update }) => update), shown.map((_, i) => i > 0));
  const last = shown[shown.length - 1].bundle;
  const markup = assertSelfContained(last);
  assert.match(last["text/plain"], /^trained · step 100 of 400 · epoch 1\.00 · loss 0\.0100/);
  // 300 tokens in every 50 ms.
  assert.match(last["text/plain"], /6,000 tokens\/s · [\d,]+ MB in all · 5 s$/m);
  assert.match(last["text/plain"], /0\.75 after step 50/);
  assert.equal(picturesOf(markup)[0].match(/class="mark-line role-mark/g)?.length, 4);
  assert.match(shown[1].bundle["text/plain"], /^training .* left/);
});

Deno.test("what a method says about the run is shown while it runs", async () => {
  const { shown, notebook } = fake();
  const view = notebookView(notebook, { scoreName: "accuracy", now: () => 0 });
  const ranks = [{ step: 0, values: { a: 12, [hostile]: 12 } }, {
    step: 2,
    values: { a: 9, [hostile]: 3 },
  }];
  view.step({ ...report(3), methodRecord: () => ({ ranks }) });
  await view.end("trained");
  for (const { bundle } of shown) {
    assert.equal(picturesOf(assertSelfContained(bundle)).length, 2);
    assert.match(bundle["text/plain"], /· ranks 3 to 9 ·[^]*ranks of 2, after step 2: a 9/);
  }
});

Deno.test("a notebook that fails ends the view, not the training", async () => {
  let asked = 0;
  const view = notebookView({
    show() {
      asked++;
      return Promise.reject(new Error("the front end is gone"));
    },
  }, { scoreName: "accuracy" });
  const write = console.error;
  const lines: string[] = [];
  console.error = (line: string) => lines.push(line);
  try {
    for (let step = 1; step <= 5; step++) {
      view.step(report(step));
      await settled();
    }
    await view.end("trained");
  } finally {
    console.error = write;
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0], /the front end is gone/);
  assert.ok(asked <= 2);
});

Deno.test("a view without steps shows nothing", async () => {
  const { shown, notebook } = fake();
  await notebookView(notebook, { scoreName: "accuracy" }).end("failed");
  await terminalView(false).end("failed");
  assert.equal(shown.length, 0);
});

/** What a run did before it was stopped. */
const before = (steps: number) => ({
  step: steps,
  losses: Array.from({ length: steps }, (_, at) => 1 / (at + 1)),
  learningRates: Array.from({ length: steps }, () => 2e-3),
  validations: [{ step: 100, score: 0.5 }],
});

Deno.test("a resumed run shows its whole curve, from the first step on", async () => {
  const { shown, notebook } = fake();
  const view = notebookView(notebook, { scoreName: "accuracy" });
  view.resume(before(200));
  view.step(report(201));
  await view.end("trained");
  const last = shown[shown.length - 1].bundle;
  assert.match(last["text/plain"], /^trained · step 201 of 400/);
  assert.match(last["text/plain"], /loss over 201 steps, smoothed from 1 to /);
  assert.match(last["text/plain"], /0\.5 after step 100/);
  const curves = recordTraining();
  curves.resume(before(200));
  curves.step(report(201));
  const { losses, learningRates, validations, step } = curves.read();
  assert.deepEqual([losses.length, learningRates.length, step], [201, 201, 201]);
  assert.deepEqual([losses[0], losses[200], learningRates[0]], [1, 1 / 201, 2e-3]);
  assert.equal(validations.length, 1);
});

Deno.test("a run that had nothing left to do after a resume shows no picture", async () => {
  const { shown, notebook } = fake();
  const view = notebookView(notebook, { scoreName: "accuracy" });
  view.resume(before(400));
  await view.end("trained");
  assert.equal(shown.length, 0);
});

Deno.test("the record knows speed, time left, peak memory and a resumed start", () => {
  let [now, bytes] = [0, 5e6];
  const record = recordTraining(() => now, () => bytes);
  record.resume(before(200));
  assert.ok(Number.isNaN(record.read().secondsLeft));
  for (const step of [201, 202, 203, 204]) {
    now += 100;
    record.step(report(step));
  }
  assert.equal(record.read().peakBytes, 5e6);
  bytes = 1e6;
  const read = record.read();
  assert.equal(read.peakBytes, 5e6);
  assert.equal(read.tokensPerSecond, 3000);
  assert.ok(Math.abs(read.secondsLeft - 19.6) < 1e-9);
});

Deno.test("outside a notebook there is none, and asking does not throw", () => {
  assert.equal(notebookHere(), undefined);
});

Deno.test("times are for people", () => {
  assert.deepEqual([0, 59.4, 61, 3725].map(timeText), ["0 s", "59 s", "1:01 min", "1:02 h"]);
});
