/**
 * A head that says the class of each cell of a map, for trunks of convolutions: a 3 × 3 convolution, ReLU, and a
 * 1 × 1 convolution to the outputs.
 *
 * @module
 */
import { tf } from "../engine/mod.ts";
import type { MapHead, ModelConfig } from "../nn/family.ts";

/** Channels between the two convolutions. */
const innerChannels = 64;
const [inner, last] = ["decode_head.dense", "decode_head.classifier"];

/** Scores of the classes of each cell of the finest map, [batch, classes, height, width]. */
export function maskHead<Config extends ModelConfig>(className: string): MapHead<Config> {
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
    forward(net, _config, maps) {
      const x = tf.relu(net.conv(inner, maps[0], { padding: 1 }));
      return net.conv(last, x);
    },
    className,
  };
}
