/**
 * Any vega-lite chart of a table, fluently.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, whole } from "../core/option_rules.ts";
import type { TopLevelSpec } from "vega-lite";
import type { MimeBundle } from "../core/display.ts";
import { customInspect, jupyterDisplay } from "../core/display.ts";
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { plainCopy } from "./plain.ts";
import { type ChartData, columnsOf, fieldNames, rowsOf } from "./rows.ts";

/**
 * What a channel shows: a column's name, or a channel definition of vega-lite in which `field` is a
 * column's name, such as `{ aggregate: "count" }` or `{ field: "length", bin: true }`.
 */
export type Channel = string | Readonly<Record<string, unknown>>;

/** Properties of a mark, as vega-lite has them: `opacity`, `filled`, `size` … */
export type MarkOptions = Readonly<Record<string, unknown>>;

/** A chart in the making. Every call gives a new chart and leaves the old one as it is. */
export interface Chart extends Drawing {
  /** Draws any mark of vega-lite; `point`, `line` and the others are short for it. */
  mark(type: string, options?: MarkOptions): Chart;
  point(options?: MarkOptions): Chart;
  line(options?: MarkOptions): Chart;
  bar(options?: MarkOptions): Chart;
  area(options?: MarkOptions): Chart;
  rect(options?: MarkOptions): Chart;
  tick(options?: MarkOptions): Chart;
  boxplot(options?: MarkOptions): Chart;
  /** Sets any channel of vega-lite; `x`, `y` and the others are short for it. */
  encode(name: string, channel: Channel): Chart;
  x(channel: Channel): Chart;
  y(channel: Channel): Chart;
  color(channel: Channel): Chart;
  shape(channel: Channel): Chart;
  opacity(channel: Channel): Chart;
  text(channel: Channel): Chart;
  /** One small chart for each value, side by side. */
  column(channel: Channel): Chart;
  /** One small chart for each value, one below the other. */
  row(channel: Channel): Chart;
  /** Width and height of the plot in pixels. */
  size(width: number, height: number): Chart;
  title(text: string): Chart;
  /** Draws other charts of the same or other data over this one, on the same axes. */
  over(...charts: readonly Chart[]): Chart;
  /** Sets further properties of the specification, such as `transform` or `config`. */
  with(properties: Readonly<Record<string, unknown>>): Chart;
}

/** Limits of a chart. */
export interface ChartOptions {
  /**
   * The most marks (points, bars, corners of lines) that the picture may have; 5,000 unless given,
   * which is about a megabyte. More are an error of kind "input" when the chart is drawn.
   */
  readonly maxMarks?: number;
}

const rules: Rules<ChartOptions> = { maxMarks: whole };

/** The marks of vega-lite. */
const marks = [
  ...["arc", "area", "bar", "boxplot", "circle", "errorband", "errorbar", "geoshape", "image"],
  ...["line", "point", "rect", "rule", "square", "text", "tick", "trail"],
];

/** What a chart of too many rows may do. */
const advice = (marks: number) =>
  'Draw fewer: put values into bins (.x({ field: "length", bin: true }).y({ aggregate: "count" })), ' +
  'summarise them (.y({ field: "loss", aggregate: "mean" })), or take a sample ' +
  `(chart(table.sample(2000))). Or raise the limit: chart(table, { maxMarks: ${marks} })`;

type Part = Readonly<Record<string, unknown>>;

interface Made {
  readonly rows: readonly Record<string, unknown>[];
  /** Column → its name in the specification. */
  readonly fields: ReadonlyMap<string, string>;
  readonly mark: Part;
  readonly encoding: Readonly<Record<string, Part>>;
  readonly layers: readonly Part[];
  readonly more: Part;
  readonly maxMarks: number | undefined;
}

/**
 * Starts a chart of a table or of rows: points unless another mark is chosen, 400 × 300 pixels. The
 * type of a channel follows from its values: numbers are quantitative, dates temporal, everything
 * else nominal. In the specification,
 * whatever is no letter, digit, space or hyphen in a column's name is an underscore. An unknown
 * column is an error of kind "input", and so are options that are no plain data, and more marks than
 * `maxMarks`: a chart of a large table shows bins, means or a sample.
 *
 * @example
 * ```ts
 * import { chart, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ words: [3, 9, 4], tokens: [5, 13, 6], kind: ["a", "b", "a"] });
 * const points = chart(table).point().x("words").y("tokens").color("kind").size(400, 300);
 * assert.match(String(points), /x: words, y: tokens, color: kind/);
 * assert.match(await points.svg(), /^<svg/);
 * assert.throws(() => chart(table).x("word"), /did you mean "words"/);
 * ```
 */
export function chart(table: ChartData, options: ChartOptions = {}): Chart {
  checkOptions("chart", options, rules);
  const { maxMarks } = options;
  const given = rowsOf(table);
  const fields = fieldNames(columnsOf(table, given));
  const rows = given.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [fields.get(name)!, value]))
  );
  const [width, height] = [400, 300];
  const more = { width, height };
  const mark = { type: "point" };
  return chartOf({ rows, fields, mark, encoding: {}, layers: [], more, maxMarks });
}

