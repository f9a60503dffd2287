/** One picture of the grid. */

import { addressOf } from "../address.js";
import { thumbnailUrl } from "../api.js";
import { shortened } from "../formats.js";
import { create, fill, iconButton } from "../markup.js";
import { isStarred } from "../stars.js";

/** @import { ImageDetail } from "../types.d.ts" */
/** @import { Box } from "./layout.js" */

/** The service makes copies on a ladder of widths; these are some of its rungs. */
const WIDTHS = [160, 256, 360, 512, 720, 1024];

/**
 * @typedef {object} TileActions
 * @property {(guid: string) => void} open
 * @property {(guid: string, withRange: boolean) => void} select
 * @property {(guid: string) => void} star
 */

/**
 * @typedef {object} TileState
 * @property {ImageDetail | undefined} image
 * @property {number} index
 * @property {number} count of all images, -1 when it is not known
 * @property {boolean} isSelected
 * @property {boolean} isCurrent the one that the keyboard is at
 * @property {boolean} mayChange
 * @property {boolean} isInTrash
 */

export class Tile {
  /** @type {Box | null} */
  #box = null;
  /** @type {TileState | null} */
  #state = null;

  /** @param {string} guid @param {TileActions} actions */
  constructor(guid, actions) {
    this.guid = guid;
    this.picture = create("img", { alt: "", decoding: "async", draggable: false });
    this.link = create(
      "a",
      { class: "tile-link", tabIndex: -1, onclick: (/** @type {MouseEvent} */ event) => this.#open(event) },
      this.picture,
    );
    this.prompt = create("span");
    this.caption = create("p", { class: "tile-caption", dir: "auto", "aria-hidden": "true" }, this.prompt);
    this.select = iconButton("check", "Select", (event) => actions.select(guid, event.shiftKey), {
      class: "tile-button tile-select",
      "aria-pressed": "false",
      tabIndex: -1,
    });
    this.star = iconButton("star", "Star", () => actions.star(guid), {
      class: "tile-button tile-star",
      "aria-pressed": "false",
      tabIndex: -1,
    });
    this.element = create("li", { class: "tile" }, this.link, this.caption, this.select, this.star);
    this.element.dataset.guid = guid;
    this.actions = actions;
    this.picture.addEventListener("load", () => this.element.classList.add("is-loaded"));
    this.picture.addEventListener("error", () => this.element.classList.add("is-missing"));
  }

  /** @param {MouseEvent} event */
  #open(event) {
    if (event.ctrlKey || event.metaKey || event.button !== 0) return;
    event.preventDefault();
    if (event.shiftKey) this.actions.select(this.guid, true);
    else this.actions.open(this.guid);
  }

  /** @param {Box} box */
  put(box) {
    if (isSame(this.#box, box)) return;
    this.#box = box;
    const { style } = this.element;
    style.transform = `translate(${box.left}px, ${box.top}px)`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    this.picture.sizes = `${Math.ceil(box.width)}px`;
  }

  /** Only where one stays: who flies past thousands does not want them all made. @param {boolean} isInTrash */
  load(isInTrash) {
    if (this.picture.srcset) return;
    const copies = WIDTHS.map((width) => `${thumbnailUrl(this.guid, width, isInTrash)} ${width}w`);
    this.picture.srcset = copies.join(", ");
  }

  /** What was not to be had is asked for again. */
  retry() {
    if (!this.element.classList.contains("is-missing")) return;
    this.element.classList.remove("is-missing");
    this.picture.removeAttribute("srcset");
  }

  remove() {
    this.element.remove();
    if (!this.picture.complete) this.picture.srcset = "";
  }

  /** @param {TileState} state */
  show(state) {
    if (isSame(this.#state, state)) return;
    this.#state = state;
    this.element.setAttribute("aria-posinset", String(state.index + 1));
    this.element.setAttribute("aria-setsize", String(state.count));
    this.element.classList.toggle("is-selected", state.isSelected);
    this.select.setAttribute("aria-pressed", String(state.isSelected));
    this.select.hidden = !state.mayChange;
    this.star.hidden = !state.mayChange || state.isInTrash;
    this.link.tabIndex = state.isCurrent ? 0 : -1;
    this.link.href = addressOf({ image: this.guid });
    if (state.image) this.#tell(state.image);
  }

  /** @param {ImageDetail} image */
  #tell(image) {
    this.picture.alt = shortened(image.prompt, 160);
    fill(this.prompt, shortened(image.prompt, 400));
    this.select.title = this.select.ariaLabel = `Select: ${shortened(image.prompt, 60)}`;
    this.star.title = this.star.ariaLabel = `Star: ${shortened(image.prompt, 60)}`;
    this.star.setAttribute("aria-pressed", String(isStarred(image)));
    paintColors(this.link, image.colors);
  }
}

/** Nothing that is as it was is written again: each writing is paid for with a new layout. @param {object | null} before @param {object} now */
function isSame(before, now) {
  const was = new Map(Object.entries(before ?? {}));
  return Object.entries(now).every(([name, value]) => was.get(name) === value) && before !== null;
}

/**
 * What is seen before the picture is: the colors of its quarters, running into each other.
 * @param {HTMLElement} element
 * @param {string[] | null} colors
 */
export function paintColors(element, colors) {
  if (!colors) return;
  const corners = ["0% 0%", "100% 0%", "0% 100%", "100% 100%"];
  const lights = corners.map(
    (corner, index) => `radial-gradient(at ${corner}, ${colors[index]} 0%, transparent 75%)`,
  );
  element.style.background = `${lights.join(", ")}, ${colors[0]}`;
}
