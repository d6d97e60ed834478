/**
 * The options of a distillation.
 *
 * @module
 */
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import {
  numberList,
  positive,
  required,
  type Rule,
  type Rules,
  text,
  whole,
} from "../../core/option_rules.ts";
import { attentionRule, type TaughtAttentionOptions } from "./attention_options.ts";
import { isLayerMap, layerMapWords } from "./layer_map.ts";
import type { HiddenOptions } from "./state_loss.ts";

/** The result of a run that has deployed its model. */
export interface DeployedTeacher {
  readonly receipts: readonly { readonly target: string; readonly folder: string }[];
}

/** A folder, a reference, or the result of a run. */
export type Teacher = string | DeployedTeacher;

/** Who teaches, and how much of it is learned. */
export interface DistillationOptions {
  /**
   * A model that is trained for the task already, as `open` takes it: a folder of `merged` or `adapter`, a
   * reference, or the result of a run that has deployed one of the two. Of several the mean of what they say is
   * learned, as that of an ensemble.
   */
  readonly teacher: Teacher | readonly Teacher[];
  /** How much each of several teachers counts; all alike unless given. */
  readonly teacherWeights?: readonly number[];
  /** What logits are divided by before they are compared: 2 unless given. Numbers of a regression have none. */
  readonly temperature?: number;
  /** The share of the loss that the teacher has, above 0 up to 1; the labels have the rest. 0.5 unless given. */
  readonly weight?: number;
  /**
   * Of next tokens, how many of the teacher's most likely ones are compared one by one, and all others together: 32
   * unless given.
   */
  readonly top?: number;
  /** Hidden states that are to be like the teacher's as well; none unless given. Of labels and numbers, not of tokens. */
  readonly hidden?: HiddenOptions;
  /**
   * Attention that is to be like the teacher's as well; none unless given. Of labels and numbers of texts, in encoders
   * that cut texts into the same tokens.
   */
  readonly attention?: TaughtAttentionOptions;
  /** The folder in which the teacher's answers are kept for other runs; `.tunebook/teacher` unless given. */
  readonly answersIn?: string;
}

/** What may teach, so many at most. */
export function teacherRule(most: number): Rule {
  const one = "a folder, a model reference, ";
  const result = "the result of a run that has deployed merged or adapter";
  return [
    most === 1 ? `${one}or ${result}` : `${one}${result}, or a list of these`,
    (value) => {
      const all = Array.isArray(value) && most > 1 ? value : [value];
      return all.length > 0 && all.every((each) => folderOf(each) !== undefined);
    },
  ];
}

/** Targets whose folders can be opened to be asked. */
const openedTargets: readonly string[] = ["merged", "adapter"];

/** Where a teacher is; undefined for what is none. */
function folderOf(teacher: unknown): string | undefined {
  if (typeof teacher === "string") return teacher === "" ? undefined : teacher;
  const { receipts } = isRecord(teacher) ? teacher as Partial<DeployedTeacher> : {};
  if (!Array.isArray(receipts)) return undefined;
  return receipts.find(({ target }) => openedTargets.includes(target))?.folder;
}

const weightRule: Rule = [
  "a number above 0 and up to 1",
  (value) => typeof value === "number" && value > 0 && value <= 1,
];

const hiddenRule: Rule = [
  `{ layers, weight } with layers ${layerMapWords}, and a weight above 0`,
  (value) => {
    if (!isRecord(value)) return false;
    const { layers, weight = 1, ...others } = value as Record<string, unknown>;
    return Object.keys(others).length === 0 && positive[1](weight) && isLayerMap(layers);
  },
];

const rules: Rules<DistillationOptions> = {
  teacher: required(teacherRule(Infinity)),
  teacherWeights: numberList,
  temperature: positive,
  weight: weightRule,
  top: whole,
  hidden: hiddenRule,
  attention: attentionRule,
  answersIn: text,
};

/** Where answers are kept. */
export const usualFolder = ".tunebook/teacher";

/** What is wrong with the options. */
export function distillationMistakes(options: object): Mistake[] {
  const wrong = optionMistakes(options, rules);
  const { teacher, teacherWeights, hidden, attention } = options as DistillationOptions;
  if (wrong.length === 0 && teachersOf(teacher).length > 1) {
    const ofOne = [...hidden ? ["hidden"] : [], ...attention ? ["attention"] : []];
    wrong.push(
      ...ofOne.map((name) =>
        mistakeOf((nameOf) => `${nameOf(name)} is of one ${nameOf("teacher")}`)
      ),
    );
  }
  if (!Array.isArray(teacherWeights) || wrong.length > 0) return wrong;
  const count = teachersOf(teacher).length;
  if (teacherWeights.length !== count) {
    wrong.push(
      mistakeOf((nameOf) =>
        `${nameOf("teacherWeights")} are ${teacherWeights.length}, but there ${
          count === 1 ? "is one teacher" : `are ${count} teachers`
        }`
      ),
    );
  }
  const isWeight = (weight: unknown) => Number.isFinite(weight) && Number(weight) >= 0;
  if (!teacherWeights.every(isWeight) || !teacherWeights.some((weight) => weight > 0)) {
    wrong.push(
      mistakeOf((nameOf) =>
        `${nameOf("teacherWeights")} must be numbers of 0 and more, not all 0, but are ${
          teacherWeights.join(", ")
        }`
      ),
    );
  }
  return wrong;
}

/** Where the teachers are, as a list. */
export function teachersOf(teacher: DistillationOptions["teacher"]): readonly string[] {
  return [teacher].flat().map((each) => folderOf(each)!);
}

/** The options as plain JSON: results of runs become their folders. */
export function plainOptions({ teacher, ...options }: DistillationOptions): DistillationOptions {
  const [first, ...others] = teachersOf(teacher);
  return { teacher: Array.isArray(teacher) ? [first, ...others] : first, ...options };
}

/** The weights of the teachers with the sum 1. */
export function sharesOfTeachers(
  { teacher, teacherWeights }: Pick<DistillationOptions, "teacher" | "teacherWeights">,
): number[] {
  const weights = teacherWeights ?? teachersOf(teacher).map(() => 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** What makes no sense where next tokens are learned. */
export function tokenMistakes({ teacher }: DistillationOptions): Mistake[] {
  if (teachersOf(teacher).length === 1) return [];
  return [mistakeOf((nameOf) => `next tokens are learned from one ${nameOf("teacher")}`)];
}

/** What makes no sense where labels or numbers are learned. */
export function labelMistakes({ top }: DistillationOptions): Mistake[] {
  if (top === undefined) return [];
  return [mistakeOf((nameOf) => `${nameOf("top")} is of next tokens`)];
}
