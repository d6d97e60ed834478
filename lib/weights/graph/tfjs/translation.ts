/**
 * What all translations of TensorFlow's operators read of a node.
 *
 * @module
 */
import type { ChannelsFirst } from "./channels_first.ts";
import type { TfNode } from "./tf_node.ts";

/** Writes a node. */
export type Translate = (to: ChannelsFirst, node: TfNode) => void;

/** Numbers of a constant input, such as axes. */
export function knownNumbers(to: ChannelsFirst, name: string | undefined): number[] | undefined {
  const constant = name === undefined ? undefined : to.constant(name);
  return constant && [...constant.read()];
}

/** A window in ONNX's attributes. */
export interface TfWindow {
  readonly strides: number[] | undefined;
  readonly dilations: number[] | undefined;
  readonly kernel_shape: number[] | undefined;
  readonly auto_pad?: string;
  readonly pads?: number[];
  readonly [attribute: string]: number[] | string | undefined;
}

/** How a window slides: TensorFlow's lists have an entry for each of the four axes. */
export function tfWindow(node: TfNode): TfWindow {
  const pair = (attribute: string) => node.numbers(attribute)?.slice(1, 3);
  const padding = node.text("padding") ?? "VALID";
  const explicit = node.numbers("explicit_paddings")?.slice(2, 6);
  return {
    strides: pair("strides"),
    dilations: pair("dilations"),
    kernel_shape: pair("ksize"),
    ...(padding === "EXPLICIT" && explicit
      ? { pads: [explicit[0], explicit[2], explicit[1], explicit[3]] }
      : { auto_pad: padding === "SAME" ? "SAME_UPPER" : "VALID" }),
  };
}

/** A node whose operator there is no word for; it is listed where it is needed. */
export function untranslated(to: ChannelsFirst, { op, name, inputs }: TfNode): void {
  to.emit(op, inputs.map((each) => to.asPlain(each)), name);
}
