/**
 * Whether several processes were given the same training.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { gather } from "../parallel/gather.ts";
import type { ProcessGroup } from "../parallel/process_group.ts";
import type { Fingerprint } from "./checkpoint.ts";

/** Characters of a setting that an error shows. */
const mostShown = 60;

/**
 * Throws an error of kind "input" in every process, with all that differs, where they do not have the same plan, rows
 * and weights.
 */
export async function requireSameRun(
  processes: ProcessGroup,
  fingerprint: Fingerprint,
  signal?: AbortSignal,
): Promise<void> {
  const own = Object.entries(fingerprint).map(([name, value]) =>
    [name, JSON.stringify(value) ?? "nothing"] as const
  );
  const all = (await gather(processes, own, signal)).map((each) => new Map(each));
  const names = new Set(all.flatMap((each) => [...each.keys()]));
  const wrong = [...names].flatMap((name) => {
    const values = all.map((each) => each.get(name) ?? "nothing");
    return values.every((value) => value === values[0]) ? [] : [
      `${name}: ${values.map((value, rank) => `${shown(value)} in process ${rank}`).join(", ")}`,
    ];
  });
  if (wrong.length === 0) return;
  throw mistakes(
    "input",
    "the processes were not given the same training; give all of them the same plan and the same files:",
    wrong,
  );
}

function shown(text: string): string {
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}
