/** What is said and done above the trash. */

import { confirmed } from "../actions.js";
import { askJson } from "../api.js";
import { counted } from "../formats.js";
import { create } from "../markup.js";
import { tell } from "../news.js";
import { notice, problem } from "../notices.js";

const EMPTYING = { action: "delete", filter: {}, everything: true, from_trash: true, permanently: true };

export const trashHead = () => [
  create("p", { class: "quiet" }, "Images stay here for a time, until they are removed for good."),
  create("button", { type: "button", class: "button empty-trash", onclick: emptyTrash }, "Empty trash"),
];

async function emptyTrash() {
  if (!(await confirmed("Delete all images in the trash for good? There is no way back.", "Empty trash")))
    return;
  let gone = 0;
  try {
    for (let cursor = null, isFirst = true; cursor || isFirst; isFirst = false) {
      const body = cursor ? { ...EMPTYING, cursor } : EMPTYING;
      const { results, next_cursor: next } = await askJson("image/bulk", { method: "POST", body });
      const guids = results
        .filter((/** @type {{outcome: string}} */ each) => each.outcome === "deleted")
        .map((/** @type {{guid: string}} */ each) => each.guid);
      gone += guids.length;
      tell({ kind: "removed", guids });
      cursor = next;
    }
    notice(`${counted(gone, "image")} deleted for good.`);
  } catch (error) {
    problem(error);
  }
}
