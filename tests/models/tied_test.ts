import assert from "node:assert/strict";
import { join } from "node:path";
import { openDevice } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { type TensorToWrite, writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { inFolder } from "../weights/in_folder.ts";
import { goldenPath, largestDifference, runModel } from "./golden.ts";

/** transformers' logits, as `make_tied.py` wrote them. */
interface Golden {
  readonly ids: readonly number[];
  readonly logits: Readonly<Record<string, Readonly<Record<State, readonly number[][]>>>>;
}
type State = "absent" | "equal" | "other";

const golden: Golden = JSON.parse(await Deno.readTextFile(goldenPath("tied.json")));
const tables: Readonly<Record<string, string>> = {
  gpt2: "transformer.wte.weight",
  "llama-tied": "model.embed_tokens.weight",
};
const tolerance = 1e-4;

/** The tiny model with a head of its own in the file, as the golden script makes it. */
async function withHead(folder: string, base: string, state: State) {
  const source = goldenPath(`models/${base}`);
  using file = await openSafetensors(join(source, "model.safetensors"));
  const tensors: TensorToWrite[] = [];
  for (const [name, { shape }] of file.tensors) {
    const data = await file.readFloat32(name);
    tensors.push({ name, dtype: "F32", shape, data });
    if (name !== tables[base] || state === "absent") continue;
    const width = shape[1];
    const head = state === "equal" ? data : data.map((_, i) => {
      const row = shape[0] - 1 - Math.floor(i / width);
      return data[row * width + i % width];
    });
    tensors.push({ name: "lm_head.weight", dtype: "F32", shape, data: head });
  }
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  return await loadModel({
    reference: folder,
    config: join(source, "config.json"),
    weights: folder,
    seed: 1,
  });
}

for (const [base, states] of Object.entries(golden.logits)) {
  for (const [state, wanted] of Object.entries(states)) {
    Deno.test(`${base}, whose config shares the word table, with a head in the file: ${state}`, () =>
      inFolder(async (folder) => {
        const model = await withHead(folder, base, state as State);
        const ids = Int32Array.from(golden.ids);
        const shape = [1, ids.length];
        const { logits } = await runModel(
          await openDevice("cpu"),
          model,
          nextTokenObjective({
            texts: [{ ids: [...ids], counts: Array(ids.length).fill(1) }],
            vocabSize: 99,
            afterVirtualTokens: false,
          }),
          {
            input_ids: { shape, data: ids },
            attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
          },
        );
        const difference = largestDifference(logits.data, wanted.flat());
        assert.ok(difference < tolerance, `logits differ by ${difference}`);
        const hasHead = model.layers.some(({ path }) => path === "lm_head");
        assert.equal(hasHead, state === "other");
        // What is not shared is no longer the head of a method that trains the task's head.
        assert.deepEqual(model.head, []);
      }));
  }
}
