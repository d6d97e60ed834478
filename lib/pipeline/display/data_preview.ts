/**
 * The data as the model will see it, before anything is trained.
 *
 * @module
 */
import {
  bundleOf,
  customInspect,
  type Displayed,
  jupyterDisplay,
  type MimeBundle,
} from "../../core/display.ts";
import { checkOptions } from "../../core/check_options.ts";
import { abortSignal, type Rules } from "../../core/option_rules.ts";
import { html, htmlFrame, htmlSection, htmlTable, shareBar } from "../../core/html.ts";
import { histogramImage, histogramOf, histogramText } from "../../core/sparkline.ts";
import { shortened } from "../../core/text_table.ts";
import { shownName } from "../../core/quoted.ts";
import { visible } from "../../core/visible.ts";
import { describeTables, type SplitReport } from "../../data/report.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { trainSettings } from "../../train/train_options.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import { notesOf } from "../run/split_notes.ts";
import { openStage, processorOf } from "../run/open_stage.ts";
import { type ReadData, readStage } from "../run/read_stage.ts";

/** One row as the model gets it. */
export interface PreviewRow {
  readonly text: string;
  readonly label: string;
  /** The tokens with special tokens; short rows are padded to the longest of the rows shown. */
  readonly tokens: readonly string[];
  /** 1 for a token, 0 for padding. */
  readonly mask: readonly number[];
  /** Of each token that is no padding its id, and whether it is learned, where the task tells that. */
  readonly learned?: readonly { readonly id: number; readonly learned: boolean }[];
}

/** The data of a plan. In a notebook it shows splits, balance, lengths and example rows. */
export interface DataPreview extends Displayed {
  readonly splits: SplitReport;
  /** Tokens of each row, by split. */
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
const shownClasses = 12;

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
    lengths[name] = examples.lengths;
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
    rows.push({ ...task.task.preview(table, 0), ids: Array.from(ids), counts });
  }
  const longest = Math.min(shownTokens, Math.max(...rows.map(({ ids }) => ids.length)));
  return rows.map(({ text, label, ids, counts }) => {
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

type Shown = Pick<DataPreview, "splits" | "lengths" | "notes" | "examples">;

function tokenText(tokenizer: Tokenizer, id: number): string {
  const { padId, clsId, sepId, maskId, texts } = tokenizer;
  const special = { pad_token: padId, cls_token: clsId, sep_token: sepId, mask_token: maskId };
  const name = Object.entries(special).find(([, own]) => own === id)?.[0];
  return (name && texts[name]) ?? (tokenizer.decode([id]) || `#${id}`);
}

/** A text in which nothing is marked is its own label. */
function isText(label: string, text: string): boolean {
  return label === text.replace(/\s+/g, " ");
}

function previewText({ splits, lengths, notes, examples }: Shown): string {
  return [
    String(splits),
    ...notes,
    ...Object.entries(lengths).map(([name, values]) =>
      `token lengths of ${name}: ${histogramText(histogramOf(values).counts)}`
    ),
    ...examples.flatMap(({ text, label, tokens, mask, learned }) => [
      `${isText(label, text) ? "" : `${visible(label)}: `}${shortened(text, 100)}`,
      `  tokens ${tokens.map(visible).join(" ")}`,
      `  mask   ${mask.join("")}`,
      ...learned ? [`  learned ${learned.map((each) => each.learned ? 1 : 0).join("")}`] : [],
    ]),
  ].join("\n");
}

function previewDisplay(shown: Shown): MimeBundle {
  const { splits, lengths, notes, examples } = shown;
  const sizes = splits.splits.map(({ name, rows, tokens, duplicates }) => {
    const { counts, low, high } = histogramOf(lengths[name]);
    return [
      name,
      rows.toLocaleString("en"),
      histogramImage(
        counts,
        `Token lengths of ${name} from ${low} to ${high}: ${counts.join(", ")}`,
      ),
      tokens ? `half ≤ ${tokens.half}, 99 % ≤ ${tokens.nearly}, longest ${tokens.all}` : "",
      duplicates,
    ];
  });
  const balance = splits.splits.flatMap(({ name, classes }) =>
    classes.slice(0, shownClasses).map((each) => [
      `${name}: ${shownName(each.name)}`,
      each.rows.toLocaleString("en"),
      shareBar(each.share, `${(100 * each.share).toFixed(1)} %`),
    ])
  );
  const warnings = String(splits).split("\n").slice(splits.splits.length);
  return bundleOf(
    previewText(shown),
    htmlFrame(
      htmlTable({
        caption: "Splits and the lengths of their rows in tokens",
        columns: ["split", "rows", "lengths", "", "repeated texts"].map((title) => ({ title })),
        rows: sizes,
      }),
      balance.length > 0
        ? htmlTable({
          caption: "Class balance",
          columns: ["class", "rows", "share"].map((title) => ({ title })),
          rows: balance,
        })
        : html``,
      notes.map((line) => html`<p style="margin:.2em 0">${line}</p>`),
      warnings.map((line) => html`<p style="margin:.2em 0">⚠ ${line}</p>`),
      examples.map(({ text, label, tokens, mask, learned }) =>
        htmlSection(
          html`${
            isText(label, text) ? [] : html`
              <bdi>${visible(label)}</bdi>:
            `
          }<bdi>${shortened(text, 100)}</bdi>`,
          html`<p style="margin:.2em 0;font-family:monospace">${
            tokens.map((token, at) =>
              html`<span dir="auto" title="${
                mask[at] ? "token" : "padding, masked"
              }" style="border:1px solid
rgba(128,128,128,.5);padding:0 .25em;margin:0 .15em .15em 0;display:inline-block;opacity:${
                mask[at] ? 1 : 0.45
              }">${token}</span>`
            )
          }<br>mask ${mask.join("")}</p>${learned ? tokenTable(tokens, learned) : html``}`,
        )
      ),
    ),
  );
}

/** Each token with its id and whether it is learned. */
function tokenTable(
  tokens: readonly string[],
  learned: NonNullable<PreviewRow["learned"]>,
) {
  return htmlTable({
    caption: "What is learned",
    columns: ["token", "id", "learned"].map((title) => ({ title })),
    rows: learned.map(({ id, learned }, at) => [visible(tokens[at]), id, learned ? "yes" : "no"]),
  });
}
