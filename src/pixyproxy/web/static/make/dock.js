/** The box at the lower edge that takes a description at any time, and what is wished besides. */

import { currentPlace, go } from "../address.js";
import { askJson } from "../api.js";
import { create, fill, icon, iconButton } from "../markup.js";
import { giveMenu } from "../menus.js";
import { inWords, problem } from "../notices.js";
import { onShortcut } from "../shortcuts.js";
import { Inputs } from "./inputs.js";
import { ableOf, bodiesOf, formatsOf, PLAIN, varies } from "./request.js";

/** @import { Refused } from "../api.js" */
/** @import { Body, Model, Wishes } from "../types.d.ts" */
/** @typedef {{target: {value: string}}} Changed */

const REMEMBERED = "pixyproxy-wishes";
const AUTO = "auto";
const OTHER = "other";
const COUNTS = ["1", "2", "3", "4", "5", "6", "7", "8"];

export class Dock {
  /** @type {Model[]} */
  #models = [];
  /** @type {Promise<void> | undefined} */
  #loading;
  /** What was in the box when it was sent. */
  #sent = "";
  /** @type {Wishes} */
  #wishes = { ...PLAIN, ...JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}") };

  /** @param {(bodies: Body[]) => void} make */
  constructor(make) {
    this.make = make;
    this.inputs = new Inputs({
      most: async () => {
        await this.#loading;
        return Math.max(0, ...ableOf(this.#models, PLAIN).map((model) => model.most_inputs));
      },
      masks: () => Boolean(this.#model?.masks && !varies(this.#model, this.#wishes)),
    });
    this.field = create("textarea", {
      id: "prompt",
      name: "prompt",
      rows: 1,
      placeholder: "Describe a picture…",
      dir: "auto",
      enterKeyHint: "send",
      "aria-label": "Describe a picture",
      "aria-describedby": "making-problem",
      "aria-keyshortcuts": "m",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event),
    });
    this.problem = create("p", { class: "dock-problem", id: "making-problem", role: "alert" });
    this.controls = create("div", { class: "dock-controls", role: "group", "aria-label": "Settings" });
    this.element = create(
      "form",
      { class: "dock", tabIndex: -1, onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      this.inputs.element,
      create(
        "div",
        { class: "dock-box" },
        iconButton("picture", "Start from a picture", () => this.inputs.chooser.click()),
        this.inputs.chooser,
        this.field,
        create("button", { class: "make-button", title: "Make", "aria-label": "Make" }, icon("send")),
      ),
      this.problem,
      this.controls,
    );
    this.inputs.addEventListener("change", () => {
      this.#wish({ images: this.inputs.sources, mask: this.inputs.mask });
      this.#draw();
    });
    this.element.addEventListener("input", () => this.#say(""));
    onShortcut("m", () => this.field.focus());
    const { style } = document.documentElement;
    new ResizeObserver(() => style.setProperty("--dock", `${this.element.offsetHeight}px`)).observe(
      this.element,
    );
  }

  start() {
    this.#loading = this.#load();
    return this.#loading;
  }

  async #load() {
    this.#models = (await askJson("models").catch(problem)) ?? [];
    this.#draw();
  }

  /** What was sent before, or what an image was made with, to be changed and sent. @param {Body} body */
  put(body) {
    const { prompt, images, mask, ...settings } = body;
    this.field.value = prompt;
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value));
    this.#wish({ ...PLAIN, count: this.#wishes.count, ...given, seed: "" });
    this.inputs.put(images ?? [], mask);
    this.#say("");
    if (currentPlace().view !== "library") go({ view: "library" });
    this.field.focus();
    this.field.select();
  }

  /** Says what is wrong with what was sent, and gives it back, if nothing else stands there. @param {Body} body @param {Refused} error */
  refuse({ prompt }, error) {
    const now = this.field.value.trim();
    if (error.status !== 422 || (now && now !== prompt)) return false;
    this.field.value = prompt;
    const names = error.errors.map(({ field }) => field.split(".")[0]);
    this.#say(error.errors.map(complaint).join(" ") || inWords(error), names);
    return true;
  }

  /** @param {string} words @param {string[]} [names] */
  #say(words, names = []) {
    fill(this.problem, words);
    this.element.classList.toggle("is-in-use", Boolean(this.field.value || this.inputs.sources.length));
    for (const each of this.element.querySelectorAll("[name]")) {
      each.ariaInvalid = String(names.includes(each.getAttribute("name") ?? ""));
    }
  }

  get #able() {
    return ableOf(this.#models, this.#wishes);
  }

