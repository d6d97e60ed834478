/**
 * What writes texts on a base that adapters share: one program for all of them.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import type { Device, HeldWeights } from "../../engine/mod.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import { createSharedContinuer, type SharedContinuer } from "../../generate/shared_continuer.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { AdapterDelta } from "../../nn/adapter_delta.ts";
import { type OpenedModel, processorOf } from "../run/open_stage.ts";
import { textModelFrom } from "./text_model_of.ts";

/** Where texts are written. */
export interface SharedWritingPlace {
  readonly device: Device;
  /** Where the base's weights are held for all programs. */
  readonly held: HeldWeights;
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
      const known = made.get(adapter);
      if (known) return known;
      const { model, task, entry } = adapter;
      const textModel = textModelFrom({
        task,
        processor: processorOf(opened, maxTokens),
        defaults,
        continuer() {
          shared ??= createSharedContinuer(model, { device, held });
          return shared.continuerOf(entry);
        },
      });
      made.set(adapter, textModel);
      for (const delta of deltas) shared?.reserve(delta);
      return textModel;
    },
    async dispose() {
      await shared?.dispose();
    },
  };
}
