import assert from "node:assert/strict";
import { adalora } from "../../lib/adapters/adalora.ts";
import type { AdaloraOptions } from "../../lib/adapters/adalora_options.ts";
import { budgetAt } from "../../lib/adapters/parts/adalora_budget.ts";
import { adaloraFromPeft } from "../../lib/adapters/peft/read_adalora.ts";
import { peftFromFiles } from "../../lib/adapters/peft.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { isMistake } from "../is_mistake.ts";
import { toyModel } from "../nn/toy.ts";
import { runToy } from "../train/toy_run.ts";
import { inFolder } from "../weights/in_folder.ts";

const small: AdaloraOptions = { initialRank: 4, targetRank: 2 };
const model = toyModel({ layers: 2 });

Deno.test("the budget falls as a cube between the first and the last reallocation", () => {
  const schedule = { initialBudget: 48, targetBudget: 16, initial: 10, final: 20, every: 5 };
  const at = (step: number) => budgetAt(schedule, step, 100);
  assert.deepEqual(at(10), { budget: 48, isDue: false });
  assert.deepEqual(at(45), { budget: 16 + 32 / 8, isDue: true });
  assert.deepEqual(at(46).isDue, false);
  assert.deepEqual(at(80), { budget: 16, isDue: true });
  assert.deepEqual(at(81), { budget: 16, isDue: false });
});

const hopeless: Record<string, AdaloraOptions> = {
  "starts too late": { initialSteps: 12 },
  "ends too early": { finalSteps: 12 },
  "leaves nothing between": { initialSteps: 6, finalSteps: 6 },
  "has no round": { initialSteps: 4, finalSteps: 4, interval: 5 },
};

for (const [name, options] of Object.entries(hopeless)) {
  Deno.test(`a schedule that ${name} is refused before the first step`, async () => {
    let steps = 0;
    const method = adalora({ ...small, ...options });
    const run = runToy({ on: model, method, context: { onStep: () => void steps++ } });
    await assert.rejects(run, isMistake("input", "12 steps", "none would happen"));
    assert.equal(steps, 0);
  });
}

Deno.test("a run that is too short to measure importance is refused, one step more works", async () => {
  const settings = { batchSize: 22 };
  const run = (epochs: number) =>
    runToy({ on: model, method: adalora(small), settings: { ...settings, epochs } });
  for (const steps of ["1 step,", "2 steps,"]) {
    const refused = isMistake("input", steps, "before any importance was measured");
    await assert.rejects(run(Number(steps[0])), refused);
  }
  assert.equal((await run(3)).step, 3);
});

Deno.test("a run of any length ends at the target rank, and its record says how", async () => {
  for (const epochs of [1, 3]) {
    const method = adalora(small);
    const { values, methodRecord } = await runToy({ on: model, method, settings: { epochs } });
    const { ranks } = methodRecord!;
    const totals = ranks.map(({ values }) =>
      Object.values(values).reduce((sum, each) => sum + each)
    );
    assert.deepEqual([ranks[0].step, totals[0]], [0, 4 * 4]);
    assert.equal(totals.at(-1), 2 * 4);
    assert.ok(totals.every((total, i) => i === 0 || total <= totals[i - 1]), String(totals));
    assert.ok(ranks.every(({ step }, i) => i === 0 || step > ranks[i - 1].step));
    for (const [path, rank] of Object.entries(ranks.at(-1)!.values)) {
      const left = values.get(`${path}.lora_E`)!.filter((each) => each !== 0);
      assert.equal(left.length, rank, path);
    }
  }
});

Deno.test("ranks and importance survive a resume", () =>
  inFolder(async (checkpoints) => {
    const method = adalora(small);
    const { seconds: _, stepsHere: __, ...whole } = await runToy({ on: model, method });
    const stop = new AbortController();
    await runToy({
      on: model,
      method,
      settings: { checkpoints },
      context: {
        signal: stop.signal,
        onStep: ({ step }: { step: number }) => step === 7 && stop.abort(),
      },
    });
    const settings = { checkpoints, resume: true };
    const { seconds: ___, stepsHere: ____, ...resumed } = await runToy({
      on: model,
      method,
      settings,
    });
    assert.deepEqual(resumed, whole);
  }));

