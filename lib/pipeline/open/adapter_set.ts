/**
 * Several trained adapters on one open model: one at a time, several at once, averaged, or another
 * one for each text.
 *
 * @module
 */
import type { Prediction } from "../../tasks/text_classification/prediction.ts";
import { averaged, type AverageOptions } from "../../adapters/several/average.ts";
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { LabelKind } from "../../data/labels.ts";
import type { SharedModel } from "../../evaluate/shared_model.ts";
import { stacked } from "../../nn/adapter_delta.ts";
import { type AveragedAdapter, averageOf } from "./average.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import type { AdapterSource } from "./adapter_source.ts";
import { predictRows } from "./predict_rows.ts";

/** A text's prediction and which adapter made it. */
export interface AdapterPrediction<Name extends string = string> extends Prediction {
  /** The adapter, the adapters that acted at once, or `null` for the model alone. */
  readonly adapter: Name | readonly Name[] | null;
}

/** What acts on a text: an adapter, several at once, or `null` for the model alone. */
export type ActiveNames<Name extends string> = Name | readonly Name[] | null;

/** How to label texts. */
export interface PredictTextsOptions {
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

/** Adapters that act on every text. */
export interface ActiveAdapter<Name extends string = string> {
  readonly adapter: ActiveNames<Name>;
  /** The names of what the head gives. */
  readonly labels: readonly string[];
  readonly kind: LabelKind;
  /** Labels texts. */
  predict(
    texts: readonly string[],
    options?: PredictTextsOptions,
  ): Promise<AdapterPrediction<Name>[]>;
}

/** How to let several adapters act at once. */
export interface StackOptions<Name extends string> {
  /** Whose head gives the labels: the first one's unless given. */
  readonly head?: Name;
}

/** Several adapters on one model. */
export interface AdapterSet<Name extends string> {
  readonly names: readonly Name[];
  /** The same adapters and others. A name that is taken gets the new adapter. */
  attach<const More extends string>(
    adapters: Readonly<Record<More, AdapterSource>>,
  ): Promise<AdapterSet<Name | More>>;
  /** Switches to one adapter, or with `null` to the model alone. */
  use(name: Name | null): ActiveAdapter<Name>;
  /** Lets several act at once, one after the other, as PEFT's several active adapters do. */
  stack(names: readonly Name[], options?: StackOptions<Name>): ActiveAdapter<Name>;
  /**
   * One adapter that does what the named ones do on average: `average({ a: 0.7, b: 0.3 })`. It can be
   * saved, attached, trained on (`.adapt(average)`) and deployed. PEFT's `add_weighted_adapter`.
   */
  average(
    weights: Readonly<Partial<Record<Name, number>>>,
    options?: AverageOptions,
  ): AveragedAdapter;
  /** Labels texts, each with adapters of its own; the model's own products are computed once. */
  predict(
    texts: readonly string[],
    options: { readonly adapters: readonly ActiveNames<Name>[] } & PredictTextsOptions,
  ): Promise<AdapterPrediction<Name>[]>;
}

/** What a set is made of. */
export interface SetParts<Name extends string> {
  readonly base: OpenedModel;
  readonly reference: string;
  readonly shared: SharedModel;
  readonly adapters: ReadonlyMap<Name, OpenedAdapter>;
  /** The model without an adapter; throws where it has no head. */
  alone(): OpenedAdapter;
  attach(more: Readonly<Record<string, AdapterSource>>): Promise<AdapterSet<string>>;
}

/** Makes a set. */
export function adapterSetOf<Name extends string>(parts: SetParts<Name>): AdapterSet<Name> {
  const { base, shared, adapters, alone, attach } = parts;
  const names = [...adapters.keys()];
  // The same choice is the same object, so that a batch holds what it needs once.
  const known = new Map<string, OpenedAdapter>();
  const active = (choice: ActiveNames<Name>, head?: Name): OpenedAdapter => {
    const key = JSON.stringify([choice, head]);
    const made = known.get(key) ?? chosen(choice, head);
    known.set(key, made);
    return made;
  };
  const named = (name: Name): OpenedAdapter => adapters.get(name) ?? unknownName(name, names);
  const chosen = (choice: ActiveNames<Name>, head?: Name): OpenedAdapter => {
    if (choice === null) return alone();
    if (typeof choice === "string") return named(choice);
    if (choice.length === 0) {
      throw new TunebookError("input", "name at least one adapter to act, or null for none");
    }
    if (new Set(choice).size < choice.length) {
      throw new TunebookError("input", `${choice.join(", ")}: an adapter acts once`);
    }
    const all = choice.map(named);
    const { entry, ...owner } = named(head ?? choice[0]);
    const rooms = all.flatMap(({ maxTokens }) => maxTokens ?? []);
    return {
      ...owner,
      ...(rooms.length > 0 ? { maxTokens: Math.min(...rooms) } : {}),
      entry: { ...entry, delta: stacked(all.map((adapter) => adapter.entry.delta)) },
    };
  };
  const predict = (
    texts: readonly string[],
    choices: readonly ActiveNames<Name>[],
    { head, signal }: PredictTextsOptions & { readonly head?: Name | undefined },
  ): Promise<AdapterPrediction<Name>[]> =>
    predictRows(texts, choices.map((choice) => active(choice, head)), { base, shared, signal })
      .then((all) => all.map((each, row) => ({ ...each, adapter: choices[row] })));
  const acting = (choice: ActiveNames<Name>, head?: Name): ActiveAdapter<Name> => {
    const { labels, kind } = active(choice, head);
    return Object.freeze({
      adapter: choice,
      labels,
      kind,
      predict: (texts: readonly string[], options: PredictTextsOptions = {}) =>
        predict(texts, texts.map(() => choice), { ...options, head }),
    });
  };
  return Object.freeze({
    names,
    attach: attach as AdapterSet<Name>["attach"],
    use: (name: Name | null) => acting(name),
    stack: (choice: readonly Name[], { head }: StackOptions<Name> = {}) => acting(choice, head),
    average(weights: Readonly<Partial<Record<Name, number>>>, options: AverageOptions = {}) {
      const all = (Object.entries(weights) as [Name, number][])
        .map(([name, weight]) => ({ name, weight, adapter: named(name) }));
      return averageOf(averaged(all, options), { of: weights, ...options }, base);
    },
    predict(
      texts: readonly string[],
      { adapters: choices, ...options }:
        & { readonly adapters: readonly ActiveNames<Name>[] }
        & PredictTextsOptions,
    ) {
      checkChoices(texts, choices, (choice) => active(choice));
      return predict(texts, choices, options);
    },
    toString: () => `${names.join(", ")} on ${parts.reference}`,
    [Symbol.for("Deno.customInspect")]: () => `${names.join(", ")} on ${parts.reference}`,
  });
}

function unknownName(name: unknown, names: readonly string[]): never {
  const shown = typeof name === "string" ? `"${name}"` : String(name);
  const hint = typeof name === "string" ? didYouMean(name, names) : "";
  throw new TunebookError(
    "input",
    `no adapter ${shown} is attached${hint}. Attached: ${names.join(", ") || "none"}`,
  );
}

/** Reports every row whose adapter cannot be had. */
function checkChoices<Name extends string>(
  texts: readonly string[],
  choices: readonly ActiveNames<Name>[],
  open: (choice: ActiveNames<Name>) => unknown,
): void {
  if (!Array.isArray(choices) || choices.length !== texts.length) {
    throw new TunebookError(
      "input",
      `${texts.length} texts need as many adapters, not ${
        choices?.length ?? "none"
      }: name one for ` +
        "each text, or null for the model alone",
    );
  }
  const wrong = choices.flatMap((choice, row) => {
    try {
      open(choice);
      return [];
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      return [`row ${row + 1}: ${error.message}`];
    }
  });
  if (wrong.length > 0) throw mistakes("input", "these adapters cannot be used:", wrong);
}
