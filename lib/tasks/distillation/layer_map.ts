/**
 * Which layer of a model is compared with which of its teacher.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import type { LayerPair } from "../../nn/below_head.ts";

/**
 * The model's layers, counted from 1, and the teacher's layer that each is like, `{ 1: 2, 2: 4, 3: 6 }`; `uniform`
 * for all layers of the model, evenly over the teacher's (Jiao et al., "TinyBERT", 2020, arXiv 1909.10351), or `last`
 * for the last layer of both (Wang et al., "MiniLM", 2020, arXiv 2002.10957).
 */
export type LayerMap = "uniform" | "last" | Readonly<Record<number, number>>;

const words: readonly unknown[] = ["uniform", "last"];

/** What maps of layers are, in words that follow "layers". */
export const layerMapWords =
  '"uniform", "last", or layers from 1 and the teacher\'s layer for each, { 1: 2, 2: 4 }';

/** Whether a value is a map of layers. */
export function isLayerMap(value: unknown): value is LayerMap {
  if (words.includes(value)) return true;
  const isLayer = (layer: unknown) => Number.isSafeInteger(layer) && Number(layer) >= 1;
  return isRecord(value) && Object.keys(value).length > 0 &&
    Object.entries(value).every(([own, taught]) => isLayer(Number(own)) && isLayer(taught));
}

/**
 * The pairs of layers in the order of the model's, which has `own` layers, as the teacher has `taught`.
 *
 * @throws {TunebookError} of kind `input` with the pairs of layers that one of the two has not
 */
export function layerPairs(map: LayerMap, own: number, taught: number): LayerPair[] {
  if (map === "last") return [[own, taught]];
  if (map === "uniform") {
    return Array.from({ length: own }, (_, at) => [at + 1, Math.ceil((at + 1) * taught / own)]);
  }
  const pairs = Object.entries(map).map(([layer, other]): LayerPair => [Number(layer), other])
    .sort(([a], [b]) => a - b);
  const wrong = pairs.filter(([layer, other]) => layer > own || other > taught);
  if (wrong.length === 0) return pairs;
  throw new TunebookError(
    "input",
    `the map of layers has ${
      wrong.map((pair) => pair.join(": ")).join(", ")
    }, but the model has ${own} layers and ` +
      `its teacher ${taught}, counted from 1; "uniform" and "last" fit any`,
  );
}
