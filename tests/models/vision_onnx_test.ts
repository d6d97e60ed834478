import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { openOnnxFile, writeOnnxFile } from "../../lib/engine/mod.ts";
import { forwardProgram } from "../../lib/nn/forward_program.ts";
import { settle } from "../../lib/nn/merge.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { frozenOf } from "../../lib/nn/trainable_model.ts";
import { boxResults } from "../../lib/models/box_head.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { inFolder } from "../weights/in_folder.ts";
import { largestDifference, readGolden } from "./golden.ts";
import { goldenImageModel, sized } from "./golden_images.ts";
import { weightedImages } from "./weighted_images.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;

const models = [
  ["vit", "classification"],
  ["resnet", "classification"],
  ["convnext", "classification"],
  ["mobilenet_v2", "classification"],
  ["segformer", "masks"],
  ["yolos", "boxes"],
  ["detr", "boxes"],
] as const;

for (const [name, head] of models) {
  Deno.test(`the exported graph of ${name} gives what transformers gives`, () =>
    inFolder(async (folder) => {
      const { pixel_values, results } = await readGolden(`vision/${name}/expected.safetensors`);
      const model = sized(await goldenImageModel(name, head), pixel_values);
      const objective = {
        ...weightedImages(model, results),
        ...(head === "boxes" ? { exported: boxResults } : {}),
      };
      const adapter = attachTo(model, lora({ rank: 2 }));
      const values = initialParameters({ model, adapter, objective }, 1);
      const settled = { ...settle(model, adapter, values), objective };
      const path = `${folder}/model.onnx`;
      await writeOnnxFile(path, forwardProgram(settled), frozenOf(settled));
      const session = await openOnnxFile(path);
      const found = await session.run({ pixel_values });
      await session.dispose();
      const outputs = head === "boxes" ? ["logits", "pred_boxes"] : ["logits"];
      assert.deepEqual(Object.keys(found).sort(), outputs);
      const rows = results.shape.slice(0, -1).reduce((product, size) => product * size, 1);
      const own = outputs.map((output) => found[output]);
      const joined = Array.from(
        { length: rows },
        (_, row) =>
          own.flatMap(({ data }) =>
            Array.from(data.slice(row * data.length / rows, (row + 1) * data.length / rows))
          ),
      ).flat();
      const difference = largestDifference(joined, results.data);
      assert.ok(difference < tolerance, `results differ by ${difference}`);
    }));
}
