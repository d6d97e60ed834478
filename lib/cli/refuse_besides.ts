/**
 * Flags of one kind of command that mean nothing in another.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Flags } from "./flags.ts";
import { kebab } from "./train_flags.ts";

const budget: readonly string[] = ["trials", "minutes", "trial"];

/** What says that it is another command, and the flags that it would leave unread. */
const besides: readonly (readonly [flag: string, unread: readonly string[], why: string])[] = [
  ["folds", [...budget, "advise"], "scores the plan on folds"],
  [
    "advise",
    [...budget, "ray", "tensorboard", "mlflow", "jsonLines", "runName", "resume"],
    "looks at the data and trains nothing for keeps",
  ],
];

/**
 * Refuses flags that would be left unread.
 *
 * @throws TunebookError of kind "input" that names them
 */
export function refuseBesides(flags: Flags): void {
  for (const [flag, unread, why] of besides) {
    const given = unread.filter((name) => flags[name] !== undefined);
    if (flags[flag] === undefined || given.length === 0) continue;
    const names = given.map((name) => `--${kebab(name)}`).join(" ");
    throw new TunebookError("input", `--${flag} ${why}; leave it or ${names} out`);
  }
}
