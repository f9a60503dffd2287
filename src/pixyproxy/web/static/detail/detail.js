/** One image, large, with everything known about it; which one, the address says. */

import { trash } from "../actions.js";
import { currentPlace, followPlace, go, leaveImage } from "../address.js";
import { listImages } from "../api.js";
import { number } from "../formats.js";
import { create, fill, iconButton } from "../markup.js";
import { listen } from "../news.js";
import { inWords } from "../notices.js";
import { currentSession, followSession } from "../session.js";
import { isSilenced } from "../shortcuts.js";
import { createPanel } from "./panel.js";
import { showRelatives } from "./relatives.js";
import { Stage } from "./stage.js";

/** @import { Library } from "../library/library.js" */
/** @import { News } from "../news.js" */
/** @import { ImageDetail } from "../types.d.ts" */

const UNKNOWN = "There is no such image, or it is not yours to see.";
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const ELSEWHERE = "input, textarea, select, [popover], dialog:not(.detail)";

export class Detail {
  #guid = "";
  /** @type {ImageDetail | undefined} */
  #image;
  /** @type {{before?: string, after?: string}} */
  #beside = {};
  #about = create("div");
  /** Which image is told of there. */
  #drawn = "";
  #relatives = create("div");
  #count = create("output", { class: "stage-count" });
  #before = iconButton("back", "Previous image", () => this.#turn(-1));
  #after = iconButton("forward", "Next image", () => this.#turn(1));
  /** @type {(() => void) | null} What comes once it is closed, instead of going back to the tile. */
  #then = null;

