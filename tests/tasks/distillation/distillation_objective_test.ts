import assert from "node:assert/strict";
import {
  type HostTensor,
  openDevice,
  type Program,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import type { LabelKind } from "../../../lib/data/labels.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import {
  distillationObjective,
  type DistillationObjectiveOptions,
} from "../../../lib/tasks/distillation/distillation_objective.ts";
import {
  likelyTokens,
  likelyTokensObjective,
} from "../../../lib/tasks/distillation/likely_tokens.ts";
import { spanObjective } from "../../../lib/tasks/question_answering/span_objective.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import { tagObjective } from "../../../lib/tasks/token_classification/tag_objective.ts";
import { nextTokenObjective } from "../../../lib/tasks/shared/next_token_objective.ts";
import { isMistake } from "../../is_mistake.ts";
import golden from "../../golden/distillation.json" with { type: "json" };

/** Float32 beside PyTorch's float64. */
const tolerance = 1e-5;

/** The loss of outputs [n, numbers] and its gradient by them. */
async function run(
  objective: Objective,
  outputs: HostTensor,
  rows: readonly number[],
  normaliser: number,
): Promise<{ loss: number; gradients: Float32Array }> {
  const targets = objective.targetsOf(rows, normaliser);
  const fixed = Object.entries(objective.feeds)
    .map(([name, spec]) => [name, { ...spec, shape: targets[name].shape }] as const);
  const program: Program = {
    name: "loss",
    inputs: {
      outputs: { role: "feed", type: "float32", shape: outputs.shape },
      ...Object.fromEntries(fixed),
    },
    compute({ outputs, ...feeds }) {
      const { value, gradients } = valueAndGradients(() => objective.loss(outputs, feeds), {
        outputs,
      });
      return { loss: value, gradients: gradients.outputs };
    },
  };
  const step = await (await openDevice("cpu")).compile(program, {
    frozen: () => new Float32Array(),
  });
  try {
    const results = await step.run({ outputs, ...targets });
    return {
      loss: Number(results.loss.data[0]),
      gradients: results.gradients.data as Float32Array,
    };
  } finally {
    await step.dispose();
  }
}

const kinds: Readonly<Record<string, LabelKind>> = {
  classes: "single",
  labels: "multi",
  numbers: "regression",
};

Deno.test("losses and gradients equal PyTorch's, of one teacher and of several", async () => {
  const [rows, outputs] = [golden.logits.length, golden.logits[0].length];
  for (const each of golden.cases) {
    const targets = each.of === "classes"
      ? each.targets.flatMap((id) => golden.logits[0].map((_, at) => at === id ? 1 : 0))
      : (each.targets as number[][]).flat();
    const own = classificationObjective({
      kind: kinds[each.of],
      outputs,
      targets: Float32Array.from(targets),
    });
    const objective = distillationObjective(own, {
      teachers: each.teachers.map((teacher) => teacher.map((row) => Float32Array.from(row))),
      shares: each.shares,
      temperature: each.temperature,
      weight: each.weight,
    });
    const all = Array.from({ length: rows }, (_, at) => at);
    const logits = { shape: [rows, outputs], data: Float32Array.from(golden.logits.flat()) };
    const { loss, gradients } = await run(objective, logits, all, rows);
    assert.ok(Math.abs(loss - each.loss) < tolerance, `${each.name}: ${loss} and ${each.loss}`);
    each.gradients.flat().forEach((gradient, at) =>
      assert.ok(Math.abs(gradient - gradients[at]) < tolerance, `${each.name}: gradient ${at}`)
    );
  }
});

const some = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, at) => 2 * Math.sin(7 * at + seed));

/** Gradients by the outputs beside central differences. */
async function checkDifferences(
  own: Objective,
  outputs: HostTensor,
  rows: readonly number[],
  teachers: DistillationObjectiveOptions["teachers"],
): Promise<void> {
  const shares = teachers.map(() => 1 / teachers.length);
  const objective = distillationObjective(own, { teachers, shares, temperature: 2, weight: 0.6 });
  const normaliser = own.weightOf(rows);
  const { gradients } = await run(objective, outputs, rows, normaliser);
  const step = 1e-2;
  for (let at = 0; at < outputs.data.length; at += 3) {
    const moved = async (by: number) => {
      const data = Float32Array.from(outputs.data as Float32Array);
      data[at] += by;
      return (await run(objective, { ...outputs, data }, rows, normaliser)).loss;
    };
    const difference = (await moved(step) - await moved(-step)) / (2 * step);
    assert.ok(
      Math.abs(difference - gradients[at]) < 1e-3,
      `${own.name}, output ${at}: ${gradients[at]} and ${difference}`,
    );
  }
}

