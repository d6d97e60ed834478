import assert from "node:assert/strict";
import { peft } from "../../../lib/adapters/peft.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { openOn } from "../../../lib/nn/model.ts";
import { parameters } from "../../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../../lib/nn/trained.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import { openRowGradients } from "../../../lib/train/influence/row_gradients.ts";
import { traceRows } from "../../../lib/train/influence/tracin.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenModel, goldenPath, largestDifference, oneHot } from "../../models/golden.ts";

interface GoldenRow {
  readonly ids: number[];
  readonly label: number;
}

interface Golden {
  readonly rates: number[];
  readonly held: GoldenRow[];
  readonly train: GoldenRow[];
  readonly parameters: number;
  readonly losses: number[];
  readonly influence: number[][];
  readonly cosine: number[][];
}

const golden: Golden = JSON.parse(await Deno.readTextFile(goldenPath("influence.json")));
const outputs = 3;
/** Both sides compute gradients in float32; values are of the size of 0.01 to 0.5. */
const tolerance = 1e-4;

function fed(rows: readonly GoldenRow[]) {
  return {
    lengths: rows.map(({ ids }) => ids.length),
    feedsOf(asked: ArrayLike<number>) {
      const { ids } = rows[asked[0]];
      const shape = [1, ids.length];
      return {
        input_ids: { shape, data: Int32Array.from(ids) },
        attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
        token_type_ids: { shape, data: new Int32Array(ids.length) },
      };
    },
  };
}

function objectiveOf(rows: readonly GoldenRow[]) {
  const targets = oneHot(rows.map(({ label }) => label), outputs);
  return classificationObjective({ kind: "single", outputs, targets });
}

Deno.test("influence of rows at two points of a run is PyTorch's", async () => {
  const model = await goldenModel("bert", outputs);
  const adapter = await openOn(model, peft(goldenPath("peft/lora-bert")));
  const device = await openDevice("cpu");
  const tensors = trainedTensors(model, adapter);
  const state = device.createState(tensors, [parameters]);
  const { held, train, rates } = golden;
  const trainableOf = (rows: readonly GoldenRow[]) => ({
    model,
    adapter,
    objective: objectiveOf(rows),
  });
  const end = initialParameters(trainableOf(train), 1);
  assert.equal(
    [...end.values()].reduce((sum, { length }) => sum + length, 0),
    golden.parameters,
  );
  const opened = (rows: readonly GoldenRow[]) =>
    openRowGradients(trainableOf(rows), fed(rows), { device, state });
  await using heldGradients = await opened(held);
  await using trainGradients = await opened(train);
  let asked = 0;
  const traces = await traceRows(
    { gradients: heldGradients, count: held.length },
    { gradients: trainGradients, count: train.length },
    [0.5, 1].map((scale, at) => ({
      learningRate: rates[at],
      restore: () =>
        state.write(
          parameters,
          new Map([...end].map(([name, values]) => [name, values.map((each) => each * scale)])),
        ),
    })),
    { onRow: () => asked++ },
  );
  assert.equal(asked, 2 * train.length);
  traces.forEach(({ loss, influence, cosine }, row) => {
    assert.ok(Math.abs(loss - golden.losses[row]) < tolerance);
    for (
      const [found, wanted] of [[influence, golden.influence], [cosine, golden.cosine]] as const
    ) {
      const difference = largestDifference(found, wanted[row]);
      assert.ok(difference < tolerance, `row ${row} differs by ${difference}`);
    }
  });
  // The first held-out row stands among the training rows with another label, last of all.
  const { influence } = traces[0];
  assert.equal(influence.indexOf(Math.min(...influence)), train.length - 1);
  state.dispose();
});

Deno.test("a loss that no row has by itself is refused", async () => {
  const model = await goldenModel("bert", outputs);
  const adapter = await openOn(model, peft(goldenPath("peft/lora-bert")));
  const device = await openDevice("cpu");
  const state = device.createState(trainedTensors(model, adapter), [parameters]);
  const objective = objectiveOf(golden.held);
  for (
    const [change, why] of [
      [{ acrossBatch: true }, /compares the rows of a batch/],
      [{ readsOutputs: true }, /targets that depend on what the model gives/],
      [{ parameters: [{}] }, /trains numbers of its own/],
    ] as const
  ) {
    const trainable = {
      model,
      adapter,
      objective: { ...objective, ...change } as typeof objective,
    };
    await assert.rejects(
      openRowGradients(trainable, fed(golden.held), { device, state }),
      isMistake("unsupported", why),
    );
  }
  state.dispose();
});
