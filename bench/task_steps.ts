/**
 * Whether both sides take the same steps: from our start, in our batches, without dropout, they must
 * have the same losses.
 *
 * @module
 */
import { join } from "node:path";
import type { Side } from "./sides.ts";

/** The losses of a training on both sides. */
export interface ComparedSteps {
  readonly steps: number;
  /** The largest difference of two losses of a step. */
  readonly difference: number;
  /** The first and the last loss of ours. */
  readonly first: number;
  readonly last: number;
}

/** Lets ours train, and the peer after it from the same start; both have been set up. */
export async function compareSteps(
  { ours, peer }: Readonly<Record<"ours" | "peer", Side>>,
  folder: string,
  seed: number,
): Promise<ComparedSteps> {
  const file = join(folder, "start.json");
  const { losses } = await ours.ask({ cmd: "steps", seed, file }) as { losses: number[] };
  const { losses: others } = await peer.ask({ cmd: "steps", file }) as { losses: number[] };
  if (losses.length !== others.length) {
    throw new Error(`${losses.length} steps of ours, ${others.length} of the peer`);
  }
  return {
    steps: losses.length,
    difference: Math.max(...losses.map((loss, step) => Math.abs(loss - others[step]))),
    first: losses[0],
    last: losses.at(-1)!,
  };
}

/** The line of a data set under `stepsHead`. */
export function stepsLine(name: string, { steps, difference, first, last }: ComparedSteps): string {
  return `| \`${name}\` | ${steps} | ${first.toFixed(4)} | ${last.toFixed(4)} | ${
    difference.toExponential(1)
  } |`;
}

/** The head of the table. */
export const stepsHead = [
  "| data | steps | first loss | last loss | largest difference |",
  "| --- | --- | --- | --- | --- |",
].join("\n");
