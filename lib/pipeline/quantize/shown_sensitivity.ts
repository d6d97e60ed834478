/**
 * How much layers lose in few bits, as a terminal and a notebook show it.
 *
 * @module
 */
import { bundleOf, withDisplay } from "../../core/display.ts";
import { htmlFrame, htmlSection, htmlTable, shareBar } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { formatNumber } from "../display/format_number.ts";

/** What rounding changes. */
export interface RoundingFigures {
  /** The root mean square of what has changed in the model's outputs. */
  readonly drift: number;
  /** The score of the rows. */
  readonly score: number;
}

/** What rounding one linear layer alone changes. */
export interface LayerSensitivity extends RoundingFigures {
  /** The layer's path, `encoder.layer.0.output.dense`. */
  readonly path: string;
}

/** How much layers lose in few bits; shows itself. */
export interface QuantizationSensitivity {
  readonly model: string;
  readonly dtype: "q8" | "q4";
  readonly rows: number;
  /** The metric's name. */
  readonly metric: string;
  /** The score in float32. */
  readonly score: number;
  /** All layers in few bits. */
  readonly all: RoundingFigures;
  /** Each layer alone, the most sensitive first. */
  readonly layers: readonly LayerSensitivity[];
  /** Layers to leave in float32, the most sensitive first. */
  readonly suggested: readonly string[];
  /** All layers in few bits but these. */
  readonly left: RoundingFigures;
}

/** Layers of the table. */
const shownLayers = 12;

/** Sensitivities that show themselves. */
export function shownSensitivity(found: QuantizationSensitivity): QuantizationSensitivity {
  return Object.freeze(withDisplay(found, shown));
}

function shown(
  { model, dtype, rows, metric, score, all, layers, suggested, left }: QuantizationSensitivity,
) {
  const kept = new Set(suggested);
  const columns = ["in few bits", "drift", metric, "left in float32"];
  const cellsOf = (what: string, figures: RoundingFigures) => [
    what,
    figures.drift.toPrecision(3),
    formatNumber(figures.score),
    kept.has(what) ? "suggested" : "",
  ];
  const drifts = [{ drift: 0, score }, all, left, ...layers.slice(0, shownLayers)];
  const cells = [
    cellsOf("nothing", { drift: 0, score }),
    cellsOf("all layers", all),
    cellsOf(`all but the ${suggested.length} suggested`, left),
    ...layers.slice(0, shownLayers).map((layer) => cellsOf(layer.path, layer)),
  ];
  const title = `Linear layers of ${model} in ${dtype}, each alone, on ${rows} rows`;
  const rest = layers.length - shownLayers;
  const note = rest > 0 ? `${rest} layers with less drift are left out` : "";
  const most = Math.max(...drifts.map(({ drift }) => drift), Number.MIN_VALUE);
  return bundleOf(
    `${title}\n${textTable(columns, cells, ["left", "right", "right", "left"])}\n${note}\n`,
    htmlFrame(htmlSection(
      title,
      htmlTable({
        caption: note,
        columns: columns.map((title) => ({ title })),
        rows: cells.map(([what, drift, ...others], at) => [
          what,
          shareBar(drifts[at].drift / most, drift),
          ...others,
        ]),
      }),
    )),
  );
}
