/**
 * A loaded model: its family, its sizes and its weights.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { giveAway } from "../core/given_away.ts";
import { LazyMap } from "../core/lazy_map.ts";
import { type FrozenSource, heldSource, type QuantizedWeight } from "../engine/mod.ts";
import { checkMethodSize, numbersIn } from "./check_method_size.ts";
import type { AttachedMethod, Method, ModelInfo, ModelInfoExtras } from "./method.ts";
import type { Family, Head, ModelConfig, TextConfig } from "./family.ts";
import { type Layer, type Weight, weightsOf } from "./layer.ts";
import { headOf, type HeadRequest } from "./task_head.ts";

/** A model in memory. */
export interface Model {
  /** Where it came from, as the user wrote it. */
  readonly reference: string;
  readonly family: Family;
  readonly config: ModelConfig;
  /** `config.json` as it was read. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Encoder and head. */
  readonly layers: readonly Layer[];
  /** Paths of the task's own layers, which are trained whatever the method is. */
  readonly head: readonly string[];
  /** Those of them that the checkpoint lacks: their weights are random until they are trained. */
  readonly fresh?: readonly string[];
  /** True where the checkpoint has tensors of the head's names in other sizes, which were left. */
  readonly hasOtherHead?: boolean;
  /** The head that the task asked for. */
  readonly headRequest: HeadRequest;
  /** Weight path → numbers, row by row; a loaded model reads them from its file when asked. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /**
   * The linears' weights that are held in fewer bits, by weight path. `weights` has what they
   * stand for: those are the model's numbers, whatever they were before they were quantised.
   */
  readonly quantized?: ReadonlyMap<string, QuantizedWeight>;
  /**
   * Tables whose rows are looked up in float32, and with which hidden states are multiplied in fewer bits,
   * by weight path.
   */
  readonly products?: ReadonlyMap<string, QuantizedWeight>;
}

/** The input names of the two tensors of a weight that is held in fewer bits. */
export function quantizedNames(path: string): { codes: string; scales: string } {
  return { codes: `${path}.codes`, scales: `${path}.scales` };
}

/** Gives a program the frozen weights of a model; those that are read for it alone are given away. */
export function frozenWeights(
  { weights, quantized, products }: Pick<Model, "weights" | "quantized" | "products">,
): FrozenSource {
  const read = (name: string) => {
    const [, path, part] = /^(.+)\.(codes|scales)$/.exec(name) ?? [];
    const held = path === undefined ? undefined : quantized?.get(path) ?? products?.get(path);
    if (held) return part === "codes" ? held.codes() : held.scales();
    const numbers = weights.get(name)!;
    return weights instanceof LazyMap && weights.makesAnew(name) ? giveAway(numbers) : numbers;
  };
  return heldSource(read, () => weights);
}

/** All tensors of a model. */
export function modelWeights({ layers }: Pick<Model, "layers">): Weight[] {
  return layers.flatMap(weightsOf);
}

/** The sizes of a text model, for what works on no other. */
export function textConfig(
  { family, config }: {
    readonly family: Pick<Family, "modelType" | "input">;
    readonly config: ModelConfig;
  },
): TextConfig {
  if (family.input === "text") return config as TextConfig;
  throw new TunebookError("unsupported", `${family.modelType} models take no text`);
}

/** The model's head as its family has it. */
export function modelHead({ family, headRequest }: Pick<Model, "family" | "headRequest">): Head<
  ModelConfig
> {
  return headOf(family, headRequest.name);
}

/** Whether a model goes on with the texts that it reads; an encoder-decoder writes others. */
export function continuesTexts(
  { family, headRequest }: Pick<Model, "family" | "headRequest">,
): boolean {
  return headRequest.name === "language" && family.decoder === undefined;
}

/** What stands before the body's paths in a checkpoint with the model's head: `bert.`, or nothing. */
export function pathPrefix(model: Pick<Model, "family" | "headRequest">): string {
  const prefix = modelHead(model).prefix ?? model.family.prefix;
  return prefix === "" ? "" : `${prefix}.`;
}

/** Paths of the body, which stand behind the prefix in a checkpoint: all but those of heads. */
export function bodyPaths({ family, config }: Pick<Model, "family" | "config">): Set<string> {
  return new Set(family.layers(config).map(({ path }) => path));
}

/** True where a weight belongs to the head. */
export function isHead({ head }: Pick<Model, "head">, weight: Weight): boolean {
  return head.includes(weight.layer.path);
}

/**
 * A weight of the head that neither the checkpoint nor the method's files hold, if there is any: it
 * is random until it is trained.
 */
export function randomHead(
  model: Pick<Model, "layers" | "head" | "fresh">,
  { initialWeights }: Pick<AttachedMethod, "initialWeights">,
): string | undefined {
  return modelWeights(model).find((weight) =>
    isHead(model, weight) && model.fresh?.includes(weight.layer.path) &&
    !initialWeights?.has(weight.path)
  )?.path;
}

/** What a method may know about a model. */
export function modelInfoOf(model: Model, extras: ModelInfoExtras = {}): ModelInfo {
  const { family, config, layers, head, weights } = model;
  const { modelType } = family;
  return {
    modelType,
    pathPrefix: pathPrefix(model),
    config,
    layers,
    head,
    attentionTargets: family.targetsOf?.(config) ?? family.attentionTargets,
    weights,
    family,
    ...extras,
  };
}

/** Attaches a method to a model. */
export function attachTo(
  model: Model,
  adapter: Method,
  extras: ModelInfoExtras = {},
): AttachedMethod {
  return attached(model, adapter, modelInfoOf(model, extras));
}

/** Lets a method read its files and run the model where it has to, and attaches it. */
export async function openOn(
  model: Model,
  adapter: Method,
  extras: ModelInfoExtras = {},
): Promise<AttachedMethod> {
  const modelInfo = modelInfoOf(model, extras);
  const opened = await adapter.open?.() ?? adapter;
  const prepared = await opened.prepare?.(modelInfo) ?? opened;
  return attached(model, prepared, modelInfo);
}

function attached(model: Model, adapter: Method, modelInfo: ModelInfo): AttachedMethod {
  const made = adapter.attach(modelInfo);
  if ((made.input || made.prefixTokens) && model.family.input !== "text") {
    const added = made.input ? "virtual tokens" : "a prefix";
    throw new TunebookError(
      "unsupported",
      `${adapter.method} puts ${added} before a text, but ${model.family.modelType} models take ` +
        "no text; use another method, such as lora",
    );
  }
  checkMethodSize(adapter, made, numbersIn(modelWeights(model)));
  return made;
}
