/**
 * A folder of `onnx` that is served: its graph runs as it is, and its config says what goes in and what
 * comes out.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { openOnnxFile } from "../../engine/mod.ts";
import { exportedReader, runOver } from "../../nn/run_over.ts";
import type { ServedBase } from "../../serve/served_base.ts";
import { findModelFiles } from "../../weights/model_files.ts";
import { parseReference } from "../../weights/reference.ts";
import { readModelNotes } from "../open/model_notes.ts";
import { labelledAs, toldTask, untold } from "../open/told_task.ts";
import { type OpenedModel, openFiles, processorOf } from "../run/open_stage.ts";
import { predictInputs } from "../run/predict_inputs.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { servedModel, tokensOf } from "./served_model.ts";
import type { NamedSource } from "./served_sources.ts";

/** Files of one graph, the one with the least rounding first. */
const graphFiles: readonly string[] = ["", "_fp16", "_int8", "_quantized", "_q4", "_bnb4", "_q4f16"]
  .map((suffix) => `model${suffix}.onnx`);

/** What a folder of `onnx` has. */
export interface OnnxFolder {
  readonly folder: string;
  /** The graph that answers; undefined where it takes several, as for texts that are written. */
  readonly graph: string | undefined;
}

/** The graph of a folder of `onnx`; undefined for references to anything else, and where weights lie beside it. */
export async function onnxFolder(reference: string): Promise<OnnxFolder | undefined> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "file") return undefined;
  const { path: folder } = parsed;
  const has = (...names: string[]) =>
    Deno.stat(join(folder, ...names)).then(() => true, () => false);
  if (!await has("onnx") || !await has("config.json")) return undefined;
  if (await has("model.safetensors") || await has("model.safetensors.index.json")) return undefined;
  for (const name of graphFiles) {
    if (await has("onnx", name)) return { folder, graph: join(folder, "onnx", name) };
  }
  return { folder, graph: undefined };
}

/**
 * Serves the graph of a folder.
 *
 * Throws an error of kind "unsupported" for a model that writes or draws: what it reads token by token or step
 * by step is the model's own files' work.
 */
export async function onnxBase(
  source: NamedSource,
  { folder, graph }: OnnxFolder,
): Promise<ServedBase> {
  // What is read of them are settings; the weights are in the graph.
  const config = join(folder, "config.json");
  const files = await findModelFiles(source.reference, folder, config);
  const opened = await openFiles(source.reference, files);
  const { task, maxTokens } = await taskOf(opened);
  if (graph === undefined || task.writing || task.drawing) {
    throw new TunebookError(
      "unsupported",
      `${folder} holds graphs of a model that writes or draws, which transformers.js asks step by step; ` +
        "serve the folder of adapter or merged",
    );
  }
  const session = await openOnnxFile(graph);
  const processor = processorOf(opened, maxTokens);
  const { config: { hiddenSize } } = opened;
  const model = await servedModel(source, task, opened.tokenizer ? maxTokens : undefined);
  return {
    reference: source.reference,
    models: [model],
    predict: (asked, signal) =>
      predictInputs(task, asked.map(({ input }) => input), processor, async (examples) => {
        const read = exportedReader(examples.objective({
          vocabSize: 0,
          hiddenSize,
          afterVirtualTokens: false,
          labelSmoothing: 0,
        }));
        return await runOver((feeds) => session.run(feeds), examples, read, { signal });
      }, { signal, quiet: true }),
    textModel: () =>
      Promise.reject(
        new TunebookError(
          "unsupported",
          `${source.name} was trained for ${task.task.name}, and writes no texts`,
        ),
      ),
    tokens: async (each, text) => await tokensOf(opened, each, text),
    dispose: () => session.dispose(),
  };
}

/** What the folder says that it was made for. */
async function taskOf(
  opened: OpenedModel,
): Promise<{ readonly task: AnyLabelledTask; readonly maxTokens: number }> {
  const { reference, family: { input, decoder }, json, config } = opened;
  const { note, head, labels, problemType, maxTokens = Infinity } = await readModelNotes(opened);
  const hasDecoder = decoder !== undefined;
  const told = toldTask(
    { given: undefined, note, head, isOwnHead: true, input, hasDecoder },
    { outputs: labels.length, problemType },
    reference,
  );
  if (!told) {
    throw untold(
      reference,
      `the class in its config.json is ${JSON.stringify(json.architectures)}`,
    );
  }
  return {
    task: labelledAs(told, labels, { where: reference }),
    maxTokens: Math.min(config.maxTokens, maxTokens),
  };
}
