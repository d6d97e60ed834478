/**
 * The losses of a training with every saving, and of the same training with none.
 *
 * @module
 */
import type { EqualityCase } from "./cases.ts";
import { startOurs } from "./sides.ts";

/** What came of it. */
export interface EqualityResult {
  readonly kind: "equality";
  readonly name: string;
  /** Losses step by step. */
  readonly optimised: readonly number[];
  readonly plain: readonly number[];
  /** The largest difference of two losses of one step. */
  readonly difference: number;
}

/** Trains both ways, each in a process of its own. */
export async function measureEquality(
  { name, data, maxTokens, steps }: EqualityCase,
  { threads }: { readonly threads?: number },
): Promise<EqualityResult> {
  console.error(`${name}: ${steps} steps with every saving and with none`);
  const lossesOf = async (plain: boolean) => {
    const side = startOurs("our_trainer.ts");
    try {
      await side.ask({ cmd: "setup", data, maxTokens, threads, plain });
      return (await side.ask({ cmd: "losses", count: steps, plain })).losses as number[];
    } finally {
      await side.stop();
    }
  };
  const [optimised, plain] = [await lossesOf(false), await lossesOf(true)];
  const differences = optimised.map((loss, step) => Math.abs(loss - plain[step]));
  return { kind: "equality", name, optimised, plain, difference: Math.max(...differences) };
}
