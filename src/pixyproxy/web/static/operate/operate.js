/** What an administrator watches over, loaded when one looks. */

import { currentPlace, followPlace } from "../address.js";
import { create, fill, icon } from "../markup.js";
import { problem } from "../notices.js";
import { currentSession, followSession } from "../session.js";

export function createOperations() {
  const element = create("section", { class: "operate", "aria-label": "Operate", hidden: true });
  let asked = 0;
  let shown = "";
  const follow = () => {
    element.hidden = currentPlace().view !== "operate";
    const { is_admin: isAdmin, name } = currentSession();
    const shows = `${element.hidden} ${isAdmin} ${name}`;
    if (asked < 2 || shows === shown) return;
    shown = shows;
    if (!isAdmin) fill(element, create("div", { class: "empty" }, icon("lock"), FOR_ADMINISTRATORS));
    else if (!element.hidden) import("./view.js").then(({ show }) => show(element)).catch(problem);
  };
  followPlace(follow);
  followSession(() => {
    asked += 1; // the first time nobody has been asked for yet
    follow();
  });
  return element;
}

const FOR_ADMINISTRATORS = "This is for administrators. Sign in with the key of one.";
