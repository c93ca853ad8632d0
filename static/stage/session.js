// The line to Python: tells it the values on release, waits for the answer, and says what was lost on the way.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./tables.js")} */
const { Store } = await import(`./tables.js${version}`);
/** @type {typeof import("./values.js")} */
const { Values } = await import(`./values.js${version}`);
/** @type {typeof import("./player.js")} */
const { stop } = await import(`./player.js${version}`);

/** @typedef {{ kind: string, [more: string]: any }} Action */
/**
 * @typedef {{ n: number, rev: any, values: import("./types").State, action: Action | null, have: string[] }} Message
 */
/** @typedef {ReturnType<typeof setTimeout>} Timer */
/**
 * Streamlit's side of the component.
 * @typedef {object} Component
 * @property {import("./types").Lesson} data
 * @property {HTMLElement | ShadowRoot} parentElement
 * @property {(key: string, value: any) => void} setStateValue
 */

export const store = new Store(); // outlives a component: tables are named by their content
/**
 * What the server keeps for the reader, lesson by lesson, as far as this tab has seen.
 * @type {Map<string, { session: string, answers: number, data: boolean }>}
 */
const kept = new Map();
/** What was sent last. @type {{ slug: string, message: Message } | null} */
let unanswered = null;
/** What was lost, in words. */
let loss = "";
try {
  loss = sessionStorage.getItem("fisher-lab-lost") ?? "";
  sessionStorage.removeItem("fisher-lab-lost");
} catch {
  /* forbidden by the browser */
}

export class Session extends Values {
  /** @param {HTMLElement} main */
  constructor(main) {
    super();
    this.main = main;
    /** The last message, and the revision of what Python last moved. */
    this.n = 0;
    /** @type {any} */
    this.rev = undefined;
    /** A control at rest that Python has not been told of: its key, or true. @type {string | boolean} */
    this.unsent = false;
    /** @type {Component} */
    this.component = /** @type {any} */ (undefined);
    /** @type {Timer | undefined} */
    this.later = undefined;
    /** @type {Timer | undefined} */
    this.looking = undefined;
    /** @type {Timer | undefined} */
    this.waiting = undefined;
  }

  /** Bring what is on screen in line with the values. @param {string} [_only] */
  sync(_only) {}
  /** Called when there is, or is no longer, something to undo. */
  undoable() {}

  /** @param {Action | null} [action] @returns {Message} */
  message(action = null) {
    const { _moved, ...values } = this.values;
    const n = Math.max(Date.now(), this.n + 1);
    return { n, rev: this.rev, values, action, have: store.promise(this, n) };
  }

  /** @param {Action | null} [action] */
  commit(action = null) {
    clearTimeout(this.later);
    this.unsent = false;
    this.send(this.message(action));
  }

  /** @param {Message} message */
  send(message) {
    unanswered = { slug: this.data.slug, message };
    this.component.setStateValue("state", message);
    this.n = message.n;
    this.main.dataset.sent = String(message.n);
    this.awaitAnswer(message);
  }

  /** @param {Action} action */
  act(action) {
    stop(this);
    if (action.kind === "dismiss") loss = "";
    this.commit(action);
  }

  /**
   * A control came to rest: tell Python now, or, for one that only the browser uses, when it has been still a while.
   * @param {string | null} key
   */
  after(key, wait = 180) {
    clearTimeout(this.later);
    this.unsent = key ?? true;
    this.undoable();
    this.later = setTimeout(() => this.commit(), this.controls.get(key ?? "")?.local ? 600 : wait);
  }

  /**
   * Ask how far a run is; carries no values, and waits while an answer is due, so that it never overtakes what a hand
   * did.
   */
  look() {
    if (!this.main.isConnected) return;
    if (this.data.n < this.n) {
      this.looking = setTimeout(() => this.look(), 400);
      return;
    }
    const n = Math.max(Date.now(), this.data.n + 1);
    const have = store.promise(this, n);
    this.component.setStateValue("state", { n, rev: this.rev, values: {}, action: { kind: "look" }, have });
  }

  /**
   * An answer that does not come was lost on the way, or a server that was restarted does not know this session:
   * its run ends without one. While there is no connection nothing is counted. First the message goes once more (a
   * repeat is the same message); then the page begins anew from its address.
   * @param {Message} message
   */
  awaitAnswer(message) {
    clearInterval(this.waiting);
    let idle = 0;
    let repeated = false;
    this.waiting = setInterval(async () => {
      const answered = () => this.data.n >= message.n || !this.main.isConnected;
      if (answered()) {
        clearInterval(this.waiting);
        return;
      }
      idle = atRest() ? idle + 1 : 0;
      if (idle < 3 || !(await serverIsWell()) || answered()) return;
      idle = 0;
      if (!repeated) {
        repeated = true;
        this.component.setStateValue("state", message);
        return;
      }
      clearInterval(this.waiting);
      try {
        sessionStorage.setItem("fisher-lab-lost", lost());
      } catch {
        /* a browser may forbid it: then nothing is said */
      }
      const standing = [...this.controls.keys()].map(k => [k, String(this.values[k])]);
      location.assign(location.pathname + "?" + new URLSearchParams([["tab", this.data.tab], ...standing]));
    }, 700);
  }

  /**
   * Another session than before: what the last one kept is lost, which is said above the lesson; what it did not
   * answer is sent again.
   * @param {import("./types").Lesson} data
   */
  withLoss(data) {
    const before = kept.get(data.slug);
    if (before && before.session !== data.session) {
      loss = lost() || loss;
      kept.clear();
      const open = unanswered;
      if (open && open.slug === data.slug && data.n < open.message.n)
        setTimeout(() => {
          Object.assign(this.values, open.message.values);
          this.sync();
          this.send({ ...open.message, rev: this.rev, have: store.promise(this, open.message.n) });
        });
    }
    kept.set(data.slug, {
      session: data.session,
      answers: data.predictions.filter(p => p.answered && p.given !== null).length,
      data: !!data.paste?.active,
    });
    return loss ? { ...data, notices: [loss, ...data.notices] } : data;
  }

  /** The component goes; what it has not told yet is told by the next. */
  leave() {
    if (this.unsent) unanswered = { slug: this.data.slug, message: this.message() };
    this.play.on = false;
    clearTimeout(this.later);
    clearTimeout(this.looking);
    store.leave(this);
  }
}

/** Whether Streamlit's page is connected and runs nothing. */
function atRest() {
  const app = /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"));
  const { testScriptState: run, testConnectionState: line = "CONNECTED" } = app?.dataset ?? {};
  return run === "notRunning" && line === "CONNECTED";
}

const serverIsWell = () =>
  fetch(new URL("_stcore/health", document.baseURI)).then(
    r => r.ok,
    () => false,
  );

/** What a server that has started again no longer has of this reader's: a sentence, empty where it is nothing. */
function lost() {
  const answers = [...kept.values()].reduce((sum, k) => sum + k.answers, 0);
  const pasted = [...kept.values()].some(k => k.data);
  const gone = [
    answers && (answers === 1 ? "your answer" : `your ${answers} answers`),
    pasted && "the numbers that you pasted",
  ].filter(Boolean);
  return gone.length
    ? `The server has started again, and no longer has ${gone.join(" and ")}. The settings are as you left them.`
    : "";
}
