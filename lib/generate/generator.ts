/**
 * What texts are generated with.
 *
 * @module
 */
import type { Tokenizer } from "../text/tokenizer.ts";
import type { Continuer } from "./continuer.ts";

/** A model that scores next tokens, and the tokenizer of its tokens. */
export interface Generator {
  readonly continuer: Continuer;
  readonly tokenizer: Tokenizer;
}
