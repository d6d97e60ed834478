/**
 * The data as the model will see it, before anything is trained.
 *
 * @module
 */
import { customInspect, type Displayed, jupyterDisplay } from "../../core/display.ts";
import { checkOptions } from "../../core/check_options.ts";
import { abortSignal, type Rules } from "../../core/option_rules.ts";
import { describeTables } from "../../data/report.ts";
import type { SplitReport } from "../../data/split_report.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { trainSettings } from "../../train/train_options.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { previewDisplay, previewText } from "./preview_display.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import { notesOf } from "../run/split_notes.ts";
import { openStage, processorOf } from "../run/open_stage.ts";
import type { PreviewRow } from "./preview_row.ts";
import { type ReadData, readStage } from "../run/read_stage.ts";

/** The data of a plan. In a notebook it shows splits, balance, lengths and example rows. */
export interface DataPreview extends Displayed {
  readonly splits: SplitReport;
  /** Tokens of each row, by split; none of images. */
  readonly lengths: Readonly<Record<string, Int32Array>>;
  /** What the task says of the rows, such as how many tokens are learned. */
  readonly notes: readonly string[];
  /** Training rows. */
  readonly examples: readonly PreviewRow[];
  toString(): string;
}

/** How to look at the data. */
export interface PreviewOptions {
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const rules: Rules<PreviewOptions> = { signal: abortSignal };
const shownExamples = 3;
/** Enough tokens of a row to see how a text is cut. */
const shownTokens = 40;

/** Reads and encodes the data of a plan; the model's weights are not read. */
export async function previewData(
  spec: PlanSpec,
  options: PreviewOptions = {},
): Promise<DataPreview> {
  checkOptions("preview", options, rules);
  using interrupt = onCellInterrupt(options.signal);
  const { signal } = interrupt;
  const read = await readStage(spec, signal);
  const opened = await openStage(spec, { signal, read });
  const maxTokens = Math.min(trainSettings(spec.train).maxTokens, opened.config.maxTokens);
  const processor = processorOf(opened, maxTokens);
  const lengths: Record<string, Int32Array> = {};
  const inputs: Record<string, readonly (string | undefined)[] | undefined> = {};
  const found: Record<string, AnyExamples> = {};
  for (const [name, table] of Object.entries(read.splits)) {
    if (!table) continue;
    const where = `the ${name === "train" ? "training" : name} data`;
    const examples = await read.task.examples(table, processor, { where, labelled: false, signal });
    if (processor.input === "text") lengths[name] = examples.lengths;
    inputs[name] = examples.inputKeys?.();
    found[name] = examples;
  }
  const preview = {
    splits: describeTables(read.splits, { ...spec.task.report, inputs, lengths }),
    lengths,
    notes: notesOf(found),
    examples: await shownRows(read, processor, inputs.train),
  };
  return Object.freeze({
    ...preview,
    toString: () => previewText(preview),
    [customInspect]: () => previewText(preview),
    [jupyterDisplay]: () => previewDisplay(preview),
  });
}

/**
 * The first training rows that have something to show, and others where there are too few, with their
 * tokens; of a row of several sequences the first one. Rows that the model does not get are passed over.
 */
async function shownRows(
  { splits: { train }, task }: ReadData,
  processor: Processor,
  keys: readonly (string | undefined)[] | undefined,
): Promise<PreviewRow[]> {
  const isGiven = (row: number) => keys === undefined || keys[row] !== undefined;
  const rows = [];
  for (const row of shownNumbers(train.numRows(), task.task.hasMarks?.(train), isGiven)) {
    const table = pickRows(train, [row]);
    const where = "the training data";
    const examples = await task.examples(table, processor, { where, labelled: false });
    const ids = examples.lengths.length > 0
      ? (await examples.feedsOf([0])).input_ids?.data ?? []
      : [];
    const counts = examples.lengths.length > 0 ? examples.countsOf?.(0) : undefined;
    const pictures = await examples.pictures?.(0);
    rows.push({
      ...task.task.preview(table, 0),
      ids: Array.from(ids),
      counts,
      ...(pictures ? { pictures } : {}),
    });
  }
  const longest = Math.min(shownTokens, Math.max(...rows.map(({ ids }) => ids.length)));
  return rows.map(({ text, label, ids, counts, pictures }) => {
    const shown = ids.slice(0, longest);
    const padding = longest - shown.length;
    const word = (id: number) =>
      processor.input === "text" ? tokenText(processor.tokenizer, id) : "";
    return {
      text,
      label,
      tokens: [
        ...shown.map(word),
        ...Array<string>(padding).fill(
          processor.input === "text" ? word(processor.tokenizer.padId) : "",
        ),
      ],
      mask: [...shown.map(() => 1), ...Array<number>(padding).fill(0)],
      ...(pictures ? { pictures } : {}),
      ...(counts ? { learned: shown.map((id, at) => ({ id, learned: counts[at] > 0 })) } : {}),
    };
  });
}

/** The numbers of the rows shown, from 0, in their order. */
function shownNumbers(
  count: number,
  hasMarks: readonly boolean[] | undefined,
  isGiven: (row: number) => boolean,
): number[] {
  const rows = Array.from({ length: count }, (_, row) => row).filter(isGiven);
  const ranked = hasMarks ? rows.toSorted((a, b) => +hasMarks[b] - +hasMarks[a] || a - b) : rows;
  return ranked.slice(0, shownExamples).sort((a, b) => a - b);
}

function tokenText(tokenizer: Tokenizer, id: number): string {
  const { padId, clsId, sepId, maskId, texts } = tokenizer;
  const special = { pad_token: padId, cls_token: clsId, sep_token: sepId, mask_token: maskId };
  const name = Object.entries(special).find(([, own]) => own === id)?.[0];
  return (name && texts[name]) ?? (tokenizer.decode([id]) || `#${id}`);
}
