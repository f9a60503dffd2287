/** What is done with the images that are chosen. */

import { changeTogether, confirmed, download, erase, restore, trash } from "../actions.js";
import { followPlace } from "../address.js";
import { counted } from "../formats.js";
import { create, fill, iconButton } from "../markup.js";
import { giveMenu } from "../menus.js";
import { STAR } from "../stars.js";

/** @import { Selection } from "./selection.js" */

/** @param {Selection} selection @param {() => string[]} all the images there are to choose from */
export function createBulkBar(selection, all) {
  const bar = create("div", { class: "bulk", role: "toolbar", "aria-label": "Chosen images" });
  const count = create("output", { class: "bulk-count" });
  const common = [
    iconButton("close", "Choose none", () => selection.clear()),
    count,
    create(
      "button",
      { type: "button", class: "text-button", onclick: () => selection.add(all()) },
      "Choose all shown",
    ),
  ];
  let built = "";
  followPlace(({ view }) => {
    if (view === built) return;
    built = view;
    fill(bar, common, view === "trash" ? inTrash(selection) : inLibrary(selection));
  });
  const show = () => {
    const hadFocus = bar.contains(document.activeElement);
    bar.hidden = selection.size === 0;
    fill(count, counted(selection.size, "image"));
    if (bar.hidden && hadFocus) focusImages();
  };
  selection.addEventListener("change", show);
  show();
  return bar;
}

/** Where the keyboard was before, or the search if no image is left. */
const focusImages = () =>
  /** @type {HTMLElement | null} */ (
    document.querySelector(".tile-link[tabindex='0']") ?? document.getElementById("search")
  )?.focus();

/** @param {Selection} selection */
function inLibrary(selection) {
  const guids = () => [...selection.guids];
  const tags = iconButton("tag", "Tags", () => undefined);
  const group = create("span", { class: "menu-group" }, tags);
  giveMenu(tags, "Tags", (close) => [tagForm(guids, close)]);
  return [
    iconButton("star", "Star", () => changeTogether(guids(), { add_tags: [STAR] })),
    group,
    iconButton("globe", "Publish", () => changeTogether(guids(), { visibility: "public" })),
    iconButton("lock", "Make private", () => changeTogether(guids(), { visibility: "private" })),
    iconButton("download", "Download", () => download(guids())),
    iconButton("trash", "Move to the trash", () => trash(guids())),
  ];
}

/** @param {Selection} selection */
function inTrash(selection) {
  const guids = () => [...selection.guids];
  return [
    create("button", { type: "button", class: "button", onclick: () => restore(guids()) }, "Restore"),
    create(
      "button",
      { type: "button", class: "button button-danger", onclick: () => eraseIfSure(guids()) },
      "Delete for good",
    ),
  ];
}

/** @param {string[]} guids */
async function eraseIfSure(guids) {
  if (
    await confirmed(
      `Delete ${counted(guids.length, "image")} for good? There is no way back.`,
      "Delete for good",
    )
  )
    erase(guids);
}

/** @param {() => string[]} guids @param {() => void} close */
function tagForm(guids, close) {
  const field = create("input", {
    name: "tags",
    placeholder: "sea, evening",
    required: true,
    dir: "auto",
    autocomplete: "off",
  });
  const given = () =>
    field.value
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean);
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    const isRemoval = /** @type {SubmitEvent} */ (event).submitter?.getAttribute("value") === "remove";
    changeTogether(guids(), isRemoval ? { remove_tags: given() } : { add_tags: given() });
    close();
  };
  return create(
    "form",
    { class: "tag-form", onsubmit: submit },
    create(
      "label",
      { class: "field" },
      create("span", { class: "field-label" }, "Tags, with commas between"),
      field,
    ),
    create(
      "div",
      { class: "row row-end" },
      create("button", { class: "button", value: "remove" }, "Remove"),
      create("button", { class: "button button-main", value: "add" }, "Add"),
    ),
  );
}
