/**
 * The families whose tokens see only those before them.
 *
 * @module
 */
import { families } from "../../lib/models/mod.ts";

/** Their model types. */
export const decoders: readonly string[] = families.filter(({ stack }) => stack?.causal)
  .map(({ modelType }) => modelType);
