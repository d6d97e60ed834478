/**
 * Images with their objects, checked, as a table.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { type Rules, text, yesOrNo } from "../../core/option_rules.ts";
import { shownName } from "../../core/quoted.ts";
import { objectMistakes, partsMistake, repairedObjects } from "../../image/check_objects.ts";
import type { ImageObject } from "../../image/image_object.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";

/** How readers of objects treat what they find. */
export interface ObjectOptions {
  /** The folder of the images; by default where the format has them. */
  images?: string;
  /** Cuts boxes at the edges of images and drops empty and repeated ones instead of refusing them. */
  repair?: boolean;
}

/** What the options must be. */
export const objectRules: Rules<ObjectOptions> = { images: text, repair: yesOrNo };

/** An image with its objects, before they are checked. */
export interface ObjectRow {
  /** An absolute path. */
  readonly image: string;
  /** What the row is called in errors: a file, a row, a line. */
  readonly where: string;
  readonly size: PixelSize;
  readonly objects: readonly ImageObject[];
  /** More columns. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/**
 * A table with the columns `image`, `objects` and those of `more`. Throws one `TunebookError` of kind "data" with
 * what the reader found wrong and, unless `repair` is given, with all boxes that are empty, outside or there
 * twice.
 */
export function objectTable(
  source: string,
  rows: readonly ObjectRow[],
  wrong: readonly string[],
  { repair = false }: ObjectOptions,
): Table {
  const checked = rows.map((row) => repair ? repairedObjects(row.objects, row.size) : row.objects);
  const all = [
    ...wrong,
    ...rows.flatMap(({ where, size }, at) =>
      objectMistakes(checked[at], size).map((each) => `${shownName(where)}: ${each}`)
    ),
  ];
  const parts = wrong.length === 0 ? partsMistake(checked) : undefined;
  if (parts !== undefined) all.push(parts);
  if (rows.length === 0) all.push("there is no image in it");
  const hint = all.length > wrong.length && rows.length > 0 && parts === undefined
    ? " ({ repair: true } cuts boxes at the edges and drops empty and repeated ones)"
    : "";
  if (all.length > 0) throw mistakes("data", `${source} has mistakes${hint}:`, all);
  const names = [...new Set(rows.flatMap(({ more = {} }) => Object.keys(more)))];
  return tableFromColumns({
    image: rows.map(({ image }) => image),
    objects: checked,
    ...Object.fromEntries(
      names.map((name) => [name, rows.map(({ more }) => more?.[name] ?? null)]),
    ),
  }, source);
}
