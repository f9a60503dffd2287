/** The keys: made, shown once, revoked. */

import { confirmed, copy } from "../actions.js";
import { askJson } from "../api.js";
import { counted, day } from "../formats.js";
import { create, fill } from "../markup.js";
import { problem } from "../notices.js";
import { folded, part, quiet, table } from "./parts.js";

const HEADS = ["Name", "Role", "Since", "Until"];

/** @import { Key } from "../types.d.ts" */

export function createKeys() {
  const { element, show } = part("Keys");
  const look = () =>
    askJson("key")
      .then((keys) => show(...listed(keys, look)))
      .catch(problem);
  const made = create("div", { role: "status" });
  const name = create("input", { required: true, dir: "auto", autocomplete: "off" });
  const isAdmin = create("input", { type: "checkbox" });
  /** @param {Event} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    try {
      const body = { name: name.value, is_admin: isAdmin.checked };
      fill(made, shownOnce(await askJson("key", { method: "POST", body })));
      form.reset();
      look();
    } catch (error) {
      problem(error);
    }
  };
  const form = create(
    "form",
    { class: "row key-form", onsubmit },
    create(
      "label",
      { class: "field" },
      create("span", { class: "field-label" }, "Whom a new key is for"),
      name,
    ),
    create("label", { class: "row" }, isAdmin, "Administrator"),
    create("button", { class: "button" }, "Make a key"),
  );
  element.append(form, made);
  look();
  return element;
}

/** @param {Key[]} keys @param {() => void} look */
function listed(keys, look) {
  /** @param {Key} key */
  const revoke =
    ({ id, name }) =>
    async () => {
      const question = `Revoke the key of “${name}”? It is refused at once, and browsers signed in with it are signed out. Its images stay.`;
      if (!(await confirmed(question, "Revoke"))) return;
      await askJson(`key/${id}`, { method: "DELETE" }).catch(problem);
      look();
    };
  const rows = keys.map((key) => [
    create("bdi", {}, key.name),
    key.is_admin && "Administrator",
    day(key.created_at),
    key.revoked_at
      ? day(key.revoked_at)
      : create(
          "button",
          { type: "button", class: "text-button", "aria-label": `Revoke ${key.name}`, onclick: revoke(key) },
          "Revoke",
        ),
  ]);
  const past = rows.filter((_, at) => keys[at].revoked_at);
  const inForce = rows.filter((row) => !past.includes(row));
  return [
    inForce.length ? table("Keys", HEADS, inForce) : quiet("No key has been made yet."),
    past.length > 0 && folded(counted(past.length, "revoked key"), table("Revoked keys", HEADS, past)),
  ];
}

/** @param {Key} key */
const shownOnce = ({ name, key = "" }) =>
  create(
    "div",
    { class: "key-made" },
    create("p", {}, "The key of ", create("bdi", {}, name), ". It is not shown again: keep it now."),
    create("code", {}, key),
    create("button", { type: "button", class: "button", onclick: () => copy(key, "Key") }, "Copy"),
  );
