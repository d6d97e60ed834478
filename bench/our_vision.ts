/**
 * Our side of a measured step of an image model, as a process of its own.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { processorMilliseconds } from "./processor_milliseconds.ts";
import { serve } from "./serve.ts";
import type { VisionCase } from "./vision_cases.ts";
import { compiledVisionStep } from "./vision_step.ts";

interface Message extends VisionCase {
  readonly cmd: string;
  readonly count: number;
  readonly threads?: number;
}

let take: (() => Promise<number>) | undefined;

await serve<Message>({
  async setup(measured) {
    const { feeds, take: takeStep } = await compiledVisionStep(measured, measured.threads);
    take = () => takeStep(feeds);
    return {};
  },
  async step({ count }) {
    const [ms, processor]: number[][] = [[], []];
    let loss = NaN;
    for (let i = 0; i < count; i++) {
      const [before, began] = [cpuUsage(), performance.now()];
      loss = await take!();
      ms.push(performance.now() - began);
      processor.push(processorMilliseconds(before));
    }
    return { ms, processor, loss };
  },
});
