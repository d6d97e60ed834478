import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  dare,
  extractLora,
  full,
  linearMerge,
  lora,
  merge,
  merged,
  type MergeOptions,
  model,
  modelStock,
  onnx,
  open,
  openWeights,
  promptTuning,
  slerp,
  tableFromRows,
  taskArithmetic,
  ties,
} from "tunebook";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { assertSameAnswers } from "../open/tasks.ts";
import { moods, reviews, tinyModel } from "../tiny.ts";

const data = { text: "text", label: "mood", test: 0.25 } as const;
const rows = moods(32);

/** A base, and what two seeds have made of it: a whole model and an adapter. */
async function twoOf(folder: string) {
  const base = await tinyModel(join(folder, "base"));
  const [whole, part] = [join(folder, "whole"), join(folder, "part")];
  const plan = model(base).data(rows, data);
  for (
    const [method, target, seed] of [
      [full(), merged(whole), 1],
      [lora({ rank: 2 }), adapter(part), 2],
      [lora({ rank: 2 }), merged(join(folder, "part_whole")), 2],
    ] as const
  ) {
    const result = await plan.adapt(method)
      .train({ epochs: 2, batchSize: 8, learningRate: 5e-3, seed })
      .evaluate({ accuracy })
      .deploy(target)
      .run({ quiet: true });
    await result.dispose();
  }
  return { base, whole, part, partWhole: join(folder, "part_whole") };
}

async function tensorsOf(folder: string): Promise<Map<string, Float32Array>> {
  using weights = await openWeights(folder);
  const tensors = new Map<string, Float32Array>();
  for (const name of weights.tensors.keys()) tensors.set(name, await weights.readFloat32(name));
  return tensors;
}

Deno.test("a whole model and an adapter are merged tensor by tensor, and the plan goes on", () =>
  inFolder(async (folder) => {
    const { base, whole, part, partWhole } = await twoOf(folder);
    const place = join(folder, "both");
    const both = merge({ whole, part }, {
      method: taskArithmetic(),
      base,
      weights: { whole: 0.5, part: [1, 0] },
    });
    const receipt = await both.save(place);
    const [own, other, start, found] = await Promise.all(
      [whole, partWhole, join(folder, "base"), place].map(tensorsOf),
    );
    assert.deepEqual([...found.keys()].sort(), [...own.keys()].sort());
    assert.equal(receipt.tensors, found.size);
    assert.deepEqual(receipt.withoutBase, ["classifier.weight", "classifier.bias"]);
    let changed = 0;
    for (const [name, values] of found) {
      const layer = Number(
        /layer\.(\d+)/.exec(name)?.[1] ?? (/pooler|classifier/.test(name) ? 1 : 0),
      );
      // Two layers: the adapter has all its weight at the first, and none at the last.
      const weights = [0.5, 1 - layer];
      const before = name.startsWith("classifier") ? undefined : start.get(name) ??
        start.get(name.replace(/^bert\./, ""))!;
      const expected = own.get(name)!.map((value, at) => {
        const second = other.get(name)![at];
        if (before) {
          return before[at] + weights[0] * (value - before[at]) +
            weights[1] * (second - before[at]);
        }
        return (weights[0] * value + weights[1] * second) / (weights[0] + weights[1]);
      });
      values.forEach((value, at) => {
        assert.ok(
          Math.abs(value - expected[at]) < 1e-6,
          `${name}: ${value} is not ${expected[at]}`,
        );
      });
      if (before?.some((value, at) => value !== values[at])) changed++;
    }
    assert.ok(changed > 10, `${changed} tensors have changed`);

    const result = await model(receipt.reference)
      .data(rows, data)
      .adapt(full())
      .train({ epochs: 0 })
      .evaluate({ accuracy })
      .deploy(onnx(join(folder, "onnx")))
      .run({ quiet: true });
    const opened = await open(place);
    const texts = ["good great film", "bad awful place"];
    assert.deepEqual(
      (await opened.predict(texts)).map(({ label }) => label),
      (await result.predict(texts)).map(({ label }) => label),
    );
    await opened.dispose();
    await result.dispose();
    assert.match(
      JSON.stringify(await (receipt as unknown as Displayed)[jupyterDisplay]()),
      /task_arithmetic/,
    );
    const kept = JSON.parse(await Deno.readTextFile(join(place, "merge.json")));
    assert.deepEqual(kept, JSON.parse(JSON.stringify(receipt)));
  }));

