import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { Random } from "../../lib/core/random.ts";
import { packRows } from "../../lib/data/pack.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { trace } from "../../lib/engine/trace.ts";
import { attentionBlocks } from "../../lib/nn/attention_blocks.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import type { BatchLayout } from "../../lib/text/batch_layout.ts";
import { gradientProgram } from "../../lib/train/gradient_program.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { prefix, prompt } from "../adapters/toy_adapters.ts";
import { oneHot } from "../models/golden.ts";
import { type StepOutcome, stepOver, toyExamples } from "./packed_run.ts";
import { gradientRun } from "./run_trainable_model.ts";
import { toyModel, type ToyOptions, toyRows, toyTargets } from "./toy.ts";

/** Of a gradient, beside its largest number where that is above 1. */
const tolerance = 1e-5;
/** Four blocks, of which these rows fill three, the last in part; and others fill one. */
const longest = 512;
const long = [280, 131, 3];
const short = [5, 9, 3];

type Attach = (model: Model) => AttachedMethod;
const everything: Attach = (model) => attachTo(model, full());

function trainableOf(modelType: string, attach: Attach, options: ToyOptions): TrainableModel {
  const model = toyModel({ modelType, layers: 2, positions: 600, ...options });
  const targets = oneHot([0, 2, 1], 3);
  const objective = classificationObjective({ kind: "single", outputs: 3, targets });
  return { model, adapter: attach(model), objective };
}

function assertSame(cut: StepOutcome, whole: StepOutcome): void {
  assert.ok(Math.abs(cut.loss - whole.loss) < tolerance, `${cut.loss}, ${whole.loss}`);
  for (const [path, wanted] of whole.gradients) {
    const largest = wanted.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
    assert.ok(largest > 0, path);
    cut.gradients.get(path)!.forEach((value, i) => {
      const off = Math.abs(value - wanted[i]);
      assert.ok(off <= tolerance * largest, `${path}[${i}]: ${value} instead of ${wanted[i]}`);
    });
  }
}

const window = { fields: { sliding_window: 140 } };
const cases: [name: string, type: string, attach: Attach, options: ToyOptions][] = [
  ["both directions", "bert", everything, {}],
  ["causal", "gpt2", everything, {}],
  ["shared heads of keys", "llama", everything, {}],
  ["a sliding window shorter than a block", "mistral", everything, {}],
  ["a sliding window longer than a block", "mistral", everything, window],
  ["a prefix in both directions", "bert", prefix, {}],
  ["a causal prefix", "llama", prefix, {}],
  ["virtual tokens", "llama", prompt, {}],
  ["bounded scores, which are not cut", "gemma2", everything, {}],
];

for (const [name, type, attach, options] of cases) {
  Deno.test(`attention in blocks gives the same loss and gradients: ${name}`, async () => {
    const trainable = trainableOf(type, attach, options);
    const device = await openDevice("cpu");
    const layouts: [number[], BatchLayout | undefined][] = [[long, undefined], [short, undefined]];
    if (!trainable.adapter.input) layouts.push([long, packRows(long, 300)]);
    for (const [lengths, layout] of layouts) {
      const examples = toyExamples(lengths);
      const whole = await stepOver(trainable, device, examples, layout);
      assertSame(await stepOver(trainable, device, examples, layout, { longest }), whole);
    }
  });
}

Deno.test("attention in blocks gives the same on an eager device and with recomputed layers", async () => {
  for (const type of ["bert", "llama"]) {
    const trainable = trainableOf(type, everything, { layers: 1 });
    const [cpu, eager] = await Promise.all(["cpu", "tfjs:cpu"].map((name) => openDevice(name)));
    const examples = toyExamples(long);
    const cut = await stepOver(trainable, cpu, examples, undefined, { longest });
    assertSame(await stepOver(trainable, eager, examples, undefined, { longest }), cut);
    const both = { longest, gradientCheckpointing: true };
    assertSame(await stepOver(trainable, cpu, examples, undefined, both), cut);
  }
});

Deno.test("dropout of blocks is the same in both passes", async () => {
  const model = toyModel({ dropout: 0.3 });
  const rows = toyRows(3);
  const objective = classificationObjective({
    kind: "single",
    outputs: 3,
    targets: toyTargets(rows),
  });
  const trainable = { model, adapter: attachTo(model, full()), objective };
  const device = await openDevice("cpu");
  const run = await gradientRun(trainable, device, rows.feedsOf([0, 1, 2]), { longest });
  const values = new Map(initialParameters(trainable, 1));
  const path = "encoder.layer.0.attention.self.value.weight";
  const gradient = (await run.gradientsAt(values)).get(path)!;
  const random = Random.fromSeed(1, "elements");
  for (let k = 0; k < 6; k++) {
    const at = random.integer(gradient.length);
    const lossAt = (distance: number) => {
      const moved = values.get(path)!.slice();
      moved[at] += distance;
      return run.lossAt(new Map([...values, [path, moved]]));
    };
    const h = 0.01;
    const near = await lossAt(h) - await lossAt(-h);
    const far = await lossAt(2 * h) - await lossAt(-2 * h);
    const found = (8 * near - far) / (12 * h);
    assert.ok(
      Math.abs(found - gradient[at]) < 1e-4 + 2e-3 * Math.abs(gradient[at]),
      `${path}[${at}]`,
    );
  }
  await run.dispose();
});

Deno.test("no scores of all queries are in a program with blocks", () => {
  for (const type of ["bert", "llama"]) {
    const { model, adapter, objective } = trainableOf(type, everything, { layers: 3 });
    const whole = (options: { longest?: number }) => {
      const program = gradientProgram({ model, adapter, objective }, options);
      const graph = trace(program, (path) => model.weights.get(path)!);
      const tokens = graph.inputs.find(({ name }) => name === "input_ids")!.shape[1];
      return graph.nodes.flatMap(({ outputs }) => outputs).filter(({ shape }) =>
        shape.length >= 3 && shape.filter((size) => size % tokens === 0).length > 1
      );
    };
    // The last layer's queries are those that the head reads.
    assert.deepEqual(whole({ longest }), []);
    assert.ok(whole({}).length > 0);
  }
});

Deno.test("short rows are not cut, and long ones into at most eight blocks", () => {
  assert.equal(attentionBlocks({ longest: 511, prefix: 0 }), undefined);
  assert.equal(attentionBlocks({ longest: 512, prefix: 0 })!.queries.length, 4);
  for (const longest of [1000, 1024, 2048, 5000, 131_072]) {
    const { queries } = attentionBlocks({ longest, prefix: 0 })!;
    assert.ok(queries.length <= 8);
    assert.equal(queries.at(-1)!.end, undefined);
    assert.ok(queries.at(-1)!.begin < longest);
  }
});
