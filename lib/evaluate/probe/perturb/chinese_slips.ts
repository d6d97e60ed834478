/**
 * Slips in Chinese texts.
 *
 * @module
 */
import { found, type Perturbation, pick, replaced, unlessSame } from "./perturbation.ts";

/** Characters that are typed for one another, for they sound alike. */
const alike = [
  "的地得",
  "在再",
  "做作",
  "他她它",
  "那哪",
  "以已",
  "坐座",
  "像象",
  "进近",
  "带戴",
  "帐账",
  "查察",
];
/** Marks of both widths. */
const widths: ReadonlyMap<string, string> = new Map(
  [..."，,。.！!？?：:；;（(）)"].flatMap((mark, at, all) => {
    const other = all[at % 2 === 0 ? at + 1 : at - 1];
    return [[mark, other] as const];
  }),
);

/**
 * Types a character that sounds alike (的 for 得, 在 for 再), doubles a character, or takes a mark of the other
 * width. A text without Chinese stays.
 *
 * @example
 * ```ts
 * import { chineseSlips, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const other = chineseSlips().apply("他做得很好。", Random.fromSeed(1));
 * assert.ok(other !== undefined && other !== "他做得很好。");
 * assert.equal(chineseSlips().apply("so good.", Random.fromSeed(1)), undefined);
 * ```
 */
export function chineseSlips(): Perturbation {
  return {
    name: "Chinese slips",
    apply(text, random) {
      const characters = found(text, /\p{Script=Han}/gu);
      if (characters.length === 0) return undefined;
      const mistaken = characters.filter(({ text }) => alike.some((group) => group.includes(text)));
      const marks = found(text, /[，,。.！!？?：:；;（(）)]/g);
      const ways = [
        () => {
          const each = pick(characters, random);
          return replaced(text, each, each.text + each.text);
        },
        ...mistaken.length === 0 ? [] : [() => {
          const each = pick(mistaken, random);
          const group = [...alike.find((group) => group.includes(each.text))!];
          return replaced(text, each, pick(group.filter((other) => other !== each.text), random));
        }],
        ...marks.length === 0 ? [] : [() => {
          const each = pick(marks, random);
          return replaced(text, each, widths.get(each.text)!);
        }],
      ];
      return unlessSame(text, pick(ways, random)());
    },
  };
}
