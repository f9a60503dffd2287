/** A link by which whoever has it may see the picture for a time. */

import { copy } from "../actions.js";
import { askJson } from "../api.js";
import { moment } from "../formats.js";
import { create, fill, iconButton } from "../markup.js";
import { giveMenu } from "../menus.js";
import { problem } from "../notices.js";

const HOURS = { "An hour": 1, "A day": 24, "A week": 168, "30 days": 720 };
const SMALL = { width: 1024, format: "jpeg" };

/** @param {string} guid */
export function shareButton(guid) {
  const button = iconButton("share", "Share", () => undefined);
  const group = create("span", {}, button);
  giveMenu(button, "Share", () => [form(guid)]);
  return group;
}

/** @param {string} guid */
function form(guid) {
  const options = Object.entries(HOURS).map(([label, hours]) =>
    create("option", { value: String(hours) }, label),
  );
  const times = create("select", { "aria-label": "How long" }, options);
  const small = create("input", { type: "checkbox" });
  const link = create("div", { role: "status" });
  /** @param {Event} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    const body = { expires_in: Number(times.value) * 3600, variant: small.checked ? SMALL : null };
    try {
      const { url: told, expires_at: end } = await askJson(`image/${guid}/link`, { method: "POST", body });
      const url = asSeenHere(told);
      const field = create("input", { value: url, readOnly: true, "aria-label": "The link" });
      const text = `Works without a key until ${moment(end)}, for whoever has it.`;
      fill(link, field, create("p", { class: "quiet" }, text));
      await copy(url, "Link");
      field.select();
    } catch (error) {
      problem(error);
    }
  };
  return create(
    "form",
    { class: "share", onsubmit },
    create("label", { class: "field" }, "The picture can be seen for", times),
    create("label", {}, small, " As a smaller copy, 1024 pixels wide"),
    create("button", { class: "button button-main" }, "Make a link"),
    link,
  );
}

/** A proxy may have put us under a path, or behind TLS, that the service was not told of. @param {string} url */
function asSeenHere(url) {
  const { host, pathname, search } = new URL(url);
  const path = pathname.slice(pathname.lastIndexOf("/image/") + 1);
  return host === location.host ? new URL(path + search, document.baseURI).href : url;
}
