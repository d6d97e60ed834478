import assert from "node:assert/strict";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { head } from "../../lib/adapters/head.ts";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { vera } from "../../lib/adapters/vera.ts";
import { LazyMap } from "../../lib/core/lazy_map.ts";
import { openDevice, openSharded } from "../../lib/engine/mod.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { ProcessGroup } from "../../lib/parallel/process_group.ts";
import { ShardedTensors } from "../../lib/parallel/sharded_tensors.ts";
import { ShardedWeights } from "../../lib/train/sharded_weights.ts";
import { toyModel } from "../nn/toy.ts";
import { memoryGroup } from "../parallel/memory_group.ts";
import { together } from "./together.ts";
import { runToy, type ToyResult, type ToyRunOptions } from "./toy_run.ts";

/** Each matrix of a block has 65,536 bytes or more, so that it is shared; a segment has one or two. */
const model = calm(toyModel({ width: 128, layers: 2 }));
const shard = { megabytes: 0.14 };
/** Products with a matrix that is an input are summed in another order. */
const tolerance = 1e-6;

/** Toy models have a deviation of 0.4, which is for eight numbers a token: matrices get BERT's, 0.02. */
function calm(toy: Model): Model {
  const isMatrix = (numbers: Float32Array) => numbers.length > 256;
  return {
    ...toy,
    weights: new Map(
      [...toy.weights].map(([path, numbers]) => [
        path,
        isMatrix(numbers) ? numbers.map((each) => 0.05 * each) : numbers,
      ]),
    ),
  };
}

interface Shared {
  readonly result: ToyResult;
  /** Weights of 64 KiB or more that were read from the model, as often as they were. */
  readonly read: readonly string[];
}

/** A model whose weights are read each time that they are asked for. */
function readFrom(read: string[]): Model {
  const weights = new LazyMap(
    [...model.weights].map(([path, numbers]) => [path, () => {
      if (numbers.length >= 1 << 14) read.push(path);
      return numbers.slice();
    }]),
    model.weights.keys(),
  );
  return { ...model, weights };
}

/** One of several processes that share the frozen weights. */
async function shared(group: ProcessGroup, options: ToyRunOptions): Promise<Shared> {
  const read: string[] = [];
  const on = readFrom(read);
  const attached = attachTo(on, options.method ?? lora({ rank: 2 }));
  const processes = new ShardedTensors(group);
  const sharedWeights = new ShardedWeights(processes);
  await sharedWeights.open({ model: on, adapter: attached }, { shard });
  const device = openSharded({}, { ...shard, sharedWeights, where: "shared" });
  const result = await runToy({ ...options, on, attached, context: { device, processes } });
  await processes.leave();
  return { result, read };
}

/** What is trained, by how many processes. */
const cases: readonly [string, number, ToyRunOptions, isSmall?: true][] = [
  // 22 rows in steps of 4: the last one has two rows, fewer than three processes.
  ["lora", 3, { settings: { epochs: 1 } }],
  ["ia3", 2, { method: ia3(), settings: { epochs: 1 } }],
  ["bitfit, with layers computed twice", 2, {
    method: bitfit(),
    settings: { epochs: 1, gradientCheckpointing: true },
  }],
  ["vera, whose own frozen matrices are shared, too", 2, {
    method: vera({ rank: 160 }),
    settings: { epochs: 1 },
  }],
  ["layers that are run once for all epochs", 2, { method: head() }, true],
  ["a loss across the batch, and micro-batches", 3, {
    objective: (each) => ({ ...each, acrossBatch: true }),
    settings: { epochs: 1, accumulate: 2, batchSize: 3 },
  }],
];
for (const [name, size, options, isSmall = false] of cases) {
  Deno.test(`processes that share the weights learn what those learn that have all: ${name}`, async () => {
    const [expected] = await together(size, { ...options, on: model });
    const all = await Promise.all(memoryGroup(size).map((group) => shared(group, options)));
    assert.notEqual(expected.losses[0], expected.losses.at(-1));
    for (const { result } of all) {
      assert.deepEqual(result.losses, all[0].result.losses);
      assert.deepEqual(result.values, all[0].result.values);
      expected.losses.forEach((loss, step) =>
        assert.ok(
          Math.abs(result.losses[step] - loss) < tolerance,
          `step ${step + 1}: ${result.losses[step]}, not ${loss}`,
        )
      );
    }
    // Each large weight was read by one process, once.
    const read = all.flatMap((each) => each.read);
    const large = [...model.weights].filter(([, numbers]) => numbers.length >= 1 << 14);
    assert.deepEqual(read.sort(), large.map(([path]) => path).sort());
    for (const { read } of all) assert.ok(read.length > 0 && read.length < large.length);
    // The same segments of the same numbers, wherever these come from; on disk, a single segment is held.
    if (isSmall) return;
    const device = await openDevice("cpu", { offload: shard });
    const [onDisk] = await together(size, { ...options, on: model, context: { device } });
    assert.deepEqual(all[0].result.losses, onDisk.losses);
    assert.deepEqual(all[0].result.values, onDisk.values);
  });
}

Deno.test("processes with other weights or segments are told before the first step", async () => {
  const open = (group: ProcessGroup, on: Model, megabytes: number) =>
    new ShardedWeights(new ShardedTensors(group)).open(
      { model: on, adapter: attachTo(on, lora({ rank: 2 })) },
      { shard: { megabytes } },
    );
  const refused = async (others: readonly [Model, number], message: RegExp) => {
    const [first, second] = memoryGroup(2);
    const wrong = { kind: "input", message };
    await Promise.all([
      assert.rejects(open(first, model, 1), wrong),
      assert.rejects(open(second, ...others), wrong),
    ]);
  };
  await refused([model, 2], /process 1 has segments of 2 megabytes, and process 0 .* of 1 meg/);
  await refused(
    [toyModel({ width: 128 }), 1],
    /process 1 has pooler.dense.weight .*, and process 0 .*layer.1.* \[128, 128\]/,
  );
});

Deno.test("processes with other plans are told before the first step", async () => {
  const runs = memoryGroup(2).map((processes) =>
    runToy({
      settings: { batchSize: 4 + processes.rank, seed: 3 },
      context: { processes, fingerprint: { weights: "a".repeat(100 + processes.rank) } },
    })
  );
  const wrong = {
    kind: "input",
    message:
      /same training[^]*batchSize: 4 in process 0, 5 in process 1[^]*weights: "a{59}… in process 0/,
  };
  await Promise.all(runs.map((run) => assert.rejects(run, wrong)));
});

Deno.test("one process alone is told what to do", async () => {
  await assert.rejects(runToy({ settings: { shard } }), {
    kind: "input",
    message: /alone: launch it with mpirun .*offload: \{ megabytes: 0.14 \}/,
  });
});