const lengths = [3, 5];
const padded = Math.max(...lengths);

Deno.test("gradients of tags, single and averaged, and of spans are those of differences", async () => {
  const outputs = 3;
  const sequences = lengths.map((length) => ({
    length,
    targets: [{ tokens: [1, 2], label: 2 }, { tokens: [0], label: 1 }],
  }));
  const first = sequences.map(({ length, targets }) => ({
    length,
    targets: targets.map(({ tokens: [token], label }) => ({ tokens: [token], label })),
  }));
  const teachers = [1, 2].map((seed) => lengths.map((length) => some(length * outputs, seed)));
  const lines = { shape: [2 * padded, outputs], data: some(2 * padded * outputs, 5) };
  await checkDifferences(
    tagObjective({ sequences, outputs, averaged: true }),
    lines,
    [0, 1],
    teachers,
  );
  await checkDifferences(
    tagObjective({ sequences: first, outputs, averaged: false }),
    lines,
    [0, 1],
    teachers,
  );
  const spans = spanObjective({
    targets: lengths.map((length) => ({ length, first: 1, last: 2 })),
  });
  await checkDifferences(
    spans,
    { shape: [2 * padded, 2], data: some(4 * padded, 5) },
    [0, 1],
    lengths.map((length) => some(2 * length, length)).reduce<Float32Array[][]>(
      ([all], each) => [[...all, each]],
      [[]],
    ),
  );
});

Deno.test("a model that says what its teacher says has no loss, and micro-batches add up", async () => {
  const own = classificationObjective({ kind: "single", outputs: 2, targets: some(6, 1) });
  const said = [0, 1, 2].map((row) => some(2, row));
  const options = { shares: [1], temperature: 3, weight: 1 };
  const objective = distillationObjective(own, { teachers: [said], ...options });
  const logits = (rows: readonly number[], by = 0) => ({
    shape: [rows.length, 2],
    data: Float32Array.from(rows.flatMap((row) => [...said[row]]), (each, at) => each + by * at),
  });
  const { loss } = await run(objective, logits([0, 1, 2]), [0, 1, 2], 3);
  assert.ok(Math.abs(loss) < 1e-6);
  const stepRows = [0, 1, 2];
  const { soft_normaliser: whole } = objective.targetsOf([0], 3, { stepRows });
  assert.deepEqual([...whole.data], [3]);
});

Deno.test("likely next tokens and their gradients equal PyTorch's, all of a vocabulary and some", async () => {
  for (const each of golden.nextTokens) {
    const [rows, sequence, vocabSize] = [2, 4, 6];
    const own = nextTokenObjective({ texts: each.ids.map((ids) => ({ ids })), vocabSize });
    const said = each.likely.map((numbers) => Float32Array.from(numbers));
    const objective = likelyTokensObjective(own, said, each);
    const outputs = {
      shape: [rows * sequence, vocabSize],
      data: Float32Array.from(each.logits.flat(2)),
    };
    const { loss, gradients } = await run(objective, outputs, [0, 1], own.weightOf([0, 1]));
    assert.ok(Math.abs(loss - each.loss) < tolerance, `${loss} and ${each.loss}`);
    each.gradients.flat(2).forEach((gradient, at) =>
      assert.ok(Math.abs(gradient - gradients[at]) < tolerance, `top ${each.top}, gradient ${at}`)
    );
  }
});

Deno.test("a teacher that knows other tokens is refused, and virtual tokens before texts", () => {
  const own = (afterVirtualTokens: boolean) =>
    nextTokenObjective({ texts: [{ ids: [1, 2] }], vocabSize: 4, afterVirtualTokens });
  const how = { top: 1, temperature: 1, weight: 1 };
  assert.throws(
    () => likelyTokensObjective(own(false), [Float32Array.of(1, -1, 7, -1)], how),
    isMistake("input", "token 7, but the model's vocabulary has 4"),
  );
  assert.throws(
    () => likelyTokensObjective(own(true), [], how),
    isMistake("unsupported", "virtual tokens"),
  );
  assert.throws(
    () => likelyTokens(own(false), { top: 5, temperature: 1 }),
    isMistake("input", "top is 5, but the vocabulary has 4 tokens"),
  );
});

Deno.test("an objective whose outputs are not compared is refused", () => {
  const { distributions: _, ...own } = nextTokenObjective({
    texts: [{ ids: [1, 2] }],
    vocabSize: 4,
  });
  assert.throws(
    () => distillationObjective(own, { teachers: [[]], shares: [1], temperature: 1, weight: 1 }),
    isMistake("unsupported", "distillation compares"),
  );
});
