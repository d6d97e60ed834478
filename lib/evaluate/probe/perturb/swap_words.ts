/**
 * Other names, places and words for those of a text.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { TunebookError } from "../../../core/errors.ts";
import { required, type Rules, text, texts } from "../../../core/option_rules.ts";
import { found, type Perturbation, pick, replaced } from "./perturbation.ts";

/** Words that may stand for one another. */
export interface SwapWordsOptions {
  /** What reports call it, `cities`. */
  readonly name: string;
  /** The words; one that a text has is replaced by another. */
  readonly words: readonly string[];
}

const rules: Rules<SwapWordsOptions> = { name: required(text), words: required(texts) };

/** Given names of many origins, each of one word. */
const givenNames = (
  "Aisha Ahmed Ana Anders Andrei Anna Carlos Chen Chinedu Diego Elena Emily Emma Fatima Giulia Hans Hiroshi " +
  "Ibrahim Ines Ivan Jakub James Jasmine John Jose Julia Kofi Lakshmi Laura Lena Li Luca Maria Mary Mei Michael " +
  "Mohammed Nadia Ngozi Olga Omar Peter Pierre Priya Raj Robert Samuel Sara Sofia Svetlana Thomas Tomasz Wei " +
  "William Yuki Yusuf Zanele"
).split(" ");
/** Cities and countries of one word. */
const placeNames = (
  "Accra Amsterdam Athens Austria Bangkok Berlin Bogota Brazil Cairo Canada Chicago Chile China Delhi Denmark " +
  "Egypt France Germany Ghana Hanoi Houston India Istanbul Italy Jakarta Japan Kenya Lagos Lima London Madrid " +
  "Manila Mexico Moscow Mumbai Nairobi Norway Oslo Paris Peru Poland Rome Seoul Spain Sweden Sydney Tokyo Toronto " +
  "Turkey Vienna Warsaw"
).split(" ");
const chineseNames = "小明 小红 小刚 小丽 张伟 王芳 李娜 刘洋 陈静 杨帆 赵磊 周敏 吴强 孙悦".split(
  " ",
);
const chinesePlaces = "北京 上海 广州 深圳 成都 杭州 武汉 西安 南京 重庆 天津 苏州 长沙 青岛".split(
  " ",
);

/**
 * Replaces a word of a list by another one of it. Capitals and word boundaries count, except in Chinese, which
 * has none.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, such as a single word.
 *
 * @example
 * ```ts
 * import { Random, swapWords } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const colours = swapWords({ name: "colours", words: ["red", "blue"] });
 * assert.equal(colours.apply("a red car, not scared", Random.fromSeed(1)), "a blue car, not scared");
 * ```
 */
export function swapWords(options: SwapWordsOptions): Perturbation {
  checkOptions("swapWords", options, rules);
  const words = [...new Set(options.words)];
  if (words.length < 2) {
    throw new TunebookError(
      "input",
      "swapWords needs two words or more, of which one stands for another",
    );
  }
  const any = words.toSorted((a, b) => b.length - a.length)
    .map((word) => {
      const isHan = /\p{Script=Han}/u.test(word);
      const escaped = RegExp.escape(word);
      return isHan ? escaped : `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`;
    }).join("|");
  const pattern = new RegExp(any, "gu");
  return {
    name: options.name,
    apply(text, random) {
      const places = found(text, pattern);
      if (places.length === 0) return undefined;
      const place = pick(places, random);
      return replaced(text, place, pick(words.filter((word) => word !== place.text), random));
    },
  };
}

/**
 * Other given names: of English texts names of many origins, of Chinese texts Chinese ones.
 *
 * @example
 * ```ts
 * import { Random, swapNames } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const other = swapNames().apply("Maria liked it.", Random.fromSeed(1))!;
 * assert.match(other, /^(?!Maria)\p{Lu}\p{Ll}+ liked it\.$/u);
 * ```
 */
export function swapNames(): Perturbation {
  return eitherOf("names", [givenNames, chineseNames]);
}

/**
 * Other places: cities and countries.
 *
 * @example
 * ```ts
 * import { Random, swapPlaces } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.match(swapPlaces().apply("我在北京。", Random.fromSeed(1))!, /^我在(?!北京)..。$/u);
 * ```
 */
export function swapPlaces(): Perturbation {
  return eitherOf("places", [placeNames, chinesePlaces]);
}

function eitherOf(name: string, lists: readonly (readonly string[])[]): Perturbation {
  const all = lists.map((words) => swapWords({ name, words }));
  return {
    name,
    apply(text, random) {
      for (const each of all) {
        const other = each.apply(text, random);
        if (other !== undefined) return other;
      }
      return undefined;
    },
  };
}
