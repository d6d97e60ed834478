/**
 * A base: the files of a pretrained model, read once for everything that uses them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Device, HeldWeights } from "../../engine/mod.ts";
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { createSharedModel, type SharedModel } from "../../evaluate/shared_model.ts";
import type { AdapterDelta } from "../../nn/adapter_delta.ts";
import type { Model } from "../../nn/model.ts";
import type { Objective } from "../../nn/objective.ts";
import { includesTargets, noTargetModules, targetModulesOf } from "../../nn/target_modules.ts";
import type { HeadRequest } from "../../nn/task_head.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { loadWith } from "../run/assemble_stage.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import { generationDefaults } from "../write/text_model_of.ts";
import { sharedWriting } from "../write/shared_writing.ts";
import { roomOf } from "./adapter_room.ts";
import { type ModelNotes, readModelNotes } from "./model_notes.ts";

/** A base that is open. */
export interface Base {
  readonly opened: OpenedModel;
  readonly notes: ModelNotes;
  /** How it writes texts unless told otherwise. */
  readonly defaults: GenerateOptions;
  readonly device: Device;
  /** Where the weights are held for all programs. */
  readonly held: HeldWeights;
  /** The most tokens of a text, unless an adapter's folder says another number. */
  readonly maxTokens: number;
  /** The model with a head; weights are read from the file when they are needed. */
  modelWith(head: HeadRequest, signal?: AbortSignal): Promise<Model>;
  /** Makes room for what an adapter does, in programs with its head. */
  reserve(head: string, delta: AdapterDelta): void;
  /** What runs rows with an adapter each, for adapters that are read alike. */
  sharedFor(model: Model, objective: Objective): SharedModel;
  /**
   * What writes texts with one of the adapters; throws an error of kind "unsupported" for a task that
   * writes none.
   */
  textModelOf(adapter: OpenedAdapter): TextModel;
  /** Throws an error of kind "input" where it was disposed of. */
  checkOpen(): void;
  dispose(): Promise<void>;
}

/** Opens a base. */
export async function openBase(
  opened: OpenedModel,
  device: Device,
  { quantize }: Pick<PlanSpec, "quantize">,
): Promise<Base> {
  const notes = await readModelNotes(opened);
  const defaults = await generationDefaults(opened);
  const held = device.holdWeights();
  const models = new Map<string, Promise<Model>>();
  const reserved = new Map<string, AdapterDelta[]>();
  const shared = new Map<string, SharedModel>();
  const writing = sharedWriting({ opened, device, held, defaults });
  const maxTokens = Math.min(opened.config.maxTokens, notes.maxTokens ?? Infinity);
  let isOpen = true;
  const checkOpen = () => {
    if (isOpen) return;
    throw new TunebookError("input", `${opened.reference} was disposed of; open it again`);
  };
  return {
    checkOpen,
    opened,
    notes,
    defaults,
    device,
    held,
    maxTokens,
    async modelWith(head, signal) {
      checkOpen();
      const key = `${head.name} ${head.outputs} ${head.reads ?? ""}`;
      const made = models.get(key) ??
        loadWith(opened, { head }, { seed: 0, signal, ...(quantize ? { quantize } : {}) });
      models.set(key, made);
      made.catch(() => models.delete(key));
      return await made;
    },
    reserve(head, delta) {
      const known = reserved.get(head) ?? [];
      const targets = known.reduce((all, each) => targetModulesOf(each, all), noTargetModules);
      // One for each kind: adapters come and go, and those that go must not stay in memory.
      if (includesTargets(targets, targetModulesOf(delta))) return;
      reserved.set(head, [...known, delta]);
    },
    sharedFor(model, objective) {
      checkOpen();
      const { head: { name }, per, sentence, perRow } = objective;
      const key = JSON.stringify([name, per, sentence, perRow?.outputs, perRow?.per]);
      const known = shared.get(key) ??
        createSharedModel(model, device, { evaluation: objective, held });
      shared.set(key, known);
      for (const delta of reserved.get(name) ?? []) known.reserve(delta);
      return known;
    },
    textModelOf(adapter) {
      checkOpen();
      const { model: { headRequest }, entry } = adapter;
      const deltas = [...reserved.get(headRequest.name) ?? [], entry.delta];
      const room = roomOf(adapter, { opened, maxTokens });
      return writing.textModelOf(adapter, { deltas, maxTokens: room });
    },
    async dispose() {
      isOpen = false;
      await writing.dispose();
      for (const each of shared.values()) await each.dispose();
      await held.dispose();
    },
  };
}
