/** The search: words as they are typed, and what is asked for besides as chips that can be taken off. */

import { currentPlace, EVERYTHING, followPlace, go } from "../address.js";
import { askJson } from "../api.js";
import { day } from "../formats.js";
import { create, fill, icon, iconButton } from "../markup.js";
import { giveMenu } from "../menus.js";
import { STAR } from "../stars.js";

/** @import { Place, TagCount } from "../types.d.ts" */

const PAUSE_MS = 220;

export function createSearch() {
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
  return create("search", { class: "search" }, icon("search"), field, filterButton());
}

/** One step in the history for a search, however many letters it has. @param {HTMLInputElement} field */
function typing(field) {
  let due = 0;
  let isGoingOn = false;
  const settle = () => {
    clearTimeout(due);
    const prompt = field.value.trim();
    if (prompt === currentPlace().prompt) return;
    go({ prompt, image: "" }, { instead: isGoingOn });
    isGoingOn = true;
  };
  field.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(settle, PAUSE_MS);
  });
  field.addEventListener("change", settle);
  field.addEventListener("blur", () => {
    isGoingOn = false;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") settle();
  });
}

function filterButton() {
  const button = iconButton("sliders", "Filters", () => undefined, { class: "icon-button search-filters" });
  const menu = giveMenu(button, "Filters", filters);
  menu.classList.add("filters");
  const group = create("span", { class: "menu-group" }, button, menu);
  return group;
}

function filters() {
  const place = currentPlace();
  const tags = create("div", { class: "tag-cloud" });
  const tag = create("input", {
    type: "search",
    placeholder: "Find a tag",
    "aria-label": "Find a tag",
    dir: "auto",
  });
  const find = () => listTags(tag.value.trim(), tags);
  tag.addEventListener("input", find);
  find();
  return [
    labelled("Tags", tag, tags),
    labelled(
      "Author",
      text(place.author, "Exactly", (author) => ({ author })),
    ),
    labelled(
      "Model",
      text(place.model, "Exactly", (model) => ({ model })),
    ),
    create(
      "div",
      { class: "field-pair" },
      labelled(
        "From",
        date(place.after, (after) => ({ after })),
      ),
      labelled(
        "To",
        date(place.before, (before) => ({ before })),
      ),
    ),
    labelled(
      "Visibility",
      choice(place.visibility, SEEN_BY, (visibility) => ({ visibility })),
    ),
    labelled(
      "Order",
      choice(place.order, ORDERS, (order) => ({ order })),
    ),
  ];
}

/** @type {[Place["visibility"], string][]} */
const SEEN_BY = [
  ["", "Everybody's and yours"],
  ["private", "Private"],
  ["public", "Public"],
];
/** @type {[Place["order"], string][]} */
const ORDERS = [
  ["desc", "Newest first"],
  ["asc", "Oldest first"],
];

/** @param {string} label @param {...Node} fields */
const labelled = (label, ...fields) =>
  create(
    "div",
    { class: "field" },
    create("label", {}, create("span", { class: "field-label" }, label), fields[0]),
    fields.slice(1),
  );

/** @param {string} value @param {string} placeholder @param {(value: string) => Partial<Place>} change */
const text = (value, placeholder, change) =>
  create("input", {
    type: "search",
    value,
    placeholder,
    dir: "auto",
    onchange: (/** @type {Event} */ event) => go(change(chosen(event).trim())),
  });

/** @param {string} value @param {(value: string) => Partial<Place>} change */
const date = (value, change) =>
  create("input", {
    type: "date",
    value,
    onchange: (/** @type {Event} */ event) => go(change(chosen(event))),
  });

/**
 * @template {string} T
 * @param {T} value
 * @param {[T, string][]} options
 * @param {(value: T) => Partial<Place>} change
 */
const choice = (value, options, change) =>
  create(
    "select",
    { onchange: (/** @type {Event} */ event) => go(change(/** @type {T} */ (chosen(event)))) },
    options.map(([each, label]) => create("option", { value: each, selected: each === value }, label)),
  );

/** @param {Event} event */
const chosen = (event) => /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value;

/** @param {string} prefix @param {HTMLElement} cloud */
async function listTags(prefix, cloud) {
  const query = new URLSearchParams({ limit: "30", ...(prefix ? { prefix } : {}) });
  /** @type {TagCount[]} */
  const found = await askJson(`tags?${query}`).catch(() => []);
  const { tags } = currentPlace();
  const others = found.filter(({ tag }) => !tags.includes(tag));
  fill(
    cloud,
    others.map(({ tag, count }) =>
      create(
        "button",
        { type: "button", class: "chip", onclick: () => go({ tags: [...currentPlace().tags, tag] }) },
        create("bdi", {}, tag),
        create("span", { class: "chip-count" }, count),
      ),
    ),
    !others.length && create("p", { class: "quiet" }, prefix ? "No such tag." : "No tags yet."),
  );
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

const allOff = () =>
  create("button", { type: "button", class: "text-button", onclick: () => go(EVERYTHING) }, "Clear all");
