/**
 * Brings a checkpoint's tensors to the names and shapes that a model asks for.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { list, type Rules } from "../core/option_rules.ts";
import { didYouMean } from "../core/nearest.ts";
import { TunebookError } from "../core/errors.ts";
import { LazyMap } from "../core/lazy_map.ts";
import { finite, storedAs } from "./finite.ts";
import type { TensorInfo, Weights } from "./weights.ts";

/** One weight that a model asks for. */
export interface WeightSpec {
  /** The weight's name in tunebook. */
  readonly path: string;
  /** The shape that the model wants. */
  readonly shape: readonly number[];
  /** The names that checkpoints use for it; the first one present is taken. */
  readonly names: readonly string[];
  /** The checkpoint holds the matrix the other way round: [columns, rows] of `shape`. */
  readonly transpose?: boolean;
  /** The model can do without it. */
  readonly optional?: boolean;
}

/** What to make of a checkpoint's other tensors. */
export interface LoadOptions {
  /** Checkpoint names that may be left over, such as buffers that the model computes itself. */
  ignore?: readonly RegExp[];
}

const rules: Rules<LoadOptions> = { ignore: list };

/** The weights of a model. */
export interface LoadedWeights {
  /** The values by path, float32 and row-major. */
  readonly values: Map<string, Float32Array<ArrayBuffer>>;
  /** The paths of the optional weights that the checkpoint lacks. */
  readonly absent: readonly string[];
}

/**
 * Reads every weight that `specs` name. Missing, surplus and wrongly shaped tensors are reported in
 * one error of kind `weights`, before any tensor is read; one with NaN is an error when it is read.
 *
 * @example
 * ```ts
 * import { loadWeights, openWeights, writeShards } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const data = Float32Array.of(1, 2, 3, 4, 5, 6);
 * await writeShards(folder, [{ name: "dense.kernel", dtype: "F32", shape: [3, 2], data }]);
 *
 * using weights = await openWeights(folder);
 * const { values } = await loadWeights(weights, [
 *   { path: "dense.weight", shape: [2, 3], names: ["dense.kernel"], transpose: true },
 * ]);
 * assert.deepEqual(values.get("dense.weight"), Float32Array.of(1, 3, 5, 2, 4, 6));
 * ```
 */
export async function loadWeights(
  weights: Weights,
  specs: readonly WeightSpec[],
  options: LoadOptions = {},
): Promise<LoadedWeights> {
  checkOptions("loadWeights", options, rules);
  const { found, absent } = matchWeights(weights, specs, options);
  const values = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [spec, name] of found) {
    const stored = finite(await weights.readFloat32(name), storedAs(weights, name));
    values.set(spec.path, spec.transpose ? transpose(stored, spec.shape) : stored);
  }
  return { values, absent };
}

/** Like {@link loadWeights}, but reads a weight each time that it is asked for and keeps none. */
export function lazyWeights(
  weights: Weights,
  specs: readonly WeightSpec[],
  options: LoadOptions = {},
): {
  values: LazyMap<string, Float32Array<ArrayBuffer>>;
  absent: readonly string[];
  /** The checkpoint's name of each weight. */
  names: ReadonlyMap<string, string>;
} {
  const { found, absent } = matchWeights(weights, specs, options);
  // A file that changes is an error of its own, so that one look at each tensor is enough.
  const checked = new Set<string>();
  const read = (name: string) => {
    const stored = weights.readFloat32Sync(name);
    if (!checked.has(name)) finite(stored, storedAs(weights, name));
    checked.add(name);
    return stored;
  };
  const values = new LazyMap([...found].map(([{ path, shape, transpose: turned }, name]) => [
    path,
    () => {
      const stored = read(name);
      return turned ? transpose(stored, shape) : stored;
    },
  ]));
  const names = new Map([...found].map(([{ path }, name]) => [path, name]));
  return { values, absent, names };
}

/** Which tensor is which weight. */
export interface MatchedWeights {
  /** The name of the tensor for each weight. */
  readonly found: ReadonlyMap<WeightSpec, string>;
  /** The paths of the optional weights that the checkpoint lacks. */
  readonly absent: readonly string[];
}

/** Finds every weight that `specs` name, or throws what {@link loadWeights} throws. */
export function matchWeights(
  { path, tensors }: { readonly path: string; readonly tensors: TensorShapes },
  specs: readonly WeightSpec[],
  { ignore = [] }: LoadOptions = {},
): MatchedWeights {
  const asked = new Set(specs.flatMap(({ names }) => names));
  const found = new Map<WeightSpec, string>();
  const missing: WeightSpec[] = [];
  const absent: string[] = [];
  for (const spec of specs) {
    const name = spec.names.find((name) => tensors.has(name));
    if (name !== undefined) found.set(spec, name);
    else if (spec.optional) absent.push(spec.path);
    else missing.push(spec);
  }
  const surplus = [...tensors.keys()].filter((name) =>
    !asked.has(name) && !ignore.some((pattern) => name.search(pattern) >= 0)
  );
  const problems = [
    ...section("missing", missing, (spec) => describeMissing(spec, surplus)),
    ...section("surplus", surplus, (name) => describeSurplus(name, missing)),
    ...section("wrong shape", misshapen(found, tensors), (line) => line),
  ];
  if (problems.length > 0) {
    throw new TunebookError(
      "weights",
      [`the weights in ${path} do not fit the model:`, ...problems].join("\n"),
    );
  }
  return { found, absent };
}

type TensorShapes = ReadonlyMap<string, Pick<TensorInfo, "shape">>;

/** How many tensors of each kind of mistake an error shows. */
const SHOWN = 12;

function section<Item>(
  title: string,
  items: readonly Item[],
  describe: (item: Item) => string,
): string[] {
  if (items.length === 0) return [];
  const lines = items.slice(0, SHOWN).map((item) => `  - ${describe(item)}`);
  if (items.length > SHOWN) lines.push(`  … and ${items.length - SHOWN} more`);
  return [`${title} (${items.length}):`, ...lines];
}

function describeMissing({ path, names }: WeightSpec, surplus: readonly string[]): string {
  const [first, ...others] = names;
  const also = others.length > 0 ? ` (or ${others.join(", ")})` : "";
  const purpose = first === path ? "" : ` for ${path}`;
  return `"${first}"${also}${purpose}${didYouMean(first, surplus)}`;
}

function describeSurplus(name: string, missing: readonly WeightSpec[]): string {
  return `"${name}"${didYouMean(name, missing.flatMap(({ names }) => names))}`;
}

function misshapen(
  found: ReadonlyMap<WeightSpec, string>,
  tensors: TensorShapes,
): string[] {
  const lines: string[] = [];
  for (const [{ shape, transpose }, name] of found) {
    const wanted = transpose ? shape.toReversed() : shape;
    const stored = tensors.get(name)!.shape;
    if (String(stored) !== String(wanted)) {
      lines.push(`"${name}" is [${stored.join(", ")}], the model wants [${wanted.join(", ")}]`);
    }
  }
  return lines;
}

/** A matrix stored as [columns, rows], turned to `[rows, columns]`. */
function transpose(stored: Float32Array<ArrayBuffer>, [rows, columns]: readonly number[]) {
  const turned = new Float32Array(stored.length);
  for (let column = 0; column < columns; column++) {
    const start = column * rows;
    for (let row = 0; row < rows; row++) {
      turned[row * columns + column] = stored[start + row];
    }
  }
  return turned;
}
