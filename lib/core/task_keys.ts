/**
 * Where deployed files say what they were trained for.
 *
 * @module
 */

/** The field of `config.json` in which tunebook keeps it; transformers hands unknown fields on. */
export const taskNoteField = "tunebook_task";

/** The key of a GGUF file, a JSON text; llama.cpp passes over keys that it does not know. */
export const ggufTaskKey = "tunebook.task";
