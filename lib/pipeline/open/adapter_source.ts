/**
 * What can be attached to an open model.
 *
 * @module
 */
import type { Adapter } from "../../nn/adapter.ts";

/** A trained adapter: the folder of one in PEFT's format, `peft(folder)`, or an average. */
export type AdapterSource = string | Adapter;
