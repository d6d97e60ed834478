/**
 * Not.
 *
 * @module
 */
import { type Perturbation, unlessSame } from "./perturbation.ts";

const verbs = "is|are|was|were|am|can|could|will|would|should|must|does|do|did|has|have|had";
const negated = new RegExp(`\\b(${verbs}) not\\b`, "iu");
const contracted = /\b(is|are|was|were|could|would|should|must|does|do|did|has|have|had)n['’]t\b/iu;
const plain = new RegExp(`\\b(${verbs})\\b(?!n['’]t)`, "iu");
/** 是 and other words that 不 stands before; 没 stands before 有. */
const chinesePlain = /(?<!不)(?=是|会|能|想|喜欢|觉得|推荐|值得)|(?<!没)(?=有)/u;
const chineseNegated = /不(?=是|会|能|想|喜欢|觉得|推荐|值得)|没(?=有)/u;

/**
 * Negates the first auxiliary or form of "be" of an English text, or takes its negation away; in Chinese 不 and
 * 没 before the commonest verbs. A text without such a word stays.
 *
 * @example
 * ```ts
 * import { negation, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const random = Random.fromSeed(1);
 * assert.equal(negation().apply("It was good.", random), "It was not good.");
 * assert.equal(negation().apply("It wasn't good.", random), "It was good.");
 * assert.equal(negation().apply("我喜欢它", random), "我不喜欢它");
 * ```
 */
export function negation(): Perturbation {
  return {
    name: "negation",
    apply(text) {
      if (negated.test(text)) return text.replace(negated, "$1");
      if (contracted.test(text)) return text.replace(contracted, "$1");
      if (/\bcannot\b/iu.test(text)) return text.replace(/\b(can)not\b/iu, "$1");
      if (plain.test(text)) return text.replace(plain, "$1 not");
      if (chineseNegated.test(text)) return text.replace(chineseNegated, "");
      const found = chinesePlain.exec(text);
      if (!found) return undefined;
      const by = text.startsWith("有", found.index) ? "没" : "不";
      return unlessSame(text, text.slice(0, found.index) + by + text.slice(found.index));
    },
  };
}
