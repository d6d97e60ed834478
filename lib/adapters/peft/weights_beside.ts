/**
 * Weights of the model itself that a PEFT folder holds beside the method's tensors: whole modules that
 * `modules_to_save` names, such as BERT's pooler, and the biases of `bias: "all"` or `"lora_only"`.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { AdapterDelta, LinearChange } from "../../nn/adapter_delta.ts";
import { type Weight, weightsOf } from "../../nn/layer.ts";
import type { AttachedMethod, ModelInfo } from "../../nn/method.ts";
import { moduleNames } from "../../nn/module_names.ts";
import { type PeftFiles, peftPrefix } from "./files.ts";

/** What stands between a linear's path and its own tensors where PEFT has put a method around it. */
const wrapped = "base_layer";

/** The names that PEFT may have for a weight of the model, the one that it writes first. */
export function namesInPeft(
  { pathPrefix, family: { moduleOf = (path) => path } }: Pick<ModelInfo, "pathPrefix" | "family">,
  { path, layer }: Weight,
  { targets, peft }: Pick<AttachedMethod, "targets" | "peft">,
  isInBody: boolean,
): readonly string[] {
  const { modelPrefix = peftPrefix } = peft ?? {};
  const inner = `${layer.path}.${wrapped}${path.slice(layer.path.length)}`;
  const own = targets?.includes(layer.path) ? [inner, path] : [path, inner];
  const roles = [...new Set(own.flatMap((role) => [moduleOf(role), role]))];
  const prefixes = isInBody ? [pathPrefix, ""] : ["", pathPrefix];
  return roles.flatMap((role) => prefixes.map((prefix) => `${modelPrefix}.${prefix}${role}`));
}

/** The weights of the model that a folder brings, and those that it names and lacks. */
export interface WeightsBeside {
  readonly weights: readonly Weight[];
  /** Names of tensors that no program reads, such as a pooler's beside a head on tokens, or images'. */
  readonly unread: readonly string[];
}

/** Looks for them in a folder. Those of the head are none: they are trained with every method. */
export function weightsBeside(
  modelInfo: ModelInfo,
  own: AttachedMethod,
  { tensors, config, folder }: PeftFiles,
  inBody: ReadonlySet<string>,
): WeightsBeside {
  const known = new Set([
    ...own.parameters.map(({ name }) => name),
    ...(own.frozen ?? []).map(({ name }) => name),
  ]);
  const weights: Weight[] = [];
  const { leftOut } = modelInfo.family.part ?? {};
  const unread = leftOut ? [...tensors.keys()].filter((name) => leftOut.test(name)) : [];
  for (const weight of modelInfo.layers.flatMap(weightsOf)) {
    const { path, layer } = weight;
    if (modelInfo.head.includes(layer.path) || own.trains(path) || known.has(path)) continue;
    const names = namesInPeft(modelInfo, weight, own, inBody.has(layer.path));
    const found = names.filter((name) => tensors.has(name));
    if (layer.kind === "linear" && layer.isUnread) unread.push(...found);
    else if (found.length > 0 || isSaved(modelInfo, path, config)) {
      weights.push(weight);
    }
  }
  checkTable(modelInfo, weights, folder);
  return { weights, unread };
}

/** True for a weight of a module that `modules_to_save` names. */
export function isSaved(
  modelInfo: Pick<ModelInfo, "pathPrefix" | "family">,
  path: string,
  { modules_to_save: saved }: PeftFiles["config"],
): boolean {
  return Array.isArray(saved) &&
    saved.some((module) =>
      moduleNames(modelInfo, path).some((name) => `.${name}`.includes(`.${module}.`))
    );
}

/**
 * PEFT trains a copy of the word table for the input alone and leaves the head with the old one; here
 * both are one matrix.
 */
function checkTable(
  { family: { stack, decoder }, config, head, pathPrefix }: ModelInfo,
  weights: readonly Weight[],
  folder: string,
): void {
  const isShared = (config as { readonly isTied?: boolean }).isTied && head.length === 0 &&
    (pathPrefix !== "" || decoder !== undefined);
  const table = `${stack?.wordTable}.weight`;
  if (!isShared || !weights.some(({ path }) => path === table)) return;
  throw new TunebookError(
    "unsupported",
    `${folder} saves ${table}, which the model's language head shares: PEFT trained a second table for ` +
      "the input alone. Merge the adapter in Python (merge_and_unload) and open the whole model.",
  );
}

/** The change of a method together with that of biases beside it. */
export function withBiases(
  delta: AdapterDelta,
  { weights }: WeightsBeside,
  values: ReadonlyMap<string, Float32Array>,
  base: ReadonlyMap<string, Float32Array>,
): AdapterDelta {
  const linears = new Map<string, LinearChange>(delta.linears);
  const whole = new Set(weights.map(({ path }) => path));
  for (const { path, layer } of weights) {
    // A linear whose weight is replaced is no change of the base: what shares it refuses that.
    const isBias = layer.kind === "linear" && path === `${layer.path}.bias`;
    if (!isBias || whole.has(`${layer.path}.weight`)) continue;
    const before = base.get(path)!;
    const offset = values.get(path)!.map((each, i) => each - before[i]);
    const change = linears.get(layer.path);
    const known = change?.offset;
    linears.set(layer.path, {
      ...change,
      offset: known ? offset.map((each, i) => each + known[i]) : offset,
    });
  }
  return { ...delta, linears };
}
