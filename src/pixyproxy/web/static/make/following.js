/** The lives of several images over one connection, for as long as the page is seen. */

/** @import { ImageDetail, Partial } from "../types.d.ts" */

const MOST_AT_ONCE = 50;
const GATHERING_MS = 30;
const ASK_AGAIN_MS = 3000;

/** @typedef {{step: (image: ImageDetail) => void, preview: (partial: Partial) => void, lost: () => void}} Told */

export class Following {
  /** @type {EventSource | null} */
  #source = null;
  /** @type {string[]} */
  #guids = [];
  #due = 0;

  /** @param {() => string[]} wanted those whose end is not known @param {Told} told */
  constructor(wanted, told) {
    this.wanted = wanted;
    this.told = told;
    document.addEventListener("visibilitychange", () => this.#open());
  }

  /** Looks again at what is wanted; several changes at once are one. */
  renew() {
    clearTimeout(this.#due);
    this.#due = setTimeout(() => {
      const first = this.#first();
      if (!first.length || !this.#source || first.some((guid) => !this.#guids.includes(guid))) this.#open();
    }, GATHERING_MS);
  }

  /** As many as one connection may tell of. */
  #first() {
    return this.wanted().slice(0, MOST_AT_ONCE);
  }

  #open() {
    this.#source?.close();
    this.#source = null;
    this.#guids = this.#first();
    if (!this.#guids.length || document.hidden) return;
    const source = new EventSource(
      `image/events?${new URLSearchParams(this.#guids.map((guid) => ["guid", guid]))}`,
    );
    source.addEventListener("status", ({ data }) => this.told.step(JSON.parse(data)));
    source.addEventListener("partial", ({ data }) => this.told.preview(JSON.parse(data)));
    source.addEventListener("error", () => {
      source.close();
      if (source !== this.#source) return;
      this.#source = null;
      setTimeout(this.told.lost, ASK_AGAIN_MS);
    });
    this.#source = source;
  }
}
