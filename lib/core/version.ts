/**
 * The version of tunebook, as in `deno.json`.
 *
 * @module
 */

/** Stands in what is reported with a score and must be the same wherever it was computed. */
export const version = "0.2.0";
