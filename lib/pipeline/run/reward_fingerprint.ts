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
 * Each reward's weight, time and source text by its name. The values that a function has captured cannot be
 * seen: two rewards of one verifier with other settings look alike.
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
  const { columns = [] } = reward;
  const code = isBatchReward(reward) ? reward.rewardBatch : reward;
  return JSON.stringify([columns, Function.prototype.toString.call(code)]);
}

async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, hashLength);
}
