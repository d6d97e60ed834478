/**
 * A model that is served by itself: a whole one, or one with a single adapter.
 *
 * @module
 */
import type { ServedBase } from "../../serve/served_base.ts";
import { type Answerer, answererOf, type TrainedTask } from "../open/answerer.ts";
import type { Base } from "../open/open_base.ts";
import { servedModel, tokensOf } from "./served_model.ts";
import type { NamedSource } from "./served_sources.ts";

/** Serves a trained model under its name. */
export async function wholeBase(
  source: NamedSource,
  base: Base,
  trained: TrainedTask,
): Promise<ServedBase> {
  const { opened, device, held, defaults } = base;
  const isWhole = trained.attached.parameters.length === 0;
  // What an adapter brings may stand in the place of the base's weights, which are not held then.
  const answerer: Answerer = answererOf(trained, opened, {
    device,
    defaults,
    ...(isWhole ? { held } : {}),
  });
  const maxTokens = opened.tokenizer ? trained.maxTokens : undefined;
  const model = await servedModel(source, trained.task, maxTokens);
  return {
    reference: source.reference,
    models: [model],
    predict: (asked, signal) => answerer.predict(asked.map(({ input }) => input), signal, true),
    textModel: async () => await answerer.textModel(),
    tokens: async (model, text) => await tokensOf(opened, model, text),
    async dispose() {
      await answerer.dispose();
      await base.dispose();
    },
  };
}
