import assert from "node:assert/strict";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import {
  goldenHeadModel,
  goldenPath,
  largestDifference,
  readGolden,
  realTokens,
} from "../models/golden.ts";
import { weightedResults } from "../models/weighted_results.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { inFolder } from "../weights/in_folder.ts";
import { goldenMethods, headBases, taskTypes } from "./head_bases.ts";
import { assertSameFolder, configIn } from "./same_folder.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;

for (const method of goldenMethods) {
  for (const { name, head } of headBases) {
    Deno.test(`${method} on ${name}: a folder of PEFT's gives PEFT's results, and is written as it was`, () =>
      inFolder(async (folder) => {
        const source = `heads/${method}-${name}`;
        const { results, ...batch } = await readGolden(`${source}/expected.safetensors`);
        const model = await goldenHeadModel(`heads/${name}`, head);
        const objective = weightedResults(model, results);
        const device = await openDevice("cpu");
        const { attached, values } = await readPeftFolder(goldenPath(source), model);
        const opened = { model, adapter: attached, objective };
        const found = await logitsOf(opened, device, batch, values);
        assert.deepEqual(found.shape, results.shape);
        const mask = batch.attention_mask.data;
        const real = realTokens(found.data, mask);
        const difference = largestDifference(real, realTokens(results.data, mask));
        assert.ok(difference < tolerance, `results differ by ${difference}`);

        const taskType = taskTypes[head];
        await writePeftFolder(folder, model, attached, values, { taskType, labels: [] });
        assert.equal((await configIn(folder)).task_type, taskType);
        await assertSameFolder(folder, goldenPath(source));
      }));
  }
}
