/**
 * Our side of an epoch, as a process of its own.
 *
 * @module
 */
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import type { Device } from "../lib/engine/mod.ts";
import { train } from "../lib/train/train.ts";
import { type DataCase, openData, type OurData } from "./our_data.ts";
import { serve } from "./serve.ts";

interface Message extends DataCase {
  readonly cmd: string;
  readonly threads?: number;
  /** Where to put what the other side needs. */
  readonly file?: string;
}

let data: OurData;
let device: Device;

await serve<Message>({
  async setup({ file, threads, ...wanted }) {
    device = onnxRuntime("cpu", undefined, { threads });
    data = await openData(wanted);
    if (file) await Deno.writeTextFile(file, JSON.stringify(data.forPeer()));
    const { lengths } = data.rows;
    return { examples: lengths.length, tokens: lengths.reduce((sum, length) => sum + length, 0) };
  },
  async epoch() {
    let tokens = 0;
    const rows = {
      ...data.rows,
      feedsOf(numbers: ArrayLike<number>) {
        const feeds = data.rows.feedsOf(numbers);
        tokens += feeds.input_ids.data.length;
        return feeds;
      },
    };
    const began = performance.now();
    const { settings } = data;
    const result = await train(data.trainee(), rows, { device, settings, fingerprint: {} });
    const whole = (performance.now() - began) / 1000;
    result.state.dispose();
    return {
      seconds: result.seconds,
      prepareSeconds: whole - result.seconds,
      loss: result.losses.reduce((sum, loss) => sum + loss, 0) / result.losses.length,
      tokens,
    };
  },
  /** Answers as soon as the first step of a run is done. */
  first() {
    const stop = new AbortController();
    return new Promise((resolve, reject) => {
      train(data.trainee(), data.rows, {
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
