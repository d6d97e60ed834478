/**
 * The graph in a `config.json`, which a file may hold damaged.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import type { GraphModel } from "./graph_model.ts";

const isText = (value: unknown) => typeof value === "string";
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const isSizes = (value: unknown) =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

const isNode = (value: unknown) =>
  isRecord(value) && isText(value.op) && isTexts(value.inputs) && isTexts(value.outputs) &&
  (value.layer === undefined || isText(value.layer)) &&
  (value.attributes === undefined || isRecord(value.attributes));

/** What sizes a layer of each kind has. */
const layerSizes: Readonly<Record<string, readonly string[]>> = {
  linear: ["inFeatures", "outFeatures"],
  conv: ["inChannels", "outChannels"],
  batchNorm: ["width"],
  norm: ["width"],
  tensor: [],
};

function isLayer(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.path) || !isText(value.kind)) return false;
  const kind = value.kind as string;
  if (!Object.hasOwn(layerSizes, kind)) return false;
  const sizes = layerSizes[kind].map((name) => value[name]);
  return isSizes(sizes) && (kind !== "conv" || isSizes(value.kernel)) &&
    (kind !== "tensor" || isSizes(value.shape));
}

const isConstant = (value: unknown) =>
  isRecord(value) && isSizes(value.shape) && Array.isArray(value.data) &&
  value.data.every((number) => typeof number === "number") &&
  ["float", "int", "bool"].includes(value.type as string);

/** Checks a graph. Throws an error of kind "weights" with all that is wrong. */
export function graphIn(value: unknown): GraphModel {
  const { input, outputs, nodes, layers, tensors, constants } = isRecord(value) ? value : {};
  const all = (list: unknown, fits: (each: unknown) => boolean) =>
    Array.isArray(list) && list.every(fits);
  const values = (record: unknown, fits: (each: unknown) => boolean) =>
    isRecord(record) && Object.values(record).every(fits);
  const isInput = isRecord(input) && isText(input.name) && Number.isSafeInteger(input.channels);
  const wrong = [
    ...isInput ? [] : ["graph.input must be an object with a name and channels"],
    ...isTexts(outputs) && (outputs as string[]).length > 0
      ? []
      : ["graph.outputs must be a list of names"],
    ...all(nodes, isNode) ? [] : ["graph.nodes must be a list of operators"],
    ...all(layers, isLayer) ? [] : ["graph.layers must be a list of layers"],
    ...values(tensors, isText) ? [] : ["graph.tensors must be an object of paths"],
    ...values(constants, isConstant) ? [] : ["graph.constants must be an object of numbers"],
  ];
  if (wrong.length === 0) wrong.push(...danglingLayers(value as GraphModel));
  if (wrong.length === 0) return value as GraphModel;
  throw mistakes("weights", "config.json does not describe this model:", wrong, wrong.length);
}

/** Layers that nodes and tensors name and that there are not. */
function danglingLayers({ nodes, layers, tensors }: GraphModel): string[] {
  const known = new Set(layers.map(({ path }) => path));
  const named = [...nodes.flatMap(({ layer }) => layer ?? []), ...Object.values(tensors)];
  return [...new Set(named)].filter((path) => !known.has(path))
    .map((path) => `graph.layers lacks ${path}`);
}
