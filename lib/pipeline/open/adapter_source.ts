/**
 * What can be attached to an open model.
 *
 * @module
 */
import type { Method } from "../../nn/method.ts";

/** A trained adapter: the folder of one in PEFT's format, `peft(folder)`, or an average. */
export type AdapterSource = string | Method;
