/**
 * The boxes of a reader's answer beside those of a trained dense detector, whose exported graph chooses its peaks
 * itself (`queries_of_cells.ts`).
 *
 * @module
 */
import { type AnswerDifference, largestOutput } from "../../nn/reader_contract.ts";
import { boxNumbers } from "./box_shares.ts";
import { mostPeaks } from "./boxes_of_cells.ts";
import type { CellSizes } from "./cell_targets.ts";
import { type CornerBox, cornerDistances } from "./compare_boxes.ts";

/** What answers are compared by. */
export interface CompareCellsOptions {
  readonly labels: readonly string[];
  readonly tolerance: number;
  readonly sizes: CellSizes;
}

/** A box that the trained model may tell. */
interface Candidate {
  readonly label: number;
  readonly logit: number;
  readonly score: number;
  /** Left, top, right and bottom as shares of the image. */
  readonly corners: readonly number[];
  /** How far the cell passes the highest of its neighbours. */
  readonly lead: number;
  /** By how much all that makes it an answer holds: negative where something does not. */
  readonly margin: number;
}

/**
 * The largest difference of a score or of a corner, in any order. Where what makes a cell an answer (that it passes
 * its neighbours, that it is likelier than nothing, that its sides are not negative, that it is among the surest)
 * holds or fails by less than the tolerance, the reader may tell it or not.
 *
 * @param output what the trained model gives for the image, [(classes + 4) · height · width]
 */
export function compareCells(
  found: readonly CornerBox[],
  output: Float32Array,
  { labels, tolerance, sizes }: CompareCellsOptions,
): AnswerDifference {
  const slack = 2 * tolerance * Math.max(1, largestOutput([output]));
  const peaks = candidatesIn(output, sizes).filter(({ lead }) => lead >= -slack);
  const candidates = withRank(peaks, slack).filter(({ margin }) => margin >= -slack);
  const left = new Set(found);
  let largest = 0;
  const sure = candidates.filter(({ margin }) => margin > slack);
  for (const each of sure) {
    const own = nearest([...left], (box) => differenceOf(box, each, labels));
    if (!own) {
      const name = JSON.stringify(labels[each.label]);
      return {
        difference: Infinity,
        problem:
          `it finds ${found.length} objects, and not the ${name} that the trained model finds`,
      };
    }
    left.delete(own.item);
    largest = Math.max(largest, own.difference);
  }
  const unsure = new Set(candidates.filter(({ margin }) => margin <= slack));
  for (const box of left) {
    const own = nearest([...unsure], (each) => differenceOf(box, each, labels));
    if (!own) {
      return {
        difference: Infinity,
        problem: `it finds ${found.length} objects, but the trained model ${sure.length}`,
      };
    }
    unsure.delete(own.item);
    largest = Math.max(largest, own.difference);
  }
  return { difference: largest };
}

function candidatesIn(output: Float32Array, { height, width, classes }: CellSizes): Candidate[] {
  const cells = height * width;
  const numbers = output.subarray(classes * cells);
  return Array.from({ length: classes * cells }, (_, at): Candidate => {
    const [label, cell] = [Math.floor(at / cells), at % cells];
    const [x, y] = [cell % width, Math.floor(cell / width)];
    const logits = output.subarray(label * cells, (label + 1) * cells);
    const [across, down, w, h] = Array.from(
      { length: boxNumbers },
      (_, k) => numbers[k * cells + cell],
    );
    const [column, row] = [x + across, y + down];
    const { [cell]: logit } = logits;
    const lead = leadOf(logits, [x, y], [width, height]);
    return {
      label,
      logit,
      score: 1 / (1 + Math.exp(-logit)),
      corners: [
        (column - w / 2) / width,
        (row - h / 2) / height,
        (column + w / 2) / width,
        (row + h / 2) / height,
      ],
      lead,
      margin: Math.min(lead, logit + Math.log(classes), w, h),
    };
  });
}

function leadOf(
  logits: Float32Array,
  [x, y]: readonly [number, number],
  [width, height]: readonly [number, number],
): number {
  let highest = -Infinity;
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
      if (row !== y || column !== x) highest = Math.max(highest, logits[row * width + column]);
    }
  }
  return logits[y * width + x] - highest;
}

/** Those that may be among the surest; by how much they are counts as well. */
function withRank(peaks: readonly Candidate[], slack: number): Candidate[] {
  const logits = peaks.map(({ logit }) => logit).sort((a, b) => b - a);
  const { [mostPeaks]: next = -Infinity, [mostPeaks - 1]: last = -Infinity } = logits;
  return peaks.filter(({ logit }) => logit >= last - slack)
    .map((each) => ({ ...each, margin: Math.min(each.margin, each.logit - next) }));
}

function differenceOf(
  box: CornerBox,
  { label, score, corners }: Candidate,
  labels: readonly string[],
): number {
  return box.label === labels[label] ? Math.max(...cornerDistances(box, score, corners)) : Infinity;
}

/** The item with the least difference, where any is finite. */
function nearest<Item>(
  items: readonly Item[],
  differenceOf: (item: Item) => number,
): { readonly item: Item; readonly difference: number } | undefined {
  const measured = items.map((item) => ({ item, difference: differenceOf(item) }))
    .filter(({ difference }) => difference < Infinity);
  return measured.sort((a, b) => a.difference - b.difference)[0];
}
