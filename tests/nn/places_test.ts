import assert from "node:assert/strict";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import type { MethodPlaces } from "../../lib/chart/places_chart.ts";
import { sizeOf, tf } from "../../lib/engine/mod.ts";
import type { Method } from "../../lib/nn/method.ts";
import { openOn } from "../../lib/nn/model.ts";
import { methodMapOf } from "../../lib/nn/method_map.ts";
import { trainedTensors } from "../../lib/nn/trained.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { methodTable } from "../adapters/method_table.ts";
import { toyModel } from "./toy.ts";

const objective = classificationObjective({
  kind: "single",
  outputs: 3,
  targets: new Float32Array(),
});
const model = toyModel({ layers: 2 });

/** The places, and how many numbers a run trains. */
async function look(method: Method, on = model) {
  const adapter = await openOn(on, method);
  const trained = trainedTensors(on, adapter).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { places: methodMapOf({ model: on, adapter, objective }, method.method), trained };
}

/** All trained numbers of the picture. */
function sumOf({ input, rows }: MethodPlaces): number {
  return rows.reduce(
    (sum, { prefix, places }) =>
      places.reduce((all, { own, added }) => all + own + added, sum + (prefix?.added ?? 0)),
    input?.added ?? 0,
  );
}

/** `row.place` of every place with trained numbers. */
const named = ({ rows }: MethodPlaces) =>
  rows.flatMap(({ kind, index = kind, places }) =>
    places.filter(({ own, added }) => own + added > 0).map(({ name }) => `${index}.${name}`)
  );

for (const modelType of ["bert", "roberta", "distilbert", "gpt2", "llama"]) {
  Deno.test(`the places of every method on ${modelType} have all trained numbers`, async () => {
    const on = toyModel({ modelType, layers: 2 });
    for (const [name, tested] of Object.entries(methodTable)) {
      if (tested.gaps[modelType]) continue;
      let method: Method;
      try {
        method = tested.of(modelType);
        await openOn(on, method);
      } catch {
        continue; // names layers or biases that this family lacks
      }
      const { places, trained } = await look(method, on);
      assert.ok(Math.abs(sumOf(places) - trained) < 1e-6, `${name}: ${sumOf(places)} ${trained}`);
      assert.ok(named(places).length > 0, name);
    }
  });
}

Deno.test("each method is where it acts, and nowhere else", async () => {
  const head1 = ["head.classifier"];
  assert.deepEqual(named((await look(head())).places), head1);
  const inLora = await look(lora({ rank: 2, targets: ["key"] }));
  assert.deepEqual(named(inLora.places), [
    "0.attention.self.key",
    "1.attention.self.key",
    ...head1,
  ]);
  const [, layer] = inLora.places.rows;
  assert.equal(layer.places.find(({ name }) => name.endsWith("key"))!.added, 2 * (8 + 8));

  const prompt = (await look(methodTable["prompt-tuning"].of("bert"))).places;
  assert.deepEqual(named(prompt), head1);
  assert.deepEqual(prompt.input, { tokens: 3, added: 3 * 8 });
  const prefix = (await look(methodTable["prefix-tuning"].of("bert"))).places;
  assert.equal(prefix.input, undefined);
  assert.deepEqual(prefix.rows.map((row) => row.prefix), [
    undefined,
    { tokens: 3, added: 3 * 2 * 8 },
    { tokens: 3, added: 3 * 2 * 8 },
    undefined,
  ]);
});

Deno.test("a hook that gives back what it got acts nowhere, a shared tensor is shared out", async () => {
  const shared: Method = {
    method: "shared",
    settings: {},
    attach: () => ({
      parameters: [{ name: "scale", shape: [8], decay: true, initial: () => new Float32Array(8) }],
      trains: () => false,
      output(path, _x, y, context) {
        const changed = context.parameter("scale");
        return path.endsWith("self.value") ? tf.add(y, changed) : y;
      },
    }),
  };
  const { places } = await look(shared);
  const values = ["0.attention.self.value", "1.attention.self.value"];
  assert.deepEqual(named(places), [...values, "head.classifier"]);
  for (const { places: inside } of places.rows.slice(1, 3)) {
    assert.equal(inside.find(({ added }) => added > 0)!.added, 4);
  }
});
