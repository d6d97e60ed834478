/**
 * Our training step with and without gradient checkpointing, in turns.
 *
 * @module
 */
import type { RecomputeCase } from "./cases.ts";
import { median } from "./median.ts";
import type { MeasureOptions } from "./measure_steps.ts";
import { rest, startOurs } from "./sides.ts";

/** One way of computing the step. */
export interface MeasuredWay {
  /** Median of a step. */
  readonly milliseconds: number;
  /** Peak resident memory. */
  readonly megabytes: number;
  /** The last loss: the same both ways. */
  readonly loss: number;
}

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
  const ways = [false, true].map((gradientCheckpointing) => ({
    gradientCheckpointing,
    side: startOurs("our_process.ts"),
    times: [] as number[],
    loss: NaN,
  }));
  try {
    for (const { side, gradientCheckpointing } of ways) {
      await side.ask({ cmd: "setup", ...measured, threads, gradientCheckpointing });
      await side.ask({ cmd: "step", count: 1 });
    }
    for (let round = 0; round < rounds; round++) {
      for (const way of ways) {
        const { ms, loss } = await way.side.ask({ cmd: "step", count: 1 });
        way.times.push(...ms as number[]);
        way.loss = Number(loss);
        await rest();
      }
    }
    const [ordinary, recomputed] = await Promise.all(
      ways.map(async ({ side, times, loss }): Promise<MeasuredWay> => ({
        milliseconds: median(times),
        megabytes: Number((await side.ask({ cmd: "memory" })).mb),
        loss,
      })),
    );
    return { kind: "recompute", name: measured.name, ordinary, recomputed };
  } finally {
    for (const { side } of ways) await side.stop();
  }
}
