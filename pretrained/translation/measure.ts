/**
 * Prints the chrF of the translation model on held-out messages, for each language.
 *
 *     deno run --allow-all pretrained/translation/measure.ts [--model FOLDER] [--rows 150]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { open } from "../../mod.ts";
import { learned, type Pair, rowsOf } from "./rows.ts";
import { scoreOf, written } from "./written.ts";

const { values: flags } = parseArgs({
  options: {
    model: { type: "string", default: "pretrained/translation" },
    rows: { type: "string", default: "150" },
  },
});

const model = await open(flags.model);
for (const language of learned) {
  const table = await rowsOf("test", [language], Number(flags.rows));
  const texts = await written(model, table.objects() as unknown as Pair[]);
  console.log(`${language}: ${scoreOf(texts)}`);
  for (const row of [0, 1, 2]) {
    console.log(`  ${texts.inputs![row]} → ${texts.predicted[row]} (${texts.references[row][0]})`);
  }
}
await model.dispose();