Deno.test("an adapter that was merged into its base is extracted again, and less of it with less rank", () =>
  inFolder(async (folder) => {
    const { base, whole, part, partWhole } = await twoOf(folder);
    const place = join(folder, "extracted");
    const found = await extractLora(partWhole, place, { base, rank: 2 });
    // Two linears a layer have changed; of the others there is nothing to give again.
    assert.ok(Math.abs(found.share - 1) < 1e-5, String(found.share));
    assert.deepEqual(found.lost, []);
    const texts = ["good great film", "bad awful place"];
    const [own, again] = [await open(part), await open(place)];
    assertSameAnswers(await again.predict(texts), await own.predict(texts), 1e-4);
    await own.dispose();
    await again.dispose();
    const less = await extractLora(partWhole, join(folder, "less"), { base, rank: 1 });
    assert.ok(less.share < found.share && less.share > 0.5, String(less.share));
    const all = await extractLora(whole, join(folder, "all"), { base, rank: 4 });
    assert.ok(all.share > 0 && all.share < 1);
    assert.ok(all.lost.some((path) => path.includes("LayerNorm")), String(all.lost));
    await assert.rejects(
      extractLora(base, join(folder, "none"), { base }),
      /it has changed nothing/,
    );
  }));

Deno.test("what chance draws depends on the seed alone; a merge of one model is that model", () =>
  inFolder(async (folder) => {
    const { base, whole, part } = await twoOf(folder);
    await merge({ whole }, { method: linearMerge() }).save(join(folder, "one"));
    assert.deepEqual(await tensorsOf(join(folder, "one")), await tensorsOf(whole));
    const drawn = async (name: string, seed: number) => {
      await merge({ whole }, { method: dare({ density: 0.5 }), base, seed }).save(
        join(folder, name),
      );
      return await tensorsOf(join(folder, name));
    };
    const seeded = await drawn("seeded", 1);
    assert.deepEqual(await drawn("again", 1), seeded);
    assert.notDeepEqual(await drawn("otherwise", 2), seeded);
    await merge({ whole, part }, { method: slerp({ t: 0 }) }).save(join(folder, "first"), {
      dtype: "float16",
    });
    using halves = await openWeights(join(folder, "first"));
    assert.ok([...halves.tensors.values()].every(({ dtype }) => dtype === "F16"));
  }));

Deno.test("models that do not fit are refused with all that is wrong, and nothing is written", () =>
  inFolder(async (folder) => {
    const { base, whole, part } = await twoOf(folder);
    const place = join(folder, "both");
    const other = join(folder, "other");
    const others = reviews(32).map((row) => ({ ...row, mood: `very ${row.mood}` }));
    const result = await model(base).data(tableFromRows(others), data)
      .adapt(full()).train({ epochs: 1, batchSize: 8 }).evaluate({ accuracy })
      .deploy(merged(other)).run({ quiet: true });
    await result.dispose();
    await assert.rejects(
      merge({ whole, other }, { method: linearMerge() }).save(place),
      /other has the labels .*, and whole /,
    );
    const gpt2 = await tinyModel(join(folder, "gpt2"), "gpt2");
    await assert.rejects(
      merge({ whole, part }, { method: ties(), base: gpt2 }).save(place),
      /base is a gpt2, and whole a bert/,
    );
    const prompts = join(folder, "prompts");
    const prompted = await model(base).data(rows, data)
      .adapt(promptTuning({ tokens: 2 })).train({ epochs: 1, batchSize: 8 }).evaluate({ accuracy })
      .deploy(adapter(prompts)).run({ quiet: true });
    await prompted.dispose();
    await assert.rejects(
      merge({ whole, prompts }, { method: linearMerge() }).save(place),
      /prompts: this method cannot be merged/,
    );
    await assert.rejects(
      merge({ whole, part }, { method: linearMerge() }).save(whole),
      /would replace or change whole/,
    );
    await assert.rejects(Deno.stat(place), Deno.errors.NotFound);
  }));

Deno.test("options that make no sense together are one error", () => {
  const wrong = (
    models: Readonly<Record<string, string>>,
    options: unknown,
    ...messages: readonly RegExp[]
  ) => {
    for (const message of messages) {
      assert.throws(() => merge(models, options as MergeOptions), message);
    }
  };
  wrong({ a: "a" }, { method: ties(), weights: { b: 1 } }, /base is missing/, /weights.b is of no/);
  wrong({ a: "a" }, { method: slerp({ t: 0.5 }) }, /models are 1, but slerp merges 2/);
  wrong(
    { a: "a", b: "b" },
    { method: modelStock(), base: "c", weights: { a: 2 } },
    /weights are given, but model_stock finds its own/,
  );
  wrong({ a: "a" }, { method: linearMerge(), base: "c" }, /linear does not look at one/);
  wrong(
    { a: "a" },
    { method: linearMerge(), weights: { a: { attention: 1 } } },
    /says nothing of other tensors/,
  );
  wrong({ a: "a" }, { method: linearMerge(), weights: { a: [] } }, /no list of such/);
  wrong({ a: "a" }, {}, /method/);
  wrong({ a: "a" }, { method: linearMerge(), weight: {} }, /weight.*weights/);
  assert.throws(() => slerp({ t: 2 }), /0 to 1/);
});