  get #model() {
    return this.#able.find(({ id }) => id === this.#wishes.model) ?? this.#able[0];
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    this.field.focus();
    await this.#loading;
    if (!this.#models.length) await this.start();
    const prompt = this.field.value.trim();
    if (!prompt) return;
    this.#sent = prompt;
    this.field.value = "";
    this.#say("");
    this.make(bodiesOf(this.#model, { ...this.#wishes, prompt }));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape") this.field.blur();
    if (event.key === "ArrowUp" && !this.field.value) {
      event.preventDefault();
      this.field.value = this.#sent;
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  /** @param {Partial<Wishes>} wishes */
  #wish(wishes) {
    Object.assign(this.#wishes, wishes);
    const kept = { ...this.#wishes, images: [], mask: "", seed: "" };
    localStorage.setItem(REMEMBERED, JSON.stringify(kept));
  }

  /** What the model can do; drawn again when that changes. */
  #draw() {
    const model = this.#model;
    const focused = document.activeElement?.getAttribute("name");
    this.inputs.draw();
    this.#say("");
    fill(this.controls, model && this.#offered(model));
    /** @type {HTMLElement | null} */ (this.controls.querySelector(`[name="${focused}"]`))?.focus();
  }

  /** @param {Model} model */
  #offered(model) {
    const models = this.#able.map(({ id }) => id);
    const more = iconButton("sliders", "More settings", () => undefined);
    const group = create("span", { class: "menu-group" }, more);
    giveMenu(more, "More settings", () => this.#more(model));
    return [
      this.#choice("model", "Model", models, String),
      ...this.#sizes(model),
      this.#choice("quality", "Quality", model.qualities, (each) => `${titled(each)} quality`),
      this.#choice("count", "How many", COUNTS, (each) => (each === "1" ? "1 picture" : `${each} pictures`)),
      this.#choice("visibility", "Visibility", ["private", "public"]),
      this.#text("tags", "Tags", this.#wishes.tags.join()),
      group,
    ];
  }

  /** @param {Model} model */
  #more(model) {
    const isVariable = this.#wishes.images.length === 1 && model.edits && model.variations;
    return [
      labelled(isVariable && this.#choice("task", "With the picture", ["edit", "vary"])),
      labelled(this.#choice("background", "Background", model.backgrounds)),
      labelled(
        this.#choice("output_format", "Format", formatsOf(model, this.#wishes), (each) => each.toUpperCase()),
      ),
      labelled(model.knows_seeds && this.#text("seed", "Seed", this.#wishes.seed)),
    ];
  }

  /**
   * @param {keyof Wishes} name
   * @param {string} label
   * @param {string[]} values
   * @param {(value: string) => string} [words]
   */
  #choice(name, label, values, words = titled) {
    const wished = String(this.#wishes[name]);
    const onchange = (/** @type {Changed} */ { target }) => {
      this.#wish({ [name]: target.value });
      if (name === "model" || name === "size") this.#draw();
      else this.inputs.draw();
    };
    return (
      values.length > 1 &&
      create(
        "select",
        { name, "aria-label": label, onchange },
        values.map((value) => create("option", { value, selected: value === wished }, words(value))),
      )
    );
  }

  /** @param {"tags" | "seed"} name @param {string} label @param {string} value */
  #text(name, label, value) {
    const oninput = (/** @type {Changed} */ { target }) => {
      const tags = target.value.split(",").filter((tag) => tag.trim());
      this.#wish(name === "tags" ? { tags } : { seed: target.value.replace(/\D/g, "") });
    };
    const words = { placeholder: label, "aria-label": label, value };
    return create("input", { name, dir: "auto", autocomplete: "off", ...words, oninput });
  }

  /** @param {Model} model */
  #sizes({ sizes, any_size: any }) {
    const { size } = this.#wishes;
    const isOther = size === OTHER && any;
    const values = new Set([AUTO, ...sizes, ...(any ? [size, OTHER] : [])]);
    const shape = create("span", { class: "shape" });
    shape.style.aspectRatio = values.has(size) && size.includes("x") ? size.replace("x", "/") : "1";
    const choice = this.#choice("size", "Size", [...values], sizeInWords);
    if (isOther) this.#wish({ size: sizes[0] });
    return [shape, choice, ...(isOther ? this.#sides(any) : [])];
  }

  /** @param {NonNullable<Model["any_size"]>} bounds */
  #sides({ min_side: min, max_side: max, multiple_of: step }) {
    const bounds = { min, max, step, required: true };
    const now = this.#wishes.size.split("x");
    const oninput = () => this.#wish({ size: sides.map((side) => side.value).join("x") });
    const sides = ["Width", "Height"].map((label, index) =>
      create("input", { type: "number", ...bounds, value: now[index], "aria-label": label, oninput }),
    );
    return [sides[0], "×", sides[1]];
  }
}

/** @param {HTMLElement | false} field */
const labelled = (field) =>
  field
    ? create("label", { class: "field" }, create("span", { class: "field-label" }, field.ariaLabel), field)
    : "";

/** @param {Refused["errors"][number]} error */
function complaint({ field, message }) {
  const [name, place] = field.split(".");
  const what = name === "images" && place ? `Picture ${Number(place) + 1}` : titled(name);
  return `${what}${/^(is|must|can|has) /.test(message) ? "" : ":"} ${message}.`;
}

/** @param {string} word */
const titled = (word) => (word[0].toUpperCase() + word.slice(1)).replace("_", " ");

/** @param {string} size */
function sizeInWords(size) {
  if (size === AUTO || size === OTHER) return `${titled(size)} size`;
  const [width, height] = size.split("x").map(Number);
  return `${width === height ? "Square" : width > height ? "Wide" : "Tall"} ${width}×${height}`;
}
