/** Signing in with a key: when somebody wants to, and when there is nothing to see without. */

import { Refused, refusals } from "./api.js";
import { create, fill, icon, iconButton } from "./markup.js";
import { gatherNotices, inWords } from "./notices.js";
import { currentSession, followSession, signIn } from "./session.js";

const WRONG = "This is no key in force. Was all of it copied?";

/** @type {HTMLDialogElement | null} */
let open = null;
let hasEnded = false;

/**
 * Asks for a key if there is nothing to see without one, or `always` when nobody is signed in.
 * @param {{always?: boolean}} [how]
 */
export function askToSignIn({ always = false } = {}) {
  const { signed_in: signedIn, sees_public: seesPublic } = currentSession();
  if (open || signedIn || (seesPublic && !always)) return;
  open = createDialog(!seesPublic);
  open.addEventListener("close", () => {
    open?.remove();
    open = null;
  });
  document.body.append(open);
  open.showModal();
  gatherNotices();
}

const close = () => open?.close();

refusals.addEventListener("unauthenticated", () => {
  hasEnded ||= currentSession().signed_in;
});

followSession(({ signed_in: signedIn }) => {
  if (signedIn) close();
  else askToSignIn({ always: hasEnded });
  hasEnded = false;
});

/** @param {boolean} isOnlyWay without it there is nothing to see, so it stays */
function createDialog(isOnlyWay) {
  const mark = icon("sparkle");
  mark.classList.add("mark");
  const dialog = create(
    "dialog",
    { class: "sheet sign-in", "aria-labelledby": "sign-in-title", closedby: isOnlyWay ? "none" : undefined },
    !isOnlyWay && iconButton("close", "Close", close, { class: "icon-button sign-in-close" }),
    mark,
    create("h2", { id: "sign-in-title" }, "Sign in"),
    createForm(),
    whereKeysComeFrom(),
  );
  if (isOnlyWay) dialog.addEventListener("cancel", (event) => event.preventDefault());
  return dialog;
}

function createForm() {
  const error = create("p", { id: "sign-in-error", class: "field-error" });
  /** @param {string} text */
  const say = (text) => {
    fill(error, text);
    field.setAttribute("aria-invalid", String(text !== ""));
  };
  const field = create("input", {
    id: "sign-in-key",
    type: "password",
    autocomplete: "current-password",
    required: true,
    autofocus: true,
    "aria-describedby": "sign-in-error",
    oninput: () => say(""),
  });
  const button = create("button", { class: "button button-main" }, "Sign in");
  /** @param {Event} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    await signIn({ key: field.value }).catch((refused) => {
      say(refused instanceof Refused && refused.status === 401 ? WRONG : inWords(refused));
      field.select();
    });
    button.disabled = false;
  };
  return create(
    "form",
    { onsubmit },
    create("input", { autocomplete: "username", value: "PixyProxy", hidden: true }),
    create("label", { class: "field-label", htmlFor: "sign-in-key" }, "Key"),
    create("div", { class: "sign-in-key" }, field, showButton(field)),
    error,
    button,
  );
}

/** @param {HTMLInputElement} field */
function showButton(field) {
  const onclick = () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    fill(button, isShown ? "Hide" : "Show");
  };
  const button = create("button", { type: "button", class: "text-button", onclick }, "Show");
  return button;
}

const whereKeysComeFrom = () =>
  create(
    "p",
    { class: "quiet" },
    "An administrator makes keys. The administrator’s own was shown at the first start and lies in ",
    create("code", {}, "admin.key"),
    " in the data directory; ",
    create("code", {}, "pixyproxy sign-in"),
    " prints a link that signs a browser in.",
  );
