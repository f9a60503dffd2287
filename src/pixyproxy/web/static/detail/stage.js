/** The picture as large as fits, and closer: by a click, two fingers, the wheel or keys. */

import { pictureUrl } from "../api.js";
import { paintColors } from "../library/tile.js";
import { create, fill, icon, iconButton } from "../markup.js";

/** @import { ImageDetail } from "../types.d.ts" */

/** Some rungs of the service's ladder. */
const WIDTHS = [512, 1024, 1280, 1536, 1920, 2560, 3072, 3840, 4096];
const STEP = 1.5;
const MOST = 8;
const LARGEST_FIT = 2;
const STILL_PX = 6;
const SWIPE_PX = 50;
const DOUBLE_MS = 300;

/** @type {Record<string, string>} */
const WORDS = {
  queued: "Waits for its turn.",
  generating: "Is being made now.",
  canceled: "Canceled before it was made.",
};

export class Stage {
  /** @type {Map<number, PointerEvent>} Where the fingers are. */
  #fingers = new Map();
  #box = create("div");
  #picture = create("img");
  /** By turns, for a document never lets go of one that has had a `srcset`. */
  #ahead = [create("img", { fetchPriority: "low" }), create("img", { fetchPriority: "low" })];
  #size = [1, 1];
  #fit = 1;
  #scale = 1;
  #at = [0, 0];
  /** How far one finger has come since it was put down. */
  #moved = [0, 0];
  #lastTap = 0;

