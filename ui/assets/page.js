// What both pages share: times in the reader's zone, the address bar, and a connection that comes back.
window.holdfast = (() => {
  const RENEW_MILLISECONDS = 240_000;
  const TICK_MILLISECONDS = 15_000;
  const LOOK_MILLISECONDS = 1_500;

  const clock = (at) => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const day = (at) => at.toLocaleDateString([], { day: "numeric", month: "short" });
  const sameDay = (a, b) => a.toDateString() === b.toDateString();

  function ago(at, now) {
    const minutes = Math.max(0, Math.round((now - at) / 60_000));
    if (minutes < 1) return "just now";
    if (minutes < 60) return `${minutes} min ago`;
    if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h ago`;
    return `${Math.round(minutes / 1440)} days ago`;
  }

  const SPOKEN = {
    clock: (at) => clock(at),
    day: (at, now) => (sameDay(at, now) ? clock(at) : day(at)),
    until: (at, now) => (sameDay(at, now) ? clock(at) : `${clock(at)} on ${day(at)}`),
    ago,
  };

  // The shadow root keeps the reader's own time when the server's text around it is replaced.
  class LocalTime extends HTMLElement {
    static observedAttributes = ["datetime", "kind"];
    static shown = new Set();
    connectedCallback() {
      if (!this.shadowRoot) this.attachShadow({ mode: "open" });
      LocalTime.shown.add(this);
      this.refresh();
    }
    disconnectedCallback() { LocalTime.shown.delete(this); }
    attributeChangedCallback() { if (this.shadowRoot) this.refresh(); }
    refresh() {
      const at = new Date(this.getAttribute("datetime"));
      const speak = SPOKEN[this.getAttribute("kind")] || clock;
      this.shadowRoot.textContent = isNaN(at) ? this.textContent : speak(at, new Date());
      if (!isNaN(at)) this.title = at.toLocaleString();
    }
  }
  customElements.define("local-time", LocalTime);
  setInterval(() => LocalTime.shown.forEach((each) => each.refresh()), TICK_MILLISECONDS);

  const parameter = (name) => new URLSearchParams(location.search).get(name) || "";

  function address(name, value, push) {
    if (parameter(name) === value) return;
    const url = new URL(location.href);
    if (value) url.searchParams.set(name, value); else url.searchParams.delete(name);
    history[push ? "pushState" : "replaceState"](null, "", url);
  }

  const alive = () => fetch(location.pathname, { method: "HEAD", cache: "no-store" })
    .then((answer) => answer.status < 500).catch(() => false);

  function banner(text) {
    const note = document.createElement("div");
    note.className = "hf-banner";
    note.setAttribute("role", "alert");
    note.textContent = text;
    document.body.append(note);
    return note;
  }

  // Once the page's own server has gone its handlers have too: say so, wait for it, then start afresh.
  let lost = false;
  async function comeBack() {
    if (lost) return;
    lost = true;
    banner("The connection is interrupted. Nothing is lost; this page goes on as soon as it is back.");
    while (!(await alive())) await new Promise((wake) => setTimeout(wake, LOOK_MILLISECONDS));
    location.reload();
  }

  async function watch() {
    if (!lost && !(await alive()) && !(await new Promise((wake) => setTimeout(wake, LOOK_MILLISECONDS)).then(alive))) comeBack();
  }

  setInterval(() => { if (!lost) fetch(location.pathname, { method: "HEAD" }).catch(() => {}); }, RENEW_MILLISECONDS);

  // Without a session no call reaches the page's handlers: the page itself says so.
  const send = window.fetch.bind(window);
  const loggedIn = () => send(location.pathname, { method: "HEAD", cache: "no-store" })
    .then((answer) => answer.status !== 401).catch(() => false);
  const logIn = () => `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-login]");
    if (link) link.href = logIn();
  }, true);
  let over = false;
  // Gradio takes the end of a session for a lost server and reloads after the next log-in: what was typed would go.
  let held = false;
  const reconnects = (to) => String(to?.url || to).endsWith("/app_id");
  async function sessionOver() {
    if (over || lost || (await loggedIn())) return;
    over = held = true;
    const note = banner("Your session has ended. ");
    const link = document.createElement("a");
    link.href = logIn();
    // The chat keeps its messages in the browser, for whichever page comes next; elsewhere they are in the form alone.
    const here = Boolean(document.getElementById("hf-chat"));
    link.target = here ? "" : "_blank";
    link.textContent = here ? "Log in again" : "Log in again in a new tab";
    note.append(link, here ? " and go on where you were." : ", then go on here: what you have typed stays.");
    while (!(await loggedIn())) await new Promise((wake) => setTimeout(wake, LOOK_MILLISECONDS));
    note.remove();
    over = false;
  }
  window.fetch = async (...given) => {
    if (held && reconnects(given[0])) throw new TypeError("only the session has ended");
    try {
      const answer = await send(...given);
      if (answer.status === 401) sessionOver();
      return answer;
    } catch (error) {
      if (error.name !== "AbortError") held = false; // the server really is away: a reload is what helps
      throw error;
    }
  };

  return { parameter, address, watch };
})();
