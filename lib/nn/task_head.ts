/**
 * Which head a task asks of a model's family.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Family, Head, ModelConfig } from "./family.ts";

/** The head of a family that a task needs. */
export interface HeadRequest {
  /** One of the family's heads: `classification`, `tokens`, `span`, `language`, `embedding`. */
  readonly name: string;
  /** How many numbers it gives; without meaning for a head whose size is the model's own. */
  readonly outputs: number;
}

/**
 * The head of that name.
 *
 * @param known all families, so that the error of kind "unsupported" can say which of them have it
 */
export function headOf<Config extends ModelConfig>(
  family: Pick<Family<Config>, "modelType" | "heads">,
  name: string,
  known: readonly Pick<Family, "modelType" | "heads">[] = [],
): Head<Config> {
  if (Object.hasOwn(family.heads, name)) return family.heads[name];
  const others = known.filter(({ heads }) => Object.hasOwn(heads, name))
    .map(({ modelType }) => modelType);
  const hint = others.length > 0 ? ` Families that have one: ${others.join(", ")}.` : "";
  throw new TunebookError(
    "unsupported",
    `${family.modelType} models have no head "${name}"; they have ` +
      `${Object.keys(family.heads).join(", ")}.${hint}`,
  );
}
