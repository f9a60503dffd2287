/** Keys that do something wherever one is in the page; who speaks to the browser may turn the letters off. */

const OFF = "pixyproxy-shortcuts-off";

export const areShortcutsOn = () => localStorage.getItem(OFF) === null;

/** @param {boolean} isOn */
export function turnShortcuts(isOn) {
  if (isOn) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "yes");
}

/** A letter or a sign that is to do nothing. @param {string} key */
export const isSilenced = (key) => key.length === 1 && key !== " " && !areShortcutsOn();

/** Not while somebody types, nor below a dialog. @param {string} key @param {() => void} run */
export function onShortcut(key, run) {
  addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    if (isSilenced(key) || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    run();
  });
}
