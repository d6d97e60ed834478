/**
 * Trains every method on the tiny encoder-decoders that transformers trained, writes `adapter` and `merged`
 * folders, opens them with PEFT and transformers, and compares the losses of the rows:
 * `make_seq2seq_parity.ts PYTHON`. Writes the largest differences to seq2seq/parity.json.
 *
 * @module
 */
import { join } from "node:path";
import {
  adapter,
  bitfit,
  ia3,
  lora,
  merged,
  type Method,
  model,
  prefixTuning,
  promptTuning,
  pTuning,
  vera,
} from "tunebook";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { largestDifference } from "../models/golden.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";

const [python = "python3"] = Deno.args;
const tolerance = 1e-4;
const methods: Readonly<Record<string, { made: () => Method; gaps?: readonly string[] }>> = {
  lora: { made: () => lora({ rank: 2, targets: "all-linear" }) },
  dora: { made: () => lora({ rank: 2, dora: true, targets: "all-linear" }) },
  vera: { made: () => vera({ rank: 3 }) },
  ia3: { made: () => ia3() },
  bitfit: { made: () => bitfit({ targets: "all-linear" }), gaps: ["t5"] },
  prompt: { made: () => promptTuning({ tokens: 3 }), gaps: ["marian"] },
  ptuning: { made: () => pTuning({ tokens: 3 }), gaps: ["marian"] },
  prefix: { made: () => prefixTuning({ tokens: 3, sites: ["decoder"] }) },
};

const folder = await Deno.makeTempDir();
const own: Record<string, Float32Array> = {};
try {
  for (const [name, task] of Object.entries(trainedTasks)) {
    const { table } = await goldenTraining(name);
    for (const [method, { made, gaps = [] }] of Object.entries(methods)) {
      if (gaps.includes(name)) continue;
      const places = [
        `adapter-${method}-${name}`,
        ...(method === "lora" ? [`merged-${name}`] : []),
      ];
      const [first, second] = places.map((place) => join(folder, place));
      const result = await model(trainedModel(name))
        .data(table, task, { test: table })
        .adapt(made())
        .train({ epochs: 3, batchSize: 4, learningRate: 1e-2 })
        .deploy(adapter(first), ...second ? [merged(second)] : [])
        .run({ quiet: true });
      for (const place of places) own[place] = result.predictions.logits;
      await result.dispose();
    }
  }
  const script = join(import.meta.dirname!, "check_seq2seq.py");
  const { success, stdout } = await new Deno.Command(python, {
    args: [script, folder],
    stderr: "inherit",
  }).output();
  if (!success) Deno.exit(1);
  const { made_with, losses } = JSON.parse(new TextDecoder().decode(stdout));
  const differences = Object.fromEntries(
    Object.entries(own).map(([name, found]) => [name, largestDifference(found, losses[name])]),
  );
  console.log(differences);
  await writeFileAtomic(
    join(import.meta.dirname!, "seq2seq", "parity.json"),
    JSON.stringify({ made_with, tolerance, differences }, null, 1) + "\n",
  );
  if (!(Math.max(...Object.values(differences)) < tolerance)) Deno.exit(1);
} finally {
  await Deno.remove(folder, { recursive: true });
}
