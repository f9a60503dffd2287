/**
 * The images that a search finds, as far as one has come. Of each its guid and proportions stay known, 0.1 KB;
 * everything else only of those that were looked at last, and is asked for again by guid.
 */

import { listImages } from "../api.js";

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

  /** @param {URLSearchParams} search */
  constructor(search) {
    super();
    this.search = search;
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
    const query = new URLSearchParams({ limit: "200", status: this.search.get("status") ?? "ready" });
    if (this.search.has("deleted")) query.set("deleted", "true");
    for (const guid of wanted) {
      this.#asked.add(guid);
      query.append("guid", guid);
    }
    try {
      const { images } = await listImages(query, this.#stop.signal);
      for (const image of images) this.#keep(image);
      this.dispatchEvent(new CustomEvent("recalled", { detail: wanted }));
    } finally {
      for (const guid of wanted) this.#asked.delete(guid);
    }
  }

  /** One that was just made, or is back, where it was or first of all. @param {ImageDetail} image @param {number} [index] */
  insert(image, index = 0) {
    if (this.guids.includes(image.guid)) return this.update(image);
    this.guids.splice(index, 0, image.guid);
    this.ratios.splice(index, 0, ratioOf(image));
    this.#keep(image);
    this.#tell(index);
  }

  /** @param {ImageDetail} image */
  update(image) {
    if (!this.guids.includes(image.guid)) return;
    this.#keep(image);
    this.dispatchEvent(new CustomEvent("recalled", { detail: [image.guid] }));
  }

  /** @param {Iterable<string>} guids */
  remove(guids) {
    const gone = new Set(guids);
    const from = this.guids.findIndex((guid) => gone.has(guid));
    if (from < 0) return;
    const kept = this.guids.map((guid) => !gone.has(guid));
    this.guids = this.guids.filter((_, index) => kept[index]);
    this.ratios = this.ratios.filter((_, index) => kept[index]);
    this.#tell(from);
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
