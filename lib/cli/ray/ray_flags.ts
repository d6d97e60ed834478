/**
 * The flags of a job on a Ray cluster.
 *
 * @module
 */

/** What may stand beside `--ray`, by the names of the settings. */
export const rayFlags: readonly string[] = [
  "rayFolder",
  "rayFiles",
  "rayCpus",
  "rayGpus",
  "rayProgram",
  "rayJobs",
];
