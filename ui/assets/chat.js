// The chat: what is sent is kept here, under its own key, until the service says that it has it.
Object.assign(window.holdfast, (() => {
  const { parameter, address, watch, keptTexts, keepTexts, dropTexts } = window.holdfast;
  const BOX = "holdfast.outbox";
  const STALE_MILLISECONDS = 4_000;
  let user = "", resumed = false;
  let pages = 1;
  let calls = 0, answered = 0, calledAt = Date.now();
  let restartedAt = 0;

  const read = () => { try { return JSON.parse(localStorage.getItem(BOX)) || []; } catch { return []; } };
  const KEPT_MILLISECONDS = 7 * 86_400_000;
  // After a reload the page takes up the conversation that it had begun and that has no address yet.
  const begun = parameter("c") ? undefined : read().findLast((item) => !item.conversation);
  let draft = begun?.draft || crypto.randomUUID();

  const write = (items) => localStorage.setItem(BOX, JSON.stringify(items));

  function put(kind, details) {
    const item = { key: crypto.randomUUID(), kind, user, conversation: parameter("c"), draft, at: Date.now(), ...details };
    write([...read().filter((each) => item.at - each.at < KEPT_MILLISECONDS), item]);
  }

  // What the page's one handler is told: where we are and what is to be sent.
  function call() {
    const outbox = read().map(({ at, ...item }) => item);
    calledAt = Date.now();
    return JSON.stringify({ conversation: parameter("c"), draft, outbox, nonce: ++calls, pages });
  }

  function submit(text) {
    if (!text.trim()) return [call(), text];
    put("message", { text });
    dropTexts("chat");
    return [call(), ""];
  }

  function talk() { put("escalate", {}); return call(); }

  function go(id) {
    address("c", id, true);
    draft = crypto.randomUUID();
    document.body.classList.remove("hf-list-open");
  }

  function openList() {
    const open = document.body.classList.toggle("hf-list-open");
    document.querySelector(open ? "#hf-new" : "#hf-menu")?.focus();
  }

  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("hf-list-open")) openList();
  });

  addEventListener("input", (event) => {
    if (event.target.matches?.("#hf-box textarea")) keepTexts(user, "chat", { text: event.target.value });
  });

  function fill(box, text) {
    if (!text || !box || box.value) return;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // The thread tells what has been accepted and which conversation a draft has become.
  function settle(thread, box) {
    const told = thread.dataset;
    const accepted = new Set((told.accepted || "").split(" "));
    const started = JSON.parse(told.started || "{}");
    user = told.user || user;
    answered = Number(told.nonce) || answered;
    const known = read();
    const left = known.filter((item) => !accepted.has(item.key))
      .map((item) => (started[item.draft] ? { ...item, conversation: started[item.draft] } : item));
    if (JSON.stringify(left) !== JSON.stringify(known)) write(left);
    if (told.conversation && (started[draft] === told.conversation)) address("c", told.conversation, false);
    if (user && !resumed) {
      resumed = true;
      fill(box, keptTexts(user, "chat")?.fields.text);
    }
    fill(box, told.returned);
    document.body.classList.toggle("hf-is-closed", told.closed === "yes");
  }

  function attachThread(element, trigger, onChange) {
    const scroller = element.closest("#hf-log") || element;
    let atEnd = true;
    let known = [], of = "";
    scroller.addEventListener("scroll", () => {
      atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
    });
    const update = () => {
      const thread = element.querySelector(".hf-thread");
      if (!thread) return;
      // Until the conversation has been read, what was read of it before stays.
      if (!("partial" in thread.dataset)) [known, of] = [[...thread.children].map((each) => each.cloneNode(true)), thread.dataset.conversation];
      else if (of && of === parameter("c")) thread.prepend(...known.filter((each) => each.matches(".hf-turn[data-status]")).map((each) => each.cloneNode(true)));
      settle(thread, document.querySelector("#hf-box textarea"));
      if (atEnd) scroller.scrollTop = scroller.scrollHeight;
      // Once: the cookie may have been renewed since this page's handler started.
      if (thread.dataset.expired === "yes" && Date.now() - restartedAt > 30_000) {
        restartedAt = Date.now();
        trigger("retry", {});
      }
    };
    onChange(update);
    update();
    element.addEventListener("click", (event) => {
      const on = (selector) => event.target.closest(selector);
      const chip = on("[data-source]"), star = on("[data-score]"), ask = on("[data-ask]");
      const conversation = element.querySelector(".hf-thread")?.dataset.conversation || "";
      if (chip) trigger("select", { conversation, turn: chip.dataset.turn, source: Number(chip.dataset.source) });
      if (star) { put("rate", { score: Number(star.dataset.score) }); trigger("retry", {}); }
      if (ask) { put("message", { text: ask.dataset.ask }); trigger("retry", {}); }
    });
    addEventListener("popstate", () => trigger("retry", {}));
    // Gradio may close the stream of results as a call goes out: nothing comes of that one until the next is made.
    // The wait grows with each call, so that a slow service is not asked anew before it can answer.
    setInterval(() => {
      if (answered < calls && Date.now() - calledAt > STALE_MILLISECONDS * (calls - answered)) trigger("retry", {});
    }, 1_000);
    setInterval(() => { if (read().some((item) => Date.now() - item.at > STALE_MILLISECONDS)) watch(); }, 2_000);
  }

  function attachList(element, trigger, onChange) {
    let older = 0;
    onChange(() => {
      const entries = element.querySelectorAll("[data-open]");
      if (older && entries.length > older) { entries[older].focus(); older = 0; }
    });
    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-older]")) {
        older = element.querySelectorAll("[data-open]").length;
        pages += 1;
        trigger("select", {});
      }
      const entry = event.target.closest("[data-open]");
      if (entry) { go(entry.dataset.open); trigger("select", {}); }
    });
  }

  function attachDrawer(element, props, onChange) {
    let from = null;
    onChange(() => {
      element.querySelector("mark")?.scrollIntoView({ block: "center" });
      const out = element.querySelector("[data-close]");
      if (out && !element.contains(document.activeElement)) from = document.activeElement;
      out?.focus({ preventScroll: true });
    });
    const close = () => { props.value = ""; from?.focus(); };
    element.addEventListener("click", (event) => { if (event.target.closest("[data-close]")) close(); });
    addEventListener("keydown", (event) => { if (event.key === "Escape" && props.value) close(); });
  }

  return { call, submit, talk, go, openList, attachThread, attachList, attachDrawer };
})());
