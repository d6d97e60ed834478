/**
 * Opens an ONNX folder as browsers do: transformers.js' pipeline over ONNX Runtime in WebAssembly.
 *
 * @module
 */
import type { Device } from "../engine/mod.ts";
import { openPipeline } from "../text/transformers_js.ts";
import { askReader } from "./ask_reader.ts";
import { onnxGraphsOf } from "./onnx_graph.ts";
import type { OpenedInWasm } from "./target.ts";
import type { TrainedModel } from "./trained_model.ts";

/** What transformers.js calls the session of a file. */
const sessionNames: Readonly<Record<string, string>> = { encoder_model: "model" };

/** Opens the files of a type; undefined for what transformers.js has no pipeline for. */
export async function openOnnxInWasm(
  trained: TrainedModel,
  folder: string,
  { device, dtype, tolerance, isRounded }: {
    /** What makes scores of the logits of language models. */
    readonly device: Device;
    readonly dtype: string;
    readonly tolerance: number;
    readonly isRounded: boolean;
  },
): Promise<OpenedInWasm | undefined> {
  const { trainable: { model }, task: { reader: contract } } = trained;
  if (model.family.component || !contract) return undefined;
  const reader = await openPipeline(contract.pipeline, folder, { dtype, runtime: "wasm" });
  const graphs = onnxGraphsOf(trained);
  const sessions = Object.keys(graphs.programs).map((name) => ({
    ...reader.session(sessionNames[name] ?? name),
    dispose: () => Promise.resolve(),
  }));
  const { run, read, dispose } = await graphs.opened(sessions, device);
  return {
    run,
    read,
    // Its images need a browser's canvas.
    ...(model.family.input === "text"
      ? {
        answers: (proof, mostInputs) =>
          askReader(contract, folder, proof, { tolerance, isRounded, model, reader, mostInputs }),
      }
      : {}),
    async dispose() {
      await dispose();
      await reader.dispose();
    },
  };
}
