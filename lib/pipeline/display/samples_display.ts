/**
 * Samples before and after side by side.
 *
 * @module
 */
import { bundleOf, withDisplay } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlTable } from "../../core/html.ts";
import { shortened } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import type { GeneratedText } from "../../generate/generated_text.ts";
import type { WrittenSample } from "../write/samples.ts";

const shownCharacters = 240;

/** A written text in a line, with an ellipsis where it was cut off. */
function shown({ text, finishReason }: GeneratedText): string {
  const line = shortened(text.trim(), shownCharacters) || "(nothing)";
  return finishReason === "length" && !line.endsWith("…") ? `${line} …` : line;
}

/** Samples in words, a block each; `now` is what the last text is called. */
export function samplesText(samples: readonly WrittenSample[], now = "after"): string {
  return visibleLines(
    samples.map(({ input, reference, before, after }) =>
      [
        shortened(input, shownCharacters),
        `  before     ${shown(before)}`,
        `  ${now.padEnd(10)} ${shown(after)}`,
        ...(reference === undefined
          ? []
          : [`  reference  ${shortened(reference, shownCharacters)}`]),
      ].join("\n")
    ).join("\n"),
  );
}

/** Samples as a table; `now` is what the last column is called. */
export function samplesHtml(samples: readonly WrittenSample[], now = "after"): Html {
  if (samples.length === 0) return html``;
  const isTold = samples.some(({ reference }) => reference !== undefined);
  return htmlTable({
    caption: `What the model writes before and ${now}`,
    columns: ["input", "before", now, ...(isTold ? ["reference"] : [])].map((title) => ({ title })),
    rows: samples.map(({ input, reference = "", before, after }) => [
      shortened(input, shownCharacters),
      shown(before),
      shown(after),
      ...(isTold ? [shortened(reference, shownCharacters)] : []),
    ]),
  });
}

/** Samples that show themselves. */
export function shownSamples(samples: readonly WrittenSample[]): readonly WrittenSample[] {
  return withDisplay(
    samples,
    (list) => bundleOf(samplesText(list), htmlFrame(samplesHtml(list))),
  );
}
