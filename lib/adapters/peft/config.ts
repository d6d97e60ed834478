/**
 * What stands in an `adapter_config.json`.
 *
 * @module
 */

/** The fields of an `adapter_config.json`. */
export type PeftConfig = Readonly<Record<string, unknown>>;
