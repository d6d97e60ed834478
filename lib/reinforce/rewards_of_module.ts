/**
 * Rewards out of a module, as plan files and the command line name them.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { importModule } from "../core/import_module.ts";
import { isRecord } from "../core/objects.ts";
import { namedRewards } from "../nn/check_rewards.ts";
import type { Reward, Rewards } from "../nn/reward.ts";

/**
 * The rewards that a module exports: its default export, a reward or several by name, or else all of its
 * exports by their names.
 *
 * Throws an error of kind "input" where there is no such module or it exports nothing.
 *
 * @param path of a file, seen from the working directory
 */
export async function rewardsOfModule(path: string): Promise<Rewards> {
  const { default: chosen, ...named } = await importModule(path, "the rewards");
  if (typeof chosen === "function" || isRecord(chosen)) {
    return namedRewards(chosen as Reward | Rewards);
  }
  if (Object.keys(named).length > 0) return named as Rewards;
  throw new TunebookError(
    "input",
    `the module ${path} exports no reward: export functions by name, or an object of them as default`,
  );
}
