/**
 * The edit distance of two lists of words near the diagonal, with how the words stand to each other, as
 * sacreBLEU computes it for TER.
 *
 * @module
 */

/** How the words of a reference and of a written text stand to each other. */
export interface Alignment {
  /** For each word of the reference the written word that stands for it, or the one before its place. */
  readonly writtenOf: Int32Array;
  /** 1 for each word of the reference that is missing or wrong. */
  readonly rightErrors: Uint8Array;
  /** 1 for each written word that is too much or wrong. */
  readonly writtenErrors: Uint8Array;
}

/** The way to a cell. */
const [none, same, replaced, tooMuch, missing] = [0, 1, 2, 3, 4];
/** So far from the diagonal are cells looked at, as in Tercom. */
const usualBeam = 25;
/** More than any distance, with room to add to it. */
const unreached = 1e9;

/**
 * Distances of written texts of one length from a reference. Words are numbers. `measure` keeps its rows,
 * so that a text which begins in the same way costs only its rest.
 */
export class EditDistance {
  readonly #right: Int32Array;
  readonly #written: Int32Array;
  readonly #width: number;
  readonly #costs: Int32Array;
  readonly #ways: Uint8Array;
  readonly #ratio: number;
  readonly #beam: number;

  /** @param length how many words the written texts have */
  constructor(right: Int32Array, length: number) {
    this.#right = right;
    this.#width = right.length + 1;
    // Cells far from the diagonal stay as they are.
    this.#costs = new Int32Array((length + 1) * this.#width).fill(unreached);
    this.#ways = new Uint8Array(this.#costs.length);
    this.#written = new Int32Array(length).fill(-1);
    this.#ratio = length > 0 ? right.length / length : 1;
    // Where the lengths are far apart, rows near the usual diagonal would not touch.
    const half = this.#ratio / 2;
    this.#beam = usualBeam < half ? Math.ceil(half + usualBeam) : usualBeam;
    for (let j = 0; j < this.#width; j++) {
      this.#costs[j] = j;
      this.#ways[j] = missing;
    }
  }

  /** The distance of a written text. */
  measure(written: Int32Array): number {
    let known = 0;
    while (known < written.length && written[known] === this.#written[known]) known++;
    this.#written.set(written);
    for (let i = known + 1; i <= written.length; i++) this.#row(i);
    return this.#costs[this.#costs.length - 1];
  }

  #row(i: number): void {
    const [width, costs, ways, right] = [this.#width, this.#costs, this.#ways, this.#right];
    const [at, above] = [i * width, (i - 1) * width];
    const word = this.#written[i - 1];
    const diagonal = Math.floor(i * this.#ratio);
    const first = Math.max(0, diagonal - this.#beam);
    const isLast = i === this.#written.length;
    const end = isLast ? width : Math.min(width, diagonal + this.#beam);
    for (let j = first; j < end; j++) {
      if (j === 0) {
        costs[at] = costs[above] + 1;
        ways[at] = tooMuch;
        continue;
      }
      const isSame = word === right[j - 1];
      let [cost, way] = [unreached, none];
      const across = costs[above + j - 1] + (isSame ? 0 : 1);
      if (across < cost) [cost, way] = [across, isSame ? same : replaced];
      const down = costs[above + j] + 1;
      if (down < cost) [cost, way] = [down, tooMuch];
      const along = costs[at + j - 1] + 1;
      if (along < cost) [cost, way] = [along, missing];
      costs[at + j] = cost;
      ways[at + j] = way;
    }
  }

  /** How the words of the text that was measured last stand to the reference. */
  alignment(): Alignment {
    const writtenOf = new Int32Array(this.#right.length);
    const rightErrors = new Uint8Array(this.#right.length);
    const writtenErrors = new Uint8Array(this.#written.length);
    let [i, j] = [this.#written.length, this.#right.length];
    while (i > 0 || j > 0) {
      const way = this.#ways[i * this.#width + j];
      if (way !== missing) i--;
      if (way === tooMuch) {
        writtenErrors[i] = 1;
        continue;
      }
      j--;
      if (way === missing) {
        writtenOf[j] = i - 1;
        rightErrors[j] = 1;
      } else {
        writtenOf[j] = i;
        rightErrors[j] = writtenErrors[i] = way === replaced ? 1 : 0;
      }
    }
    return { writtenOf, rightErrors, writtenErrors };
  }
}
