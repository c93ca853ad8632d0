// A lesson's place on the page: its sections, their live numbers and inputs, colours, and what is said in passing.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./writing.js")} */
const { font } = await import(`./writing.js${version}`);
/** @type {typeof import("./dom.js")} */
const { h, kept } = await import(`./dom.js${version}`);
/** @type {typeof import("./session.js")} */
const { Session } = await import(`./session.js${version}`);

/** @typedef {import("./types").Slot} Slot */

export class Screen extends Session {
  /** @param {HTMLElement | ShadowRoot} root */
  constructor(root) {
    super(h("div", { class: "stage" }));
    this.root = root;
    this.host = root instanceof ShadowRoot ? root.host : root;
    root.append(this.main);
    /**
     * What each section was last built from, its element, and the live numbers in it.
     * @type {Record<string, string | undefined>}
     */
    this.signatures = {};
    /** @type {Record<string, HTMLElement>} */
    this.parts = {};
    /** @type {Record<string, Slot[]>} */
    this.slots = {};
    /** @type {import("./types").Theme} */
    this.T = /** @type {any} */ (undefined);
    this.dark = false;
    /** @type {import("./session.js").Timer | undefined} */
    this.hush = undefined;
  }

  readTheme() {
    const css = getComputedStyle(this.host);
    const page = css.getPropertyValue("--st-background-color").trim() || "#ffffff";
    const probe = document.createElement("canvas").getContext("2d");
    if (!probe) return;
    probe.fillStyle = page;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    const dark = 0.299 * r + 0.587 * g + 0.114 * b < 128;
    const theme = this.data.palette[dark ? "dark" : "light"];
    font.text = css.getPropertyValue("--st-font").trim() || font.text;
    if (this.T === theme && this.dark === dark) return;
    this.T = theme;
    this.dark = dark;
    for (const [k, v] of Object.entries(this.T.mark)) this.main.style.setProperty("--" + k, v);
    for (const [k, v] of Object.entries(this.T.text)) this.main.style.setProperty("--t-" + k, v);
    this.main.style.colorScheme = dark ? "dark" : "light";
  }

  // ---- sections
  /** What has the focus. */
  get focused() {
    const inner = this.root instanceof ShadowRoot ? this.root.activeElement : null;
    return /** @type {HTMLElement | null} */ (inner ?? document.activeElement);
  }

  /**
   * Build a section anew where what it shows has changed, and leave the focus where it was.
   * @param {string} name
   * @param {unknown} slice
   * @param {(slots: Slot[]) => import("./dom.js").Child} build
   */
  section(name, slice, build) {
    const signature = JSON.stringify(slice);
    if (this.signatures[name] === signature) return;
    this.signatures[name] = signature;
    const slots = (this.slots[name] = /** @type {Slot[]} */ ([]));
    const element = this.parts[name];
    const had = element.contains(this.focused) ? this.focused?.dataset?.key : null;
    element.replaceChildren(...kept([build(slots)]));
    if (had)
      /** @type {HTMLElement | null} */ (element.querySelector(`[data-key="${had}"]`))?.focus({ preventScroll: true });
  }

  /** Write the live numbers. */
  write() {
    for (const list of Object.values(this.slots))
      for (const s of list) {
        const text = this.lookup(s.slot);
        if (text === s.last) continue;
        s.last = text;
        s.element.textContent = text ?? "?";
        s.element.classList.toggle("unknown", text === null);
      }
  }

  /** Bring native inputs in line with the values. @param {string} [only] */
  sync(only) {
    const which = only ? `[data-control="${only}"]` : "[data-control]";
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (this.main.querySelectorAll(which))) {
      const key = input.dataset.control ?? "";
      const c = this.controls.get(key);
      if (!c) continue;
      if (input.type === "range") {
        const i = this.index(key);
        input.value = String(i);
        input.style.setProperty("--f", (100 * i) / Math.max(1, c.nodes.length - 1) + "%");
        input.setAttribute("aria-valuetext", this.show(key));
      } else if (input.getAttribute("role") === "switch") {
        input.setAttribute("aria-checked", String(!!this.values[key]));
      } else if (input.dataset.value !== undefined) {
        const on = String(this.offered(c)) === input.dataset.value;
        input.setAttribute("aria-checked", String(on));
        input.tabIndex = on ? 0 : -1;
        input.classList.toggle("on", on);
      } else if (input.type === "number" && input !== this.focused) input.value = this.values[key];
    }
  }

  undoable() {
    const undo = /** @type {HTMLButtonElement | null} */ (this.parts.head.querySelector("[data-key='tool-undo']"));
    if (undo) undo.disabled = !(this.data.canUndo || this.unsent);
  }

  /** Close the menu; `all`: and what is shown until it is dismissed. */
  dismiss(all = false) {
    const menu = /** @type {HTMLElement | null} */ (this.parts.head.querySelector(".menu"));
    const opener = /** @type {HTMLElement | null} */ (this.parts.head.querySelector("[data-key='tool-download']"));
    if (menu && !menu.hidden) {
      menu.hidden = true;
      opener?.setAttribute("aria-expanded", "false");
      if (menu.contains(this.focused)) opener?.focus({ preventScroll: true });
    }
    if (all) this.parts.shown.replaceChildren();
  }

  /** @param {...Node} parts */
  leaveStanding(...parts) {
    const ok = h("button", { type: "button", class: "button", onclick: () => this.dismiss(true) }, "OK");
    this.parts.shown.replaceChildren(...parts, ok);
  }

  /** @param {string} text */
  say(text) {
    this.parts.toast.textContent = text;
    clearTimeout(this.hush);
    this.hush = setTimeout(() => {
      this.parts.toast.textContent = "";
    }, 4000);
  }
}
