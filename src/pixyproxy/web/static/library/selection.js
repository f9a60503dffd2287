/** Which images are chosen to be acted on together. */

export class Selection extends EventTarget {
  /** @type {Set<string>} */
  guids = new Set();
  /** @type {string | null} Where a range begins. */
  #anchor = null;

  get size() {
    return this.guids.size;
  }

  /** @param {string} guid */
  has(guid) {
    return this.guids.has(guid);
  }

  /**
   * Chooses one, or lets go of it; with a range, all from the one before up to it.
   * @param {string} guid
   * @param {string[] | null} among the images in their order, for a range
   */
  toggle(guid, among = null) {
    const [one, other] = [among?.indexOf(this.#anchor ?? "") ?? -1, among?.indexOf(guid) ?? -1];
    if (among && one >= 0 && other >= 0) {
      for (const each of among.slice(Math.min(one, other), Math.max(one, other) + 1)) this.guids.add(each);
    } else if (!this.guids.delete(guid)) this.guids.add(guid);
    this.#anchor = guid;
    this.#tell();
  }

  /** @param {Iterable<string>} guids */
  add(guids) {
    for (const guid of guids) this.guids.add(guid);
    this.#tell();
  }

  /** @param {string[]} guids */
  remove(guids) {
    const before = this.size;
    for (const guid of guids) this.guids.delete(guid);
    if (this.size < before) this.#tell();
  }

  clear() {
    if (!this.size) return;
    this.guids.clear();
    this.#anchor = null;
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
