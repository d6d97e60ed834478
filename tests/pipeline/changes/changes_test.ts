import assert from "node:assert/strict";
import { join } from "node:path";
import {
  full,
  lora,
  type Method,
  model,
  type ModelChanges,
  promptTuning,
  tableFromColumns,
  textClassification,
} from "../../../mod.ts";
import { peft } from "../../../lib/adapters/peft.ts";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { openOn } from "../../../lib/nn/model.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import { parameters } from "../../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../../lib/nn/trained.ts";
import { findChanges } from "../../../lib/pipeline/changes/find_changes.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenModel, goldenPath } from "../../models/golden.ts";
import { tinyModel } from "../tiny.ts";

interface Golden {
  readonly input_ids: number[][];
  readonly attention_mask: number[][];
  readonly token_type_ids: number[][];
  readonly weights: Readonly<Record<string, { readonly change: number; readonly rank: number }>>;
  readonly states: readonly { readonly change: number; readonly cosine: number }[];
}

const golden: Golden = JSON.parse(await Deno.readTextFile(goldenPath("changes.json")));
/** Both sides compute in float32; values are of the size of 1 to 4. */
const tolerance = 1e-4;

Deno.test("what an adapter changes in weights and hidden states is PEFT's", async () => {
  const base = await goldenModel("bert");
  const adapter = await openOn(base, peft(goldenPath("peft/lora-bert")));
  const { headRequest: head } = base;
  const objective = { head, outputs: head.outputs } as Objective;
  const trainable = { model: base, adapter, objective };
  const device = await openDevice("cpu");
  const state = device.createState(trainedTensors(base, adapter), [parameters]);
  await state.write(parameters, initialParameters(trainable, 1));
  const names = ["input_ids", "attention_mask", "token_type_ids"] as const;
  const held = {
    lengths: golden.input_ids.map(({ length }) => length),
    feedsOf: (rows: ArrayLike<number>) =>
      Object.fromEntries(names.map((name) => {
        const data = Int32Array.from(Array.from(rows, (row) => golden[name][row]).flat());
        return [name, { shape: [rows.length, data.length / rows.length], data }];
      })),
  };
  const found = await findChanges(
    {},
    { trainable, device, state, method: "lora", held: held as never },
    new AbortController().signal,
  );
  const wanted = Object.entries(golden.weights);
  assert.deepEqual(found.weights.map(({ path }) => path), wanted.map(([path]) => path));
  found.weights.forEach(({ relativeChange, effectiveRank, block, module }, at) => {
    const [path, { change, rank }] = wanted[at];
    assert.ok(Math.abs(relativeChange - change) < tolerance, path);
    assert.ok(Math.abs(effectiveRank! - rank) < tolerance, `${path}: ${effectiveRank} ${rank}`);
    assert.equal(path, `encoder.layer.${block}.${module}`);
  });
  golden.states.forEach(({ change, cosine }, at) => {
    const { block, ...own } = found.states![at];
    assert.equal(block, `block ${at + 1}`);
    assert.ok(Math.abs(own.relativeChange - change) < tolerance);
    assert.ok(Math.abs(own.cosine - cosine) < tolerance);
  });
  assert.equal(found.rows, 3);
  state.dispose();
});

async function changesOf(
  method: Method,
  options: Parameters<typeof findChanges>[0] = {},
): Promise<ModelChanges> {
  return await inFolder(async (folder) => {
    const text = Array.from({ length: 16 }, (_, at) => `the film was ${at % 2 ? "good" : "bad"}`);
    const mood = text.map((each) => each.split(" ")[3]);
    const result = await model(await tinyModel(join(folder, "base")))
      .data(tableFromColumns({ text, mood }), textClassification({ text: "text", label: "mood" }))
      .adapt(method).train({ epochs: 2, batchSize: 4, learningRate: 1e-2 }).run({ quiet: true });
    try {
      return await result.changes(options);
    } finally {
      await result.dispose();
    }
  });
}

Deno.test("full fine-tuning changes all tensors in many directions, LoRA its targets in few", async () => {
  const whole = await changesOf(full());
  assert.ok(whole.weights.some(({ path }) => path.endsWith("LayerNorm.weight")));
  assert.ok(whole.weights.some(({ block }) => block === undefined));
  const adapted = await changesOf(lora({ rank: 2, targets: ["query", "value"] }), { rows: 2 });
  assert.equal(adapted.weights.length, 4);
  for (const { effectiveRank } of adapted.weights) assert.ok(effectiveRank! < 2 + 1e-6);
  const same = whole.weights.filter(({ path }) =>
    adapted.weights.some((each) => each.path === path)
  );
  assert.equal(same.length, 4);
  for (const { effectiveRank } of same) assert.ok(effectiveRank! > 2.5);
  assert.equal(adapted.rows, 2);
  assert.match(
    String(adapted),
    /^What lora has changed: 4 tensors\ntensor +block +change +effective/,
  );
  assert.match(
    String(adapted),
    /Hidden states of 2 held-out rows, before and now\n.*\n.*\nblock 1 /,
  );
  const shown = whole as unknown as { [jupyterDisplay](): MimeBundle };
  const page = shown[jupyterDisplay]()["text/html"]!;
  assert.equal(page.match(/<table/g)!.length, 3);
  const fast = await changesOf(full(), { rows: 0, ranks: false });
  assert.equal(fast.states, undefined);
  assert.ok(fast.weights.every((each) => each.effectiveRank === undefined));
});

Deno.test("virtual tokens change hidden states and no weight", async () => {
  const { weights, states } = await changesOf(promptTuning({ tokens: 2 }));
  assert.deepEqual(weights, []);
  assert.ok(states!.every(({ relativeChange, cosine }) => relativeChange > 0 && cosine < 1));
  await assert.rejects(changesOf(lora(), { rows: -1 }), isMistake("input", /rows is -1/));
});
