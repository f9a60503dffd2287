/** By what the images are narrowed besides words. */

import { currentPlace } from "../address.js";
import { askJson } from "../api.js";
import { create, fill } from "../markup.js";
import { problem } from "../notices.js";
import { currentSession } from "../session.js";
import { ask } from "./search.js";

/** @import { Model, Place, TagCount } from "../types.d.ts" */
/** @import { Library } from "./library.js" */

const PAUSE_MS = 220;

/** @param {Library} library */
export function filters({ seen }) {
  const place = currentPlace();
  const { signed_in: isSignedIn } = currentSession();
  return [
    tagFilter(),
    authorFilter(place.author, new Set(seen.map(({ author }) => author))),
    labelled("Model", models(place.model, new Set([...seen.map(({ model }) => model), place.model]))),
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
    isSignedIn &&
      labelled(
        "Visibility",
        choice(place.visibility, SEEN_BY, (visibility) => ({ visibility })),
      ),
    labelled(
      "Order",
      choice(place.order, ORDERS, (order) => ({ order })),
    ),
  ].filter((field) => field !== false);
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

/** @param {string} value @param {Iterable<string>} seen */
function authorFilter(value, seen) {
  const known = create(
    "datalist",
    { id: "authors" },
    [...seen].map((author) => create("option", { value: author })),
  );
  const field = create("input", {
    type: "search",
    value,
    placeholder: "Anybody",
    list: known.id,
    dir: "auto",
    onchange: (/** @type {Event} */ event) => ask({ author: chosen(event).trim() }),
  });
  return labelled("Author", field, known);
}

/** Those that images were made with, and those that there are. @param {string} value @param {Set<string>} names */
function models(value, names) {
  const field = choice(value, optionsOf(names), (model) => ({ model }));
  if (currentSession().signed_in)
    askJson("models").then((/** @type {Model[]} */ found) => {
      for (const { id } of found) names.add(id);
      fill(field, optionsOf(names).map(option(value)));
    }, problem);
  return field;
}

/** @param {Set<string>} names @returns {[string, string][]} */
const optionsOf = (names) => [
  ["", "Any"],
  ...[...names]
    .filter(Boolean)
    .sort()
    .map((name) => /** @type {[string, string]} */ ([name, name])),
];

/** @param {string} value @param {(value: string) => Partial<Place>} change */
const date = (value, change) =>
  create("input", {
    type: "date",
    value,
    onchange: (/** @type {Event} */ event) => ask(change(chosen(event))),
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
    { onchange: (/** @type {Event} */ event) => ask(change(/** @type {T} */ (chosen(event)))) },
    options.map(option(value)),
  );

/** @param {string} chosen */
const option =
  (chosen) =>
  (/** @type {[string, string]} */ [value, label]) =>
    create("option", { value, selected: value === chosen }, label);

/** @param {Event} event */
const chosen = (event) => /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value;

/** The most frequent tags, or those that begin as what is typed. */
function tagFilter() {
  const cloud = create("div", { class: "tag-cloud" });
  let due = 0;
  let asked = new AbortController();
  const list = async () => {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const prefix = field.value.trim();
    const query = new URLSearchParams({ limit: "30", ...(prefix ? { prefix } : {}) });
    /** @type {TagCount[]} */
    const found = await askJson(`tags?${query}`, { signal }).catch(() => []);
    if (signal.aborted) return;
    const { tags } = currentPlace();
    const others = found.filter(({ tag }) => !tags.includes(tag));
    const hadFocus = cloud.contains(document.activeElement);
    const none = prefix ? "No such tag." : "No other tags.";
    fill(cloud, others.map(offer), !others.length && create("p", { class: "quiet" }, none));
    if (hadFocus) (cloud.querySelector("button") ?? field).focus();
  };
  /** @param {TagCount} counted */
  const offer = ({ tag, count }) => {
    const onclick = () => {
      ask({ tags: [...new Set([...currentPlace().tags, tag])] });
      list();
    };
    return create(
      "button",
      { type: "button", class: "chip", onclick },
      create("bdi", {}, tag),
      create("span", { class: "chip-count" }, count),
    );
  };
  const field = create("input", {
    type: "search",
    placeholder: "Find a tag",
    "aria-label": "Find a tag",
    dir: "auto",
    oninput: () => {
      clearTimeout(due);
      due = setTimeout(list, PAUSE_MS);
    },
  });
  list();
  return labelled("Tags", field, cloud);
}
