/**
 * Serves the model of a run.
 *
 * @module
 */
import { type Rules, text } from "../../core/option_rules.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Outputs } from "../../nn/task.ts";
import type { ModelCard } from "../../serve/model_card.ts";
import type { ServedBase, ServedModel } from "../../serve/served_base.ts";
import { type ServeOptions, serveSettings } from "../../serve/serve_options.ts";
import type { Server } from "../../serve/server.ts";
import { type AskedRows, predictInputs } from "../run/predict_inputs.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { tokensOf } from "./served_model.ts";

/** How the model of a run is served. */
export interface ServeResultOptions extends ServeOptions {
  /** The name that requests ask for; `model` unless given. */
  readonly name?: string;
}

/** The model of a run. */
export interface RunModel {
  /** What the run began with. */
  readonly reference: string;
  readonly task: AnyLabelledTask;
  readonly processor: Processor;
  outputsOf(examples: AskedRows, signal: AbortSignal): Promise<Outputs>;
  textModel(): TextModel;
  /** What the run knows of it. */
  readonly card: ModelCard;
}

const usualName = "model";
const rules: Rules<Pick<ServeResultOptions, "name">> = { name: text };

/** How a result serves itself, and what ends it. */
export interface ServedResult {
  serve(options?: ServeResultOptions): Promise<Server>;
  /** Stops the servers that still run, then frees the model. */
  dispose(): Promise<void>;
}

/** Keeps the servers of a result. */
export function servedResult(model: RunModel, dispose: () => Promise<void>): ServedResult {
  const running = new Set<Server>();
  return {
    async serve(options = {}) {
      const server = await serveModel(model, options);
      running.add(server);
      void server.finished.then(() => running.delete(server));
      return server;
    },
    async dispose() {
      await Promise.all(Array.from(running, (server) => server.stop()));
      await dispose();
    },
  };
}

/** Starts a server of the model, which stays the run's own when the server is stopped. */
async function serveModel(
  { reference, task, processor, outputsOf, textModel, card }: RunModel,
  options: ServeResultOptions,
): Promise<Server> {
  const settings = serveSettings<ServeResultOptions>(options, rules);
  const tokenizer = processor.input === "text" ? processor.tokenizer : undefined;
  const model: ServedModel = {
    name: options.name ?? usualName,
    task,
    labels: task.labels,
    created: Math.floor(Date.now() / 1000),
    ...(processor.input === "text" ? { maxTokens: processor.maxTokens } : {}),
    card: () => Promise.resolve(card),
  };
  const base: ServedBase = {
    reference,
    models: [model],
    predict: (asked, signal) =>
      predictInputs(
        task,
        asked.map(({ input }) => input),
        processor,
        (examples) => outputsOf(examples, signal),
        { signal, quiet: true },
      ),
    textModel: async () => await textModel(),
    tokens: async (model, text) => await tokensOf(tokenizer ? { tokenizer } : {}, model, text),
    dispose: () => Promise.resolve(),
  };
  // Few runs are served; the server is a large part of what there is to load.
  const { startServer } = await import("../../serve/server.ts");
  return await startServer([base], settings);
}
