/**
 * Our training step with and without gradient checkpointing, in turns.
 *
 * @module
 */
import type { RecomputeCase } from "./cases.ts";
import type { MeasureOptions } from "./measure_steps.ts";
import { type MeasuredWay, measureWays } from "./measure_ways.ts";

/** What came of a case. */
export interface RecomputeResult {
  readonly kind: "recompute";
  readonly name: string;
  readonly ordinary: MeasuredWay;
  readonly recomputed: MeasuredWay;
}

/** Measures both ways, each in a process of its own. */
export async function measureRecompute(
  measured: RecomputeCase,
  { rounds, threads }: MeasureOptions,
): Promise<RecomputeResult> {
  console.error(`${measured.name}: ${rounds} rounds of a step each way`);
  const setups = [false, true].map((gradientCheckpointing) => ({
    ...measured,
    threads,
    gradientCheckpointing,
  }));
  const [ordinary, recomputed] = await measureWays("our_process.ts", setups, {
    rounds,
    times: "ms",
    loss: ({ loss }) => Number(loss),
  });
  return { kind: "recompute", name: measured.name, ordinary, recomputed };
}
