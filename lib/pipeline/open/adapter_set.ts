/**
 * Several trained adapters on one open model: one at a time, several at once, averaged, or another
 * one for each input.
 *
 * @module
 */
import { averaged, type AverageOptions } from "../../adapters/several/average.ts";
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { checkOptions, requireOptions } from "../../core/check_options.ts";
import { customInspect } from "../../core/display.ts";
import { TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { abortSignal, list, type Rules, text } from "../../core/option_rules.ts";
import { visible } from "../../core/visible.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import { stacked } from "../../nn/adapter_delta.ts";
import { type ActiveNames, type AdapterAnswer, checkChoices, saying } from "./active_names.ts";
import { type AveragedAdapter, averageOf } from "./average.ts";
import type { AdapterSource } from "./adapter_source.ts";
import type { Base } from "./open_base.ts";
import { requireInputs } from "../run/predict_inputs.ts";
import { type Writer, writerOf, writtenTexts } from "../write/writer.ts";
import { predictRows, withTaskDisplay } from "./predict_rows.ts";
import { type SetWriter, setWriter } from "./set_writer.ts";

/** How to answer. */
export interface PredictTextsOptions {
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const predictRules: Rules<PredictTextsOptions> = { signal: abortSignal };

/** Throws an error of kind "input" for options of `predict` that make no sense. */
export function checkPredictOptions(options: unknown): void {
  checkOptions("predict", options, predictRules);
}

/** Adapters that act on every input. */
// deno-lint-ignore no-explicit-any
export interface ActiveAdapter<Name extends string = string, Input = any, Answer = any>
  extends Writer<Input> {
  readonly adapter: ActiveNames<Name>;
  /** The names of what the head gives. */
  readonly labels: readonly string[];
  /** The kind of the task: `single`, `multi` and `regression` of texts, `tags`, `answers` … */
  readonly kind: string;
  /** Answers inputs of the task: labels texts, tags words. Answers show themselves as a run's do. */
  predict(
    inputs: readonly Input[],
    options?: PredictTextsOptions,
  ): Promise<AdapterAnswer<Name, Answer>[]>;
}

/** How to let several adapters act at once. */
export interface StackOptions<Name extends string> {
  /** Whose head gives the labels: the first one's unless given. */
  readonly head?: Name;
}

const stackRules: Rules<StackOptions<string>> = { head: text };
const chosenRules: Rules<{ readonly adapters: unknown } & PredictTextsOptions> = {
  ...predictRules,
  adapters: list,
};

/** Several adapters on one model, all for the same task; their labels may differ. */
// deno-lint-ignore no-explicit-any
export interface AdapterSet<Name extends string, Input = any, Answer = any>
  extends SetWriter<Name, Input> {
  readonly names: readonly Name[];
  /** The same adapters and others. A name that is taken gets the new adapter. */
  attach<const More extends string>(
    adapters: Readonly<Record<More, AdapterSource>>,
  ): Promise<AdapterSet<Name | More, Input, Answer>>;
  /** Switches to one adapter, or with `null` to the model alone. */
  use(name: Name | null): ActiveAdapter<Name, Input, Answer>;
  /** Lets several act at once, one after the other, as PEFT's several active adapters do. */
  stack(
    names: readonly Name[],
    options?: StackOptions<Name>,
  ): ActiveAdapter<Name, Input, Answer>;
  /**
   * One adapter that does what the named ones do on average: `average({ a: 0.7, b: 0.3 })`. It can be
   * saved, attached, trained on (`.adapt(average)`) and deployed. PEFT's `add_weighted_adapter`.
   */
  average(
    weights: Readonly<Partial<Record<Name, number>>>,
    options?: AverageOptions,
  ): AveragedAdapter;
  /** Answers inputs, each with adapters of its own; the model's own products are computed once. */
  predict(
    inputs: readonly Input[],
    options: { readonly adapters: readonly ActiveNames<Name>[] } & PredictTextsOptions,
  ): Promise<AdapterAnswer<Name, Answer>[]>;
}

/** What a set is made of. */
export interface SetParts<Name extends string> {
  readonly base: Base;
  readonly adapters: ReadonlyMap<Name, OpenedAdapter>;
  /** The model without an adapter; throws where it has no head. */
  alone(): OpenedAdapter;
  attach(more: Readonly<Record<string, AdapterSource>>): Promise<AdapterSet<string>>;
}

/** Makes a set. */
export function adapterSetOf<Name extends string>(parts: SetParts<Name>): AdapterSet<Name> {
  const { base, adapters, alone, attach } = parts;
  const names = [...adapters.keys()];
  const { reference } = base.opened;
  // The same choice is the same object, so that a batch holds what it needs once.
  const known = new Map<string, OpenedAdapter>();
  const active = (choice: ActiveNames<Name>, head?: Name): OpenedAdapter => {
    // JSON, of which the key is made, tells undefined and NaN from null no more.
    const isChoice = choice === null || typeof choice === "string" || Array.isArray(choice);
    if (!isChoice) unknownName(choice, names);
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
  const predict = async (
    inputs: readonly unknown[],
    choices: readonly ActiveNames<Name>[],
    { head, signal }: PredictTextsOptions & { readonly head?: Name | undefined },
  ) => {
    const acting = choices.map((choice) => active(choice, head));
    const answers = await predictRows(inputs, acting, { base, signal });
    return withTaskDisplay(answers.map((each, row) => saying(each, choices[row])), acting);
  };
  const acting = (choice: ActiveNames<Name>, head?: Name) => {
    const adapter = active(choice, head);
    const { labels, writing, task: { kind } } = adapter.task;
    const writer = writerOf(() => base.textModelOf(adapter));
    return Object.freeze({
      adapter: choice,
      labels,
      kind,
      ...writer,
      async predict(inputs: readonly unknown[], options: PredictTextsOptions = {}) {
        checkPredictOptions(options);
        requireInputs(inputs);
        if (writing) return await writtenTexts(writer, inputs, options.signal);
        return await predict(inputs, inputs.map(() => choice), { ...options, head });
      },
    });
  };
  const writer = setWriter<Name>((choice) => base.textModelOf(active(choice)));
  return Object.freeze({
    names,
    ...writer,
    attach: attach as AdapterSet<Name>["attach"],
    use: (name: Name | null) => acting(name),
    stack(choice: readonly Name[], options: StackOptions<Name> = {}) {
      checkOptions("stack", options, stackRules);
      return acting(choice, options.head);
    },
    average(weights: Readonly<Partial<Record<Name, number>>>, options: AverageOptions = {}) {
      requireOptions("average", weights);
      const all = (Object.entries(weights) as [Name, number][])
        .map(([name, weight]) => ({ name, weight, adapter: named(name) }));
      return averageOf(averaged(all, options), { of: weights, ...options }, base);
    },
    async predict(
      inputs: readonly unknown[],
      options: { readonly adapters: readonly ActiveNames<Name>[] } & PredictTextsOptions = {
        adapters: [],
      },
    ) {
      checkOptions("predict", options, chosenRules);
      requireInputs(inputs);
      const { adapters: choices, ...others } = options;
      checkChoices(inputs, choices, (choice) => active(choice));
      const acting = choices.map((choice) => active(choice));
      if (acting.length > 0 && acting.every(({ task }) => task.writing)) {
        const { generate } = writer;
        const asked = (inputs: readonly unknown[], given: GenerateOptions = {}) =>
          generate(inputs, { adapters: choices, ...given });
        return await writtenTexts({ generate: asked }, inputs, others.signal);
      }
      return await predict(inputs, choices, others);
    },
    toString: () => `${names.map(visible).join(", ")} on ${reference}`,
    [customInspect]: () => `${names.map(visible).join(", ")} on ${reference}`,
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
