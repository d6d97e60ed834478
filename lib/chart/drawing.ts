/**
 * A finished chart: a vega-lite specification with its words, which shows itself as a picture.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import {
  bundleOf,
  customInspect,
  type Displayed,
  jupyterDisplay,
  type MimeBundle,
} from "../core/display.ts";
import { htmlFrame, svgImage } from "../core/html.ts";
import { visibleLines } from "../core/visible.ts";
import { type MarkLimit, renderSvg } from "./render_svg.ts";
import { visibleSpec } from "./visible_spec.ts";

/** A vega-lite specification, as the vega-lite site and its editor take it. */
export type Spec = TopLevelSpec;

/** A chart. In a notebook it is a picture; `String(drawing)` says what it shows. */
export interface Drawing extends Displayed {
  /** The vega-lite specification, with its data. */
  readonly spec: Spec;
  /** What the chart shows in words; also the picture's text for screen readers. */
  readonly description: string;
  /** The picture as SVG, with a transparent background. */
  svg(): Promise<string>;
  toString(): string;
  [jupyterDisplay](): Promise<MimeBundle>;
}

/** The MIME type of vega-lite specifications. */
const vegaLiteType = "application/vnd.vegalite.v6+json";

/** A larger specification stays out of notebooks, which have the picture. */
const mostSpecCharacters = 500_000;

/**
 * Makes a drawing from a specification without theme. Its picture has at most so many marks as the
 * limit says, 5,000 unless given; more are an error of kind "input". Control characters in its texts
 * are shown: XML, and so SVG, cannot hold them.
 */
export function drawing(
  spec: Omit<Spec, "$schema">,
  description: string,
  limit: MarkLimit = {},
): Drawing {
  const words = visibleLines(description);
  const whole = visibleSpec({ description: words, ...spec }) as Spec;
  const svg = () => renderSvg(whole, words, limit);
  return Object.freeze({
    spec: whole,
    description: words,
    svg,
    toString: () => words,
    [customInspect]: () => words,
    async [jupyterDisplay](): Promise<MimeBundle> {
      const picture = htmlFrame(svgImage(await svg(), words));
      const isSmall = JSON.stringify(whole).length <= mostSpecCharacters;
      return bundleOf(words, picture, isSmall ? { [vegaLiteType]: whole } : {});
    },
  });
}
