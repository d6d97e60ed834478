/**
 * Compares every method with PEFT in both directions: `make_parity.ts PYTHON`. Folders of PEFT's are
 * opened here; folders that were trained and written here are opened in PEFT. Prints the largest
 * differences of logits by method and family, and writes them to parity.json.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { type HostTensor, openDevice } from "../../lib/engine/mod.ts";
import { openOn } from "../../lib/nn/model.ts";
import { openBase } from "../adapters/golden_base.ts";
import { bases, familyOf, isLanguageModel, methodTable } from "../adapters/method_table.ts";
import { goldenMethods, headBases, segmentless, taskTypes } from "../adapters/head_bases.ts";
import {
  goldenHeadModel,
  goldenPath,
  headNames,
  largestDifference,
  readGolden,
  realTokens,
} from "../models/golden.ts";
import { randomlyWeighted } from "../models/weighted_results.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { toyRows } from "../nn/toy.ts";
import { runToy } from "../train/toy_run.ts";

const [python = "python3"] = Deno.args;
const tolerance = 1e-4;
const toyRowCount = 22;
const columns = {
  BERT: ["bert"],
  DistilBERT: ["distilbert"],
  RoBERTa: ["roberta"],
  "GPT-2": ["gpt2", "gpt2-classes"],
  Llama: ["llama", "llama-classes"],
  ...Object.fromEntries(
    headNames.map((name) => [
      name,
      headBases.filter(({ head }) => head === name).map((base) => base.name),
    ]),
  ),
};
await checkPython();
const device = await openDevice("cpu");

const read: Record<string, number> = {};
const written: Record<string, number> = {};
const own: Record<string, Float32Array> = {};
const folder = await Deno.makeTempDir();
try {
  for (const [method, { of, gaps }] of Object.entries(methodTable)) {
    for (const base of bases.filter((each) => !gaps[familyOf(each)])) {
      const name = `${method}-${base}`;
      const { logits, ...batch } = await readGolden(`methods/${name}/expected.safetensors`);
      const { model, objective } = await openBase(base, batch);
      const numbers = ({ data }: HostTensor) =>
        Float32Array.from(realTokens(data, batch.attention_mask.data));
      const theirs = await readPeftFolder(goldenPath(`methods/${name}`), model);
      const opened = { model, adapter: theirs.attached, objective };
      const found = await logitsOf(opened, device, batch, theirs.values);
      read[name] = largestDifference(numbers(found), numbers(logits));

      const adapter = await openOn(model, of(familyOf(base)));
      const { values } = await runToy({ on: model, attached: adapter });
      own[name] = numbers(await logitsOf({ model, adapter, objective }, device, batch, values));
      await Deno.mkdir(join(folder, name));
      await writePeftFolder(join(folder, name), model, adapter, values, {
        taskType: isLanguageModel(base) ? "CAUSAL_LM" : "SEQ_CLS",
        labels: ["a", "b", "c"],
      });
    }
  }
  await compareHeads();
  const { made_with, logits } = await openInPython();
  for (const [name, numbers] of Object.entries(logits)) {
    written[name] = largestDifference(numbers, own[name]);
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

/** Every method with every head on tokens. Golden folders of PEFT's are of some methods. */
async function compareHeads(): Promise<void> {
  for (const { name, modelType, head } of headBases) {
    const model = await goldenHeadModel(`heads/${name}`, head);
    const lengths = Array.from(toyRows(toyRowCount).lengths);
    const objective = randomlyWeighted(model, lengths);
    const batch = segmentless(await readGolden(`heads/${name}/expected.safetensors`), head);
    const numbers = ({ data }: HostTensor) =>
      Float32Array.from(realTokens(data, batch.attention_mask.data));
    for (const [method, { of, gaps }] of Object.entries(methodTable)) {
      if (gaps[modelType]) continue;
      const cell = `${method}-${name}`;
      if (goldenMethods.includes(method)) {
        const { results, ...own } = await readGolden(`heads/${cell}/expected.safetensors`);
        const theirs = await readPeftFolder(goldenPath(`heads/${cell}`), model);
        const opened = { model, adapter: theirs.attached, objective };
        const found = await logitsOf(opened, device, own, theirs.values);
        const mask = own.attention_mask.data;
        read[cell] = largestDifference(
          realTokens(found.data, mask),
          realTokens(results.data, mask),
        );
      }
      const adapter = await openOn(model, of(modelType, false));
      const { values } = await runToy({
        on: model,
        attached: adapter,
        loss: objective,
        rows: toyRowCount,
      });
      own[cell] = numbers(await logitsOf({ model, adapter, objective }, device, batch, values));
      await Deno.mkdir(join(folder, cell));
      await writePeftFolder(join(folder, cell), model, adapter, values, {
        taskType: taskTypes[head],
        labels: [],
      });
    }
  }
}

/** Says what is missing before minutes are spent. */
async function checkPython(): Promise<void> {
  const { success } = await new Deno.Command(python, {
    args: ["-c", "import torch, transformers, peft"],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  if (success) return;
  console.error(
    `error: ${python} has no PEFT; name a Python that has what tests/golden/requirements.txt lists:\n` +
      "  deno task parity PYTHON",
  );
  Deno.exit(1);
}

async function openInPython(): Promise<{ made_with: string; logits: Record<string, number[]> }> {
  const { success, stdout } = await new Deno.Command(python, {
    args: [join(import.meta.dirname!, "check_adapters.py"), folder],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Python could not open what was written");
  return JSON.parse(new TextDecoder().decode(stdout));
}

function printTable(): void {
  const cell = (found: Record<string, number>, names: string[]) => {
    const values = names.filter((name) => name in found).map((name) => found[name]);
    return (values.length > 0 ? Math.max(...values).toExponential(1) : "-").padStart(9);
  };
  console.log("largest logit difference: PEFT's folder opened here | ours opened in PEFT");
  console.log("decoders: the larger one of next tokens and classes");
  console.log("heads on tokens: the largest one of BERT, GPT-2 and Llama\n");
  console.log("".padEnd(18) + Object.keys(columns).map((name) => name.padStart(20)).join(""));
  const reasons: string[] = [];
  for (const [method, { gaps }] of Object.entries(methodTable)) {
    const cells = Object.values(columns).map((of) => {
      const names = of.map((base) => `${method}-${base}`);
      return `${cell(read, names)} |${cell(written, names)}`;
    });
    console.log(method.padEnd(18) + cells.join(""));
    for (const [family, { reason }] of Object.entries(gaps)) {
      reasons.push(`${method} on ${family}: ${reason}`);
    }
  }
  console.log(`\nempty cells\n  ${reasons.join("\n  ")}`);
}
