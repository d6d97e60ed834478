/**
 * What an ensemble is made of: several models, or several adapters on one.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import type { ActiveNames } from "../open/active_names.ts";

/** A model that labels inputs: what a run leaves, an opened folder, an adapter of a set. */
export interface EnsembleMember<Input = string> {
  predict(inputs: readonly Input[]): Promise<readonly SaidLabel[]>;
  /** What it said about its test rows, where a run made it. */
  readonly predictions?: AnyPredictions;
}

/** Adapters that share a base, as `(await open(base)).attach({ a, b })` gives them. */
export interface EnsembleAdapters<Name extends string, Input = string> {
  readonly names: readonly Name[];
  predict(
    inputs: readonly Input[],
    options: { readonly adapters: readonly ActiveNames<Name>[] },
  ): Promise<readonly SaidLabel[]>;
}

/** The members of an ensemble by their names. */
export type EnsembleMembers<Name extends string, Input = string> =
  | Readonly<Record<Name, EnsembleMember<Input>>>
  | EnsembleAdapters<Name, Input>;

/** True for adapters on one base. */
export function isAdapterSet<Name extends string, Input>(
  members: EnsembleMembers<Name, Input>,
): members is EnsembleAdapters<Name, Input> {
  const { names, predict }: Partial<EnsembleAdapters<Name, Input>> = isRecord(members)
    ? members as EnsembleAdapters<Name, Input>
    : {};
  return Array.isArray(names) && typeof predict === "function";
}

/** The names of members. */
export function memberNames<Name extends string, Input>(
  members: EnsembleMembers<Name, Input>,
): Name[] {
  return isAdapterSet(members) ? [...members.names] : Object.keys(members) as Name[];
}

/** What each member says about all inputs; adapters share the batches of their base. */
export async function memberAnswers<Name extends string, Input>(
  members: EnsembleMembers<Name, Input>,
  inputs: readonly Input[],
): Promise<SaidLabel[][]> {
  const names = memberNames(members);
  if (isAdapterSet(members)) {
    const said = await members.predict(
      names.flatMap(() => inputs),
      { adapters: names.flatMap((name) => inputs.map(() => name)) },
    );
    return names.map((_, at) => said.slice(at * inputs.length, (at + 1) * inputs.length));
  }
  const found: SaidLabel[][] = [];
  // One after the other: each takes all cores.
  for (const name of names) found.push([...await members[name].predict(inputs)]);
  return found;
}
