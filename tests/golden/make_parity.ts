/**
 * Compares every method with PEFT in both directions: `make_parity.ts PYTHON`. Folders of PEFT's are
 * opened here; folders that were trained and written here are opened in PEFT. Prints the largest
 * differences of logits by method and architecture, and writes them to parity.json.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft_folder.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { largestDifference } from "../../lib/nn/run_over.ts";
import { openOn } from "../../lib/nn/model.ts";
import { textClassification } from "../../lib/tasks/text_classification.ts";
import { methodTable } from "../adapters/method_table.ts";
import { goldenModel, goldenPath, readGolden } from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainee.ts";
import { runToy } from "../train/toy_run.ts";

const [python = "python3"] = Deno.args;
const tolerance = 1e-4;
const bases = ["bert", "roberta", "distilbert"];
const task = textClassification({ kind: "single", outputs: 3, targets: new Float32Array(9) });
const device = await openDevice("cpu");

const read: Record<string, number> = {};
const written: Record<string, number> = {};
const own: Record<string, Float32Array> = {};
const folder = await Deno.makeTempDir();
try {
  for (const [method, { of, distilbert }] of Object.entries(methodTable)) {
    for (const base of bases.filter((each) => each !== "distilbert" || distilbert)) {
      const name = `${method}-${base}`;
      const { logits, ...batch } = await readGolden(`methods/${name}/expected.safetensors`);
      const model = await goldenModel(base);
      const theirs = await readPeftFolder(goldenPath(`methods/${name}`), model);
      const opened = { model, adapter: theirs.attached, task };
      const found = await logitsOf(opened, device, batch, theirs.values);
      read[name] = largestDifference(floats(found.data), floats(logits.data));

      const adapter = await openOn(model, of(base));
      const { values } = await runToy({ on: model, attached: adapter });
      const trained = await logitsOf({ model, adapter, task }, device, batch, values);
      own[name] = floats(trained.data);
      await Deno.mkdir(join(folder, name));
      await writePeftFolder(join(folder, name), model, adapter, values, ["a", "b", "c"]);
    }
  }
  const { made_with, logits } = await openInPython();
  for (const [name, rows] of Object.entries(logits)) {
    written[name] = largestDifference(Float32Array.from(rows.flat()), own[name]);
  }
  await writeFileAtomic(
    join(import.meta.dirname!, "parity.json"),
    JSON.stringify({ made_with, tolerance, read, written }, null, 1) + "\n",
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}
printTable();
const worst = Math.max(...Object.values(read), ...Object.values(written));
console.log(`\nlargest ${worst.toExponential(1)}, allowed ${tolerance.toExponential(0)}`);
if (!(worst < tolerance)) Deno.exit(1);

function floats(data: ArrayLike<number>): Float32Array {
  return Float32Array.from(data);
}

async function openInPython(): Promise<{ made_with: string; logits: Record<string, number[][]> }> {
  const { success, stdout } = await new Deno.Command(python, {
    args: [join(import.meta.dirname!, "check_adapters.py"), folder],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Python could not open what was written");
  return JSON.parse(new TextDecoder().decode(stdout));
}

function printTable(): void {
  const cell = (value: number | undefined) => (value?.toExponential(1) ?? "-").padStart(10);
  console.log("largest logit difference: PEFT's folder opened here | ours opened in PEFT\n");
  console.log("".padEnd(20) + bases.map((base) => base.padStart(20)).join("  "));
  for (const method of Object.keys(methodTable)) {
    const cells = bases.map((base) => {
      const name = `${method}-${base}`;
      return `${cell(read[name])}${cell(written[name])}`;
    });
    console.log(method.padEnd(20) + cells.join("  "));
  }
}
