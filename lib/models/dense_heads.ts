/**
 * Heads that say something of each cell of a map, for trunks of convolutions: a 3 × 3 convolution, ReLU, and a
 * 1 × 1 convolution to the outputs, as CenterNet has them (Zhou et al., arXiv 1904.07850).
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { MapHead, ModelConfig } from "../nn/family.ts";
import type { Net } from "../nn/net.ts";

/** Channels between the two convolutions. */
const innerChannels = 64;

/** The numbers of a cell beside the scores of its classes: place, width and height. */
const boxNumbers = 4;

/**
 * What is added to the scores of a cell, so that it starts as an object with a probability of 0.1 (Lin et al.,
 * arXiv 1708.02002): the loss of the many cells without one is small from the first step on.
 */
const prior = Math.log(0.1 / 0.9);

function denseHead<Config extends ModelConfig>(
  className: string,
  path: string,
  finish: (x: Tensor) => Tensor,
): MapHead<Config> {
  const [inner, last] = [`${path}.dense`, `${path}.classifier`];
  return {
    reads: "maps",
    layers: ({ hiddenSize }, outputs) => [
      {
        kind: "conv",
        path: inner,
        inChannels: hiddenSize,
        outChannels: innerChannels,
        kernel: [3, 3],
      },
      {
        kind: "conv",
        path: last,
        inChannels: innerChannels,
        outChannels: outputs,
        kernel: [1, 1],
      },
    ],
    forward(net: Net, _config, maps) {
      const x = tf.relu(net.conv(inner, maps[0], { padding: 1 }));
      return finish(net.conv(last, x));
    },
    className,
  };
}

/** Scores of the classes of each cell of the finest map, [batch, classes, height, width]. */
export function maskHead<Config extends ModelConfig>(className: string): MapHead<Config> {
  return denseHead(className, "decode_head", (x) => x);
}

/**
 * Scores of the classes of each cell, and the box of an object whose centre it is, [batch, classes + 4, height,
 * width].
 */
export function cellHead<Config extends ModelConfig>(className: string): MapHead<Config> {
  return denseHead(className, "cell_head", (x) => {
    const [batch, channels, height, width] = x.shape as [number, number, number, number];
    const classes = channels - boxNumbers;
    const scores = tf.slice(x, [0, 0, 0, 0], [batch, classes, height, width]);
    const boxes = tf.slice(x, [0, classes, 0, 0], [batch, boxNumbers, height, width]);
    return tf.concat([tf.add(scores, prior), boxes], 1);
  });
}
