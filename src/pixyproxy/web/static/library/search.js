/** The search: words as they are typed, and what is asked for besides as chips that can be taken off. */

import { currentPlace, EVERYTHING, followPlace, go } from "../address.js";
import { day } from "../formats.js";
import { create, fill, icon, iconButton } from "../markup.js";
import { giveMenu } from "../menus.js";
import { problem } from "../notices.js";
import { STAR } from "../stars.js";

/** @import { Place } from "../types.d.ts" */
/** @import { Library } from "./library.js" */

const PAUSE_MS = 220;

/** What is searched for is images, wherever one is. @param {Partial<Place>} changes @param {{instead?: boolean}} [how] */
export const ask = (changes, how) =>
  go({ ...(currentPlace().view === "operate" && { view: "library" }), ...changes }, how);

/** @param {Library} library */
export function createSearch(library) {
  const field = create("input", {
    type: "search",
    id: "search",
    class: "search-field",
    placeholder: "Search prompts",
    autocomplete: "off",
    spellcheck: false,
    dir: "auto",
    "aria-label": "Search prompts",
    "aria-keyshortcuts": "/",
  });
  typing(field);
  followPlace(({ prompt }) => {
    if (field.value.trim() !== prompt) field.value = prompt;
  });
  return create("search", { class: "search" }, icon("search"), field, filterButton(library));
}

/** One step in the history for a search, however many letters it has. @param {HTMLInputElement} field */
function typing(field) {
  let due = 0;
  let isGoingOn = false;
  const settle = () => {
    clearTimeout(due);
    const prompt = field.value.trim();
    if (prompt === currentPlace().prompt) return;
    ask({ prompt, image: "" }, { instead: isGoingOn });
    isGoingOn = true;
  };
  field.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(settle, PAUSE_MS);
  });
  field.addEventListener("change", settle);
  const end = () => {
    isGoingOn = false;
  };
  field.addEventListener("blur", end);
  addEventListener("popstate", end);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") settle();
  });
}

/** What is in the menu is loaded when somebody wants it. @param {Library} library */
function filterButton(library) {
  const button = iconButton("sliders", "Filters", () => undefined, {
    class: "icon-button search-filters",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
  });
  const open = async () => {
    try {
      const { filters } = await import("./filters.js");
      const menu = giveMenu(button, "Filters", () => filters(library));
      menu.classList.add("filters");
      menu.showPopover();
    } catch (error) {
      problem(error);
      listen();
    }
  };
  const listen = () => button.addEventListener("click", open, { once: true });
  listen();
  return create("span", { class: "menu-group" }, button);
}

/** What the list is narrowed to, each with a way to widen it again. */
export function createChips() {
  const chips = create("div", { class: "chips", role: "group", "aria-label": "Filters in force" });
  followPlace((place) => fill(chips, asked(place).map(chip), asked(place).length > 1 && allOff()));
  return chips;
}

/** @param {Place} place @returns {[string, Partial<Place>][]} */
function asked(place) {
  return [
    ...place.tags.map(
      (tag) =>
        /** @type {[string, Partial<Place>]} */ ([
          tag === STAR ? "★ Starred" : `#${tag}`,
          { tags: place.tags.filter((each) => each !== tag) },
        ]),
    ),
    ...(place.author ? [pair(`by ${place.author}`, { author: "" })] : []),
    ...(place.model ? [pair(place.model, { model: "" })] : []),
    ...(place.visibility ? [pair(place.visibility, { visibility: "" })] : []),
    ...(place.after ? [pair(`from ${day(place.after)}`, { after: "" })] : []),
    ...(place.before ? [pair(`to ${day(place.before)}`, { before: "" })] : []),
    ...(place.order === "asc" ? [pair("oldest first", { order: "desc" })] : []),
  ];
}

/** @param {string} label @param {Partial<Place>} without @returns {[string, Partial<Place>]} */
const pair = (label, without) => [label, without];

/** @param {[string, Partial<Place>]} asked */
const chip = ([label, without]) =>
  create(
    "button",
    {
      type: "button",
      class: "chip chip-on",
      "aria-label": `Remove the filter ${label}`,
      onclick: () => go(without),
    },
    create("bdi", {}, label),
    icon("close"),
  );

/** @type {Partial<Place>} */
const NOTHING_ASKED = { ...EVERYTHING, order: "desc" };

const allOff = () =>
  create("button", { type: "button", class: "text-button", onclick: () => go(NOTHING_ASKED) }, "Clear all");
