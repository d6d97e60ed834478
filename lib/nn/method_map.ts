/**
 * Where an attached method acts, read off the model's own forward pass: the pass is traced, which
 * computes nothing, and each hook notes whether it changed something and what it read.
 *
 * @module
 */
import type { MethodPlaces, Place, PlaceRow } from "../chart/places_chart.ts";
import { sizeOf, trace } from "../engine/mod.ts";
import type { AttentionSite } from "./attention_site.ts";
import type { AttachedMethod, HookContext } from "./method.ts";
import type { Model } from "./model.ts";
import { stackOf } from "./encoder.ts";
import { forwardProgram } from "./forward_program.ts";
import { type Layer, type Weight, weightsOf } from "./layer.ts";
import type { TrainableModel } from "./trainable_model.ts";
import { trainedWeights } from "./trained.ts";

/** Place → the names of what a method's hooks read there, where they changed something. */
type Readings = Map<string, Set<string>>;

const inputPlace = "input";
const prefixPlace = (layer: number, site: AttentionSite = "encoder") => `prefix ${site} ${layer}`;

/**
 * Every place of the model with the numbers that are trained there, from the text upwards. A tensor
 * that several places read counts for each of them with an equal part, so that all places together
 * have all trained numbers.
 */
export function methodMapOf(trainable: TrainableModel, method: string): MethodPlaces {
  const { model, adapter } = trainable;
  const { layers, quantized } = model;
  const stacks = stacksOf(model);
  const added = addedNumbers(adapter, readingsOf(trainable));
  const own = new Map<string, number>();
  for (const { layer, shape } of trainedWeights(model, adapter)) {
    own.set(layer.path, (own.get(layer.path) ?? 0) + sizeOf(shape));
  }
  const placeOf = (layer: Layer, name: string): Place => {
    const weights = weightsOf(layer);
    const held = weights.map(({ path }: Weight) => quantized?.get(path)?.format).find(Boolean);
    return {
      name,
      numbers: weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      own: own.get(layer.path) ?? 0,
      added: added.get(layer.path) ?? 0,
      ...(held ? { held } : {}),
    };
  };
  const inLayer = ({ name, layerPath, sites }: StackPlaces, index: number): PlaceRow => {
    const start = `${layerPath}.${index}.`;
    const tokens = adapter.prefixTokens;
    const prefixes = sites.flatMap((site) => added.get(prefixPlace(index, site)) ?? []);
    return {
      kind: "layer",
      index,
      ...(name ? { stack: name } : {}),
      ...(tokens && prefixes.length > 0
        ? { prefix: { tokens, added: prefixes.reduce((a, b) => a + b) } }
        : {}),
      places: layers.filter(({ path }) => path.startsWith(start))
        .map((layer) => placeOf(layer, layer.path.slice(start.length))),
    };
  };
  const isOutside = ({ path }: Layer) =>
    stacks.every(({ layerPath }) => !path.startsWith(`${layerPath}.`));
  const first = layers.findIndex((layer) => !isOutside(layer));
  const whole = (list: readonly Layer[]) =>
    list.filter(isOutside).map((layer) => placeOf(layer, layer.path));
  return {
    method,
    ...(adapter.virtualTokens
      ? { input: { tokens: adapter.virtualTokens, added: added.get(inputPlace) ?? 0 } }
      : {}),
    rows: [
      { kind: "embeddings", places: whole(layers.slice(0, first)) },
      ...stacks.flatMap((stack) =>
        Array.from({ length: stack.count }, (_, index) => inLayer(stack, index))
      ),
      { kind: "head", places: whole(layers.slice(first)) },
    ],
  };
}

/** A stack's layers and the attentions in them. */
interface StackPlaces {
  /** Absent where there is only one stack. */
  readonly name?: "encoder" | "decoder";
  readonly layerPath: string;
  readonly count: number;
  readonly sites: readonly AttentionSite[];
}

/** The stacks of a model from the text upwards; of a model that is none, all that its paths number. */
function stacksOf(model: Pick<Model, "family" | "config" | "layers">): StackPlaces[] {
  const { family, config } = model;
  if (!family.stack) return numberedLayers(model);
  const { layerPath } = stackOf(family);
  const first: StackPlaces = { layerPath, count: config.numLayers, sites: ["encoder"] };
  if (!family.decoder) return [first];
  return [
    { ...first, name: "encoder" },
    {
      name: "decoder",
      layerPath: family.decoder.layerPath,
      count: config.numDecoderLayers!,
      sites: ["decoder", "cross"],
    },
  ];
}

/** What stands before the first number in the paths of the body, with how many there are. */
function numberedLayers({ family, config }: Pick<Model, "family" | "config">): StackPlaces[] {
  const counts = new Map<string, number>();
  for (const { path } of family.layers(config)) {
    const [, layerPath, index] = /^(.+?)\.(\d+)\./.exec(path) ?? [];
    if (layerPath === undefined) continue;
    counts.set(layerPath, Math.max(counts.get(layerPath) ?? 0, Number(index) + 1));
  }
  return [...counts].map(([layerPath, count]) => ({ layerPath, count, sites: [] }));
}

/** Traces the forward pass with hooks that tell what they do. */
function readingsOf(trainable: TrainableModel): Readings {
  const { adapter } = trainable;
  const readings: Readings = new Map();
  const spied = <Result>(
    place: string,
    context: HookContext,
    run: (context: HookContext) => Result,
    isChange: (result: Result) => boolean,
  ): Result => {
    const names = new Set(readings.get(place));
    const result = run({
      ...context,
      parameter(name) {
        names.add(name);
        return context.parameter(name);
      },
    });
    if (isChange(result)) readings.set(place, names);
    return result;
  };
  const telling: AttachedMethod = {
    ...adapter,
    linearInput: (path, x, context) =>
      spied(path, context, (own) => adapter.linearInput?.(path, x, own) ?? x, (y) => y !== x),
    weight: (path, given, context) =>
      spied(path, context, (own) => adapter.weight?.(path, given, own), (made) => Boolean(made)),
    output: (path, x, y, context) =>
      spied(path, context, (own) => adapter.output?.(path, x, y, own) ?? y, (z) => z !== y),
    convOutput: (path, call, context) =>
      spied(
        path,
        context,
        (own) => adapter.convOutput?.(path, call, own) ?? call.y,
        (z) => z !== call.y,
      ),
    input: (given, context) =>
      spied(
        inputPlace,
        context,
        (own) => adapter.input?.(given, own) ?? given,
        (made) => made !== given,
      ),
    keysValues: (layer, given, context, site) =>
      spied(
        prefixPlace(layer, site),
        context,
        (own) => adapter.keysValues?.(layer, given, own, site) ?? given,
        (made) => made !== given,
      ),
  };
  // No number is read: a trace that is not written needs none.
  const program = forwardProgram({ ...trainable, adapter: telling });
  trace(program, () => new Float32Array(), { plain: true });
  return readings;
}

/** Place → the method's own trained numbers that are used there. */
function addedNumbers({ parameters }: AttachedMethod, readings: Readings): Map<string, number> {
  const added = new Map<string, number>();
  for (const { name, shape } of parameters) {
    const places = [...readings].filter(([, names]) => names.has(name)).map(([place]) => place);
    for (const place of places) {
      added.set(place, (added.get(place) ?? 0) + sizeOf(shape) / places.length);
    }
  }
  return added;
}
