/**
 * The objects in a table's column, checked.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { quoted } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { checkClassNames, className, sortedNames } from "../../data/class_names.ts";
import { partsMistake } from "../../image/check_objects.ts";
import type { ImageObject, PixelBox } from "../../image/image_object.ts";
import { boxNumbers } from "./box_shares.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { imageMistakes } from "../shared/image_rows.ts";

/** An object as training and scores need it. */
export type LearntObject = Pick<ImageObject, "box" | "label" | "isCrowd" | "area">;

/** Which columns are read, and what for. */
export interface ObjectRowsOptions {
  readonly image: string;
  readonly objects: string;
  /** The classes, where they are known. */
  readonly names?: readonly string[] | undefined;
  /** What errors call the table, unless it knows its source. */
  readonly where: string;
}

/**
 * Makes sure that every row has an image and a list of objects with boxes and labels. Whether boxes lie
 * within their images is seen when these are read. All bad rows are one error of kind "data".
 */
export function checkObjectRows(
  table: Table,
  { image, objects, names, where }: ObjectRowsOptions,
): void {
  requireColumns(table, [image, objects], where);
  if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
  const source = sourceRows(table, where);
  const ofImages = imageMistakes(table, image, source);
  const cells = columnValues(table, objects);
  const known = names && new Set(names);
  const wrong = cells.flatMap((cell, row) => [
    ...ofImages[row],
    ...cellMistakes(cell).map((line) => `${source.placeOf(row)}: ${line}`),
    ...unknownLabels(cell, known).map((label) =>
      `${source.placeOf(row)}: there is no class ${quoted(label)}${didYouMean(label, names!)}`
    ),
  ]);
  if (wrong.length > 0) throw mistakes("data", `${source.where} cannot be read:`, wrong);
  const found = cells.map(objectsOf);
  const labels = found.map((own) => own.map(({ label }) => label));
  const what = `the objects ${quoted(objects)} of ${source.where}`;
  const parts = partsMistake(found);
  if (parts !== undefined) throw new TunebookError("data", `of ${what}, ${parts}`);
  if (labelsIn(table, objects).length === 0) {
    const all = labels.some(({ length }) => length > 0) ? "crowds alone" : "none";
    throw new TunebookError("data", `${what} are ${all}: there is nothing to find in any image`);
  }
  checkClassNames(labels, { what, source });
}

/** The objects of each row, which were checked. */
export function objectsIn(table: Table, column: string): LearntObject[][] {
  return columnValues(table, column).map(objectsOf);
}

/** The classes of the objects in natural order; crowds teach none. */
export function labelsIn(table: Table, column: string): string[] {
  return sortedNames(
    objectsIn(table, column).flat().filter(({ isCrowd }) => !isCrowd).map(({ label }) => label),
  );
}

function objectsOf(cell: unknown): LearntObject[] {
  return (cell as readonly ImageObject[]).map(({ box, label, isCrowd, area }) => ({
    box: Array.from(box) as unknown as PixelBox,
    label: className(label),
    ...(isCrowd ? { isCrowd } : {}),
    ...(area === undefined || area === null ? {} : { area }),
  }));
}

const isList = (value: unknown): value is ArrayLike<unknown> & Iterable<unknown> =>
  Array.isArray(value) || ArrayBuffer.isView(value);

function cellMistakes(cell: unknown): string[] {
  if (!Array.isArray(cell)) {
    return [
      `${
        shownValue(cell)
      } is no list of objects, { box: [x, y, width, height], label }; an image ` +
      "without any has []",
    ];
  }
  return cell.flatMap((each: unknown, at) => {
    const wrong = objectMistake(each);
    return wrong === undefined ? [] : [`object ${at + 1} ${wrong}`];
  });
}

function objectMistake(each: unknown): string | undefined {
  if (!isRecord(each)) return `is ${shownValue(each)}, but must be { box, label }`;
  const { box, label, isCrowd, area } = each;
  const numbers = isList(box) ? [...box] : [];
  if (numbers.length !== boxNumbers || !numbers.every(Number.isFinite)) {
    return `has the box ${shownValue(box)}, which is not [x, y, width, height] in pixels`;
  }
  const [, , width, height] = numbers as number[];
  if (!(width > 0 && height > 0)) return `has the box [${numbers.join(", ")}], which is empty`;
  if (!isName(label)) return `has the label ${shownValue(label)}, which names no class`;
  if (isCrowd !== undefined && isCrowd !== null && typeof isCrowd !== "boolean") {
    return `says isCrowd: ${shownValue(isCrowd)}, but that is true or false`;
  }
  const isArea = area === undefined || area === null ||
    (Number.isFinite(area) && Number(area) >= 0);
  return isArea ? undefined : `has the area ${shownValue(area)}, which is no number of pixels`;
}

function isName(label: unknown): boolean {
  return (typeof label === "string" && label.trim() !== "") || Number.isSafeInteger(label);
}

function unknownLabels(cell: unknown, known: ReadonlySet<string> | undefined): string[] {
  if (!known || !Array.isArray(cell)) return [];
  const names = cell.flatMap((each) => isName(each?.label) ? [className(each.label)] : []);
  return [...new Set(names)].filter((name) => !known.has(name));
}
