/**
 * The export of Label Studio in its own JSON: tasks that hold their data, and what people have said of it.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { rememberIds } from "./source_rows.ts";
import { type Table, tableFromRows } from "./table.ts";

type Json = Readonly<Record<string, unknown>>;

/** What old versions called annotations. */
const annotationFields = ["annotations", "completions"];

/** The field with the value of what is said of a whole task; everything else is said of a region of it. */
const wholeValues: Readonly<Record<string, string>> = {
  choices: "choices",
  textarea: "text",
  taxonomy: "taxonomy",
  rating: "rating",
  number: "number",
  pairwise: "selected",
  datetime: "datetime",
};

/** Whether a JSON value is such an export: `[{ data: {…}, annotations: [{ result: […] }] }, …]`. */
export function isLabelStudio(value: unknown): value is readonly Json[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((task) =>
      isRecord(task) && isRecord(task.data) && annotationsOf(task) !== undefined
    );
}

function annotationsOf(task: Json): readonly unknown[] | undefined {
  return annotationFields.map((field) => task[field]).find((each) => Array.isArray(each));
}

/**
 * One row for each annotation: the task's `id`, the fields of its data, a column for each control of the labelling
 * interface by its name, and the `annotator`, as Label Studio's JSON-MIN has them. Regions, such as spans of a text,
 * are a list, which is empty where there are none. A choice is a text, or a list where some rows have several.
 * Annotations that were skipped and tasks without any are left out, and so are predictions.
 *
 * Throws an error of kind "data" with every annotation that is not as Label Studio has them, and where none is left.
 */
export function labelStudioTable(tasks: readonly Json[], source: string): Table {
  const wrong: string[] = [];
  const rows = tasks.flatMap((task, at) =>
    annotationsOf(task)!.flatMap((annotation, which) => {
      const { result, was_cancelled, skipped, completed_by } = isRecord(annotation)
        ? annotation
        : {};
      if (was_cancelled === true || skipped === true) return [];
      if (Array.isArray(result) && result.every(isRecord)) {
        return [{ task, result: result as readonly Json[], annotator: annotatorOf(completed_by) }];
      }
      wrong.push(`task ${at + 1}: annotation ${which + 1} has no list "result"`);
      return [];
    })
  );
  if (wrong.length > 0) throw mistakes("data", `${source} is no export of Label Studio:`, wrong);
  if (rows.length === 0) {
    throw new TunebookError("data", `${source} has ${tasks.length} tasks, and none is annotated`);
  }
  const columns = controlColumns(rows.map(({ result }) => result));
  const table = tableFromRows(
    rows.map(({ task, annotator }, at) => ({
      id: task.id ?? null,
      ...task.data as object,
      ...Object.fromEntries([...columns].map(([name, values]) => [name, values[at]])),
      annotator,
    })),
    source,
  );
  return rememberIds(table, { word: "task", ids: rows.map(({ task }) => task.id ?? null) });
}

/** A number of a person, or the address where the export has it. */
function annotatorOf(person: unknown): unknown {
  return isRecord(person) ? person.email ?? person.id ?? null : person ?? null;
}

/** The values of each control, row by row. Lines that relate regions to each other have no control. */
function controlColumns(results: readonly (readonly Json[])[]): Map<string, unknown[]> {
  const names = new Set(
    results.flat().map(({ from_name }) => from_name).filter((name) => typeof name === "string"),
  );
  return new Map(
    [...names].map((name) => {
      const said = results.map((result) => result.filter(({ from_name }) => from_name === name));
      return [
        name,
        said.flat().every(isOfWhole) ? wholes(said) : said.map((all) => all.map(region)),
      ];
    }),
  );
}

function isOfWhole({ type, value }: Json): boolean {
  const field = wholeValues[String(type)];
  return isRecord(value) && field !== undefined && Object.keys(value).every((key) => key === field);
}

/** One value a row, or lists where a row has several; null where nothing was said. */
function wholes(said: readonly (readonly Json[])[]): unknown[] {
  const lists = said.map((all) =>
    all.flatMap(({ type, value }) => (value as Json)[wholeValues[String(type)]])
  );
  return lists.some((list) => list.length > 1) ? lists : lists.map(([value = null]) => value);
}

/** Where a region is and what it is; of an image also the size that its shares are of. */
function region({ value, original_width, original_height }: Json): Json {
  const size = original_width === undefined ? {} : { original_width, original_height };
  return { ...value as object, ...size };
}
