/** Rows of pictures that fill the width, each picture in its own proportions. Knows nothing but proportions. */

const FLATTEST = 0.5;
const WIDEST = 3;

/** @typedef {{left: number, top: number, width: number, height: number}} Box */

export class Layout {
  /** @type {number[]} The first picture of each row, and where the row lies. */
  #starts = [];
  /** @type {number[]} */
  #tops = [];
  /** @type {number[]} */
  #heights = [];
  #end = 0;

  /**
   * @param {number} width
   * @param {number} wished the height of a row
   * @param {number} gap
   */
  constructor(width, wished, gap) {
    this.width = width;
    this.wished = wished;
    this.gap = gap;
  }

  get height() {
    const last = this.#starts.length - 1;
    return last < 0 ? 0 : this.#tops[last] + this.#heights[last];
  }

  get rows() {
    return this.#starts.length;
  }

  /**
   * Lays out from the row of that picture on; those before it stay where they are.
   * @param {number[]} ratios width by height of every picture
   * @param {number} from
   */
  lay(ratios, from) {
    const row = Math.max(0, this.rowOf(from));
    let start = this.#starts[row] ?? 0;
    let top = this.#tops[row] ?? 0;
    for (const list of [this.#starts, this.#tops, this.#heights]) list.length = row;
    this.#end = ratios.length;
    while (start < ratios.length) {
      const { next, height } = this.#row(ratios, start);
      this.#starts.push(start);
      this.#tops.push(top);
      this.#heights.push(height);
      top += height + this.gap;
      start = next;
    }
  }

  /** @param {number[]} ratios @param {number} start */
  #row(ratios, start) {
    let sum = 0;
    let next = start;
    while (next < ratios.length) {
      sum += bounded(ratios[next]);
      next += 1;
      const height = (this.width - this.gap * (next - start - 1)) / sum;
      if (height <= this.wished) return { next, height };
    }
    return { next, height: this.wished };
  }

  /** The row that a picture is in, or would be. @param {number} index */
  rowOf(index) {
    return lastAtMost(this.#starts, index);
  }

  /** The rows that are seen between two heights, as first and past the last. @param {number} top @param {number} bottom */
  rowsBetween(top, bottom) {
    const first = Math.max(0, lastAtMost(this.#tops, top));
    return { first, past: Math.max(first, lastAtMost(this.#tops, bottom) + 1) };
  }

  /** The pictures of a row, as first and past the last. @param {number} row */
  pictures(row) {
    return { first: this.#starts[row], past: this.#starts[row + 1] ?? this.#end };
  }

  /**
   * Where the pictures of a row lie.
   * @param {number[]} ratios
   * @param {number} row
   * @returns {Box[]}
   */
  boxes(ratios, row) {
    const { first, past } = this.pictures(row);
    const [top, height] = [this.#tops[row], this.#heights[row]];
    let left = 0;
    return ratios.slice(first, past).map((ratio) => {
      const box = { left, top, width: bounded(ratio) * height, height };
      left += box.width + this.gap;
      return box;
    });
  }
}

/** A banner or a tower is cut to what a row can show. @param {number} ratio */
const bounded = (ratio) => Math.min(WIDEST, Math.max(FLATTEST, ratio));

/** The place of the last number that is not beyond the bound; -1 when all are. @param {number[]} sorted @param {number} bound */
function lastAtMost(sorted, bound) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= bound) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
