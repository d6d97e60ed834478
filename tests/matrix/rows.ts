/**
 * Rows with a column of every name that tasks read.
 *
 * @module
 */
import { columnValues, type Table, tableFromColumns, tableFromRows } from "tunebook";
import { maskedSquares } from "../deploy/images/masked_squares.ts";
import { reviews } from "../pipeline/tiny.ts";
import { squares } from "../tasks/object_detection/squares.ts";

/** Rows that are trained on, of which the first half is held out as well. */
export const rowCount = 8;
const imageSide = 32;

/** Reviews with all columns of the tasks on texts. */
export function textRows(): Table {
  return tableFromRows(
    reviews(rowCount).map(({ text, mood, score }, row) => {
      const words = text.split(" ");
      const [first] = words;
      const asked = { role: "user", content: `${first} film` };
      const answer = row % 2 ? "good" : "bad film";
      return {
        text,
        label: mood,
        tokens: words,
        tags: words.map((word) => word === first ? "B-FIRST" : "O"),
        spans: [{ start: 0, end: first.length, label: "FIRST" }],
        question: "what was it",
        context: text,
        answers: { text: [first], answer_start: [0] },
        anchor: text,
        positive: `${text} ${first}`,
        negative: "the price",
        first: text,
        second: `the ${first}`,
        score: Math.abs(score) / 5,
        source: text,
        target: first,
        summary: first,
        prompt: `${first} film`,
        completion: answer,
        chosen: `${answer} good`,
        rejected: "poor",
        margin: 1 + row % 2,
        messages: [asked, { role: "assistant", content: answer }],
      };
    }),
    "the rows",
  );
}

/** The same with labels that say whether an answer was liked. */
export function likedRows(): Table {
  const rows = reviews(rowCount).map(({ text }, row) => ({
    prompt: text.split(" ")[0],
    completion: row % 2 ? "good" : "bad film",
    label: row % 2 === 1,
  }));
  return tableFromRows(rows, "the rows");
}

/** Images with squares, their classes, objects, masks and captions. */
export async function imageRows(): Promise<Table> {
  const scenes = await squares(rowCount, { side: imageSide });
  const masked = await maskedSquares(rowCount, imageSide, 1);
  const objects = columnValues(scenes, "objects") as readonly { readonly label: string }[][];
  const label = objects.map((_, row) => row % 2 ? "red" : "blue");
  return tableFromColumns({
    image: columnValues(scenes, "image"),
    objects,
    mask: columnValues(masked, "mask"),
    label,
    caption: label.map((each) => `a ${each} square`),
  });
}
