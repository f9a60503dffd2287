/** Everything known about an image, and what may be done with it. */

import { change, confirmed, copy, download, erase, restore, star, trash } from "../actions.js";
import { bytes, moment, money, since } from "../formats.js";
import { editWith, reuse } from "../make/make.js";
import { create, icon, iconButton } from "../markup.js";
import { problem } from "../notices.js";
import { currentSession } from "../session.js";
import { isStarred } from "../stars.js";
import { editable, tagsOf } from "./edits.js";
import { shareButton } from "./sharing.js";

/** @import { ImageDetail } from "../types.d.ts" */
/** @import { Child } from "../markup.js" */

const LONG = 420;

/**
 * @param {ImageDetail} image
 * @param {(then: () => void) => void} leaveFor closes this and goes on with that
 */
export function createPanel(image, leaveFor) {
  const isHolder = currentSession().signed_in;
  const mayChange = isHolder && image.may_change && !image.deleted_at;
  const buttons = image.deleted_at ? inTrash(image.guid) : actions(image, isHolder, mayChange, leaveFor);
  return [
    prompt(image),
    create("div", { class: "row panel-actions", role: "group", "aria-label": "Actions" }, buttons),
    visibility(image, mayChange),
    tagsOf(image, mayChange),
    facts(image, mayChange),
  ];
}

/** @param {ImageDetail} image */
function prompt({ prompt, revised_prompt: revised }) {
  const isLong = prompt.length > LONG || prompt.split("\n").length > 9;
  const text = create("p", { class: isLong ? "prompt-text is-folded" : "prompt-text", dir: "auto" }, prompt);
  const unfold = create(
    "button",
    { class: "text-button", onclick: () => text.classList.remove("is-folded") },
    "Show all",
  );
  const head = create("h2", {}, "Prompt");
  return create(
    "section",
    {},
    create(
      "div",
      { class: "row" },
      head,
      iconButton("copy", "Copy prompt", () => copy(prompt, "Prompt")),
    ),
    text,
    isLong && unfold,
    revised &&
      create("details", {}, create("summary", {}, "Revised prompt"), create("p", { dir: "auto" }, revised)),
  );
}

/** @param {ImageDetail} image @param {boolean} isHolder @param {boolean} mayChange @param {(then: () => void) => void} leaveFor */
function actions(image, isHolder, mayChange, leaveFor) {
  const { guid } = image;
  const isReady = image.status === "ready";
  const link = new URL(`?image=${guid}`, location.href).href;
  const starred = { class: "icon-button star", "aria-pressed": String(isStarred(image)) };
  return [
    isHolder && button("restore", "Reuse", () => leaveFor(() => reuse(image)), "button-main"),
    isHolder && isReady && button("brush", "Edit picture", () => leaveFor(() => editWith(image))),
    create(
      "div",
      { class: "panel-icons" },
      mayChange && isReady && iconButton("star", "Star", () => star(image), starred),
      isReady && iconButton("download", "Download", () => download([guid])),
      mayChange && isReady && shareButton(guid),
      iconButton("link", "Copy link to this page", () => copy(link, "Link")),
      mayChange && iconButton("trash", "Move to the trash", () => trash([guid])),
    ),
  ];
}

/** @param {string} guid */
function inTrash(guid) {
  const question = "Delete this image for good? There is no way back.";
  const eraseIfSure = async () => (await confirmed(question, "Delete for good")) && erase([guid]);
  return [
    button("restore", "Restore", () => restore([guid])),
    button("trash", "Delete for good", eraseIfSure, "button-danger"),
  ];
}

/** @param {Parameters<typeof icon>[0]} drawing @param {string} label @param {() => void} onclick */
const button = (drawing, label, onclick, kind = "") =>
  create("button", { class: `button ${kind}`, onclick }, icon(drawing), label);

/** @param {ImageDetail} image @param {boolean} mayChange */
function visibility({ guid, visibility }, mayChange) {
  const isPublic = visibility === "public";
  const turn = () => change(guid, { visibility: isPublic ? "private" : "public" }).catch(problem);
  const [name, who, other] = isPublic
    ? ["Public", "Everybody may see it", "Make private"]
    : ["Private", `Only ${currentSession().is_admin ? "its owner" : "you"} and administrators`, "Publish"];
  return create(
    "div",
    { class: "visibility" },
    icon(isPublic ? "globe" : "lock"),
    create("p", {}, create("strong", {}, name), create("br"), who),
    mayChange && create("button", { class: "button", onclick: turn }, other),
  );
}

/** @param {ImageDetail} image @param {boolean} mayChange */
function facts(image, mayChange) {
  const { guid, model, generator, width, height, sha256, created_at: made, cost_usd: cost } = image;
  const kind = image.media_type?.replace(/^image\/|\+.*/g, "").toUpperCase();
  const time = create("time", { class: "quiet", dateTime: made }, moment(made));
  const asked = Object.entries(image.parameters).map(([name, value]) =>
    fact(words(name), typeof value === "string" ? value : JSON.stringify(value)),
  );
  return create(
    "dl",
    { class: "facts" },
    fact("Author", editable("author", "Change the author", image, mayChange)),
    fact("Model", model === generator ? model : `${model} · ${generator}`),
    width && fact("Picture", `${width} × ${height} · ${kind} · ${bytes(image.size_bytes ?? 0)}`),
    fact("File", editable("filename", "Rename the file", image, mayChange)),
    fact("Made", since(made), create("br"), time),
    image.deleted_at && fact("In the trash", since(image.deleted_at)),
    fact("Cost", cost === null ? "Not known" : money(cost), image.cost_source && ` · ${image.cost_source}`),
    asked,
    copied("Guid", guid),
    sha256 && copied("SHA-256", sha256),
  );
}

/** @param {string} name */
const words = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

/** @param {string} name @param {...Child} value */
const fact = (name, ...value) =>
  create("div", {}, create("dt", {}, name), create("dd", { dir: "auto" }, ...value));

/** @param {string} name @param {string} value */
const copied = (name, value) =>
  fact(
    name,
    create("code", { title: value }, value),
    iconButton("copy", `Copy ${name}`, () => copy(value, name)),
  );
