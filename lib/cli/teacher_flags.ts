/**
 * The options of tasks with a teacher as flags.
 *
 * @module
 */

/** The tasks around another one, as plan files name them; what is usual first. */
export const waysToTeach = ["distillation", "gkd", "sequence-distillation"] as const;

/** A task around another one. */
export type WayToTeach = typeof waysToTeach[number];

/** One option as a flag. */
export interface TeacherFlag {
  /** The option's name, as a plan file has it; `hidden.layers` is the `layers` of the option `hidden`. */
  readonly option: string;
  /** Which tasks have it. */
  readonly of: readonly WayToTeach[];
  readonly value: "number" | "text" | "list";
  readonly what: string;
}

const all = waysToTeach;
const written = ["gkd", "sequence-distillation"] as const;

/** The flags, `teacherTopK` being `--teacher-top-k`, but for `--teacher` and `--distillation` themselves. */
export const teacherFlags: Readonly<Record<string, TeacherFlag>> = {
  teacherTemperature: {
    option: "temperature",
    of: all,
    value: "number",
    what: "what logits are divided by: of distillation 2, of gkd 1, of sequence-distillation 0",
  },
  teacherWeight: {
    option: "weight",
    of: ["distillation"],
    value: "number",
    what: "its share of the loss; the labels have the rest (0.5)",
  },
  teacherTop: {
    option: "top",
    of: ["distillation"],
    value: "number",
    what: "of next tokens, how many of the likeliest are compared one by one (32)",
  },
  teacherHidden: {
    option: "hidden.layers",
    of: ["distillation"],
    value: "text",
    what: "uniform or last: whose hidden states are to be like the teacher's",
  },
  teacherAttention: {
    option: "attention.compare",
    of: ["distillation"],
    value: "text",
    what: "relations, scores or probabilities of attention that are to be alike",
  },
  teacherOnPolicy: {
    option: "onPolicy",
    of: ["gkd"],
    value: "number",
    what: "the share of answers that the model writes itself (0.5)",
  },
  teacherBeta: {
    option: "beta",
    of: ["gkd"],
    value: "number",
    what: "0 for the forward KL, 1 for the reverse one, between them JSD (0.5)",
  },
  teacherPromptTokens: {
    option: "promptTokens",
    of: ["gkd"],
    value: "number",
    what: "first tokens of a text that are its prompt (16)",
  },
  teacherStop: {
    option: "stop",
    of: ["gkd"],
    value: "list",
    what: "texts that end an answer",
  },
  teacherAnswerTokens: {
    option: "maxNewTokens",
    of: written,
    value: "number",
    what: "the most tokens of an answer (128, or 256)",
  },
  teacherTopK: {
    option: "topK",
    of: written,
    value: "number",
    what: "answers are drawn from so many of the likeliest tokens (all)",
  },
  teacherTopP: {
    option: "topP",
    of: written,
    value: "number",
    what: "or from those with this share of the probability (all)",
  },
  teacherAnswers: {
    option: "answers",
    of: ["sequence-distillation"],
    value: "number",
    what: "answers to each prompt (1)",
  },
  teacherSeed: {
    option: "seed",
    of: ["sequence-distillation"],
    value: "number",
    what: "makes drawn answers the same again (1)",
  },
  teacherUnfinished: {
    option: "unfinished",
    of: ["sequence-distillation"],
    value: "text",
    what: "answers that were cut: keep or drop (of chats drop)",
  },
};
