/**
 * Opens merged folders in float16 and bfloat16 with transformers: `make_half.ts PYTHON` → half.json. A
 * classifier's logits, and greedy tokens of a decoder and an encoder-decoder, beside those of the folder
 * opened here. The test reads that the type is right and how far both are.
 *
 * @module
 */
import { join } from "node:path";
import { lora, merged, model, open, tableFromRows } from "tunebook";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { largestDifference } from "../../lib/nn/run_over.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";

const texts = ["good", "the film was lovely", "it was a bad place"];
const maxNewTokens = 8;
const dtypes = ["float16", "bfloat16"] as const;

interface Request {
  readonly name: string;
  readonly folder: string;
  readonly class: string;
  readonly texts: readonly string[];
  /** What the folder gives here. */
  readonly own: readonly (readonly number[])[];
}

const [python = "python3"] = Deno.args;
const folder = await Deno.makeTempDir();
try {
  const requests = [...await classifier(), ...await decoder(), ...await encoderDecoder()];
  const { made_with, found } = await asked(requests);
  const results = requests.map(({ name, class: kind, own }, at) => {
    const { dtype, results } = found[at];
    const isSame = JSON.stringify(own) === JSON.stringify(results);
    return [name, {
      dtype,
      ...(kind.endsWith("Classification")
        ? { largestDifference: largestDifference(own.map(floats), results.map(floats)) }
        : { sameTokens: isSame, tokens: results }),
    }] as const;
  });
  await writeFileAtomic(
    join(import.meta.dirname!, "half.json"),
    JSON.stringify({ made_with, results: Object.fromEntries(results) }, null, 1) + "\n",
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

function floats(numbers: readonly number[]): Float32Array {
  return Float32Array.from(numbers);
}

async function classifier(): Promise<Request[]> {
  const targets = dtypes.map((dtype) => merged(join(folder, `bert-${dtype}`), { dtype }));
  const result = await model(await tinyModel(join(folder, "bert")))
    .data(moods(60), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
    .train({ epochs: 1 }).deploy(...targets).run({ quiet: true });
  await result.dispose();
  return await Promise.all(targets.map(async ({ folder }, at) => {
    const again = await model(`file:${folder}`)
      .data(moods(60), {
        text: "text",
        label: "mood",
        test: tableFromRows(texts.map((text) => ({ text, mood: "positive" }))),
      })
      .adapt(lora({ rank: 1 })).train({ epochs: 0 }).run({ quiet: true });
    const { logits, labels } = again.predictions;
    await again.dispose();
    const own = texts.map((_, row) =>
      Array.from(logits.slice(row * labels.length, (row + 1) * labels.length))
    );
    const name = `bert, ${dtypes[at]}`;
    return { name, folder, class: "AutoModelForSequenceClassification", texts, own };
  }));
}

async function decoder(): Promise<Request[]> {
  const rows = tableFromRows(reviews(32).map((row) => ({ ...row })));
  const targets = dtypes.map((dtype) => merged(join(folder, `gpt2-${dtype}`), { dtype }));
  const result = await model(await tinyModel(join(folder, "gpt2"), "gpt2"))
    .data(rows, { text: "text", test: rows }).adapt(lora({ rank: 2 })).train({ epochs: 1 })
    .deploy(...targets).run({ quiet: true });
  await result.dispose();
  return await written("gpt2", targets, "AutoModelForCausalLM", texts, texts);
}

async function encoderDecoder(): Promise<Request[]> {
  const { golden, table } = await goldenTraining("t5");
  const targets = dtypes.map((dtype) => merged(join(folder, `t5-${dtype}`), { dtype }));
  const result = await model(trainedModel("t5")).data(table, trainedTasks.t5, { test: table })
    .adapt(lora({ rank: 2 })).train({ epochs: 1 }).deploy(...targets).run({ quiet: true });
  await result.dispose();
  const sources = golden.rows.slice(0, 3).map(({ en }) => en);
  const given = sources.map((text) => golden.recipe.prefix + text);
  return await written("t5", targets, "AutoModelForSeq2SeqLM", sources, given);
}

/** Greedy tokens of folders, for texts here and the same as Python is given them. */
async function written(
  name: string,
  targets: readonly { readonly folder: string }[],
  kind: string,
  inputs: readonly string[],
  given: readonly string[],
): Promise<Request[]> {
  const requests: Request[] = [];
  for (const [at, { folder }] of targets.entries()) {
    const opened = await open(folder);
    const found = await opened.generate([...inputs], { maxNewTokens });
    await opened.dispose();
    const own = found.map(({ tokens }) => [...tokens]);
    requests.push({ name: `${name}, ${dtypes[at]}`, folder, class: kind, texts: given, own });
  }
  return requests;
}

async function asked(requests: readonly Request[]): Promise<{
  made_with: string;
  found: { dtype: string; results: number[][] }[];
}> {
  const file = join(folder, "requests.json");
  await Deno.writeTextFile(file, JSON.stringify(requests));
  const { success, stdout } = await new Deno.Command(python, {
    args: [join(import.meta.dirname!, "check_half.py"), file],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Python could not open what was deployed");
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}
