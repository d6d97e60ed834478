/**
 * The largest number of each window of a map.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { NamedAttrMap, Tensor } from "../tf.ts";
import { isOpenSize, isTracing } from "../trace_backend.ts";
import {
  bothAxes,
  type Pair,
  reachOf,
  type Window,
  windowOf,
  type WindowOptions,
  windowsIn,
} from "./convolution/window.ts";
import { largestOfWindows, largestOfWindowsBack } from "./pooling/eager_max_pool.ts";
import { singleNode } from "./single_node.ts";
import { withGradients } from "./with_gradients.ts";

/** How a window of a pool slides; its stride is its size unless given. */
export interface MaxPool2dOptions extends WindowOptions {
  /** Height and width of the window. */
  readonly kernel: number | Pair;
}

/**
 * PyTorch's `max_pool2d`: padding is never the largest, and of equal numbers the first one takes the gradient.
 *
 * @param x [batch, channels, height, width]; each size but `channels` may be open
 * @returns [batch, channels, height, width], each size as `conv2d` has it
 * @throws TunebookError of kind "input" where a window could see nothing but padding
 */
export function maxPool2d(x: Tensor, options: MaxPool2dOptions): Tensor {
  const window = poolWindow("maxPool2d", x, options);
  return withGradients(
    [x],
    () => {
      const [value] = singleNode(
        "MaxPoolMaps",
        { x },
        attrsOf(window),
        () => [largestOfWindows(x, window)],
      );
      return { value, kept: [value] };
    },
    (dy, [x], [y]) => [
      () =>
        singleNode("MaxPoolMapsGrad", { x, y, dy }, attrsOf(window), () => {
          if (!x.shape.slice(2).some(isOpenSize)) return [largestOfWindowsBack(x, y, dy, window)];
          throw new TunebookError(
            "unsupported",
            "the gradient of maxPool2d needs a fixed height and width of its maps on this device",
          );
        }, { needs: "processor" })[0],
    ],
  );
}

const attrsOf = (window: Window) => ({ window }) as unknown as NamedAttrMap;

/** The window of a pool; refuses one that could see nothing of the map. */
export function poolWindow(
  of: string,
  x: Tensor,
  { kernel, stride = kernel, ...options }: MaxPool2dOptions,
): Window {
  if (x.rank !== 4) {
    throw new TunebookError(
      "input",
      `${of} takes maps [batch, channels, height, width], not [${x.shape}]`,
    );
  }
  const window = windowOf(of, bothAxes(kernel), { stride, ...options });
  const reach = reachOf(window);
  if (window.padding.some((rows, side) => rows >= reach[side % 2])) {
    throw new TunebookError(
      "input",
      `${of}: the padding [${window.padding}] must be smaller than the window of ${reach[0]} × ${
        reach[1]
      }, which could else see nothing of the map`,
    );
  }
  if (!isTracing()) windowsIn(of, [x.shape[2]!, x.shape[3]!], window);
  return window;
}
