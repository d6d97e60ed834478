/**
 * Our side of a measured step on a machine with a GPU, as a process of its own.
 *
 * @module
 */
import { openDevice, type PrecisionName } from "../../lib/engine/mod.ts";
import type { StepCase } from "../cases.ts";
import { compileStep, type MeasuredStep } from "../our_step.ts";
import { serve } from "../serve.ts";

interface Message extends StepCase {
  readonly cmd: string;
  readonly count: number;
  readonly device: string;
  readonly precision: PrecisionName;
  readonly everyPosition?: boolean;
}

let step: MeasuredStep | undefined;

await serve<Message>({
  async setup(message) {
    const { everyPosition, precision } = message;
    const device = await openDevice(message.device, { precision });
    step = await compileStep(message, device, { everyPosition });
    return { device: device.description };
  },
  async step({ count }) {
    const { milliseconds, loss } = await step!.run(count);
    return { ms: milliseconds, loss };
  },
});
