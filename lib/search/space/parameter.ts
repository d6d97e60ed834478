/**
 * What may vary in a search: a whole number, a number, or one of several values.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";

/** Marks parameters, and carries the type of their values; at run time it holds nothing. */
export const suggests: unique symbol = Symbol("suggests");

/** A whole number between two bounds, both included, in steps. */
export interface IntParameter {
  readonly [suggests]: number;
  readonly kind: "int";
  readonly low: number;
  /** The last step at or below the bound that was given. */
  readonly high: number;
  readonly step: number;
  /** Whether ratios count instead of differences. */
  readonly log: boolean;
}

/** A number between two bounds, both included. */
export interface FloatParameter {
  readonly [suggests]: number;
  readonly kind: "float";
  readonly low: number;
  readonly high: number;
  /** Whether ratios count instead of differences. */
  readonly log: boolean;
}

/** One of several values without an order. */
export interface ChoiceParameter<Value = unknown> {
  readonly [suggests]: Value;
  readonly kind: "choice";
  /** Values of any type; plain objects and lists may hold parameters, which vary where they are chosen. */
  readonly values: readonly unknown[];
}

/** Anything that may vary. */
export type SearchParameter = IntParameter | FloatParameter | ChoiceParameter;

/**
 * The type of what a sampler suggests: parameters replaced by their values, at any depth of objects and
 * lists.
 */
export type Suggested<Space> = Space extends { readonly [suggests]: infer Value } ? Value
  : Space extends (...values: never[]) => unknown ? Space
  : Space extends object ? { [Name in keyof Space]: Suggested<Space[Name]> }
  : Space;

/** Whether a value may vary. */
export function isParameter(value: unknown): value is SearchParameter {
  return isRecord(value) && suggests in value;
}
