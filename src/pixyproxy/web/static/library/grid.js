/**
 * The pictures of a feed, as one scrolls through them. Only those near the window are elements; of a hundred
 * thousand there are some sixty.
 */

import { create } from "../markup.js";
import { problem } from "../notices.js";
import { isSilenced } from "../shortcuts.js";
import { Layout } from "./layout.js";
import { Tile } from "./tile.js";

/** @import { Feed } from "./feed.js" */
/** @import { Box } from "./layout.js" */
/** @import { Selection } from "./selection.js" */

const GAP = 6;
const NARROW = 600;
const AHEAD = 1;
const EARLY = 4;
const WINDOWS_A_SECOND = 3;
const REST_MS = 120;

/** @typedef {import("./tile.js").TileActions & {mayChange: (guid: string) => boolean, remove: (guids: string[]) => void}} GridActions */

export class Grid {
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  /** @type {Feed | null} */
  #feed = null;
  #layout = new Layout(0, 0, GAP);
  #isDue = false;
  #current = 0;
  #drawnAt = 0;
  #drawnWhen = 0;
  #restDue = 0;
  #isLost = false;

  /** @param {Selection} selection @param {GridActions} actions */
  constructor(selection, actions) {
    this.selection = selection;
    this.actions = actions;
    this.element = create("ul", { class: "grid", "aria-label": "Images" });
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.element.addEventListener("focusin", (event) => this.#onFocus(event));
    addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#resize()).observe(this.element);
    selection.addEventListener("change", () => {
      this.element.classList.toggle("is-choosing", selection.size > 0);
      this.#draw();
    });
  }

  /** @param {Feed} feed */
  show(feed) {
    this.#feed = feed;
    this.#current = 0;
    for (const tile of this.#tiles.values()) tile.remove();
    this.#tiles.clear();
    feed.addEventListener("change", (event) => {
      this.#isLost = false;
      if (this.#feed === feed) this.#lay(/** @type {CustomEvent<number>} */ (event).detail);
    });
    feed.addEventListener("recalled", () => this.#feed === feed && this.#draw());
    this.#layout = this.#freshLayout();
    this.#lay(0);
  }

  /** The first picture that is seen, to come back to. */
  get firstSeen() {
    const { first } = this.#layout.rowsBetween(scrollY - this.#top, scrollY - this.#top);
    return this.#layout.rows ? this.#layout.pictures(first).first : 0;
  }

  /** @param {number} index @param {number} [share] of the window that lies above it */
  scrollTo(index, share = 1 / 3) {
    const box = this.#boxOf(index);
    if (box) scrollTo({ top: this.#top + box.top - innerHeight * share });
  }

  /** There is a connection again. */
  retry() {
    this.#isLost = false;
    for (const tile of this.#tiles.values()) tile.retry();
    this.#draw();
  }

  /** The picture's element, scrolled to where it is seen. @param {string} guid */
  reveal(guid) {
    const index = this.#feed?.guids.indexOf(guid) ?? -1;
    const box = index >= 0 && this.#boxOf(index);
    if (!box) return null;
    const top = this.#top + box.top - scrollY;
    if (top < 0 || top + box.height > innerHeight) this.scrollTo(index);
    this.#current = index;
    this.#draw();
    return this.#tiles.get(guid)?.element ?? null;
  }

  /** @param {string} guid */
  focus(guid) {
    this.reveal(guid);
    this.#tiles.get(guid)?.link.focus({ preventScroll: true });
  }

  get #top() {
    return this.element.getBoundingClientRect().top + scrollY;
  }

  #freshLayout() {
    const width = this.element.clientWidth;
    return new Layout(width, width < NARROW ? 150 : Math.min(300, 170 + width / 20), GAP);
  }

  #resize() {
    if (!this.#feed || this.element.clientWidth === this.#layout.width) return;
    const seen = this.firstSeen;
    const wasAtTop = scrollY < this.#top;
    this.#layout = this.#freshLayout();
    this.#lay(0);
    if (!wasAtTop) this.scrollTo(seen);
  }

  /** @param {number} from */
  #lay(from) {
    if (!this.#feed || !this.element.clientWidth) return;
    this.#layout.lay(this.#feed.ratios, from);
    const index = this.#feed.guids.indexOf(focusedGuid());
    if (index >= 0) this.#current = index;
    this.element.style.height = `${this.#layout.height}px`;
    this.#draw();
  }

  #soon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  #draw() {
    const feed = this.#feed;
    if (!feed || !this.element.isConnected) return;
    const above = scrollY - this.#top;
    const isFlying = this.#isFlying();
    const isNearEnd = above + innerHeight * EARLY > this.#layout.height;
    const wanted = this.#wanted(feed, above - innerHeight * AHEAD, above + innerHeight * (1 + AHEAD));
    let isFocusLost = false;
    for (const [guid, tile] of this.#tiles) {
      if (wanted.has(guid)) continue;
      isFocusLost ||= guid === focusedGuid();
      tile.remove();
      this.#tiles.delete(guid);
    }
    this.#place(feed, wanted, !isFlying);
    if (isFocusLost) this.#step(Math.min(this.#current, feed.guids.length - 1));
    feed.recall([...wanted.keys()]).catch((error) => this.#sayOnce(error));
    if (isNearEnd) feed.more().catch((error) => this.#sayOnce(error));
  }

  /** Each step of scrolling asks again. @param {unknown} error */
  #sayOnce(error) {
    if (!this.#isLost) problem(error);
    this.#isLost = true;
  }

  /** @param {Feed} feed @param {number} top @param {number} bottom */
  #wanted(feed, top, bottom) {
    /** @type {Map<string, {index: number, box: Box}>} */
    const wanted = new Map();
    if (!this.#layout.rows) return wanted;
    const { first, past } = this.#layout.rowsBetween(top, bottom);
    for (let row = first; row < past; row += 1) {
      const start = this.#layout.pictures(row).first;
      this.#layout.boxes(feed.ratios, row).forEach((box, place) => {
        wanted.set(feed.guids[start + place], { index: start + place, box });
      });
    }
    const focused = focusedGuid();
    const index = focused && !wanted.has(focused) ? feed.guids.indexOf(focused) : -1;
    const box = index >= 0 ? this.#boxOf(index) : null;
    if (box) wanted.set(focused, { index, box });
    return wanted;
  }

  /** So fast that nothing can be seen, or just now; it is looked again once that is over. */
  #isFlying() {
    const now = performance.now();
    const speed = Math.abs(scrollY - this.#drawnAt) / Math.max(1, now - this.#drawnWhen);
    this.#drawnAt = scrollY;
    this.#drawnWhen = now;
    if (speed * 1000 > innerHeight * WINDOWS_A_SECOND) {
      clearTimeout(this.#restDue);
      this.#restDue = setTimeout(() => {
        this.#restDue = 0;
        this.#draw();
      }, REST_MS);
    }
    return this.#restDue !== 0;
  }

  /** @param {Feed} feed @param {Map<string, {index: number, box: Box}>} wanted @param {boolean} isAtRest */
  #place(feed, wanted, isAtRest) {
    const isInTrash = feed.search.has("deleted");
    const count = feed.isComplete ? feed.guids.length : -1;
    let next = this.element.firstElementChild;
    for (const [guid, { index, box }] of wanted) {
      const tile = this.#tiles.get(guid) ?? this.#add(guid);
      const [isSelected, isCurrent] = [this.selection.has(guid), index === this.#current];
      const mayChange = this.actions.mayChange(guid);
      tile.put(box);
      if (isAtRest) tile.load(isInTrash);
      tile.show({ image: feed.detail(guid), index, count, isSelected, isCurrent, mayChange, isInTrash });
      if (tile.element === next) next = next.nextElementSibling;
      else this.element.insertBefore(tile.element, next);
    }
  }

  /** @param {string} guid */
  #add(guid) {
    const tile = new Tile(guid, this.actions);
    this.#tiles.set(guid, tile);
    return tile;
  }

  /** @param {number} index */
  #boxOf(index) {
    const row = this.#layout.rowOf(index);
    if (row < 0 || !this.#feed) return null;
    return this.#layout.boxes(this.#feed.ratios, row)[index - this.#layout.pictures(row).first] ?? null;
  }

  /** @param {FocusEvent} event */
  #onFocus(event) {
    const index = this.#feed?.guids.indexOf(guidAt(event.target)) ?? -1;
    if (index >= 0) this.#current = index;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || isSilenced(event.key) || !this.#feed) return;
    if (event.target instanceof HTMLButtonElement && event.key === " ") return;
    const guid = this.#feed.guids[this.#current];
    const to = this.#target(event.key);
    if (to !== null) this.#step(to);
    else if (event.key === "x" || event.key === " ") this.actions.select(guid, event.shiftKey);
    else if (event.key === "s") this.actions.star(guid);
    else if (event.key === "Delete")
      this.actions.remove(this.selection.size ? [...this.selection.guids] : [guid]);
    else return;
    event.preventDefault();
  }

  /** Where a key leads. @param {string} key */
  #target(key) {
    const last = (this.#feed?.guids.length ?? 1) - 1;
    const index = this.#current;
    const isTurned = document.dir === "rtl";
    if (key === (isTurned ? "ArrowLeft" : "ArrowRight")) return Math.min(last, index + 1);
    if (key === (isTurned ? "ArrowRight" : "ArrowLeft")) return Math.max(0, index - 1);
    if (key === "ArrowDown") return this.#across(1) ?? last;
    if (key === "ArrowUp") return this.#across(-1) ?? 0;
    if (key === "Home") return 0;
    if (key === "End") return last;
    return null;
  }

  /** The picture below or above: the one whose middle is nearest. @param {1 | -1} rows */
  #across(rows) {
    const from = this.#boxOf(this.#current);
    const row = this.#layout.rowOf(this.#current) + rows;
    if (!from || !this.#feed || row < 0 || row >= this.#layout.rows) return null;
    const middle = from.left + from.width / 2;
    const distances = this.#layout
      .boxes(this.#feed.ratios, row)
      .map((box) => Math.abs(box.left + box.width / 2 - middle));
    return this.#layout.pictures(row).first + distances.indexOf(Math.min(...distances));
  }

  /** @param {number} index */
  #step(index) {
    const guid = this.#feed?.guids[index];
    if (guid) this.focus(guid);
  }
}

/** @param {EventTarget | null} target */
function guidAt(target) {
  const tile = target instanceof Element ? target.closest(".tile") : null;
  return (tile instanceof HTMLElement && tile.dataset.guid) || "";
}

const focusedGuid = () => guidAt(document.activeElement);