Deno.test("a folder keeps which triplets are left, also after a second training", async () => {
  const { values } = await runToy({ on: model, method: adalora(small) });
  const { learned, tensors } = await attachTo(model, adalora(small)).peft!.write(values);
  const pattern = learned!.rank_pattern as Record<string, boolean[]>;
  for (const [name, mask] of Object.entries(pattern)) {
    assert.match(name, /^bert\.encoder\..*\.lora_E$/);
    assert.equal(mask.length, 4);
    const stored = tensors.find((tensor) => tensor.name === `base_model.model.${name}`)!;
    assert.equal(stored.shape[0], mask.filter((each) => each).length, name);
  }
});

Deno.test("training that goes on from a folder follows its tinit, tfinal and deltaT", async () => {
  const folder = {
    peft_type: "ADALORA",
    init_r: 4,
    target_r: 2,
    lora_alpha: 8,
    target_modules: ["query", "value"],
    total_step: 10_000,
  };
  const stepsOf = async (schedule: object) => {
    const method = adaloraFromPeft({ ...folder, ...schedule });
    const { methodRecord } = await runToy({ on: model, method });
    return methodRecord!.ranks.map(({ step }) => step);
  };
  // Of 12 steps: none up to tinit, every deltaT-th, the last one tfinal steps before the end.
  assert.deepEqual(await stepsOf({ tinit: 3, tfinal: 3, deltaT: 2 }), [0, 4, 6, 8, 9]);
  assert.deepEqual(await stepsOf({ tinit: 7, tfinal: 1, deltaT: 1 }), [0, 8, 9, 10, 11]);
  // Zeros are PEFT's defaults: a tenth and three tenths of the run, as without a folder.
  const shares = (await runToy({ on: model, method: adalora(small) })).methodRecord!.ranks;
  const steps = shares.map(({ step }) => step);
  assert.deepEqual(await stepsOf({ tinit: 0, tfinal: 0, deltaT: 1 }), steps);
  assert.deepEqual(await stepsOf({ tinit: null, tfinal: null, deltaT: null }), steps);
  await assert.rejects(
    stepsOf({ tinit: 200, tfinal: 1000 }),
    isMistake("input", "12 steps", "Lower tinit of adapter_config.json, tfinal or deltaT"),
  );
});

Deno.test("a folder of a model without a head keeps its triplets too", async () => {
  for (const modelType of ["bert", "gpt2", "llama"]) {
    const model = toyModel({ modelType, layers: 2 });
    const attached = attachTo(model, adalora(small));
    const { values } = await runToy({ on: model, attached });
    const { config, learned, tensors } = await attached.peft!.write(values);
    const pattern = learned!.rank_pattern as Record<string, boolean[]>;
    // PEFT names the layers of AutoModel from the encoder on.
    const headless = (name: string) => name.replace(`${model.family.prefix}.`, "");
    const read = attachTo(
      model,
      peftFromFiles({
        folder: "headless",
        path: "headless",
        config: {
          ...config,
          rank_pattern: Object.fromEntries(
            Object.entries(pattern).map(([name, mask]) => [headless(name), mask]),
          ),
        },
        tensors: new Map(tensors.map((tensor) => [
          tensor.name.replace(/(?<=base_model\.model\.)\w+\./, ""),
          tensor,
        ])),
      }),
    );
    for (const { path, rank } of ranksLeft(values)) {
      const kept = read.initialWeights!.get(path) ?? new Float32Array();
      assert.deepEqual(kept, values.get(path)!.filter((each) => each !== 0), path);
      assert.equal(kept.length, rank);
    }
    assert.deepEqual(
      (await read.peft!.write(read.initialWeights!)).learned!.rank_pattern,
      pattern,
      modelType,
    );
  }
});

function ranksLeft(values: ReadonlyMap<string, Float32Array>) {
  return [...values].filter(([path]) => path.endsWith(".lora_E")).map(([path, data]) => ({
    path,
    rank: data.filter((each) => each !== 0).length,
  }));
}

Deno.test("wrong settings are one error", () => {
  assert.throws(
    () => adalora({ initialRank: 4, targetRank: 4, beta1: 1, initialSteps: 1.5 }),
    isMistake("input", "targetRank is 4", "beta1 is 1", "initialSteps is 1.5"),
  );
});
