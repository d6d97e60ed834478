import assert from "node:assert/strict";
import {
  type HostTensor,
  openDevice,
  type Program,
  tf,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import type { EmbeddingLoss, GroupBatch } from "../../../lib/tasks/sentence_embeddings/loss.ts";
import { makeLoss } from "../../../lib/tasks/sentence_embeddings/losses.ts";
import { golden, type LossCase } from "./golden.ts";

const size = 8;
const devices = ["cpu", "tfjs:cpu"];

/** The mean loss of a batch and its gradients by the embeddings and by the loss's own parameters. */
async function compiled(loss: EmbeddingLoss, device: string) {
  const own = loss.parameters ?? [];
  const program: Program = {
    name: "loss",
    inputs: {
      embeddings: { role: "feed", type: "float32", shape: ["batch", size] },
      groups: { role: "feed", type: "float32", shape: [] },
      ...Object.fromEntries(
        own.map(({ name, shape }) => [name, { role: "feed", type: "float32", shape }]),
      ),
      ...loss.feeds,
    },
    compute({ groups, ...inputs }) {
      const { embeddings, ...feeds } = inputs;
      const asked = ["embeddings", ...own.map(({ name }) => name)];
      const { value, gradients } = valueAndGradients(
        () => tf.div(loss.sum(embeddings, feeds), groups),
        Object.fromEntries(asked.map((name) => [name, inputs[name]])),
      );
      const named = Object.entries(gradients).map(([name, each]) => [`gradient ${name}`, each]);
      return { loss: value, ...Object.fromEntries(named) };
    },
  };
  const opened = await openDevice(device);
  const step = await opened.compile(program, { frozen: () => new Float32Array() });
  return {
    async at(
      embeddings: Float32Array,
      batch: GroupBatch,
      parameters: Readonly<Record<string, ArrayLike<number>>> = {},
    ) {
      const found = await step.run({
        embeddings: { shape: [embeddings.length / size, size], data: embeddings },
        groups: { shape: [], data: Float32Array.of(batch.texts.length) },
        ...Object.fromEntries(
          own.map(({ name, shape }) => [
            name,
            { shape, data: Float32Array.from(parameters[name]) },
          ]),
        ),
        ...loss.targetsOf(batch),
      });
      const gradientOf = (name: string) => found[`gradient ${name}`].data as Float32Array;
      return {
        loss: Number(found.loss.data[0]),
        gradient: gradientOf("embeddings"),
        parameterGradients: new Map(own.map(({ name }) => [name, gradientOf(name)])),
      };
    },
    dispose: () => step.dispose(),
  };
}

/** The loss of a golden case. */
const lossOf = ({ name, settings, classes = 0 }: LossCase) =>
  makeLoss(name, settings, { hiddenSize: size, classes });
const noContext = { hiddenSize: size, classes: 0 };

const batchOf = ({ texts, scores }: LossCase): GroupBatch => ({
  texts,
  scores: Float32Array.from(scores),
});

/** float32 keeps seven digits; exponentials of scores up to 20 lose one of them. */
const tolerance = 1e-6;

function assertNear(found: Float32Array, wanted: readonly number[], what: string): void {
  const most = wanted.reduce((top, x) => Math.max(top, Math.abs(x)), 1);
  assert.equal(found.length, wanted.length, what);
  for (const [at, number] of found.entries()) {
    const off = Math.abs(number - wanted[at]) / most;
    assert.ok(off <= 5 * tolerance, `${what} ${at}: ${number} is not ${wanted[at]}`);
  }
}

for (const device of devices) {
  Deno.test(`losses and their gradients are those of sentence-transformers on ${device}`, async () => {
    for (const each of golden.losses) {
      const run = await compiled(lossOf(each), device);
      const { loss, gradient, parameterGradients } = await run.at(
        Float32Array.from(each.embeddings.flat()),
        batchOf(each),
        each.parameters,
      );
      await run.dispose();
      const scale = Math.max(1, Math.abs(each.loss));
      const name = `${each.name} ${JSON.stringify(each.settings)}`;
      const apart = Math.abs(loss - each.loss) / scale;
      assert.ok(apart <= tolerance, `${name}: ${loss} is not ${each.loss}`);
      assertNear(gradient, each.gradient.flat(), `${name}, gradient`);
      assert.deepEqual([...parameterGradients.keys()], Object.keys(each.parameters ?? {}));
      for (const [parameter, found] of parameterGradients) {
        assertNear(found, each.parameterGradients![parameter], `${name}, gradient of ${parameter}`);
      }
    }
  });
}

Deno.test("gradients of the losses are those of finite differences", async () => {
  const step = 1e-2;
  for (const each of golden.losses) {
    const run = await compiled(lossOf(each), "tfjs:cpu");
    const start = Float32Array.from(each.embeddings.flat());
    const { gradient } = await run.at(start, batchOf(each), each.parameters);
    const most = gradient.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
    const lossAt = async (at: number, by: number) => {
      const moved = start.slice();
      moved[at] += by;
      return (await run.at(moved, batchOf(each), each.parameters)).loss;
    };
    const steepest = Array.from(gradient, (_, at) => at)
      .sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a])).slice(0, 3);
    for (const at of [...steepest, 5, 11]) {
      // Of the fourth order, as in tests/nn/check_gradients.ts.
      const near = await lossAt(at, step) - await lossAt(at, -step);
      const far = await lossAt(at, 2 * step) - await lossAt(at, -2 * step);
      const found = (8 * near - far) / (12 * step);
      assert.ok(
        Math.abs(found - gradient[at]) <= 1e-3 * Math.max(1, most, each.loss),
        `${each.name} ${JSON.stringify(each.settings)}[${at}]: ${gradient[at]}, found ${found}`,
      );
    }
    await run.dispose();
  }
});

