/**
 * A head of detectors without queries: each cell of a map says whether an object's centre lies in it and how large
 * the object is (Zhou et al., arXiv 1904.07850). Coarser maps are added to the finest from above (Lin et al.,
 * arXiv 1612.03144). transformers has no such head: its checkpoints are tunebook's own.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { ImageConfig, MapHead } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";

/** What differs between families. */
export interface CellHeadOptions<Config> {
  /** The name that stands in `config.json`. */
  readonly className: string;
  /** Channels of the maps that are read, from fine to coarse. */
  channels(config: Config): readonly number[];
  /** Finer maps that are passed by; 0 unless given. */
  readonly skip?: number;
  /** Rows and columns of the finest map that is read; undefined where the family gives no map. */
  mapSize(config: Config): readonly [height: number, width: number] | undefined;
}

const at = "cell_head";
/** Channels of the joined map. */
const width = 64;
/** Numbers of a box: its centre's place in the cell, its width and its height. */
const boxNumbers = 4;
/** −log((1 − p) / p) of p = 0.1, with which cells start (the paper's reference). */
const prior = -2.19;

/** Of each cell the logits of the classes and a box: [batch, outputs + 4, height, width], `outputs` being classes. */
export function cellHead<Config extends ImageConfig>(
  { className, channels, skip = 0, mapSize }: CellHeadOptions<Config>,
): MapHead<Config> {
  const conv = (path: string, inChannels: number, outChannels: number, kernel: number): Layer => ({
    kind: "conv",
    path: `${at}.${path}`,
    inChannels,
    outChannels,
    kernel: [kernel, kernel],
  });
  return {
    reads: "maps",
    mapSize,
    layers: (config, outputs) => [
      ...channels(config).map((each, i) => conv(`lateral.${i}`, each, width, 1)),
      conv("smooth", width, width, 3),
      conv("predict", width, outputs + boxNumbers, 1),
    ],
    reusable: /^cell_head\.(lateral|smooth)/,
    forward(net, _config, maps) {
      const joined = maps.slice(skip).reduceRight<Tensor | undefined>((coarser, map, i) => {
        const own = net.conv(`${at}.lateral.${i}`, map);
        if (!coarser) return own;
        const [, , height, width] = map.shape as [number, number, number, number];
        return tf.add(own, ops.resize2d(coarser, { height, width }, { mode: "bilinear" }));
      }, undefined)!;
      const smooth = tf.relu(net.conv(`${at}.smooth`, joined, { padding: 1 }));
      const found = net.conv(`${at}.predict`, smooth);
      const numbers = found.shape[1]!;
      const start = Array.from({ length: numbers }, (_, i) => i < numbers - boxNumbers ? prior : 0);
      return tf.add(found, tf.tensor4d(start, [1, numbers, 1, 1]));
    },
    className,
  };
}