  /** @param {(step: 1 | -1) => void} turn to the next or the one before @param {Node[]} controls */
  constructor(turn, controls) {
    this.turn = turn;
    this.level = create("button", {
      class: "zoom-level",
      title: "Closer, or all of it (z)",
      onclick: () => this.toggle(),
    });
    this.ground = create("div", { class: "stage-ground" });
    this.room = create("div", { class: "stage-room" });
    const smaller = iconButton("minus", "Zoom out", () => this.zoom(-1));
    const larger = iconButton("add", "Zoom in", () => this.zoom(1));
    const zooms = create(
      "div",
      { class: "zooms", role: "group", "aria-label": "Zoom" },
      smaller,
      this.level,
      larger,
    );
    this.element = create("div", { class: "stage" }, this.room, this.ground, controls, zooms);
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.ground.addEventListener(kind, (event) => this.#onPointer(/** @type {PointerEvent} */ (event)));
    }
    this.ground.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    new ResizeObserver(() => this.#measure(this.#isClose)).observe(this.room);
  }

  /**
   * @param {ImageDetail} image
   * @param {string} copy the address of a smaller copy that is there already
   * @param {() => void} seen
   */
  show(image, copy, seen) {
    const { width, height, prompt } = image;
    this.#size = [width ?? 1024, height ?? 1024];
    const onerror = () => this.say("Its bytes are missing or damaged.", prompt, "broken");
    this.#picture = create("img", {
      alt: prompt,
      draggable: false,
      decoding: "async",
      onload: seen,
      onerror,
    });
    this.#box = create(
      "div",
      { class: "picture" },
      isSeen(image) && copy && create("img", { src: copy, alt: "" }),
    );
    paintColors(this.#box, image.colors);
    fill(this.ground, this.#box);
    this.element.style.setProperty("--ratio", String(this.#size[0] / this.#size[1]));
    this.element.classList.remove("is-said");
    this.#measure(false);
    if (isSeen(image)) {
      this.#picture.srcset = sources(image);
      this.#box.append(this.#picture);
    } else {
      this.say(image.error?.detail ?? WORDS[image.status] ?? "There is no picture.", prompt);
      seen();
    }
  }

  /** Instead of a picture. @param {string} text @param {string} [prompt] @param {"info" | "broken"} [drawing] */
  say(text, prompt = "", drawing = "info") {
    this.element.classList.add("is-said");
    const words = create("p", { role: "status", dir: "auto" }, text);
    const asked = create("p", { class: "quiet", dir: "auto" }, prompt);
    fill(this.ground, create("div", { class: "stage-said" }, icon(drawing), words, asked));
  }

  /** Before it is wanted. @param {ImageDetail} image */
  preload(image) {
    const { width, height } = image;
    if (!width || !height || !isSeen(image)) return;
    const sizes = `${Math.ceil(width * this.#fitOf(width, height))}px`;
    Object.assign(this.#ahead.reverse()[0], { sizes, srcset: sources(image) });
  }

  toggle(x = 0, y = 0) {
    const pixels = 1 / devicePixelRatio;
    const close = pixels > this.#fit * 1.05 ? pixels : this.#fit * 2;
    this.#zoomTo(this.#isClose ? this.#fit : close, x, y);
  }

  /** @param {number} steps */
  zoom(steps, x = 0, y = 0) {
    this.#zoomTo(this.#scale * STEP ** steps, x, y);
  }

  /** What is there, from the middle, stays there. @param {number} scale CSS pixels for each of the picture */
  #zoomTo(scale, x = 0, y = 0) {
    const before = this.#scale;
    this.#scale = Math.max(this.#fit, Math.min(scale, MOST * Math.max(this.#fit, 1 / devicePixelRatio)));
    const grown = this.#scale / before;
    this.#move(x - (x - this.#at[0]) * grown, y - (y - this.#at[1]) * grown);
  }

  /** @param {number} width @param {number} height */
  #fitOf(width, height) {
    return Math.min(this.room.clientWidth / width, this.room.clientHeight / height, LARGEST_FIT) || 1;
  }

  /** @param {boolean} isClose */
  #measure(isClose) {
    this.#fit = this.#fitOf(this.#size[0], this.#size[1]);
    this.#zoomTo(isClose ? this.#scale : this.#fit);
  }

  /** Never further than to its edges. @param {...number} to */
  #move(...to) {
    const [width, height] = this.#size.map((side) => side * this.#scale);
    const { clientWidth, clientHeight } = this.ground;
    const most = [width - clientWidth, height - clientHeight].map((over) => Math.max(0, over / 2));
    this.#at = to.map((each, axis) => Math.max(-most[axis], Math.min(most[axis], each)));
    const { style } = this.#box;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.transform = `translate(calc(${this.#at[0]}px - 50%), calc(${this.#at[1]}px - 50%))`;
    this.#picture.sizes = `${Math.ceil(width)}px`;
    this.element.classList.toggle("is-close", this.#isClose);
    fill(this.level, `${Math.round(this.#scale * devicePixelRatio * 100)}%`);
  }

  get #isClose() {
    return this.#scale > this.#fit * 1.001;
  }

  /** From the middle of the ground. @param {MouseEvent} event @returns {[number, number]} */
  #placeOf({ clientX, clientY }) {
    const { left, top, width, height } = this.ground.getBoundingClientRect();
    return [clientX - left - width / 2, clientY - top - height / 2];
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    if (!event.ctrlKey && !this.#isClose) return;
    event.preventDefault();
    if (event.ctrlKey) this.zoom(-event.deltaY / (event.deltaMode ? 4 : 100), ...this.#placeOf(event));
    else this.#move(this.#at[0] - event.deltaX, this.#at[1] - event.deltaY);
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const { type, pointerId: id, button } = event;
    const before = this.#fingers.get(id);
    if (type === "pointerdown" && !button) {
      if (!this.#fingers.size) this.#moved = [0, 0];
      this.ground.setPointerCapture(id);
      this.#fingers.set(id, event);
    } else if (!before) return;
    else if (type === "pointermove") this.#drag(before, event);
    else {
      this.#fingers.delete(id);
      if (type === "pointerup") this.#lift(event);
    }
    this.element.classList.toggle("is-held", this.#fingers.size > 0);
  }

  /** @param {PointerEvent} before @param {PointerEvent} event */
  #drag(before, event) {
    const other = [...this.#fingers.values()].find((each) => each !== before);
    this.#fingers.set(event.pointerId, event);
    const by = [event.clientX - before.clientX, event.clientY - before.clientY];
    this.#moved = other ? [NaN, NaN] : this.#moved.map((each, axis) => each + by[axis]);
    if (other) {
      const grown = between(event, other) / (between(before, other) || 1);
      this.#zoomTo(this.#scale * grown, ...this.#placeOf(other));
    } else if (this.#isClose) this.#move(this.#at[0] + by[0], this.#at[1] + by[1]);
  }

  /** A finger taps twice, a mouse clicks once and resets with two. @param {PointerEvent} event */
  #lift(event) {
    const [right, down] = this.#moved;
    const isTouch = event.pointerType === "touch";
    if (Math.hypot(right, down) < STILL_PX) {
      const isSecond = event.timeStamp - this.#lastTap < DOUBLE_MS;
      this.#lastTap = event.timeStamp;
      if (isSecond === isTouch) this.toggle(...this.#placeOf(event));
      else if (!isTouch) this.#zoomTo(this.#fit);
    } else if (isTouch && !this.#isClose && Math.abs(right) > Math.max(SWIPE_PX, Math.abs(down))) {
      this.turn(right < 0 ? 1 : -1);
    }
  }
}

/** @param {PointerEvent} one @param {PointerEvent} other */
const between = (one, other) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);

/** @param {ImageDetail} image */
const isSeen = ({ status }) => status === "ready";

/** Copies up to the picture's own width. @param {ImageDetail} image */
function sources({ guid, width, deleted_at: deletedAt }) {
  const own = width ?? 1024;
  const where = deletedAt ? "&deleted=true" : "";
  return WIDTHS.filter((_, index) => !index || WIDTHS[index - 1] < own)
    .map((each) => `${pictureUrl(guid, each)}${where} ${Math.min(each, own)}w`)
    .join(", ");
}
