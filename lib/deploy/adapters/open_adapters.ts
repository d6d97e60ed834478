/**
 * Opens a folder of adapters with transformers.js and its own `adapters.js`.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { HostTensor } from "../../engine/mod.ts";
import type { ReaderContract } from "../../nn/reader_contract.ts";
import { exportedReader } from "../../nn/run_over.ts";
import { openPipeline, type OpenPipelineOptions } from "../../text/transformers_js.ts";
import { type AnswerProof, type AnswerReceipt, askReader } from "../ask_reader.ts";
import type { OpenedInWasm } from "../target.ts";
import type { TrainedModel } from "../trained_model.ts";
import { wrapperFile } from "./wrapper.ts";

/** What `adapters.js` exports. */
interface Wrapper {
  openAdapters(
    pipeline: unknown,
    tensorClass: unknown,
    folder: string,
    read: (path: string) => Promise<ArrayBuffer>,
  ): Promise<{ use(name: string): Promise<void> }>;
}

/** A pipeline with an adapter on it. */
async function openWith(
  { pipeline }: Pick<ReaderContract, "pipeline">,
  folder: string,
  name: string,
  options: OpenPipelineOptions = {},
) {
  const address = pathToFileURL(resolve(folder, wrapperFile)).href;
  const { openAdapters }: Wrapper = await import(address);
  return await openPipeline(pipeline, folder, {
    ...options,
    async prepare(pipeline, { Tensor }) {
      const read = async (path: string) => (await Deno.readFile(path)).buffer;
      const adapters = await openAdapters(pipeline, Tensor, folder, read);
      await adapters.use(name);
    },
  });
}

/** What transformers.js answers with an adapter; undefined for tasks that it has no pipeline for. */
export async function askWithAdapters(
  trained: TrainedModel,
  folder: string,
  proof: AnswerProof,
  { name, tolerance }: { readonly name: string; readonly tolerance: number },
): Promise<AnswerReceipt | undefined> {
  const { trainable: { model }, task: { reader: contract } } = trained;
  if (!contract) return undefined;
  const reader = await openWith(contract, folder, name);
  try {
    return await askReader(contract, folder, proof, { tolerance, isRounded: false, model, reader });
  } finally {
    await reader.dispose();
  }
}

/** The same in WebAssembly. */
export async function openAdaptersInWasm(
  trained: TrainedModel,
  folder: string,
  { name, feeds, tolerance }: {
    readonly name: string;
    /** The adapter's tensors. */
    readonly feeds: Readonly<Record<string, HostTensor>>;
    readonly tolerance: number;
  },
): Promise<OpenedInWasm | undefined> {
  const { trainable: { model, objective }, task: { reader: contract } } = trained;
  if (!contract) return undefined;
  const reader = await openWith(contract, folder, name, { runtime: "wasm" });
  const session = reader.session("model");
  return {
    run: (batch) => session.run({ ...batch, ...feeds } as Parameters<typeof session.run>[0]),
    read: exportedReader(objective),
    answers: (proof, mostInputs) =>
      askReader(contract, folder, proof, {
        tolerance,
        isRounded: false,
        model,
        reader,
        mostInputs,
      }),
    dispose: () => reader.dispose(),
  };
}
