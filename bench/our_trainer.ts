/**
 * Our side of an epoch, as a process of its own.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import type { Device } from "../lib/engine/mod.ts";
import type { Family } from "../lib/nn/family.ts";
import type { BatchLayout } from "../lib/text/batch_layout.ts";
import type { Feeds } from "../lib/nn/feeds.ts";
import { train } from "../lib/train/train.ts";
import { type DataCase, openData, type OurData } from "./our_data.ts";
import { bertOfEveryPosition } from "./every_position.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";
import { serve } from "./serve.ts";

interface Message extends DataCase {
  readonly cmd: string;
  /** Steps to take. */
  readonly count: number;
  /** Trains without any saving. */
  readonly plain?: boolean;
  readonly threads?: number;
  /** Where to put what the other side needs. */
  readonly file?: string;
}

let data: OurData;
let device: Device;

await serve<Message>({
  async setup({ file, threads, plain, ...wanted }) {
    device = onnxRuntime("cpu", undefined, { threads, plain });
    data = await openData(wanted);
    if (file) await Deno.writeTextFile(file, JSON.stringify(await data.forPeer()));
    const { lengths } = data.rows;
    return { examples: lengths.length, tokens: lengths.reduce((sum, length) => sum + length, 0) };
  },
  async epoch() {
    let tokens = 0;
    // Until the first step is done, rows that are read are its own: processor time counts from there.
    let epochBegan = cpuUsage();
    let isFirstStep = true;
    const counted = (feeds: Feeds) => {
      if (isFirstStep) epochBegan = cpuUsage();
      tokens += feeds.input_ids.data.length;
      return feeds;
    };
    const rows = {
      ...data.rows,
      feedsOf: async (numbers: ArrayLike<number>) => counted(await data.rows.feedsOf(numbers)),
      packedFeedsOf: (numbers: ArrayLike<number>, layout: BatchLayout) =>
        counted(data.rows.packedFeedsOf!(numbers, layout)),
    };
    const began = performance.now();
    let lastEpoch: number | undefined;
    const { settings } = data;
    const result = await train(await data.trainable(), rows, {
      device,
      settings,
      fingerprint: {},
      onStep({ step, totalSteps }) {
        isFirstStep = false;
        if (step !== totalSteps * (settings.epochs - 1) / settings.epochs) return;
        lastEpoch = performance.now();
        epochBegan = cpuUsage();
      },
    });
    const ended = performance.now();
    const processor = processorMilliseconds(epochBegan);
    const loopBegan = ended - result.seconds * 1000;
    result.state.dispose();
    const milliseconds = ended - (lastEpoch ?? loopBegan);
    return {
      ms: [milliseconds],
      processor: [processor],
      prepareSeconds: (loopBegan - began) / 1000,
      loss: result.losses.reduce((sum, loss) => sum + loss, 0) / result.losses.length,
      tokens,
    };
  },
  /** The losses of some steps without dropout, whose masks depend on what is left out. */
  async losses({ count, plain }) {
    const trainable = await data.trainable();
    const config = { ...trainable.model.config };
    const losses: number[] = [];
    const stop = new AbortController();
    const model = {
      ...trainable.model,
      config: { ...config, hiddenDropout: 0, attentionDropout: 0, headDropout: 0 },
      ...(plain ? { family: bertOfEveryPosition as unknown as Family } : {}),
    };
    const { state } = await train({ ...trainable, model }, data.rows, {
      device,
      settings: plain ? { ...data.settings, cacheFrozen: false, packing: false } : data.settings,
      fingerprint: {},
      signal: stop.signal,
      onStep({ loss, step }) {
        losses.push(loss);
        if (step === count) stop.abort();
      },
    });
    state.dispose();
    return { losses };
  },
  /** Answers as soon as the first step of a run is done. */
  async first() {
    const stop = new AbortController();
    const trainable = await data.trainable();
    return await new Promise((resolve, reject) => {
      train(trainable, data.rows, {
        device,
        settings: data.settings,
        fingerprint: {},
        signal: stop.signal,
        onStep({ loss }) {
          stop.abort();
          resolve({ loss });
        },
      }).then(({ state }) => state.dispose(), reject);
    });
  },
});
