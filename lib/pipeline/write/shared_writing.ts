/**
 * What writes texts on a base that adapters share: one program for all of them.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import type { ContinuerOptions } from "../../generate/continuer.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import { createSharedContinuer, type SharedContinuer } from "../../generate/shared_continuer.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { AdapterDelta } from "../../nn/adapter_delta.ts";
import { type OpenedModel, processorOf } from "../run/open_stage.ts";
import { textModelFrom } from "./text_model_of.ts";

/** Where texts are written. */
export interface SharedWritingPlace extends Required<Pick<ContinuerOptions, "device" | "held">> {
  readonly opened: OpenedModel;
  readonly defaults: GenerateOptions;
}

/** The text models of a base's adapters. */
export interface SharedWriting {
  /**
   * What writes with one of the adapters, made once. Throws an error of kind "unsupported" for a task that
   * writes no texts.
   *
   * @param room what all adapters do, so that one program serves them, and the most tokens of a text
   */
  textModelOf(
    adapter: OpenedAdapter,
    room: { readonly deltas: readonly AdapterDelta[]; readonly maxTokens: number },
  ): TextModel;
  dispose(): Promise<void>;
}

/** Compiles nothing before something is written. */
export function sharedWriting(
  { opened, device, held, defaults }: SharedWritingPlace,
): SharedWriting {
  const made = new WeakMap<OpenedAdapter, TextModel>();
  let shared: SharedContinuer | undefined;
  return {
    textModelOf(adapter, { deltas, maxTokens }) {
      const { model, task, entry } = adapter;
      const known = made.get(adapter) ?? textModelFrom({
        task,
        processor: processorOf(opened, maxTokens),
        defaults,
        continuer() {
          shared ??= createSharedContinuer(model, { device, held: held! });
          return shared.continuerOf(entry);
        },
      });
      made.set(adapter, known);
      for (const delta of deltas) shared?.reserve(delta);
      return known;
    },
    async dispose() {
      await shared?.dispose();
    },
  };
}
