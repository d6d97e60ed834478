import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, lora, type LoraOptions, model, peft } from "tunebook";
import { drawnRanks } from "../../lib/adapters/parts/nested_ranks.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice, ops, type Program } from "../../lib/engine/mod.ts";
import type { HookContext } from "../../lib/nn/method.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { isMistake } from "../is_mistake.ts";
import { gradientRun } from "../nn/run_trainable_model.ts";
import { toyModel, toyRows, toyTargets } from "../nn/toy.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const [rank, width, tolerance] = [5, 8, 1e-6];
const nestedRanks = [0, 1, 3];

Deno.test("each rank is drawn as often as the others, and the drawn ones are the first", async () => {
  const ranks = [...nestedRanks, rank];
  const program: Program = {
    name: "ranks",
    inputs: { noise: { role: "feed", type: "float32", shape: [ops.noiseSize] } },
    compute({ noise }) {
      const drawn = new ops.Noise(noise);
      let site = 0;
      const context = {
        dropout: (x, rate) => ops.dropout(x, rate, drawn, ++site),
      } as HookContext;
      return { one: drawnRanks(ranks, context), other: drawnRanks(ranks, context) };
    },
  };
  const step = await (await openDevice("cpu")).compile(program, {
    frozen: () => new Float32Array(),
  });
  const draws = 800;
  const pairs = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const random = Random.fromSeed(3, "noise", draw);
    const data = Float32Array.from({ length: ops.noiseSize }, () => random.uniform());
    const { one, other } = await step.run({ noise: { shape: [ops.noiseSize], data } });
    const drawn = [one, other].map(({ data }) => {
      const count = Array.from(data).reduce((sum, each) => sum + each, 0);
      assert.ok(ranks.includes(count), `${count} ranks were drawn`);
      assert.deepEqual([...data], Array.from({ length: rank }, (_, at) => Number(at < count)));
      return count;
    });
    pairs.set(String(drawn), (pairs.get(String(drawn)) ?? 0) + 1);
  }
  await step.dispose();
  // Sixteen pairs of 50 each: three of these are 4 standard deviations of 6.8 and more off by chance never.
  assert.equal(pairs.size, ranks.length ** 2);
  for (const [pair, count] of pairs) assert.ok(Math.abs(count - 50) < 4 * 6.8, `${pair}: ${count}`);
});

function attached(options: LoraOptions) {
  const rows = toyRows(4);
  const toy = toyModel({ layers: 2, width });
  const targets = toyTargets(rows);
  const objective = classificationObjective({ kind: "single", outputs: 3, targets });
  const batch = rows.feedsOf([0, 1, 2, 3]);
  const trainable = { model: toy, adapter: attachTo(toy, lora({ rank, ...options })), objective };
  return { trainable, batch };
}

Deno.test("a step learns what LoRA with the drawn ranks would, and nothing beyond them", async () => {
  const device = await openDevice("cpu");
  const nested = attached({ nestedRanks });
  const random = Random.fromSeed(5);
  const values = new Map(
    [...initialParameters(nested.trainable, 1)].map(([path, numbers]) => [
      path,
      path.endsWith("lora_B") ? numbers.map(() => 0.3 * random.normal()) : numbers,
    ]),
  );
  const run = await gradientRun(nested.trainable, device, nested.batch);
  const [loss, found] = [await run.lossAt(values), await run.gradientsAt(values)];
  await run.dispose();
  const { nested: choice } = nested.trainable.adapter;
  const drawn = new Map([...choice!.ranks.keys()].map((path) => {
    const ofA = found.get(`${path}.lora_A`)!; // [rank, inFeatures]
    const used = Array.from(
      { length: rank },
      (_, k) => ofA.subarray(k * width, (k + 1) * width).some((each) => each !== 0),
    );
    return [path, used.filter((each) => each).length];
  }));
  assert.ok(new Set(drawn.values()).size > 1, "all target modules drew the same");
  const plain = attached({});
  const plainRun = await gradientRun(plain.trainable, device, plain.batch);
  const cut = choice!.cut(values, drawn);
  const whole = new Map([...values, ...cut]);
  const expected = await plainRun.gradientsAt(whole);
  assert.ok(Math.abs(await plainRun.lossAt(whole) - loss) < tolerance);
  await plainRun.dispose();
  // LoRA has gradients for the zeros beyond the drawn ranks; nested ranks have none.
  const kept = choice!.cut(expected, drawn);
  for (const [path, numbers] of found) {
    const right = kept.get(path) ?? expected.get(path)!;
    numbers.forEach((each, at) =>
      assert.ok(Math.abs(each - right[at]) < tolerance, `${path}[${at}]: ${each}, ${right[at]}`)
    );
  }
});

Deno.test("a run keeps the ranks that are best on the validation rows, and writes an ordinary LoRA", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const out = join(folder, "adapter");
    const data = model(base)
      .data(moods(80), { text: "text", label: "mood", validation: 20, test: 20, seed: 1 });
    const plan = data.adapt(lora({ rank: 4, nestedRanks: [0, 2] }))
      .train({ epochs: 3, batchSize: 8, learningRate: 1e-2, seed: 2 }).deploy(adapter(out));
    const result = await plan.run({ quiet: true });
    const note = result.notes.find((each) => each.startsWith("of 100 choices of ranks"))!;
    const { score, allScore, parameters, allParameters, ...chosen } = result.chosenRanks!;
    assert.ok(score >= allScore && parameters <= allParameters, note);
    const ranks = Object.entries(chosen.ranks);
    assert.equal(ranks.length, 4); // query and value of two layers
    const config = JSON.parse(await Deno.readTextFile(join(out, "adapter_config.json")));
    const kept = ranks.filter(([, rank]) => rank > 0);
    assert.deepEqual(Object.values(config.rank_pattern), kept.map(([, rank]) => rank));
    assert.deepEqual(Object.values(config.alpha_pattern), kept.map(([, rank]) => 2 * rank));
    assert.equal(config.target_modules.length, kept.length);
    const read = await data.adapt(peft(out)).train({ epochs: 0 }).run({ quiet: true });
    assert.deepEqual(read.scores, result.scores);
    await read.dispose();
    await result.dispose();
  }));

Deno.test("nested ranks that make no sense, or that nothing can choose among, are refused", async () => {
  assert.throws(
    () => lora({ rank: 4, nestedRanks: [0, 4], dora: true, ranks: { query: 2 } }),
    isMistake(
      "input",
      "nestedRanks must be below the rank, 4",
      "dora does not go with nestedRanks",
      "ranks does not go with nestedRanks",
    ),
  );
  assert.throws(() => lora({ nestedRanks: [2, 1] }), isMistake("input", "nestedRanks is [2,1]"));
  await inFolder(async (folder) => {
    const plan = model(await tinyModel(folder))
      .data(moods(40), { text: "text", label: "mood" })
      .adapt(lora({ rank: 4, nestedRanks: [0, 2] })).train({ epochs: 1 });
    await assert.rejects(
      plan.run({ quiet: true }),
      isMistake("input", "nestedRanks are chosen by validation rows, and there are none"),
    );
  });
});
