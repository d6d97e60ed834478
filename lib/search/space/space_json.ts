/**
 * A space as JSON, and back: `{ "rank": { "int": [2, 64], "log": true } }`.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { isPlainObject } from "../../core/objects.ts";
import { shownValue } from "../../core/shown_value.ts";
import { choice } from "./choice.ts";
import { float, type FloatOptions } from "./float.ts";
import { int, type IntOptions } from "./int.ts";
import { isParameter, type SearchParameter } from "./parameter.ts";

const kinds = ["int", "float", "choice"];

/** Which kind of parameter an object of JSON is. */
function kindOf(value: Readonly<Record<string, unknown>>): string | undefined {
  return kinds.find((kind) => Object.hasOwn(value, kind) && Array.isArray(value[kind]));
}

/**
 * A space as plain JSON.
 *
 * @throws {TunebookError} of kind `input` for values that JSON does not hold, such as functions, and for
 * objects that would be read as parameters; all of them in one error.
 *
 * @example
 * ```ts
 * import { choice, int, spaceFromJson, spaceToJson } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { rank: int(2, 64, { log: true }), model: choice("small", "large") };
 * const json = spaceToJson(space);
 * assert.deepEqual(json, {
 *   rank: { int: [2, 64], log: true },
 *   model: { choice: ["small", "large"] },
 * });
 * assert.deepEqual(spaceToJson(spaceFromJson(json)), json);
 * ```
 */
export function spaceToJson(space: unknown): unknown {
  const wrong: string[] = [];
  const json = written(space, "the space", wrong);
  if (wrong.length > 0) throw mistakes("input", "this space is no JSON:", wrong);
  return json;
}

function written(value: unknown, path: string, wrong: string[]): unknown {
  if (isParameter(value)) return parameterJson(value, path, wrong);
  if (Array.isArray(value)) {
    return value.map((each, at) => written(each, `${path}[${at}]`, wrong));
  }
  if (isPlainObject(value)) {
    if (kindOf(value) !== undefined) wrong.push(`${path} would be read as a parameter`);
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, written(each, `${path}.${name}`, wrong)]),
    );
  }
  const isJson = value === null || typeof value === "string" || typeof value === "boolean" ||
    Number.isFinite(value);
  if (!isJson) wrong.push(`${path} is ${shownValue(value)}`);
  return value;
}

function parameterJson(parameter: SearchParameter, path: string, wrong: string[]): unknown {
  if (parameter.kind === "choice") {
    return { choice: parameter.values.map((each, at) => written(each, `${path}[${at}]`, wrong)) };
  }
  const { kind, low, high, log } = parameter;
  const step = kind === "int" && parameter.step !== 1 ? { step: parameter.step } : {};
  return { [kind]: [low, high], ...(log ? { log } : {}), ...step };
}

/**
 * Reads what `spaceToJson` writes.
 *
 * @throws {TunebookError} of kind `input` for parameters that make no sense, with their path.
 *
 * @example
 * ```ts
 * import { quasiRandom, spaceFromJson, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = spaceFromJson({ rank: { int: [2, 64], log: true }, seed: 1 });
 * const search = startSearch(space, { better: "higher", sampler: quasiRandom({ scramble: false }) });
 * assert.deepEqual(search.ask()!.suggestion, { rank: 2, seed: 1 });
 * ```
 */
export function spaceFromJson(json: unknown): unknown {
  return readValue(json, "the space");
}

function readValue(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((each, at) => readValue(each, `${path}[${at}]`));
  if (!isPlainObject(value)) return value;
  const kind = kindOf(value);
  if (kind !== undefined) return readParameter(kind, value, path);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, readValue(each, `${path}.${name}`)]),
  );
}

function readParameter(
  kind: string,
  { [kind]: first, ...options }: Readonly<Record<string, unknown>>,
  path: string,
): SearchParameter {
  const values = first as unknown[];
  try {
    if (kind === "choice") {
      const [other] = Object.keys(options);
      if (other !== undefined) throw new TunebookError("input", `choice takes no ${other}`);
      return choice(...values.map((each, at) => readValue(each, `${path}[${at}]`)));
    }
    if (values.length !== 2) {
      throw new TunebookError("input", `${kind} takes two bounds, but got ${values.length}`);
    }
    const [low, high] = values as [number, number];
    return kind === "int"
      ? int(low, high, options as IntOptions)
      : float(low, high, options as FloatOptions);
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    throw new TunebookError(error.kind, `${path}: ${error.message}`, { cause: error });
  }
}