  /** @param {Library} library */
  constructor(library) {
    this.library = library;
    const close = iconButton("close", "Close", leaveImage);
    this.stage = new Stage((step) => this.#turn(step), [close, this.#before, this.#after, this.#count]);
    const panel = create(
      "section",
      { class: "panel", "aria-label": "About this image" },
      this.#about,
      this.#relatives,
    );
    this.element = create("dialog", { class: "detail", tabIndex: -1 }, this.stage.element, panel);
    this.element.addEventListener("cancel", (event) => {
      if (event.target !== this.element) return;
      event.preventDefault();
      leaveImage();
    });
    this.element.addEventListener("close", () => this.#guid && !this.element.open && leaveImage());
    addEventListener("keydown", (event) => this.#onKey(event));
    listen((news) => this.#learn(news));
    library.element.addEventListener("found", () => this.#place());
  }

  start() {
    followSession(() => this.#guid && this.#ask(this.#guid));
    followPlace(({ image }) => image !== this.#guid && this.#go(image));
  }

  /** @param {string} guid none to leave */
  #go(guid) {
    const before = this.#guid;
    this.#guid = guid;
    this.#beside = {};
    this.#place();
    if (!guid) return morph(null, () => this.#close(before));
    const tile = this.library.grid.reveal(guid);
    if (this.element.open) this.#show(tile);
    else morph(tile, () => this.#open());
  }

  #open() {
    if (!this.#guid) return null;
    if (!this.element.open) this.element.showModal();
    this.element.focus();
    this.#show(this.library.grid.reveal(this.#guid));
    return null;
  }

  /** @param {string} guid */
  #close(guid) {
    if (this.#guid) return null;
    this.element.close();
    const { grid } = this.library;
    const then = this.#then ?? (() => grid.focus(guid));
    this.#then = null;
    then();
    return grid.reveal(guid);
  }

  /** @param {HTMLElement | null} tile */
  #show(tile) {
    const { index } = this.library.neighbours(this.#guid);
    const known = index < 0 ? undefined : this.library.known(this.#guid);
    this.#image = known;
    if (known) return this.#take(known, loadedIn(tile));
    this.#clear();
    this.#ask(this.#guid);
  }

  #clear() {
    this.#image = undefined;
    for (const each of [this.#about, this.#relatives, this.stage.ground]) fill(each);
  }

  /** In the library, else in the trash. @param {string} guid */
  async #ask(guid) {
    let text = UNKNOWN;
    try {
      let image = GUID.test(guid) ? await find(guid, "status=any") : undefined;
      if (!image && GUID.test(guid) && currentSession().signed_in) image = await find(guid, "deleted=true");
      if (guid === this.#guid && image) return this.#take(image);
    } catch (error) {
      text = inWords(error);
    }
    if (guid !== this.#guid) return;
    this.#clear();
    this.stage.say(text);
  }

  /** @param {ImageDetail} image @param {string} [copy] */
  #take(image, copy = "") {
    this.#image = image;
    this.element.ariaLabel = `Image: ${image.prompt.slice(0, 80)}`;
    fill(this.#relatives);
    this.#draw();
    this.#about.parentElement?.scrollTo(0, 0);
    this.stage.show(image, copy, () => this.#goOn(image));
  }

  /** What can wait until the picture is there. @param {ImageDetail} image */
  #goOn(image) {
    const isShown = () => image.guid === this.#guid;
    if (!isShown() || this.#relatives.childElementCount) return;
    for (const guid of [this.#beside.after, this.#beside.before]) {
      const known = guid && this.library.known(guid);
      if (known) this.stage.preload(known);
    }
    showRelatives(this.#relatives, image, isShown);
  }

  /** What is known of it, with what is being typed, and with the focus where it was. */
  #draw() {
    if (!this.#image) return;
    const { activeElement } = document;
    const name = this.#about.contains(activeElement) && nameOf(activeElement);
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = this.#about.querySelectorAll(".field-form input");
    const typed = this.#drawn === this.#image.guid ? [...fields] : [];
    this.#drawn = this.#image.guid;
    const leaveFor = (/** @type {() => void} */ then) => {
      this.#then = then;
      leaveImage();
    };
    fill(this.#about, createPanel(this.#image, leaveFor));
    const named = (/** @type {string | null | undefined} */ label) => {
      /** @type {NodeListOf<HTMLElement>} */
      const controls = this.#about.querySelectorAll("button, input, a");
      return [...controls].find((each) => nameOf(each) === label);
    };
    for (const { ariaLabel, value } of typed) {
      const there = named(ariaLabel);
      if (there instanceof HTMLButtonElement) there.click();
      Object.assign(named(ariaLabel) ?? {}, { value });
    }
    if (name) (named(name) ?? this.element).focus();
    else if (typed.length && activeElement instanceof HTMLElement) activeElement.focus();
  }

  #place() {
    const { index, count, before, after } = this.library.neighbours(this.#guid);
    if (index >= 0) this.#beside = { before, after };
    const of = count === undefined ? "" : ` / ${number(count)}`;
    fill(this.#count, index >= 0 && `${number(index + 1)}${of}`);
    this.#before.hidden = !before;
    this.#after.hidden = !after;
  }

  /** @param {1 | -1} step */
  #turn(step) {
    this.#place();
    const guid = step > 0 ? this.#beside.after : this.#beside.before;
    if (guid) go({ image: guid }, { instead: true });
  }

  /** @param {News} news */
  #learn(news) {
    const guid = this.#guid;
    const beside = this.#beside;
    const isTrash = currentPlace().view === "trash";
    const gone = news.kind === "removed" ? news.guids : [];
    const image = news.kind === "removed" ? undefined : news.images.find((each) => each.guid === guid);
    if (!guid) return;
    if (gone.includes(guid) || (image && news.kind === "restored" && isTrash)) {
      const next = beside.after ?? beside.before;
      if (next) go({ image: next }, { instead: true });
      else leaveImage();
    } else if (
      image &&
      (image.status !== this.#image?.status || image.deleted_at !== this.#image.deleted_at)
    ) {
      this.#take(image);
    } else if (image) {
      this.#image = image;
      this.#draw();
    }
  }

  #mayTrash() {
    return currentSession().signed_in && this.#image?.may_change && this.#image.deleted_at === null;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const { target, key } = event;
    const isElsewhere = target instanceof Element && target.closest(ELSEWHERE);
    if (!this.element.open || event.ctrlKey || event.metaKey || event.altKey || isElsewhere) return;
    if (isSilenced(key)) return;
    if (key === "ArrowRight" || key === "ArrowLeft") this.#turn(key === "ArrowRight" ? 1 : -1);
    else if (key === "z") this.stage.toggle();
    else if (key === "+" || key === "=") this.stage.zoom(1);
    else if (key === "-") this.stage.zoom(-1);
    else if (key === "Delete" && this.#mayTrash()) trash([this.#guid]);
    else return;
    event.preventDefault();
  }
}

/** The address of the copy that the tile shows. @param {HTMLElement | null} tile */
const loadedIn = (tile) =>
  tile?.classList.contains("is-loaded") ? tile.querySelector("img")?.currentSrc : "";

/** @param {string} guid @param {string} where @returns {Promise<ImageDetail | undefined>} */
const find = async (guid, where) =>
  (await listImages(new URLSearchParams(`guid=${guid}&${where}`))).images[0];

/** @param {Element | null} element */
const nameOf = (element) => element?.ariaLabel ?? element?.textContent;

/**
 * The tile grows to the picture, or the picture shrinks to the tile, where the browser can show it.
 * @param {HTMLElement | null} tile that the picture comes from
 * @param {() => HTMLElement | null} change gives the tile that it goes to
 */
function morph(tile, change) {
  if (!document.startViewTransition || matchMedia("(prefers-reduced-motion: reduce)").matches) {
    change();
    return;
  }
  const name = (/** @type {string} */ given) => tile?.style.setProperty("view-transition-name", given);
  name("picture");
  const transition = document.startViewTransition(() => {
    name("");
    tile = change();
    name("picture");
  });
  transition.finished.finally(() => name(""));
}
