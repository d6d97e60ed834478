/**
 * Mistakes that only the tokenizer finds are told with the row of the source, not that of a split.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  head,
  model,
  questionAnswering,
  type Table,
  tableFromRows,
  tokenClassification,
} from "tunebook";
import { openRuns } from "../../../lib/pipeline/compare/compared_runs.ts";
import { encodeSplits } from "../../../lib/pipeline/run/assemble_plan.ts";
import { openStage, processorOf } from "../../../lib/pipeline/run/open_stage.ts";
import { readStage } from "../../../lib/pipeline/run/read_stage.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { columnValues } from "../../../lib/table/columns.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";

const rows = 20;
/** The row that is wrong, from 1: with this seed it is in a split, not at its place. */
const wrong = 17;
const tableOf = (rowOf: (isWrong: boolean) => Readonly<Record<string, unknown>>) =>
  tableFromRows(Array.from({ length: rows }, (_, row) => rowOf(row + 1 === wrong)));

const nothing = "\u200b";
const words = tableOf((isWrong) => ({
  words: isWrong ? [nothing] : ["good", "film"],
  tags: isWrong ? ["O"] : ["B-X", "O"],
}));
const answers = tableOf((isWrong) => ({
  question: "it ?",
  context: `the ${isWrong ? nothing : "film"} was`,
  answers: [{ text: isWrong ? nothing : "film", start: 4 }],
}));
const long = tableOf((isWrong) => ({
  question: "it ?",
  context: isWrong ? "the film was very good and the food was very bad" : "the film",
  answers: [{ text: "film", start: 4 }],
}));

Deno.test("rows of which a tokenizer makes nothing are those of the source, in every split", () =>
  inFolder(async (folder) => {
    const base = model(await tinyModel(join(folder, "base")));
    const tags = tokenClassification({ tokens: "words", tags: "tags" });
    const whereOf = async (
      table: Table,
      task: typeof tags | ReturnType<typeof questionAnswering>,
      expected: (error: unknown) => true,
      maxTokens = 32,
    ) => {
      for (const seed of [1, 2, 3]) {
        const data = base.data(table, task as typeof tags, { seed, test: 0.3, validation: 0.2 });
        const plan = data.adapt(head()).train({ maxTokens });
        await assert.rejects(plan.run({ quiet: true }), expected);
      }
    };
    await whereOf(words, tags, isMistake("data", "rows of the data", `row ${wrong}: "`));
    const none = isMistake("data", "of the data", `row ${wrong}: the answer`);
    await whereOf(answers, questionAnswering(), none);
    const stride = isMistake("input", `the question of row ${wrong} of the data`);
    await whereOf(long, questionAnswering({ stride: 9 }), stride, 12);
  }));

Deno.test("outputs that are no numbers are those of the source's rows", () =>
  inFolder(async (folder) => {
    const spec = base(await tinyModel(join(folder, "base")), long);
    const read = await readStage(spec);
    const opened = await openStage(spec);
    const encoded = await encodeSplits(read, processorOf(opened, 32), undefined, {
      student: opened.config,
    });
    const lineOf = (table: Table) =>
      columnValues(table, "context").findIndex((context) => String(context).length > 20);
    const split = lineOf(read.splits.test) < 0 ? "train" : "test";
    const at = lineOf(read.splits[split]);
    assert.ok(at >= 0 && at !== wrong - 1);
    const outputs = Array.from(encoded[split].lengths, (tokens, row) => {
      const logits = new Float32Array(2 * tokens);
      if (row === at) logits[0] = NaN;
      return logits;
    });
    assert.throws(
      () => encoded[split].predictions(outputs),
      isMistake("diverged", `row ${wrong} of the data has NaN`),
    );
  }));

Deno.test("so are the rows of a comparison", () =>
  inFolder(async (folder) => {
    const spec = base(await tinyModel(join(folder, "base")), answers);
    const read = await readStage(spec);
    await assert.rejects(
      openRuns(spec, read, { device: await openDevice(), maxTokens: 32 }),
      isMistake("data", `row ${wrong}: the answer`),
    );
  }));

function base(reference: string, table: Table) {
  return model(reference).data(table, questionAnswering(), { seed: 2, test: 0.3 })
    .adapt(head()).train().spec;
}
