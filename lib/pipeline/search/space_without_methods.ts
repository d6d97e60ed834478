/**
 * A space whose methods are plain data, their names with their settings.
 *
 * @module
 */
import { methods } from "../../adapters/mod.ts";
import { mistakes } from "../../core/errors.ts";
import { isPlainObject } from "../../core/objects.ts";
import { isParameter, type SearchParameter } from "../../search/space/parameter.ts";
import { isMethod } from "../check_stages.ts";

/** The same space with `{ name, … }` in the place of methods; what JSON cannot hold stays as it is. */
export function plainSpace(space: unknown): unknown {
  if (isMethod(space)) return { name: space.method, ...space.settings };
  if (isParameter(space)) return plainParameter(space);
  if (Array.isArray(space)) return space.map(plainSpace);
  if (!isPlainObject(space)) return space;
  return Object.fromEntries(Object.entries(space).map(([name, each]) => [name, plainSpace(each)]));
}

function plainParameter(parameter: SearchParameter): SearchParameter {
  if (parameter.kind !== "choice") return parameter;
  return { ...parameter, values: parameter.values.map(plainSpace) };
}

/** Throws an error of kind "input" for methods that a plan file could not bring back. */
export function refuseOwnMethods(space: unknown): void {
  const own = ownMethods(space);
  if (own.length === 0) return;
  throw mistakes("input", "JSON can name only what tunebook brings; it cannot hold:", own);
}

function ownMethods(space: unknown): string[] {
  if (isMethod(space)) {
    const { method } = space;
    return Object.hasOwn(methods, method) && method !== "peft" ? [] : [`the method ${method}`];
  }
  const values = isParameter(space) && space.kind === "choice"
    ? space.values
    : Array.isArray(space) || isPlainObject(space)
    ? Object.values(space)
    : [];
  return values.flatMap(ownMethods);
}