Deno.test("a text that is a right answer too is no wrong answer", async () => {
  const loss = makeLoss("multipleNegativesRanking", { symmetric: true }, noContext);
  const targets = (texts: number[][]) => {
    const { counted_candidates, counted_anchors } = loss.targetsOf({
      texts,
      scores: new Float32Array(),
    });
    const rows = ({ shape, data }: HostTensor) =>
      Array.from(
        { length: shape[0] },
        (_, row) => [...data.slice(row * shape[1], (row + 1) * shape[1])].join(""),
      );
    return [rows(counted_candidates), rows(counted_anchors)];
  };
  // Distinct texts all count.
  assert.deepEqual(targets([[0, 1], [2, 3]]), [["11", "11"], ["11", "11"]]);
  // The same positive twice; the same anchor twice; an anchor that is another's positive.
  assert.deepEqual(targets([[0, 1], [2, 1]]), [["10", "01"], ["10", "01"]]);
  assert.deepEqual(targets([[0, 1], [0, 2]]), [["10", "01"], ["10", "01"]]);
  assert.deepEqual(targets([[0, 1], [2, 0], [3, 4]]), [
    ["101", "111", "111"],
    ["111", "011", "111"],
  ]);
  // Negatives of a row are always wrong for it, another's negatives unless they are its texts.
  assert.deepEqual(targets([[0, 1, 2], [3, 4, 1]])[0], ["1110", "1111"]);

  // A row that stands twice gives the loss of the row alone: nothing else counts.
  const run = await compiled(loss, "cpu");
  const one = Float32Array.from({ length: 2 * size }, (_, at) => Math.sin(at));
  const twice = Float32Array.of(...one, ...one);
  const scores = new Float32Array();
  const alone = await run.at(one, { texts: [[0, 1]], scores });
  const both = await run.at(twice, { texts: [[0, 1], [0, 1]], scores });
  assert.ok(Math.abs(alone.loss) < 1e-6 && Math.abs(both.loss) < 1e-6);
  await run.dispose();
});

Deno.test("several negatives in a triplet loss share its weight", async () => {
  const run = await compiled(makeLoss("triplet", {}, noContext), "cpu");
  const scores = new Float32Array();
  const vectors = Float32Array.from({ length: 4 * size }, (_, at) => Math.sin(at * at));
  const part = (...rows: number[]) =>
    Float32Array.from(rows.flatMap((row) => [...vectors.slice(row * size, (row + 1) * size)]));
  const first = await run.at(part(0, 1, 2), { texts: [[0, 1, 2]], scores });
  const second = await run.at(part(0, 1, 3), { texts: [[0, 1, 2]], scores });
  const both = await run.at(vectors, { texts: [[0, 1, 2, 3]], scores });
  assert.ok(Math.abs(both.loss - (first.loss + second.loss) / 2) < 1e-5);
  await run.dispose();
});
