/** What the parts of the page are made of. */

import { create, fill } from "../markup.js";

/** @import { Child } from "../markup.js" */

/** A part with its title, and what fills it. @param {string} title */
export function part(title) {
  const body = create("div", { class: "part-body" });
  const element = create("section", { class: "part", "aria-label": title }, create("h2", {}, title), body);
  return { element, show: (/** @type {(Child | Child[])[]} */ ...children) => fill(body, ...children) };
}

/** @param {string} text */
export const quiet = (text) => create("p", { class: "quiet" }, text);

/** Large figures side by side. @param {[label: string, figure: string, ...notes: Child[]][]} all */
export const figures = (...all) =>
  create(
    "dl",
    { class: "figures" },
    all.map(([label, figure, ...notes]) =>
      create(
        "div",
        {},
        create("dt", {}, label),
        create("dd", {}, figure),
        create("dd", { class: "quiet" }, notes),
      ),
    ),
  );

/** @param {string} name @param {string[]} heads @param {Child[][]} rows */
export function table(name, heads, rows) {
  const top = heads.map((head) => create("th", { scope: "col" }, head));
  const body = rows.map((row) =>
    create(
      "tr",
      {},
      row.map((cell) => create("td", {}, cell)),
    ),
  );
  const made = create("table", {}, create("thead", {}, create("tr", {}, top)), create("tbody", {}, body));
  return create("div", { class: "scrolls", tabIndex: 0, role: "group", "aria-label": name }, made);
}

/** @param {string} summary @param {Child} content */
export const folded = (summary, content) => create("details", {}, create("summary", {}, summary), content);
