/** The head of the page: what it is, the search, where one may go, who is here. */

import { EVERYTHING, followPlace } from "./address.js";
import { createSearch } from "./library/search.js";
import { placeLink } from "./links.js";
import { create, fill, icon, iconButton } from "./markup.js";
import { giveMenu } from "./menus.js";
import { problem } from "./notices.js";
import { currentSession, followSession, signOut } from "./session.js";
import { areShortcutsOn, onShortcut, turnShortcuts } from "./shortcuts.js";
import { askToSignIn } from "./sign_in.js";
import { STAR } from "./stars.js";

/** @import { Library } from "./library/library.js" */
/** @import { Place } from "./types.d.ts" */

/** @param {Library} library */
export function createHeader(library) {
  const account = create("div", { class: "account" });
  const places = create("nav", { class: "places", "aria-label": "Places" });
  followSession((session) => {
    fill(account, session.signed_in ? accountMenu() : [signInButton(), helpMenu()]);
    fill(places, placesOf(session.is_admin, session.signed_in));
    markPlace(places);
  });
  followPlace(() => markPlace(places));
  onShortcut("/", () => document.getElementById("search")?.focus());
  return create("header", { class: "header" }, skip(), home(), createSearch(library), places, account);
}

/** Past the box where images are made to what is looked at. */
function skip() {
  const onclick = (/** @type {Event} */ event) => {
    event.preventDefault();
    const view = /** @type {HTMLElement | null} */ (document.querySelector("main > :not(.maker, [hidden])"));
    if (!view) return;
    view.tabIndex = -1;
    view.focus();
  };
  return create("a", { class: "skip", href: "#main", onclick }, "Skip to the content");
}

function home() {
  const mark = icon("sparkle");
  mark.classList.add("mark");
  const label = { class: "home", "aria-label": "PixyProxy" };
  return create(
    "h1",
    {},
    placeLink({ ...EVERYTHING, view: "library" }, label, mark, create("span", {}, "PixyProxy")),
  );
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
  const link = placeLink(to, { class: "place", title: name }, icon(drawing), create("span", {}, name));
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
      ...help(),
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

function helpMenu() {
  const button = iconButton("info", "Help", () => undefined);
  const group = create("span", { class: "menu-group" }, button);
  giveMenu(button, "Help", help);
  return group;
}

const KEYS = "/ search · m make · x choose · s star · z zoom";

/** Letters as commands are in the way of those who speak to their browser: they can be turned off. */
const help = () => [
  create("a", { class: "menu-item", href: "docs" }, icon("info"), "The API"),
  create(
    "label",
    { class: "menu-item" },
    create("input", {
      type: "checkbox",
      checked: areShortcutsOn(),
      onchange: (/** @type {Event & {target: HTMLInputElement}} */ { target }) =>
        turnShortcuts(target.checked),
    }),
    create("span", {}, "Keyboard shortcuts", create("br"), create("small", {}, KEYS)),
  ),
];
