/** The head of the page: what it is, the search, where one may go, who is here. */

import { addressOf, EVERYTHING, followPlace, go } from "./address.js";
import { createSearch } from "./library/search.js";
import { create, fill, icon, iconButton } from "./markup.js";
import { giveMenu } from "./menus.js";
import { problem } from "./notices.js";
import { currentSession, followSession, signOut } from "./session.js";
import { askToSignIn } from "./sign_in.js";
import { STAR } from "./stars.js";

/** @import { Place } from "./types.d.ts" */

export function createHeader() {
  const account = create("div", { class: "account" });
  const places = create("nav", { class: "places", "aria-label": "Places" });
  followSession((session) => {
    fill(account, session.signed_in ? accountMenu() : signInButton());
    fill(places, placesOf(session.is_admin, session.signed_in));
    markPlace(places);
  });
  followPlace(() => markPlace(places));
  addEventListener("keydown", startSearch);
  return create("header", { class: "header" }, skip(), home(), createSearch(), places, account);
}

const skip = () => create("a", { class: "skip", href: "#main" }, "Skip to the content");

const home = () => {
  const to = { ...EVERYTHING, view: /** @type {const} */ ("library") };
  const link = create("a", {
    class: "home",
    href: addressOf(to),
    onclick: leads(to),
    "aria-label": "PixyProxy",
  });
  link.append(mark(), create("span", {}, "PixyProxy"));
  return create("h1", {}, link);
};

function mark() {
  const drawn = icon("sparkle");
  drawn.classList.add("mark");
  return drawn;
}

/** @param {boolean} isAdmin @param {boolean} isSignedIn */
const placesOf = (isAdmin, isSignedIn) => [
  place("grid", "Library", { ...EVERYTHING, view: "library" }),
  isSignedIn && place("star", "Starred", { ...EVERYTHING, view: "library", tags: [STAR] }),
  isSignedIn && place("trash", "Trash", { ...EVERYTHING, view: "trash" }),
  isAdmin && place("chart", "Operate", { ...EVERYTHING, view: "operate" }),
];

/** @param {"grid" | "star" | "trash" | "chart"} drawing @param {string} name @param {Partial<Place>} to */
function place(drawing, name, to) {
  const link = create(
    "a",
    { class: "place", href: addressOf(to), title: name, onclick: leads(to) },
    icon(drawing),
    create("span", {}, name),
  );
  link.dataset.place = JSON.stringify([to.view, to.tags?.[0] ?? ""]);
  return link;
}

/** @param {HTMLElement} places */
function markPlace(places) {
  const query = new URLSearchParams(location.search);
  const tags = query.getAll("tag");
  const here = JSON.stringify([
    query.get("view") ?? "library",
    tags.length === 1 && tags[0] === STAR ? STAR : "",
  ]);
  for (const link of places.querySelectorAll("a")) {
    if (link.dataset.place === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** A link that needs no new page; with a modifier it is a link like others. @param {Partial<Place>} to */
const leads = (to) => (/** @type {MouseEvent} */ event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(to);
};

const signInButton = () =>
  create(
    "button",
    { type: "button", class: "button", onclick: () => askToSignIn({ always: true }) },
    "Sign in",
  );

function accountMenu() {
  const button = iconButton("person", "Account", () => undefined);
  const group = create("span", { class: "menu-group" }, button);
  giveMenu(button, "Account", (close) => {
    const { name, is_admin: isAdmin } = currentSession();
    /** @param {boolean} everywhere */
    const leave = (everywhere) => () => {
      close();
      signOut({ everywhere }).catch(problem);
    };
    return [
      create(
        "p",
        { class: "menu-title" },
        create("bdi", {}, name),
        create("small", {}, isAdmin ? "Administrator" : "Key"),
      ),
      create("a", { class: "menu-item", href: "docs" }, icon("info"), "The API"),
      create(
        "button",
        { type: "button", class: "menu-item", onclick: leave(false) },
        icon("back"),
        "Sign out",
      ),
      create(
        "button",
        { type: "button", class: "menu-item", onclick: leave(true) },
        icon("lock"),
        "Sign out everywhere",
      ),
    ];
  });
  return group;
}

/** `/` leads to the search, as elsewhere. @param {KeyboardEvent} event */
function startSearch(event) {
  const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
  if (event.key !== "/" || isTyping || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  document.getElementById("search")?.focus();
}
