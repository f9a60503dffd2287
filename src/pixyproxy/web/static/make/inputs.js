/** The pictures to start from: from the library, from a file, pasted or dropped. */

import { pictureUrl } from "../api.js";
import { create, fill, icon, iconButton } from "../markup.js";
import { notice } from "../notices.js";

const MOST_BYTES = 20_000_000;
const TYPES = "image/png,image/jpeg,image/webp";
const MOST_PIXELS = 40_000_000;
const HEAD_BYTES = 64;
const RECODED_QUALITY = 0.95;
const NOTHING_TO_PAINT = "The bytes of this picture are missing or damaged. Start from another one.";

export class Inputs extends EventTarget {
  /** @type {string[]} Guids, or data URLs. */
  sources = [];
  /** For the first one. */
  mask = "";

  /** @param {{most: () => Promise<number>, masks: () => boolean}} abilities */
  constructor(abilities) {
    super();
    this.abilities = abilities;
    this.element = create("ul", { class: "inputs", "aria-label": "Pictures to start from" });
    this.chooser = create("input", { type: "file", accept: TYPES, multiple: true, hidden: true });
    this.chooser.addEventListener("change", async () => {
      await this.#addAll(this.chooser.files);
      this.chooser.value = "";
    });
    addEventListener("paste", (event) => this.#take(event, event.clipboardData));
    addEventListener("dragover", (event) => this.#take(event, event.dataTransfer, true));
    addEventListener("drop", (event) => this.#take(event, event.dataTransfer));
  }

  /** @param {string[]} sources @param {string} [mask] */
  put(sources, mask = "") {
    this.sources = sources;
    this.mask = mask;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {FileList | null} files */
  async #addAll(files) {
    for (const file of files ?? []) await this.#add(file);
  }

  /** @param {File} file */
  async #add(file) {
    const source = await read(file);
    if (!source || this.sources.includes(source)) return;
    const most = await this.abilities.most();
    if (this.sources.length < most) this.put([...this.sources, source], this.mask);
    else refuse(`The models here can start from ${most} pictures at most.`);
  }

  /** @param {Event} event @param {DataTransfer | null} data @param {boolean} [isOnItsWay] */
  #take(event, data, isOnItsWay = false) {
    const isElsewhere = document.querySelector("dialog:modal, .maker[hidden]");
    if (isElsewhere || !data?.types.includes("Files")) return;
    event.preventDefault();
    if (!isOnItsWay) this.#addAll(data.files);
  }

  draw() {
    fill(
      this.element,
      this.sources.map((source, index) => this.#chip(source, index)),
    );
  }

  /** @param {string} source @param {number} index */
  #chip(source, index) {
    const name = `Picture ${index + 1}`;
    const src = source.startsWith("data:") ? source : pictureUrl(source, 160);
    const isFirst = index === 0 && this.abilities.masks();
    const remove = () => {
      this.put(this.sources.toSpliced(index, 1), index ? this.mask : "");
      document.getElementById("prompt")?.focus();
    };
    const words = this.mask ? "Change the mask" : "Paint a mask";
    return create(
      "li",
      { class: "input" },
      create("img", { src, alt: name }),
      isFirst && this.mask && create("img", { class: "input-mask", src: this.mask, alt: "with a mask" }),
      iconButton("close", `Remove ${name}`, remove),
      isFirst &&
        create(
          "button",
          { type: "button", class: "chip", onclick: () => this.#paint() },
          icon("brush"),
          words,
        ),
    );
  }

  async #paint() {
    const { paintMask } = await import("./mask.js");
    const mask = await paintMask(this.sources[0], this.mask).catch(() => refuse(NOTHING_TO_PAINT));
    this.put(this.sources, mask ?? this.mask);
    /** @type {HTMLElement | null} */ (this.element.querySelector(".chip"))?.focus();
  }
}

/** As it is; turned upright, where a camera has only noted how it was held. @param {File} file */
async function read(file) {
  const refused = (/** @type {string} */ why) => refuse(`“${file.name}” ${why}`);
  if (!TYPES.includes(file.type || " ")) return refused("is no PNG, JPEG or WebP picture.");
  if (file.size > MOST_BYTES) return refused("has more than 20 MB. Make it smaller first.");
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return refused("is damaged or too large. Choose another picture.");
  if (picture.width * picture.height > MOST_PIXELS) {
    return refused("has more than 40 megapixels. Make it smaller first.");
  }
  if ((await file.slice(0, HEAD_BYTES).text()).includes("Exif")) return upright(file, picture);
  const reader = new FileReader();
  reader.readAsDataURL(file);
  await new Promise((done) => reader.addEventListener("loadend", done));
  return String(reader.result);
}

/** @param {string} words */
function refuse(words) {
  notice(words, { isProblem: true });
}

/** @param {File} file @param {ImageBitmap} picture */
function upright(file, picture) {
  const { width, height } = picture;
  const canvas = create("canvas", { width, height });
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  return canvas.toDataURL(file.type, RECODED_QUALITY);
}
