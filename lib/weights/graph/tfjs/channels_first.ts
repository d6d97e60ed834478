/**
 * Turns a graph with channels last into one with channels first while it is read: maps, the tensors that
 * windows slide over, are [batch, channels, height, width] from their first to their last use, and only what
 * is no map keeps TensorFlow's order of axes.
 *
 * @module
 */
import type { GraphConstant } from "../../../engine/mod.ts";
import { constantOf, turned, withRank } from "../constants.ts";
import type { FileNode, GraphAttribute } from "../graph_file.ts";

/** Where an axis of [batch, height, width, channels] lies when channels come first. */
export const axesOfMaps = [0, 2, 3, 1] as const;
/** What stands behind the name of a weight that was turned for convolutions. */
export const filterMark = "__filter";
const toFirst = [0, 3, 1, 2];
const toLast = [0, 2, 3, 1];

/** A graph that is being written. */
export class ChannelsFirst {
  readonly nodes: FileNode[] = [];
  readonly constants = new Map<string, GraphConstant>();
  #maps = new Set<string>();
  #turned = new Map<string, string>();

  /** Whether a tensor is a map with channels first. */
  isMap(name: string): boolean {
    return this.#maps.has(name);
  }

  constant(name: string): GraphConstant | undefined {
    return this.constants.get(name);
  }

  /** Adds numbers under a name that nothing else has. */
  add(name: string, constant: GraphConstant): string {
    let free = name;
    for (let i = 1; this.constants.has(free); i++) free = `${name}__${i}`;
    this.constants.set(free, constant);
    return free;
  }

  /** Adds whole numbers, such as the bounds of a slice. */
  ints(name: string, numbers: readonly number[]): string {
    return this.add(name, constantOf([numbers.length], numbers, "int"));
  }

  /** Adds the filter that a weight is for convolutions, once for all of them. */
  filter(weight: string, filter: GraphConstant): string {
    const name = `${weight}${filterMark}`;
    this.constants.set(name, filter);
    return name;
  }

  /** Says that a tensor is a map. */
  mark(...names: readonly string[]): void {
    names.forEach((name) => this.#maps.add(name));
  }

  /** Writes a node; `isMap` where what it gives is a map. */
  emit(
    op: string,
    inputs: readonly string[],
    outputs: string | readonly string[],
    { isMap = false, ...attributes }:
      & { readonly isMap?: boolean }
      & Readonly<
        Record<string, GraphAttribute | boolean | undefined>
      > = {},
  ): string {
    const names = typeof outputs === "string" ? [outputs] : outputs;
    const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
    this.nodes.push({
      op,
      name: names[0],
      inputs,
      outputs: names,
      attributes: Object.fromEntries(given) as Record<string, GraphAttribute>,
    });
    if (isMap) this.mark(...names);
    return names[0];
  }

  /** The tensor as a map. */
  asMap(name: string): string {
    return this.isMap(name) ? name : this.#turn(name, toFirst, true);
  }

  /** The tensor in TensorFlow's order of axes. */
  asPlain(name: string): string {
    return this.isMap(name) ? this.#turn(name, toLast, false) : name;
  }

  /** An operand beside a map: numbers that are known are turned here. */
  besideMap(name: string): string {
    const known = this.constant(name);
    if (!known) return this.asMap(name);
    if (known.shape.length === 0) return name;
    const key = `${name} beside maps`;
    const made = this.#turned.get(key) ??
      this.add(`${name}__maps`, turned(withRank(known, 4), toFirst));
    this.#turned.set(key, made);
    return made;
  }

  #turn(name: string, perm: readonly number[], isMap: boolean): string {
    const key = `${name} ${perm}`;
    const known = this.#turned.get(key);
    if (known !== undefined) return known;
    const made = `${name}__${isMap ? "first" : "last"}`;
    this.emit("Transpose", [name], made, { perm, isMap });
    this.#turned.set(key, made);
    return made;
  }
}
