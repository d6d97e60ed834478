/**
 * A side of a measurement on a machine with a GPU.
 *
 * @module
 */
import type { StepCase } from "../cases.ts";
import type { Side } from "../sides.ts";
import { usedMegabytes } from "./graphics_card.ts";

/** A started side. */
export interface Contender {
  readonly name: string;
  /** What the side says of itself, such as versions. */
  readonly about: Readonly<Record<string, unknown>>;
  /** MiB of the card that it took up to the end of the first steps, where the machine tells. */
  readonly megabytes?: number;
  /** Milliseconds of each measured step. */
  readonly times: number[];
  /** The loss of the last step. */
  loss: number;
  takeTurn(): Promise<void>;
  stop(): Promise<void>;
}

/** Steps before the measured ones: shaders are compiled and memory is taken. */
export const warmUpSteps = 5;

/** Starts a side alone on the card, and lets it take its first steps. Throws what it cannot do. */
export async function startContender(
  name: string,
  start: () => Side,
  measured: StepCase,
  setup: Readonly<Record<string, unknown>>,
): Promise<Contender> {
  const before = await usedMegabytes();
  const side = start();
  const takeSteps = async (count: number) => {
    const { ms, loss } = await side.ask({ cmd: "step", count });
    return { milliseconds: ms as number[], loss: Number(loss) };
  };
  try {
    const about = await side.ask({ cmd: "setup", ...measured, ...setup });
    const { loss } = await takeSteps(warmUpSteps);
    const after = await usedMegabytes();
    const contender: Contender = {
      name,
      about,
      megabytes: before === undefined || after === undefined ? undefined : after - before,
      times: [],
      loss,
      async takeTurn() {
        const taken = await takeSteps(measured.turn);
        contender.times.push(...taken.milliseconds);
        contender.loss = taken.loss;
      },
      stop: () => side.stop(),
    };
    return contender;
  } catch (error) {
    await side.stop().catch(() => {});
    throw error;
  }
}
