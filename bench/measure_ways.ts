/**
 * Our own step computed in several ways, in turns.
 *
 * @module
 */
import { median } from "./median.ts";
import { megabytesOf, type OurModule, rest, startOurs } from "./sides.ts";

/** One way of computing the step. */
export interface MeasuredWay {
  /** Median of a step. */
  readonly milliseconds: number;
  /** Peak resident memory. */
  readonly megabytes: number;
  /** How much of it the steps added to what was held when they were compiled. */
  readonly stepMegabytes: number;
  /** The last loss: the same every way. */
  readonly loss: number;
}

/** What is measured, and how the module's answer to `step` tells it. */
export interface WaysOptions {
  readonly rounds: number;
  readonly times: "ms" | "processor";
  readonly loss: (answer: Record<string, unknown>) => number;
}

/**
 * Measures a step each way, each in a process of its own.
 *
 * @param setups what makes a way, for the module's command `setup`
 */
export async function measureWays(
  module: OurModule,
  setups: readonly Record<string, unknown>[],
  { rounds, times, loss }: WaysOptions,
): Promise<MeasuredWay[]> {
  const ways = setups.map((setup) => ({
    setup,
    side: startOurs(module),
    compiledMegabytes: NaN,
    times: [] as number[],
    loss: NaN,
  }));
  try {
    for (const way of ways) {
      const { residentMegabytes } = await way.side.ask({ cmd: "setup", ...way.setup });
      way.compiledMegabytes = Number(residentMegabytes);
      await way.side.ask({ cmd: "step", count: 1 });
    }
    for (let round = 0; round < rounds; round++) {
      for (const way of ways) {
        const answer = await way.side.ask({ cmd: "step", count: 1 });
        way.times.push(...answer[times] as number[]);
        way.loss = loss(answer);
        await rest();
      }
    }
    return await Promise.all(ways.map(async (way): Promise<MeasuredWay> => {
      const megabytes = await megabytesOf(way.side);
      return {
        milliseconds: median(way.times),
        megabytes,
        stepMegabytes: megabytes - way.compiledMegabytes,
        loss: way.loss,
      };
    }));
  } finally {
    for (const { side } of ways) await side.stop();
  }
}
