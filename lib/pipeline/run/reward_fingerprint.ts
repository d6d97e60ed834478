/**
 * What a checkpoint remembers of rewards, so that a training does not go on by others unnoticed.
 *
 * @module
 */
import { checkedRewards, isBatchReward } from "../../nn/check_rewards.ts";
import type { Reward, Rewards } from "../../nn/reward.ts";

/** Enough of a hash to tell two texts apart. */
const hashLength = 12;

/**
 * Each reward's weight, time, source text and settings by its name. The values that a function of one's own has captured
 * cannot be seen, and a judge from a module is known by its path.
 */
export async function rewardFingerprint(rewards: Rewards): Promise<Record<string, string>> {
  const found = checkedRewards("rewards", rewards).map(
    async ({ name, reward, weight, timeoutSeconds, onTimeout }): Promise<[string, string]> => {
      const late = onTimeout === undefined ? "" : ` (${onTimeout} when late)`;
      return [
        name,
        `weight ${weight}, ${timeoutSeconds} s${late}, ${await hashOf(sourceOf(reward))}`,
      ];
    },
  );
  return Object.fromEntries(await Promise.all(found));
}

function sourceOf(reward: Reward): string {
  const { columns = [], settings } = reward;
  const code = isBatchReward(reward) ? reward.rewardBatch : reward;
  return JSON.stringify([columns, Function.prototype.toString.call(code), settings], inWords);
}

/** Functions and patterns among settings as their source texts. */
function inWords(_name: string, value: unknown): unknown {
  return typeof value === "function" || value instanceof RegExp ? String(value) : value;
}

async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, hashLength);
}
