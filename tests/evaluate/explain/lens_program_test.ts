import assert from "node:assert/strict";
import { openDevice } from "../../../lib/engine/mod.ts";
import { explainPrograms } from "../../../lib/evaluate/explain/explain_programs.ts";
import { lensPlaces } from "../../../lib/evaluate/explain/lens_program.ts";
import { noAdapter } from "../../../lib/nn/merge.ts";
import type { Model } from "../../../lib/nn/model.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import {
  goldenLanguageModel,
  goldenModel,
  goldenPath,
  largestDifference,
} from "../../models/golden.ts";

interface Golden {
  readonly ids: number[];
  readonly places: number[];
  readonly decoders: Readonly<Record<string, number[][][]>>;
  readonly classifiers: Readonly<Record<string, number[][][]>>;
}

const golden: Golden = JSON.parse(await Deno.readTextFile(goldenPath("logit_lens.json")));
/** Both sides compute in float32; logits are of the size of 0.1 to 1. */
const tolerance = 1e-4;

async function lensOf(model: Model, places: readonly number[]): Promise<ArrayLike<number>> {
  const { headRequest: head } = model;
  const objective = { head, outputs: head.outputs } as Objective;
  const programs = explainPrograms(
    { model: { ...model, head: [] }, adapter: noAdapter, objective },
    {
      device: await openDevice("cpu"),
      state: undefined,
    },
  );
  const { ids } = golden;
  const shape = [1, ids.length];
  const { logits } = await programs.run("lens", {
    input_ids: { shape, data: Int32Array.from(ids) },
    attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
    ...(model.family.modelType === "bert"
      ? { token_type_ids: { shape, data: new Int32Array(ids.length) } }
      : {}),
    [lensPlaces]: { shape: [places.length], data: Int32Array.from(places) },
  });
  await programs.dispose();
  return logits.data;
}

for (
  const [kind, open, places] of [
    ["decoders", goldenLanguageModel, golden.places],
    ["classifiers", goldenModel, [0]],
  ] as const
) {
  for (const [name, wanted] of Object.entries(golden[kind])) {
    Deno.test(`the logit lens is transformers' of ${name}, one of ${kind}`, async () => {
      const found = await lensOf(await open(name), places);
      const difference = largestDifference(found, wanted.flat(2));
      assert.ok(difference < tolerance, `it differs by ${difference}`);
      const [first, last] = [wanted[0].flat(), wanted.at(-1)!.flat()];
      assert.ok(largestDifference(first, last) > 100 * tolerance, "blocks say the same");
    });
  }
}
