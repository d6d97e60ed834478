/**
 * How far what Python gives for folders that tunebook wrote is from what tunebook gives.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { largestDifference } from "../models/golden.ts";

/** What is compared. */
export interface Parity {
  readonly python: string;
  /** A script of this folder, which opens every folder in `folder` and prints its results. */
  readonly script: string;
  readonly folder: string;
  /** What tunebook gives, by the folder's name. */
  readonly own: Readonly<Record<string, ArrayLike<number>>>;
  readonly tolerance: number;
  /** The golden folder of the models, whose `parity.json` is written. */
  readonly models: string;
}

/** Asks Python, prints the largest differences and writes them to `parity.json`. */
export async function writeParity(
  { python, script, folder, own, tolerance, models }: Parity,
): Promise<void> {
  const here = import.meta.dirname!;
  const { stdout, success } = await new Deno.Command(python, {
    args: [join(here, script), folder],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${script} failed`);
  const found = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  const differences = Object.fromEntries(
    Object.entries(own).map(([name, numbers]) => [
      name,
      largestDifference(numbers, found.results[name]),
    ]),
  );
  console.table(differences);
  await writeFileAtomic(
    join(here, models, "parity.json"),
    JSON.stringify({ made_with: found.made_with, tolerance, differences }, null, 2) + "\n",
  );
}
