/** What is changed where it stands: tags, the author, the name of the file. */

import { change } from "../actions.js";
import { EVERYTHING } from "../address.js";
import { askJson } from "../api.js";
import { placeLink } from "../links.js";
import { create, fill, icon, iconButton } from "../markup.js";
import { problem } from "../notices.js";
import { namedTags } from "../stars.js";

/** @import { ImageDetail, TagCount } from "../types.d.ts" */

const THERE_ARE = "tags-there-are";
/** @param {ImageDetail} image @param {boolean} mayChange */
export function tagsOf(image, mayChange) {
  const tags = namedTags(image).map((tag) => chip(image, tag, mayChange));
  if (!mayChange && !tags.length) return null;
  return create(
    "section",
    {},
    create("h3", {}, "Tags"),
    create("ul", { class: "chips" }, tags),
    mayChange && addition(image),
  );
}

/** @param {ImageDetail} image @param {string} tag @param {boolean} mayChange */
function chip({ guid, tags }, tag, mayChange) {
  const remove = () => change(guid, { tags: tags.filter((each) => each !== tag) }).catch(problem);
  return create(
    "li",
    { class: "chip" },
    placeLink({ ...EVERYTHING, tags: [tag] }, { dir: "auto", title: "Search for it" }, tag),
    mayChange && iconButton("close", `Remove the tag ${tag}`, remove),
  );
}

/** @param {ImageDetail} image */
function addition({ guid, tags }) {
  const suggestions = create("datalist", { id: THERE_ARE });
  const form = formOf(
    "Add a tag",
    { list: THERE_ARE, placeholder: "Add a tag", maxLength: 64 },
    "add",
    (text) => {
      const added = text.split(",").map((each) => each.trim());
      form.reset();
      change(guid, { tags: [...new Set([...tags, ...added.filter(Boolean)])] }).catch(problem);
    },
  );
  form.addEventListener("input", async () => {
    const prefix = form.querySelector("input")?.value.trim();
    if (!prefix) return;
    /** @type {TagCount[]} */
    const found = await askJson(`tags?${new URLSearchParams({ prefix, limit: "8" })}`).catch(() => []);
    fill(
      suggestions,
      found.map(({ tag }) => create("option", { value: tag })),
    );
  });
  form.append(suggestions);
  return form;
}

/**
 * One field and its button. Escape leaves the field, not the image.
 * @param {string} label
 * @param {Record<string, any>} properties
 * @param {"add" | "check"} drawing
 * @param {(text: string) => void} keep
 * @param {() => void} [leave]
 */
function formOf(label, properties, drawing, keep, leave) {
  const field = create("input", {
    required: true,
    dir: "auto",
    autocomplete: "off",
    "aria-label": label,
    ...properties,
  });
  /** @param {Event} event */
  const onsubmit = (event) => {
    event.preventDefault();
    if (field.value.trim()) keep(field.value.trim());
  };
  /** @param {KeyboardEvent} event */
  const onkeydown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    leave ? leave() : field.blur();
  };
  const button = create(
    "button",
    { class: "icon-button", title: "Keep", "aria-label": "Keep" },
    icon(drawing),
  );
  return create("form", { class: "field-form", onsubmit, onkeydown }, field, button);
}

/**
 * The words with a pencil beside, or a field for other words.
 * @param {"author" | "filename"} name
 * @param {string} label
 * @param {ImageDetail} image
 * @param {boolean} mayChange
 */
export function editable(name, label, image, mayChange) {
  const place = create("span");
  const show = () =>
    fill(place, create("bdi", {}, image[name]), mayChange && iconButton("edit", label, edit));
  const close = () => {
    show();
    place.querySelector("button")?.focus();
  };
  /** @param {string} text */
  const keep = (text) => {
    close();
    change(image.guid, { [name]: text }).catch(problem);
  };
  const edit = () => {
    fill(place, formOf(label, { value: image[name], maxLength: 200 }, "check", keep, close));
    place.querySelector("input")?.select();
  };
  show();
  return place;
}
