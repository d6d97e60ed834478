/**
 * Image generation on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const imageGenerationFlags: readonly TaskFlag[] = [
  columnFlag("image", "the column of the image, a path or an address"),
  columnFlag("label", "the column of what it shows"),
  columnFlag("caption", "the column of what it shows in words, for models that read captions"),
  { name: "names", value: "list", what: "the names of labels that are numbers from 0" },
  {
    name: "dropLabel",
    value: "number",
    what: "the share of images that are shown without their label or caption, for guidance (0.1)",
  },
  {
    name: "steps",
    value: "text",
    what: "how steps of noise are drawn: uniform, logit-normal (uniform)",
  },
  {
    name: "minSnr",
    value: "number",
    what: "lets steps with little noise count less, for diffusion: 5 in the paper (all alike)",
  },
];
