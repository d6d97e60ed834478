import assert from "node:assert/strict";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { Feeds } from "../../lib/nn/feeds.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { openFloatStore } from "../../lib/train/float_store.ts";
import { cacheHidden } from "../../lib/train/hidden_cache.ts";
import type { TrainingRows } from "../../lib/train/training_rows.ts";
import { inFolder } from "../weights/in_folder.ts";
import { toyModel, toyRows, toyTargets } from "../nn/toy.ts";
import { runToy } from "./toy_run.ts";

const topOnly = lora({ rank: 2, targets: ".*layer\\.1\\..*(query|value|q_lin|v_lin)" });

/** Padding to another length sums masked scores in another order; nothing else may differ. */
const tolerance = 1e-5;

for (const modelType of ["bert", "distilbert", "roberta"]) {
  for (const [name, method] of [["the head only", head()], ["the top layer", topOnly]] as const) {
    Deno.test(`kept frozen layers train ${modelType} alike, ${name}`, async () => {
      const model = { modelType, layers: 2, dropout: 0.2 };
      const run = async (cacheFrozen: boolean) => {
        let rows = 0;
        const result = await runToy({
          model,
          method,
          settings: { cacheFrozen, epochs: 3 },
          context: { onFrozenRows: (done) => rows = done },
        });
        assert.equal(rows, cacheFrozen ? 22 : 0);
        return result;
      };
      const kept = await run(true);
      const anew = await run(false);
      kept.losses.forEach((loss, step) => {
        assert.ok(Math.abs(loss - anew.losses[step]) < tolerance, `step ${step}: ${loss}`);
      });
      for (const [path, values] of anew.values) {
        kept.values.get(path)!.forEach((value, i) => {
          assert.ok(Math.abs(value - values[i]) < 10 * tolerance, `${path}[${i}]`);
        });
      }
    });
  }
}

Deno.test("one epoch, or a method that reaches the lowest layer, keeps nothing", async () => {
  const refuse = { onFrozenRows: () => assert.fail("rows were kept") };
  await runToy({ method: head(), settings: { epochs: 1 }, context: refuse });
  await runToy({ method: lora({ rank: 2 }), settings: { epochs: 2 }, context: refuse });
});

Deno.test("a cache on disk gives the numbers of one in memory and leaves no file", async () => {
  const model = toyModel({ layers: 2 });
  const rows = toyRows(9, { types: true });
  const objective = classificationObjective({
    kind: "single",
    outputs: 3,
    targets: toyTargets(rows, 3),
  });
  const device = await openDevice("cpu");
  const options = { frozenLayers: 1, settings: { seed: 1, epochs: 2 } };
  const trainable = { model, adapter: noAdapter, objective };
  await using inMemory = await cacheHidden(trainable, rows, device, options);
  await using onDisk = await cacheHidden(trainable, rows, device, { ...options, maxBytes: 0 });
  for (const batch of [[0], [8, 1, 3], [...Array(9).keys()]]) {
    assert.deepEqual(onDisk.feedsOf(batch), inMemory.feedsOf(batch));
  }
});

Deno.test("what changes along with rows is kept with each of four views", async () => {
  const model = toyModel({ layers: 2 });
  const plain = toyRows(5, { types: true });
  const targets = toyTargets(plain, 3);
  const objective = {
    ...classificationObjective({ kind: "single", outputs: 3, targets }),
    feeds: {
      places: { role: "feed", type: "int32", shape: ["batch", 2] },
      shares: { role: "feed", type: "float32", shape: ["batch"] },
    },
  } as const;
  const largest = 2 ** 31 - 1;
  const drawn: number[] = [];
  const rows: TrainingRows = {
    ...plain,
    changes: "rows",
    feedsOf(chosen, draw) {
      const list = Array.from(chosen);
      drawn.push(draw!.epoch);
      return {
        ...plain.feedsOf(list) as Feeds,
        places: {
          shape: [list.length, 2],
          data: Int32Array.from(list.flatMap((row) => [draw!.epoch, largest - row])),
        },
        shares: {
          shape: [list.length],
          data: Float32Array.from(list, (row) => draw!.epoch + row / 10),
        },
      };
    },
  };
  const trainable = { model, adapter: noAdapter, objective };
  const device = await openDevice("cpu");
  const options = { frozenLayers: 1, settings: { seed: 1, epochs: 9 } };
  for (const maxBytes of [1e9, 0]) {
    drawn.length = 0;
    await using kept = await cacheHidden(trainable, rows, device, { ...options, maxBytes });
    assert.deepEqual(drawn, [0, 1, 2, 3]);
    const { places, shares } = await kept.feedsOf([4, 0], {
      seed: 1,
      epoch: 6,
      step: 0,
      microBatch: 0,
    });
    assert.deepEqual([...places.data], [2, largest - 4, 2, largest]);
    assert.deepEqual(places.shape, [2, 2]);
    assert.deepEqual(shares.data, Float32Array.of(2.4, 2));
  }
});

Deno.test("a float store on disk removes its file", () =>
  inFolder(async (folder) => {
    // Other processes may use the machine's own folder for temporary files at the same time.
    const names = ["TMPDIR", "TMP", "TEMP"];
    const before = names.map((name) => Deno.env.get(name));
    for (const name of names) Deno.env.set(name, folder);
    try {
      const store = await openFloatStore(4, 0);
      store.write(1, Float32Array.of(5, 6));
      const target = new Float32Array(3);
      store.read(0, target);
      assert.deepEqual(target, Float32Array.of(0, 5, 6));
      assert.equal([...Deno.readDirSync(folder)].length, 1);
      await store[Symbol.asyncDispose]();
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    } finally {
      names.forEach((name, i) => {
        const value = before[i];
        value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
      });
    }
  }));
