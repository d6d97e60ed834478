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
import { html, htmlFrame, htmlSection, htmlTable, shareBar } from "../../core/html.ts";
import { histogramImage, histogramOf, histogramText } from "../../core/sparkline.ts";
import { shortened } from "../../core/text_table.ts";
import { type EncodedRows, encodeRows } from "../../data/encode_rows.ts";
import { describeSplits, type SplitReport } from "../../data/report.ts";
import { columnValues } from "../../table/columns.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { trainSettings } from "../../train/train_options.ts";
import type { PlanParts } from "../plan_parts.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { openBase } from "../run/open_base.ts";
import { readSplits } from "../run/prepare_data.ts";

/** One row as the model gets it. */
export interface PreviewRow {
  readonly text: string;
  readonly label: string;
  /** The tokens with special tokens; short rows are padded to the longest of the rows shown. */
  readonly tokens: readonly string[];
  /** 1 for a token, 0 for padding. */
  readonly mask: readonly number[];
}

/** The data of a plan. In a notebook it shows splits, balance, lengths and example rows. */
export interface DataPreview extends Displayed {
  readonly splits: SplitReport;
  /** Tokens of each row, by split. */
  readonly lengths: Readonly<Record<string, Int32Array>>;
  /** Training rows. */
  readonly examples: readonly PreviewRow[];
  toString(): string;
}

/** How to look at the data. */
export interface PreviewOptions {
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const shownExamples = 3;
/** Enough tokens of a row to see how a text is cut. */
const shownTokens = 40;
const shownClasses = 12;

/** Reads and encodes the data of a plan; the model's weights are not read. */
export async function previewData(
  parts: PlanParts,
  options: PreviewOptions = {},
): Promise<DataPreview> {
  const { columns } = parts;
  using interrupt = onCellInterrupt(options.signal);
  const { signal } = interrupt;
  const splits = await readSplits(parts.data, columns, signal);
  const { config, tokenizer } = await openBase(parts.model, signal);
  const maxTokens = Math.min(trainSettings(parts.train).maxTokens, config.maxTokens);
  const encoded: Record<string, EncodedRows> = {};
  for (const [name, table] of Object.entries(splits)) {
    if (!table) continue;
    const { text, pair } = columns;
    encoded[name] = await encodeRows(table, tokenizer, {
      text,
      maxTokens,
      where: `the ${name} data`,
      signal,
      ...(pair ? { pair } : {}),
    });
  }
  const lengths = Object.fromEntries(
    Object.entries(encoded).map(([name, rows]) => [name, rows.lengths]),
  );
  const report = describeSplits(splits, {
    text: columns.text,
    ...(columns.label === undefined ? {} : { label: columns.label }),
    ...(columns.separator ? { separator: columns.separator } : {}),
    regression: columns.kind === "regression",
    lengths,
  });
  const texts = columnValues(splits.train, columns.text);
  const labels = columns.label === undefined ? [] : columnValues(splits.train, columns.label);
  const rows = encoded.train.examples.slice(0, shownExamples);
  const longest = Math.min(shownTokens, Math.max(...rows.map(({ ids }) => ids.length)));
  const examples = rows.map(({ ids, row }): PreviewRow => {
    const shown = Array.from(ids.subarray(0, longest));
    const padding = new Array<number>(longest - shown.length).fill(tokenizer.padId);
    return {
      text: String(texts[row]),
      label: columns.label === undefined ? "" : String(labels[row]),
      tokens: [...shown, ...padding].map((id) => tokenText(tokenizer, id)),
      mask: [...shown.map(() => 1), ...padding.map(() => 0)],
    };
  });
  const preview = { splits: report, lengths, examples };
  return Object.freeze({
    ...preview,
    toString: () => previewText(preview),
    [customInspect]: () => previewText(preview),
    [jupyterDisplay]: () => previewDisplay(preview),
  });
}

type Shown = Pick<DataPreview, "splits" | "lengths" | "examples">;

function tokenText(tokenizer: Tokenizer, id: number): string {
  const { padId, clsId, sepId, maskId, texts } = tokenizer;
  const special = { pad_token: padId, cls_token: clsId, sep_token: sepId, mask_token: maskId };
  const name = Object.entries(special).find(([, own]) => own === id)?.[0];
  return (name && texts[name]) ?? (tokenizer.decode([id]) || `#${id}`);
}

function previewText({ splits, lengths, examples }: Shown): string {
  return [
    String(splits),
    ...Object.entries(lengths).map(([name, values]) =>
      `token lengths of ${name}: ${histogramText(histogramOf(values).counts)}`
    ),
    ...examples.flatMap(({ text, label, tokens, mask }) => [
      `${label}: ${shortened(text, 100)}`,
      `  tokens ${tokens.join(" ")}`,
      `  mask   ${mask.join("")}`,
    ]),
  ].join("\n");
}

function previewDisplay(shown: Shown): MimeBundle {
  const { splits, lengths, examples } = shown;
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
      `${name}: ${each.name}`,
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
      warnings.map((line) => html`<p style="margin:.2em 0">⚠ ${line}</p>`),
      examples.map(({ text, label, tokens, mask }) =>
        htmlSection(
          html`<bdi>${label}</bdi>: <bdi>${shortened(text, 100)}</bdi>`,
          html`<p style="margin:.2em 0;font-family:monospace">${
            tokens.map((token, at) =>
              html`<span dir="auto" title="${
                mask[at] ? "token" : "padding, masked"
              }" style="border:1px solid
rgba(128,128,128,.5);padding:0 .25em;margin:0 .15em .15em 0;display:inline-block;opacity:${
                mask[at] ? 1 : 0.45
              }">${token}</span>`
            )
          }<br>mask ${mask.join("")}</p>`,
        )
      ),
    ),
  );
}
