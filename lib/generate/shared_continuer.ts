/**
 * One compiled base with which several adapters write texts, in the same batches or in turns. What was read
 * of a text stays with the adapter that has read it: a cache knows the adapter of each of its rows.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { inTurns } from "../core/in_turns.ts";
import type { Device, HeldWeights, Step } from "../engine/mod.ts";
import { frozenWeights, type Model, textConfig } from "../nn/model.ts";
import type { AdapterDelta } from "../nn/adapter_delta.ts";
import { readsInPlace } from "../nn/in_place_program.ts";
import { noAdapter } from "../nn/merge.ts";
import { rowAdaptersOn } from "../nn/row_adapters.ts";
import { stackedFeeds } from "../nn/stacked_feeds.ts";
import { addedTokens, type StackedAdapter } from "../nn/stacked_weights.ts";
import {
  includesTargets,
  noTargetModules,
  type TargetModules,
  targetModulesOf,
} from "../nn/target_modules.ts";
import { beginsTexts, type Continuer, inPlaceReader, readWith, textCaches } from "./continuer.ts";
import type { TextCache } from "./text_cache.ts";
import { roundedHead } from "./rounded_head.ts";
import { type TokenReader, tokenReader } from "./token_reader.ts";

/** A base with which adapters write. */
export interface SharedContinuer {
  /** Makes room for what an adapter does; compiled programs that have the targets stay. */
  reserve(delta: AdapterDelta): void;
  /** What reads texts with one of the adapters. Its programs are everyone's: it has nothing to dispose of. */
  continuerOf(adapter: StackedAdapter): Continuer;
  /** How many programs were compiled. All but the first take the weights that are held. */
  readonly compilations: number;
  dispose(): Promise<void>;
}

/** The programs of some targets, and for what they were made. */
interface Compiled {
  readonly targets: TargetModules;
  /** By whether they read the first tokens of answers, and whether they write into the cache. */
  readonly steps: Map<string, Step>;
}

/**
 * Opens a base. Its weights are read once, when the first text is read.
 *
 * Throws an error of kind "unsupported" for a model that predicts no next token.
 */
export function createSharedContinuer(
  model: Model,
  { device, held }: { readonly device: Device; readonly held: HeldWeights },
): SharedContinuer {
  const caches = textCaches(model, device);
  const { vocabSize, maxTokens, hiddenSize } = textConfig(model);
  const hasSource = model.family.decoder !== undefined;
  const alone = { model, adapter: noAdapter };
  const isInPlace = device.infers === true && readsInPlace(alone);
  const { model: rounded } = isInPlace ? roundedHead(alone) : alone;
  const reader = tokenReader(model);
  const stacked = stackedFeeds(model);
  const groups = new Map<string, object>();
  let wanted: TargetModules = noTargetModules;
  let compiled: Compiled = { targets: wanted, steps: new Map() };
  let compilations = 0;
  let isOpen = true;
  // Reads wait for each other, so that none is left with a program that another replaces.
  const inTurn = inTurns();

  const clear = async () => {
    const { steps } = compiled;
    compiled = { targets: wanted, steps: new Map() };
    stacked.clear();
    for (const step of steps.values()) await step.dispose();
  };
  const stepFor = async (begins: boolean, inPlace: TokenReader["inPlace"]): Promise<Step> => {
    // The base must not be there twice, not even for a moment.
    if (!includesTargets(compiled.targets, wanted)) await clear();
    const { steps } = compiled;
    const which = `${begins ? "begin" : "continue"}${inPlace ? " in place" : ""}`;
    const known = steps.get(which);
    if (known) return known;
    const bound = rowAdaptersOn(rounded, targetsOf(inPlace));
    const step = await device.compile((inPlace ?? reader).program(bound, begins), {
      frozen: frozenWeights(rounded),
      held,
    });
    compilations++;
    steps.set(which, step);
    return step;
  };
  const targetsOf = (inPlace: TokenReader["inPlace"]): TargetModules =>
    inPlace ? { ...compiled.targets, prefix: noTargetModules.prefix } : compiled.targets;
  const virtualTokensOf = ({ delta: { prompt } }: StackedAdapter) =>
    hasSource ? 0 : (prompt?.length ?? 0) / hiddenSize;
  const read = async (
    cache: TextCache,
    tokens: readonly ArrayLike<number>[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> => {
    if (!isOpen) {
      throw new TunebookError("input", `${model.reference} was disposed of; open it again`);
    }
    const begins = beginsTexts(cache);
    // Virtual tokens come first, and never again: those of an encoder-decoder before the source.
    const adapters = cache.adapters.map((each) => begins ? each : withoutPrompt(each));
    const added = begins ? virtualTokensOf(adapters[0]) : 0;
    const inPlace = isInPlace && !adapters[0].delta.prefix
      ? inPlaceReader(reader, cache, tokens, added)
      : undefined;
    const step = await stepFor(begins && hasSource, inPlace);
    const others = stacked.of(compiled.targets, adapters);
    return await readWith(step, { reader, inPlace, cache, tokens, begins, added, others, signal });
  };
  return {
    reserve(delta) {
      wanted = targetModulesOf(delta, wanted);
    },
    continuerOf(adapter) {
      const { prefix } = adapter.delta;
      const isPrefixed = prefix?.sites.has(hasSource ? "decoder" : "stack");
      const virtualTokens = virtualTokensOf(adapter);
      const added = addedTokens(adapter);
      const sharing = groups.get(added) ?? {};
      groups.set(added, sharing);
      return {
        vocabSize,
        virtualTokens,
        maxTokens: maxTokens - virtualTokens - (isPrefixed ? prefix!.tokens : 0),
        adapter,
        sharing,
        begin: (rows, sources, adapters = Array<StackedAdapter>(rows).fill(adapter)) =>
          caches.begin(rows, sources, adapters),
        read: (cache, tokens, signal) => inTurn(() => read(cache, tokens, signal)),
        dispose: () => Promise.resolve(),
      };
    },
    get compilations() {
      return compilations;
    },
    dispose() {
      isOpen = false;
      return inTurn(clear);
    },
  };
}

/** Adapters that go on with texts, by those that have begun them. */
const goingOn = new WeakMap<StackedAdapter, StackedAdapter>();

/** The same adapter without its virtual tokens, which the cache has; the same object each time. */
function withoutPrompt(adapter: StackedAdapter): StackedAdapter {
  const { prompt, ...delta } = adapter.delta;
  if (!prompt) return adapter;
  const known = goingOn.get(adapter) ?? { ...adapter, delta };
  goingOn.set(adapter, known);
  return known;
}
