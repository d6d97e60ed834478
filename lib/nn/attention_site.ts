/**
 * Where the attentions of an encoder-decoder stand.
 *
 * @module
 */

/**
 * Which attention of an encoder-decoder: of the encoder to itself, of the decoder to itself, or of the
 * decoder to the encoder. Families of a single stack have one kind and do not name it.
 */
export type AttentionSite = "encoder" | "decoder" | "cross";

/** All of them, in the order in which a prefix has them. */
export const attentionSites: readonly AttentionSite[] = ["encoder", "decoder", "cross"];
