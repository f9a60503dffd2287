/**
 * The images that a search finds, as far as one has come. Of each its guid and proportions stay known, 0.1 KB;
 * everything else only of those that were looked at last, and is asked for again by guid.
 */

import { askJson, listImages } from "../api.js";

/** @import { ImageDetail } from "../types.d.ts" */

const FIRST_PAGE = 60;
const PAGE = 200;
const MOST_DETAILS = 1500;
const MOST_BY_GUID = 100;

export class Feed extends EventTarget {
  /** @type {string[]} */
  guids = [];
  /** @type {number[]} */
  ratios = [];
  isComplete = false;
  /** @type {Map<string, ImageDetail>} The one that was looked at last is the last. */
  #details = new Map();
  /** @type {Set<string>} */
  #asked = new Set();
  /** @type {string | null} */
  #cursor = null;
  /** @type {Promise<void> | null} */
  #coming = null;
  #stop = new AbortController();
  /** @type {{count: number, is_exact: boolean} | null} */
  #total = null;
  /** @type {Set<string>} Those that have been here, and may come back. */
  left = new Set();

  /** @param {URLSearchParams} search */
  constructor(search) {
    super();
    this.search = search;
  }

  /** How many the search finds, as far as that is known: others may have made some meanwhile. */
  get total() {
    return this.isComplete ? { count: this.guids.length, is_exact: true } : this.#total;
  }

  /** Asks for that, once; from then on it follows what comes and goes. */
  async count() {
    if (this.isComplete) return;
    const query = new URLSearchParams(this.search);
    query.delete("order");
    this.#total = await askJson(`image/count?${query}`, { signal: this.#stop.signal });
  }

  /** One page more; those who ask while it comes wait for the same one. */
  more() {
    if (this.isComplete) return Promise.resolve();
    this.#coming ??= this.#load().finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  }

  async #load() {
    const query = new URLSearchParams(this.search);
    query.set("limit", String(this.#cursor ? PAGE : FIRST_PAGE));
    if (this.#cursor) query.set("cursor", this.#cursor);
    const { images, cursor } = await listImages(query, this.#stop.signal);
    const known = new Set(this.guids.slice(0, PAGE));
    const from = this.guids.length;
    for (const image of images.filter((each) => !known.has(each.guid))) this.#append(image);
    this.#cursor = cursor;
    this.isComplete = cursor === null;
    this.#tell(from);
  }

  /** @param {ImageDetail} image */
  #append(image) {
    this.guids.push(image.guid);
    this.ratios.push(ratioOf(image));
    this.#keep(image);
  }

  /** @param {ImageDetail} image */
  #keep(image) {
    this.#details.delete(image.guid);
    this.#details.set(image.guid, image);
    for (const guid of this.#details.keys()) {
      if (this.#details.size <= MOST_DETAILS) break;
      this.#details.delete(guid);
    }
  }

  /** What is known of an image, without taking it for one that is looked at. @param {string} guid */
  peek(guid) {
    return this.#details.get(guid);
  }

  get details() {
    return [...this.#details.values()];
  }

  /** What is known of an image; asked for when it has been forgotten. @param {string} guid */
  detail(guid) {
    const detail = this.#details.get(guid);
    if (detail) this.#keep(detail);
    return detail;
  }

  /** Asks for what was forgotten of those that are shown again. @param {string[]} guids */
  async recall(guids) {
    const wanted = guids
      .filter((guid) => !this.#details.has(guid) && !this.#asked.has(guid))
      .slice(0, MOST_BY_GUID);
    if (!wanted.length) return;
    const query = new URLSearchParams({ limit: "200" });
    if (this.search.has("deleted")) query.set("deleted", "true");
    for (const guid of wanted) {
      this.#asked.add(guid);
      query.append("guid", guid);
    }
    try {
      const { images } = await listImages(query, this.#stop.signal);
      for (const image of images) this.#keep(image);
      this.remove(wanted.filter((guid) => !this.#details.has(guid)));
      this.dispatchEvent(new Event("recalled"));
    } finally {
      for (const guid of wanted) this.#asked.delete(guid);
    }
  }

  /**
   * Those that were made, are back or have changed, each where its age puts it, or where it is.
   * @param {ImageDetail[]} images
   * @param {boolean} areNew they were not counted before, wherever they belong
   */
  insertAll(images, areNew) {
    const isAscending = this.search.get("order") === "asc";
    const last = this.guids.at(-1) ?? "";
    const within = images.filter(
      ({ guid }) => this.isComplete || (isAscending ? guid <= last : guid >= last),
    );
    const ratios = new Map(this.guids.map((guid, index) => [guid, this.ratios[index]]));
    for (const image of within) {
      this.#keep(image);
      ratios.set(image.guid, ratioOf(image));
    }
    const added = ratios.size - this.guids.length;
    this.#adjust(added + (areNew ? images.length - within.length : 0));
    if (!added) {
      this.dispatchEvent(new Event("recalled"));
      return;
    }
    this.guids = [...ratios.keys()].sort();
    if (!isAscending) this.guids.reverse();
    this.ratios = this.guids.map((guid) => ratios.get(guid) ?? 1);
    this.#tell(0);
  }

  /** @param {Iterable<string>} guids */
  remove(guids) {
    const gone = new Set(guids);
    const from = this.guids.findIndex((guid) => gone.has(guid));
    if (from < 0) return;
    const before = this.guids;
    this.guids = before.filter((guid) => !gone.has(guid));
    this.ratios = this.ratios.filter((_, index) => !gone.has(before[index]));
    for (const guid of gone) this.left.add(guid);
    this.#adjust(this.guids.length - before.length);
    this.#tell(from);
  }

  /** @param {number} by */
  #adjust(by) {
    if (this.#total?.is_exact) this.#total.count += by;
  }

  close() {
    this.#stop.abort();
  }

  /** @param {number} from the first that is not where it was */
  #tell(from) {
    this.dispatchEvent(new CustomEvent("change", { detail: from }));
  }
}

/** @param {ImageDetail} image */
const ratioOf = (image) => (image.width && image.height ? image.width / image.height : 1);
