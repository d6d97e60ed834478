/**
 * Where deployed files say what they were trained for.
 *
 * @module
 */

/**
 * The field of `config.json`, which transformers hands on unread, and of an adapter's tensor file, in which
 * tunebook keeps it.
 */
export const taskNoteField = "tunebook_task";

/** The key of a GGUF file, a JSON text; llama.cpp passes over keys that it does not know. */
export const ggufTaskKey = "tunebook.task";
