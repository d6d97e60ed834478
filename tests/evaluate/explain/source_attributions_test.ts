import assert from "node:assert/strict";
import { openDevice } from "../../../lib/engine/mod.ts";
import { explainedText } from "../../../lib/evaluate/explain/explained_text.ts";
import { explainPrograms } from "../../../lib/evaluate/explain/explain_programs.ts";
import { inputTimesGradient } from "../../../lib/evaluate/explain/input_times_gradient.ts";
import { integratedGradients } from "../../../lib/evaluate/explain/integrated_gradients.ts";
import { occlusion } from "../../../lib/evaluate/explain/occlusion.ts";
import { noAdapter } from "../../../lib/nn/merge.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import { goldenLanguageModel, goldenPath, largestDifference } from "../../models/golden.ts";

interface Golden {
  readonly ids: number[];
  readonly decoder: number[];
  readonly output: number;
  readonly baseline: number;
  readonly models: Readonly<
    Record<string, {
      readonly score: number;
      readonly integrated: number[];
      readonly inputTimesGradient: number[];
      readonly occlusion: number[];
    }>
  >;
}

const golden: Golden = JSON.parse(
  await Deno.readTextFile(goldenPath("source_attributions.json")),
);
/** Both sides compute in float32; values are of the size of 0.01 to 1. */
const tolerance = 1e-4;

for (const [name, wanted] of Object.entries(golden.models)) {
  Deno.test(`what ${name} writes is explained by its source as Captum does`, async () => {
    const model = await goldenLanguageModel(`seq2seq/${name}`);
    const { headRequest: head } = model;
    const objective = { head, outputs: head.outputs } as Objective;
    const trainable = { model: { ...model, head: [] }, adapter: noAdapter, objective };
    const programs = explainPrograms(trainable, {
      device: await openDevice("cpu"),
      state: undefined,
    });
    const { ids, decoder, output } = golden;
    const words = ids.length - 1;
    const place = decoder.length - 1;
    const explained = explainedText({
      ids: Int32Array.from(ids),
      types: undefined,
      wordOf: Int32Array.from(ids, (_, at) => at < words ? at : -1),
      words,
      baselineId: golden.baseline,
      decoderIds: Int32Array.from(decoder),
    }, { programs, target: { terms: [{ place, output, weight: 1 }], kind: "single" } });
    const [{ sum }] = await explained.scores([new Uint8Array(words).fill(1)]);
    assert.ok(Math.abs(sum - wanted.score) < tolerance);
    for (
      const [method, values] of [
        [integratedGradients({ steps: 20 }), wanted.integrated],
        [inputTimesGradient(), wanted.inputTimesGradient],
        [occlusion(), wanted.occlusion],
      ] as const
    ) {
      const found = await method.attribute!(explained);
      const difference = largestDifference(found.values, values);
      assert.ok(difference < tolerance, `${method.name} differs by ${difference}`);
      assert.ok(values.some((each) => Math.abs(each) > 10 * tolerance), `${method.name} is 0`);
    }
    await programs.dispose();
  });
}
