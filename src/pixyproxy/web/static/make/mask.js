/** Painting over a picture what is to be changed of it. */

import { pictureUrl } from "../api.js";
import { create, icon, iconButton } from "../markup.js";

/** As large as the picture itself: a copy is never wider than that. */
const WIDEST_COPY = 4096;
const [FINEST, BROADEST, STEP] = [2, 60, 4];

/**
 * @param {string} source a guid, or a data URL
 * @param {string} painted the mask of before, if there is one
 * @returns {Promise<string | undefined>} a PNG as large as the picture, transparent where it is painted; empty
 *   where nothing is, undefined if it was left as it was
 */
export async function paintMask(source, painted) {
  const picture = await loaded(source.startsWith("data:") ? source : pictureUrl(source, WIDEST_COPY));
  return new Painting(picture, painted && (await loaded(painted))).open();
}

/** @param {string} src */
async function loaded(src) {
  const picture = create("img", { src, alt: "" });
  await picture.decode();
  return picture;
}

class Painting {
  /** @type {(() => void)[]} Each paints one thing more. */
  #marks = [];
  /** The line that is being drawn. */
  #path = new Path2D();

  /** @param {HTMLImageElement} picture @param {HTMLImageElement | ""} painted */
  constructor(picture, painted) {
    const { naturalWidth: width, naturalHeight: height } = picture;
    this.canvas = create("canvas", { class: "mask-paint", width, height });
    this.ink = inkOf(this.canvas);
    this.tip = create("div", { class: "mask-tip" });
    this.brush = create("input", {
      type: "range",
      min: FINEST,
      max: BROADEST,
      value: 16,
      "aria-label": "Brush size",
    });
    this.eraser = create("input", { type: "radio", name: "tool" });
    const undo = () => this.#keep(this.#marks.slice(0, -1));
    this.dialog = create(
      "dialog",
      { class: "mask", "aria-labelledby": "mask-title" },
      create("h2", { id: "mask-title" }, "Paint over what is to change"),
      create(
        "div",
        { class: "mask-stage" },
        create("div", { class: "mask-sheet" }, picture, this.canvas, this.tip),
      ),
      create(
        "form",
        { method: "dialog", class: "mask-tools" },
        tool(
          create("input", { type: "radio", name: "tool", checked: true, autofocus: true }),
          "brush",
          "Paint",
        ),
        tool(this.eraser, "eraser", "Erase"),
        this.brush,
        iconButton("undo", "Undo", undo),
        iconButton("trash", "Clear", () => this.#keep([])),
        create("button", { type: "button", class: "button", onclick: () => this.dialog.close() }, "Cancel"),
        create("button", { class: "button button-main", value: "use" }, "Use this mask"),
      ),
    );
    this.canvas.addEventListener("pointerdown", (event) => this.#touch(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    this.dialog.addEventListener("keydown", ({ key, ctrlKey, metaKey }) => {
      if (key === "[") this.brush.stepDown(STEP);
      else if (key === "]") this.brush.stepUp(STEP);
      else if (key === "z" && (ctrlKey || metaKey)) undo();
    });
    if (painted) this.#marks = [() => this.#reverse(painted)];
  }

  /** @returns {Promise<string | undefined>} */
  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.#keep(this.#marks);
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => {
        this.dialog.remove();
        resolve(this.dialog.returnValue ? this.#mask() : undefined);
      });
    });
  }

  /** @param {PointerEvent} event */
  #touch(event) {
    this.canvas.setPointerCapture(event.pointerId);
    const path = new Path2D();
    const [width, isErasing] = [this.#width, this.eraser.checked];
    this.#path = path;
    this.#marks.push(() => {
      this.ink.globalCompositeOperation = isErasing ? "destination-out" : "source-over";
      this.ink.lineWidth = width;
      this.ink.stroke(path);
    });
    this.#move(event);
  }

  /** @param {PointerEvent} event */
  #move({ pointerId, offsetX: x, offsetY: y }) {
    const scale = this.canvas.width / this.canvas.clientWidth;
    const width = `${this.#width / scale}px`;
    Object.assign(this.tip.style, { width, height: width, left: `${x}px`, top: `${y}px` });
    if (!this.canvas.hasPointerCapture(pointerId)) return;
    this.#path.lineTo(x * scale, y * scale);
    this.#path.lineTo(x * scale, y * scale);
    this.#marks[this.#marks.length - 1]();
  }

  /** As broad on every picture. */
  get #width() {
    return (this.brush.valueAsNumber / 200) * Math.max(this.canvas.width, this.canvas.height);
  }

  /** @param {(() => void)[]} marks */
  #keep(marks) {
    const { canvas, ink } = this;
    this.#marks = marks;
    canvas.width += 0;
    ink.strokeStyle = ink.fillStyle = getComputedStyle(canvas).color;
    ink.lineCap = ink.lineJoin = "round";
    for (const mark of marks) mark();
  }

  /** Everything but that picture. @param {CanvasImageSource} picture @param {CanvasRenderingContext2D} [ink] */
  #reverse(picture, ink = this.ink) {
    ink.fillRect(0, 0, this.canvas.width, this.canvas.height);
    ink.globalCompositeOperation = "destination-out";
    ink.drawImage(picture, 0, 0);
  }

  #mask() {
    const { width, height } = this.canvas;
    if (!this.ink.getImageData(0, 0, width, height).data.some(Boolean)) return "";
    const mask = create("canvas", { width, height });
    this.#reverse(this.canvas, inkOf(mask));
    return mask.toDataURL();
  }
}

/** @param {HTMLCanvasElement} canvas */
const inkOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/** @param {HTMLInputElement} input @param {"brush" | "eraser"} drawing @param {string} name */
const tool = (input, drawing, name) => create("label", { class: "chip" }, input, icon(drawing), name);
