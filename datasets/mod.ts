/**
 * The data sets that tunebook knows, each with a card that names its source and licence.
 *
 * @module
 */
import type { DataSet } from "./data_set.ts";
import { sentiment } from "./sentiment.ts";
import { spam } from "./spam.ts";

export type { DataCard, DataSet } from "./data_set.ts";
export { sentiment } from "./sentiment.ts";
export { spam } from "./spam.ts";

/** All data sets by the names that a command line uses. */
export const dataSets: Readonly<Record<string, DataSet>> = { sentiment, spam };
