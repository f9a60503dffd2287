/** Who is here: nobody, the holder of a key, an administrator. */

import { askJson, getSession, refusals } from "./api.js";
import { notice } from "./notices.js";

/** @import { Session } from "./types.d.ts" */

const changes = new EventTarget();

/** @type {Session} */
let session = { signed_in: false, name: null, is_admin: false, expires_at: null, sees_public: true };

export const currentSession = () => session;

/**
 * Calls now and whenever somebody has signed in or out.
 * @param {(session: Session) => void} follower
 */
export function followSession(follower) {
  changes.addEventListener("change", () => follower(session));
  follower(session);
}

/** Uses the code of a one-time link, if the page was opened with one. It does not stay in the history. */
export async function openSession() {
  const code = /^#code=(.+)$/.exec(location.hash)?.[1];
  if (code) {
    history.replaceState(history.state, "", location.pathname + location.search);
    await signIn({ code }).catch(() => notice(LINK_USED, { isProblem: true }));
  }
  session = await getSession();
  changes.dispatchEvent(new Event("change"));
}

const LINK_USED =
  "This link has been used or is too old: each signs in one browser, once. Sign in with a key, or get another link with “pixyproxy sign-in”.";

/** @param {{key: string} | {code: string}} by */
export async function signIn(by) {
  session = await askJson("session", { method: "POST", body: by });
  changes.dispatchEvent(new Event("change"));
}

/** @param {{everywhere?: boolean}} [how] */
export async function signOut({ everywhere = false } = {}) {
  await askJson(`session${everywhere ? "?everywhere=true" : ""}`, { method: "DELETE" });
  session = await getSession();
  changes.dispatchEvent(new Event("change"));
}

/** Somebody has ended it elsewhere. */
refusals.addEventListener("unauthenticated", async () => {
  if (!session.signed_in) return;
  const now = await getSession().catch(() => session);
  if (now.signed_in) return;
  session = now;
  notice("You have been signed out.");
  changes.dispatchEvent(new Event("change"));
});
