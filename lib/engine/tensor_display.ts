/**
 * What a person should see of a tensor: shape, type, range and the first values.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../core/display.ts";
import { html, htmlFrame, htmlTable } from "../core/html.ts";
import { histogramImage, histogramOf, histogramText } from "../core/sparkline.ts";
import { textTable } from "../core/text_table.ts";

/** A tensor as tensorflow.js has it, or numbers with a shape. */
export interface ShownTensor {
  readonly shape: readonly number[];
  /** `float32` unless given. */
  readonly dtype?: string;
  /** Reads the values; tensorflow.js' tensors have it. */
  data?(): Promise<ArrayLike<unknown>>;
  readonly isDisposed?: boolean;
}

/** Rows and columns from each corner of the last two axes. */
const [shownRows, shownColumns] = [6, 8];

/**
 * Shape, type, range and values of a tensor. Of a large one the first rows and columns of the first
 * matrix are shown. The values are read asynchronously, as WebGPU needs it.
 *
 * @example
 * ```ts
 * import { displayOfTensor } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const tensor = { shape: [2, 2], dtype: "float32", data: () => Promise.resolve([1, 2, 3, 4.5]) };
 * const shown = await displayOfTensor(tensor);
 * assert.match(shown["text/plain"], /^tensor \[2, 2\] float32/);
 * assert.match(shown["text/plain"], /3 +4.5/);
 * ```
 */
export async function displayOfTensor(tensor: ShownTensor): Promise<MimeBundle> {
  const { shape, dtype = "float32" } = tensor;
  const title = `tensor [${shape.join(", ")}] ${dtype}`;
  if (tensor.isDisposed || !tensor.data) {
    const text = `${title}, its memory was freed`;
    return bundleOf(text, htmlFrame(html`<p>${text}</p>`));
  }
  const read = await tensor.data();
  const values = dtype === "complex64" ? complexTexts(read as ArrayLike<number>) : read;
  if (values.length === 0) {
    const text = `${title}, empty`;
    return bundleOf(text, htmlFrame(html`<p>${text}</p>`));
  }
  const numbers = dtype === "string" || dtype === "complex64" ? [] : Array.from(values, Number);
  const facts = numbers.length > 0 ? factsOf(numbers) : `${values.length} values`;
  const { counts } = histogramOf(numbers);
  const { head, rows, note } = firstMatrix(values, shape, dtype);
  const text = [
    title,
    facts + (counts.length > 1 ? `  ${histogramText(counts)}` : ""),
    textTable(head, rows, head.map(() => "right")),
    ...note ? [note] : [],
  ].join("\n");
  const caption = `${title}: ${note || "all values"}`;
  return bundleOf(
    text,
    htmlFrame(
      html`<p style="margin:.2em 0">${facts} ${
        counts.length > 1 ? histogramImage(counts, `Histogram of the values: ${counts}`) : ""
      }</p>`,
      htmlTable({
        caption,
        columns: head.map((title) => ({ title, align: "right" })),
        rows,
      }),
    ),
  );
}

function factsOf(numbers: readonly number[]): string {
  let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
    count++;
  }
  const odd = numbers.length - count;
  return [
    `${numbers.length.toLocaleString("en")} values`,
    ...count > 0 ? [`${short(low)} … ${short(high)}`, `mean ${short(sum / count)}`] : [],
    ...odd > 0 ? [`${odd.toLocaleString("en")} not finite`] : [],
  ].join(", ");
}

function firstMatrix(values: ArrayLike<unknown>, shape: readonly number[], dtype: string) {
  const columns = shape[shape.length - 1] ?? 1;
  const rows = shape.length > 1 ? shape[shape.length - 2] : 1;
  const shown = { rows: Math.min(rows, shownRows), columns: Math.min(columns, shownColumns) };
  const cut = shown.columns < columns;
  const cell = (at: number) =>
    typeof values[at] === "number" && dtype !== "bool" ? short(values[at]) : String(values[at]);
  const matrices = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const parts = [
    ...shown.rows < rows ? [`the first ${shown.rows} of ${rows} rows`] : [],
    ...cut ? [`the first ${shown.columns} of ${columns} columns`] : [],
    ...matrices > 1 ? [`the first of ${matrices} matrices`] : [],
  ];
  return {
    head: [
      "",
      ...Array.from({ length: shown.columns }, (_, at) => String(at)),
      ...cut ? ["…"] : [],
    ],
    rows: Array.from({ length: shown.rows }, (_, row) => [
      String(row),
      ...Array.from({ length: shown.columns }, (_, at) => cell(row * columns + at)),
      ...cut ? ["…"] : [],
    ]),
    note: parts.length > 0 ? `shown: ${parts.join(", ")}` : "",
  };
}

/** Real and imaginary parts in turns → one text for each pair. */
function complexTexts(parts: ArrayLike<number>): string[] {
  return Array.from({ length: parts.length / 2 }, (_, at) => {
    const [real, imaginary] = [parts[2 * at], parts[2 * at + 1]];
    return `${short(real)} ${imaginary < 0 ? "−" : "+"} ${short(Math.abs(imaginary))}i`;
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
