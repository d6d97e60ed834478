/**
 * The space of a search: parameters at any depth of objects and lists, laid out as dimensions, and the
 * way back from a point to what a person gets.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { isPlainObject } from "../../core/objects.ts";
import { shownValue } from "../../core/shown_value.ts";
import { choiceLabels } from "./choice_labels.ts";
import type { Condition, Dimension, Point } from "./dimension.ts";
import { isParameter, type SearchParameter, type Suggested } from "./parameter.ts";

/** A space with its dimensions. */
export interface SearchSpace<Suggestion = unknown> {
  /** As it was given. */
  readonly parameters: unknown;
  /** Each comes after those that it depends on. */
  readonly dimensions: readonly Dimension[];
  /** The space with the point's values in the place of its parameters. */
  suggestionOf(point: Point): Suggestion;
}

/**
 * Lays out a space.
 *
 * @throws {TunebookError} of kind `input` where nothing varies.
 */
export function searchSpace<const Space>(parameters: Space): SearchSpace<Suggested<Space>> {
  const dimensions = dimensionsOf(parameters, "");
  if (dimensions.length === 0) {
    throw new TunebookError(
      "input",
      `a search needs something that varies, such as { rank: int(2, 64) }, but got ${
        shownValue(parameters)
      }`,
    );
  }
  return {
    parameters,
    dimensions,
    suggestionOf: (point) => filled(parameters, "", point) as Suggested<Space>,
  };
}

/** The name of what alone is the space. */
const rootName = "value";

function nameOf(path: string): string {
  return path === "" ? rootName : path;
}

function fieldPath(path: string, field: string): string {
  const word = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(field) ? field : undefined;
  if (word === undefined) return `${path}[${JSON.stringify(field)}]`;
  return path === "" ? word : `${path}.${word}`;
}

/** Values inside a list, or in a choice: a path is one or the other, never both. */
function valuePath(path: string, at: number): string {
  return `${nameOf(path)}[${at}]`;
}

/** Whether there is a parameter in a value; what refers to itself is looked at once. */
function varies(value: unknown, seen = new Set<unknown>()): boolean {
  if (isParameter(value)) return true;
  if (!Array.isArray(value) && !isPlainObject(value)) return false;
  if (seen.has(value)) return false;
  seen.add(value);
  return Object.values(value).some((each) => varies(each, seen));
}

function dimensionsOf(value: unknown, path: string, condition?: Condition): Dimension[] {
  if (!varies(value)) return [];
  if (isParameter(value)) return dimensionsOfParameter(value, path, condition);
  if (Array.isArray(value)) {
    return value.flatMap((each, at) => dimensionsOf(each, valuePath(path, at), condition));
  }
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([field, each]) =>
    dimensionsOf(each, fieldPath(path, field), condition)
  );
}

function dimensionsOfParameter(
  parameter: SearchParameter,
  path: string,
  condition: Condition | undefined,
): Dimension[] {
  const name = nameOf(path);
  const own = condition === undefined ? { name } : { name, condition };
  if (parameter.kind !== "choice") {
    const { kind, low, high, log } = parameter;
    return [{ ...own, kind, low, high, step: kind === "int" ? parameter.step : 0, log }];
  }
  const inside = parameter.values.flatMap((each, value) =>
    dimensionsOf(each, valuePath(path, value), { name, value })
  );
  const { values } = parameter;
  return [
    { ...own, kind: "choice", count: values.length, labels: choiceLabels(values) },
    ...inside,
  ];
}

/** What does not vary stays the same object. */
function filled(value: unknown, path: string, point: Point): unknown {
  if (!varies(value)) return value;
  if (isParameter(value)) {
    const number = point[nameOf(path)];
    if (value.kind !== "choice") return number;
    return filled(value.values[number], valuePath(path, number), point);
  }
  if (Array.isArray(value)) {
    return value.map((each, at) => filled(each, valuePath(path, at), point));
  }
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [field, each],
    ) => [field, filled(each, fieldPath(path, field), point)]),
  );
}
