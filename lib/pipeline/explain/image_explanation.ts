/**
 * What a model looked at in an image, as a person reads it.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame } from "../../core/html.ts";
import { quoted } from "../../core/quoted.ts";
import { visible } from "../../core/visible.ts";
import type { Faithfulness } from "../../evaluate/explain/faithfulness.ts";
import type { EncodePng } from "../../image/encode_png.ts";
import { type HeatMap, scaledHeatMap } from "../../image/heat_map.ts";
import { heatOverlay } from "../../image/heat_overlay.ts";
import type { Image } from "../../image/image.ts";
import { thumbnail } from "../../tasks/image_segmentation/overlay.ts";
import { endOfName } from "../../tasks/shared/image_input.ts";
import { faithfulnessLine } from "./faithfulness_line.ts";

/** What a model looked at in an image. */
export interface ImageExplanation {
  /** The path or the address, or how many bytes were given. */
  readonly image: string;
  /** The method's name. */
  readonly method: string;
  /** The label that is explained: the likeliest one unless another was asked for. */
  readonly label: string;
  /** The label that it is explained against, where one was asked for. */
  readonly against?: string;
  /** The label's probability; the value itself for a regression. */
  readonly score: number;
  /**
   * The map over the image as the model sees it, resized and cropped, in the resolution that the method has.
   * Of `gradCam` numbers from 0 in units of the logit; of `attentionRollout` each patch's share of what the
   * head reads, together at most 1; of gradients one number for each pixel, of what leaves out regions one for each.
   */
  readonly heatMap: HeatMap;
  /** What the values add up to, minus the target's change from a blank image to this one. */
  readonly completenessError?: number;
  readonly faithfulness: Faithfulness;
  /** A PNG file of the image as the model sees it with the map over it. */
  png(): Uint8Array<ArrayBuffer>;
  toString(): string;
}

/** An explanation without its display, with the image as the model sees it. */
export interface ExplanationFields extends Omit<ImageExplanation, "png" | "toString"> {
  readonly seen: Image;
  readonly encode: EncodePng;
}

/** So many are shown in a notebook; the others are counted. */
const mostShown = 12;
/** The most columns of a map in a terminal; finer ones are made coarser. */
const mostColumns = 24;
/** From the smallest number to the largest. */
const shades = [..." ·░▒▓█"];
const digits = 3;

/** The explanation, which shows itself. */
export function shownExplanation({ seen, encode, ...fields }: ExplanationFields): ImageExplanation {
  const inWords = () => `${titleOf(fields)}\n${shaded(fields.heatMap)}\n  ${measuresOf(fields)}`;
  const explanation = {
    ...fields,
    png: () => encode(heatOverlay(thumbnail(seen), fields.heatMap)),
    toString: inWords,
    [customInspect]: inWords,
    [jupyterDisplay]: (): MimeBundle => bundleOf(inWords(), htmlFrame(page())),
  };
  const page = () => figures(explanation, encode(thumbnail(seen)));
  pages.set(explanation, page);
  return Object.freeze(explanation);
}

/** What a notebook shows of each. */
const pages = new WeakMap<ImageExplanation, () => Html>();

/** All of them below each other. */
export function displayOfImageExplanations(all: readonly ImageExplanation[]): MimeBundle {
  const shown = all.slice(0, mostShown);
  const rest = all.length - shown.length;
  const more = rest > 0 ? `… and ${rest} more` : "";
  return bundleOf(
    [...shown.map(String), ...(more ? [more] : [])].join("\n\n"),
    htmlFrame(
      shown.map((each) => pages.get(each)!()),
      more ? html`<p>${more}</p>` : "",
    ),
  );
}

type Titled = Pick<ImageExplanation, "image" | "method" | "label" | "against" | "score">;

function titleOf({ image, method, label, against, score }: Titled): string {
  const other = against === undefined ? "" : ` and not ${quoted(against)}`;
  return `${method} of ${visible(endOfName(image))}: ${quoted(label)}${other} ` +
    score.toFixed(digits);
}

type Measured = Pick<ImageExplanation, "completenessError" | "faithfulness">;

function measuresOf({ completenessError, faithfulness }: Measured): string {
  const error = completenessError === undefined
    ? ""
    : `completeness error ${completenessError.toExponential(1)}, `;
  return error + faithfulnessLine(faithfulness);
}

/** A map in characters, two for each cell so that cells are about square. */
function shaded(heatMap: HeatMap): string {
  if (isFlat(heatMap)) return flatNote;
  const scale = Math.min(1, mostColumns / heatMap.width);
  const { width, height, data } = scaledHeatMap(
    heatMap,
    Math.round(heatMap.width * scale),
    Math.max(1, Math.round(heatMap.height * scale)),
  );
  const cells = Array.from(data, (value) => shades[Math.round(value * (shades.length - 1))]);
  return Array.from(
    { length: height },
    (_, row) =>
      "  " + cells.slice(row * width, (row + 1) * width).map((cell) => cell + cell).join(""),
  )
    .join("\n");
}

const flatNote = "  the same everywhere: no part of the image says more than another";

function isFlat({ data }: HeatMap): boolean {
  return data.every((value) => value === data[0]);
}

/** The image, and the same with the map over it. */
function figures(explanation: ImageExplanation, seen: Uint8Array): Html {
  const { image, label, method, score, heatMap } = explanation;
  const picture = (png: Uint8Array, title: string) =>
    html`<figure style="margin:0"><img src="data:image/png;base64,${png.toBase64()}" alt="${title}"
style="display:block;max-width:100%;border-radius:.2em"><figcaption
style="opacity:.85;margin:.2em 0">${title}</figcaption></figure>`;
  return html`<section style="margin:.6em 0"><strong dir="auto" title="${image}">${label}</strong>
<span style="font-variant-numeric:tabular-nums">${score.toFixed(digits)}</span><div
style="display:flex;flex-wrap:wrap;gap:.8em;margin:.3em 0">${
    picture(seen, "as the model sees it")
  }${
    picture(
      explanation.png(),
      `${method}, ${heatMap.height} × ${heatMap.width}; bright: most`,
    )
  }</div>${isFlat(heatMap) ? html`<p style="margin:.2em 0">${flatNote.trim()}</p>` : ""}<p
style="margin:.2em 0;opacity:.85">${measuresOf(explanation)}</p></section>`;
}
