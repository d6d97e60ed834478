/**
 * What a teacher is worth to a language model that writes: `tunebook:english` learns the sentiment sentences, and students
 * of some of its layers learn them alone, from the teacher's probabilities of the rows, and from those of answers that
 * they write themselves (`deno run -A bench/measure_gkd.ts`). Prints the perplexity of held-out rows and how far the
 * answers of the last steps are from the teacher.
 *
 *     --seed N           one seed; repeat for more (1)
 *     --rows N           rows (600)
 *     --layers A,B       the teacher's layers that the students begin with, from 0
 *     --epochs N         epochs of the students (2)
 *     --student KIND     one kind of student, such as "rows alone"; repeat for more
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { full, gkd, type GkdOptions, merged, model, perplexity, textGeneration } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { pickRows } from "../lib/table/source_rows.ts";
import { describeMachine, machineText } from "./machine.ts";
import { markdownTable } from "./markdown_table.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true, default: ["1"] },
    rows: { type: "string", default: "600" },
    layers: { type: "string", default: "0,2" },
    epochs: { type: "string", default: "2" },
    student: { type: "string", multiple: true },
  },
});
const layers = values.layers.split(",").map(Number);
const all = await sentiment();
const rows = pickRows(all, Array.from({ length: Number(values.rows) }, (_, row) => row));
const task = textGeneration({ text: "text" });
const split = { test: 0.25, seed: 1 };
const folder = await Deno.makeTempDir({ prefix: "tunebook-gkd-" });
const teacher = join(folder, "teacher");
const taught = await model("tunebook:english").data(rows, task, split).adapt(full())
  .train({ epochs: 2, learningRate: 5e-4, seed: 1 }).evaluate({ perplexity })
  .deploy(merged(teacher)).run({ quiet: true });
await taught.dispose();

const kinds: Readonly<Record<string, Omit<GkdOptions, "teacher"> | undefined>> = {
  "rows alone": undefined,
  "the teacher's forward KL of the rows": { onPolicy: 0, beta: 0 },
  "half its own answers, JSD .5": { onPolicy: 0.5, beta: 0.5 },
  "its own answers, reverse KL": { onPolicy: 1, beta: 1 },
};
const chosen = values.student ?? Object.keys(kinds);
const lines: [string, Record<string, string>][] = [
  ["the teacher", { perplexity: taught.scores.perplexity.toFixed(2) }],
];
for (const seed of values.seed) {
  for (const kind of ["untrained", ...chosen]) {
    const of = kinds[kind];
    const began = performance.now();
    const result = await model(`file:${teacher}`, { layers })
      .data(
        rows,
        of ? gkd(task, { teacher, maxNewTokens: 24, promptTokens: 4, ...of }) : task,
        split,
      )
      .adapt(full())
      .train({
        epochs: kind === "untrained" ? 0 : Number(values.epochs),
        learningRate: 5e-4,
        seed: Number(seed),
      })
      .evaluate({ perplexity }).run({ quiet: true });
    const last = result.methodRecord?.["divergence from the teacher"]?.slice(-10) ?? [];
    const nats = last.reduce((sum, { values }) => sum + values.nats, 0) / last.length;
    lines.push([`${kind}, seed ${seed}`, {
      perplexity: result.scores.perplexity.toFixed(2),
      "nats in the last steps": last.length > 0 ? nats.toFixed(3) : "",
      s: ((performance.now() - began) / 1000).toFixed(0),
    }]);
    console.error(JSON.stringify(lines.at(-1)));
    await result.dispose();
  }
}
console.log(machineText(describeMachine()));
console.log(markdownTable(lines));
await Deno.remove(folder, { recursive: true });
