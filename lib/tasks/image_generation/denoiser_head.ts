/**
 * The head of denoisers.
 *
 * @module
 */

/** The head that is asked for. */
export const denoiserHeadName = "denoiser";
