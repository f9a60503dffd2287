/** What may be done with images, one or many: done at once, said, and undone if it was a mistake. */

import { changeImage, changeMany, downloadUrl, listImages } from "./api.js";
import { counted } from "./formats.js";
import { create } from "./markup.js";
import { tell } from "./news.js";
import { notice, problem } from "./notices.js";
import { isStarred, STAR } from "./stars.js";

/** @import { ImageDetail, Visibility } from "./types.d.ts" */

/** An address of more is longer than what stands before the service may take. */
const MOST_BY_GUID = 100;
const WHATEVER_THEIR_STATUS = [
  ["status", "any"],
  ["limit", String(MOST_BY_GUID)],
];

/** @param {ImageDetail} image */
export const star = (image) =>
  changeTogether([image.guid], isStarred(image) ? { remove_tags: [STAR] } : { add_tags: [STAR] });

/**
 * Changes images in one request and tells how they are now.
 * @param {string[]} guids
 * @param {{add_tags?: string[], remove_tags?: string[], visibility?: Visibility}} changes
 */
export async function changeTogether(guids, changes) {
  try {
    const results = await changeMany(guids, { action: "change", ...changes });
    await tellNow("changed", guids);
    return sayFailures(results);
  } catch (error) {
    problem(error);
    return false;
  }
}

/** @param {string} guid @param {Parameters<typeof changeImage>[1]} changes */
export async function change(guid, changes) {
  const image = await changeImage(guid, changes);
  tell({ kind: "changed", images: [image] });
  return image;
}

/** Into the trash, with a way back. @param {string[]} guids */
export async function trash(guids) {
  try {
    const results = await changeMany(guids, { action: "delete" });
    const gone = results.filter((each) => each.outcome === "deleted").map((each) => each.guid);
    tell({ kind: "removed", guids: gone });
    if (gone.length) {
      const undo = { label: "Undo", run: () => restore(gone), isForAll: true };
      notice(`${counted(gone.length, "image")} moved to the trash.`, { action: undo });
    }
    sayFailures(results);
  } catch (error) {
    problem(error);
  }
}

/** Out of the trash. @param {string[]} guids */
export async function restore(guids) {
  try {
    const results = await changeMany(guids, { action: "restore" });
    if (sayFailures(results)) notice(`${counted(guids.length, "image")} restored.`);
    await tellNow("restored", guids);
  } catch (error) {
    problem(error);
  }
}

/** For good. @param {string[]} guids */
export async function erase(guids) {
  try {
    const results = await changeMany(guids, { action: "delete", permanently: true });
    const gone = results.filter((each) => each.outcome === "deleted").map((each) => each.guid);
    tell({ kind: "removed", guids: gone });
    if (sayFailures(results)) notice(`${counted(gone.length, "image")} deleted for good.`);
  } catch (error) {
    problem(error);
  }
}

/** One as it is, several as an archive. @param {string[]} guids */
export function download(guids) {
  const query = new URLSearchParams(guids.slice(0, MOST_BY_GUID).map((guid) => ["guid", guid]));
  const href = guids.length === 1 ? downloadUrl(guids[0]) : `image/export?${query}`;
  create("a", { href, download: "" }).click();
  if (guids.length > MOST_BY_GUID) notice(`An archive holds ${MOST_BY_GUID} at most: these are the first.`);
}

/** @param {string} text @param {string} what */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyByHand(text);
  }
  notice(`${what} copied.`);
}

/** Where the browser keeps its clipboard from pages without TLS. @param {string} text */
function copyByHand(text) {
  const field = create("textarea", { class: "visually-hidden", value: text });
  (document.querySelector("dialog:modal") ?? document.body).append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** @param {"changed" | "restored"} kind @param {string[]} guids */
async function tellNow(kind, guids) {
  for (let start = 0; start < guids.length; start += MOST_BY_GUID) {
    const some = guids.slice(start, start + MOST_BY_GUID);
    const query = new URLSearchParams([...WHATEVER_THEIR_STATUS, ...some.map((guid) => ["guid", guid])]);
    tell({ kind, images: (await listImages(query)).images });
  }
}

/** @param {Awaited<ReturnType<typeof changeMany>>} results */
function sayFailures(results) {
  const failed = results.filter((each) => each.outcome === "failed");
  if (failed.length) notice(`${counted(failed.length, "image")}: ${failed[0].detail}`, { isProblem: true });
  return failed.length === 0;
}

/** Empties nothing by itself: what it asks is asked in words first. @param {string} question @param {string} yes */
export function confirmed(question, yes) {
  return new Promise((resolve) => {
    const form = create(
      "form",
      { method: "dialog", class: "question" },
      create("p", {}, question),
      create(
        "div",
        { class: "row row-end" },
        create("button", { class: "button", value: "" }, "Cancel"),
        create("button", { class: "button button-danger", value: "yes" }, yes),
      ),
    );
    const dialog = create("dialog", { class: "sheet", "aria-label": question }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