function chartOf(made: Made): Chart {
  const but = (changed: Partial<Made>) => chartOf({ ...made, ...changed });
  const mark = (type: string, options: MarkOptions = {}) => {
    if (!marks.includes(type)) {
      throw new TunebookError(
        "input",
        `there is no mark "${type}"${didYouMean(type, marks)}; there are ${marks.join(", ")}`,
      );
    }
    return but({ mark: { ...plainOptions(options, `the ${type} mark's`), type } });
  };
  const encode = (name: string, channel: Channel) =>
    but({
      encoding: {
        ...made.encoding,
        [name]: plainOptions(channelOf(channel, made), `the channel ${name}'s`),
      },
    });
  const unit = { mark: made.mark, encoding: made.encoding };
  const spec = {
    data: { values: made.rows },
    ...(made.layers.length > 0 ? { layer: [unit, ...made.layers] } : unit),
    ...made.more,
  } as unknown as TopLevelSpec;
  const drawn = drawing(spec, describe(made), { maxMarks: made.maxMarks, advice });
  return Object.freeze({
    ...drawn,
    [jupyterDisplay]: (): Promise<MimeBundle> => drawn[jupyterDisplay]() as Promise<MimeBundle>,
    [customInspect]: () => drawn.description,
    mark,
    point: (options?: MarkOptions) => mark("point", options),
    line: (options?: MarkOptions) => mark("line", options),
    bar: (options?: MarkOptions) => mark("bar", options),
    area: (options?: MarkOptions) => mark("area", options),
    rect: (options?: MarkOptions) => mark("rect", options),
    tick: (options?: MarkOptions) => mark("tick", options),
    boxplot: (options?: MarkOptions) => mark("boxplot", options),
    encode,
    x: (channel: Channel) => encode("x", channel),
    y: (channel: Channel) => encode("y", channel),
    color: (channel: Channel) => encode("color", channel),
    shape: (channel: Channel) => encode("shape", channel),
    opacity: (channel: Channel) => encode("opacity", channel),
    text: (channel: Channel) => encode("text", channel),
    column: (channel: Channel) => encode("column", channel),
    row: (channel: Channel) => encode("row", channel),
    size: (width: number, height: number) => but({ more: { ...made.more, width, height } }),
    title: (title: string) =>
      but({ more: { ...made.more, ...plainOptions({ title }, "the chart's") } }),
    over: (...charts: readonly Chart[]) =>
      but({ layers: [...made.layers, ...charts.map(layerOf)] }),
    with: (properties: Part) =>
      but({ more: { ...made.more, ...plainOptions(properties, "the chart's") } }),
  });
}

function plainOptions(options: Part, where: string): Part {
  return plainCopy(options, { where, kind: "input" });
}

/** A chart as a layer: its own data, without size and title. */
function layerOf({ spec }: Chart): Part {
  const { data, mark, encoding, layer, transform } = spec as unknown as Part;
  return {
    data,
    ...(layer ? { layer } : { mark, encoding }),
    ...(transform ? { transform } : {}),
  };
}

function channelOf(channel: Channel, { fields, rows }: Made): Part {
  const wanted: Part = typeof channel === "string" ? { field: channel } : channel;
  const { field } = wanted;
  if (typeof field !== "string") return wanted;
  const known = fields.get(field);
  if (known === undefined) {
    const columns = [...fields.keys()];
    throw new TunebookError(
      "input",
      `the chart's data has no column "${field}"${didYouMean(field, columns)}; it has ` +
        columns.map((name) => `"${name}"`).join(", "),
    );
  }
  return { type: typeOf(rows, known), title: titleOf(field), ...wanted, field: known };
}

/** Vega takes a title that every object inherits for an operator; a space of no width helps. */
function titleOf(column: string): string {
  return column in {} ? `${column}\u200b` : column;
}

function typeOf(rows: readonly Record<string, unknown>[], column: string): string {
  const values = rows.map((row) => row[column]).filter((value) => value !== null);
  if (values.length > 0 && values.every((value) => typeof value === "number")) {
    return "quantitative";
  }
  return values.length > 0 && values.every((value) => value instanceof Date)
    ? "temporal"
    : "nominal";
}

function describe({ mark, encoding, rows, more, layers }: Made): string {
  const shown = Object.entries(encoding).map(([name, { field, title, aggregate }]) =>
    `${name}: ${
      [aggregate, title ?? field].filter((part) => typeof part === "string").join(" of ") || "set"
    }`
  );
  const layered = layers.length > 0 ? ` with ${layers.length} more over it` : "";
  const what = `${mark.type} chart of ${rows.length} rows${layered}`;
  const title = typeof more.title === "string" ? `${more.title}. ` : "";
  return `${title}${[what, ...shown].join(", ")}`;
}
