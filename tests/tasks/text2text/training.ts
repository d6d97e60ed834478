/**
 * The tiny encoder-decoders of `golden/seq2seq` that transformers trained on texts.
 *
 * @module
 */
import { type PairTask, type Table, tableFromRows, translation } from "tunebook";
import { goldenPath } from "../../models/golden.ts";

/** What transformers made of the rows. */
export interface GoldenTraining {
  readonly recipe: {
    readonly learning_rate: number;
    readonly weight_decay: number;
    readonly max_norm: number;
    readonly steps: number;
    readonly batch_size: number;
    readonly labelSmoothing: number;
    readonly prefix: string;
  };
  readonly rows: readonly {
    readonly en: string;
    readonly de: string;
    readonly source: readonly number[];
    readonly labels: readonly number[];
    readonly decoder: readonly number[];
  }[];
  readonly cc25?: readonly Pick<GoldenTraining["rows"][number], "source" | "labels">[];
  readonly losses: readonly number[];
  readonly before: readonly number[];
}

/** Model → the task with what its tokenizer needs to be told. */
export const trainedTasks: Readonly<Record<string, PairTask>> = {
  t5: translation({ source: "en", target: "de", prefix: "translate: " }),
  mbart: translation({
    source: "en",
    target: "de",
    sourceLanguage: "en_XX",
    targetLanguage: "de_DE",
  }),
  marian: translation({ source: "en", target: "de", targetLanguage: "deu" }),
};

/** The folder of a model, as a reference. */
export function trainedModel(name: string): string {
  return `file:${goldenPath(`seq2seq/trained-${name}`)}`;
}

/** What transformers made of the rows, and these as a table. */
export async function goldenTraining(
  name: string,
): Promise<{ readonly golden: GoldenTraining; readonly table: Table }> {
  const path = goldenPath(`seq2seq/trained-${name}/training.json`);
  const golden: GoldenTraining = JSON.parse(await Deno.readTextFile(path));
  const rows = golden.rows.map(({ en, de }) => ({ en, de }));
  return { golden, table: tableFromRows(rows, "the pairs") };
}
