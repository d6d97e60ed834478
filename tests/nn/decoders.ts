/**
 * The families that write: whose tokens see only those before them, with a head for the next one. CLIP's text
 * encoder sees as they do and writes nothing; its gradients are compared with PyTorch's
 * (`tests/tasks/image_generation/captions_test.ts`).
 *
 * @module
 */
import { families } from "../../lib/models/mod.ts";

/** Their model types. */
export const decoders: readonly string[] = families
  .filter(({ stack, heads }) => stack?.causal && "language" in heads)
  .map(({ modelType }) => modelType);
