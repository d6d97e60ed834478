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
import type { RunSamples } from "../write/run_samples.ts";
import type { WrittenSample } from "../write/samples.ts";
import { areDrawn, drawnSamplesHtml, drawnSamplesText } from "./drawn_samples_display.ts";

const shownCharacters = 240;

/** A written text in a line, with an ellipsis where it was cut off. */
function shown({ text, finishReason }: GeneratedText): string {
  const line = shortened(text.trim(), shownCharacters) || "(nothing)";
  return finishReason === "length" && !line.endsWith("…") ? `${line} …` : line;
}

/** Samples in words; `now` is what the last answers are called. */
export function samplesText(samples: RunSamples, now = "after"): string {
  return areDrawn(samples) ? drawnSamplesText(samples, now) : writtenSamplesText(samples, now);
}

/** Samples as a table; `now` is what the last answers are called. */
export function samplesHtml(samples: RunSamples, now = "after"): Html {
  return areDrawn(samples) ? drawnSamplesHtml(samples, now) : writtenSamplesHtml(samples, now);
}

/** Texts, a block each. */
function writtenSamplesText(samples: readonly WrittenSample[], now: string): string {
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

function writtenSamplesHtml(samples: readonly WrittenSample[], now: string): Html {
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
export function shownSamples<Samples extends RunSamples>(samples: Samples): Samples {
  return withDisplay(
    samples,
    (list) => bundleOf(samplesText(list), htmlFrame(samplesHtml(list))),
  );
}
