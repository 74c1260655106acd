// The review desk: which case and which draft are on the screen is read off the page itself.
Object.assign(window.holdfast, (() => {
  const { parameter, address, keptTexts, keepTexts, dropTexts } = window.holdfast;
  const BACK = "What you had written here and not sent is back.";
  const CHANGED = "The draft has changed since: look at it once more.";
  const PARTS = 9;
  const openCase = () => document.querySelector(".hf-case");

  function shown() {
    const told = openCase()?.dataset || {};
    return JSON.stringify({
      case: told.case ?? parameter("case"),
      digest: told.digest || "",
      draft: told.draft || "",
      stamp: told.stamp || "",
      queue_stamp: document.querySelector(".hf-queue")?.dataset.stamp || "",
    });
  }

  // A refresh answers late or early: what it was not asked about any more stays as it is, until the next one.
  function take(news, queue, shownCase, answer) {
    const skip = { __type__: "update" };
    if (!news) return Array(PARTS).fill(skip); // the first one is still at work
    const { asked, updates: [list, ...rest] } = JSON.parse(news);
    const stamp = (html) => /data-stamp="(\w+)"/.exec(html || "")?.[1] || "";
    const same = stamp(shownCase) === asked.stamp && (answer || "") === asked.answer;
    const kept = rest.map((each) => (same ? each : skip));
    // A call that came back ends what was said about those that did not.
    if (kept[1]?.__type__ && document.querySelector("#hf-notice [data-passing]")) kept[1] = "";
    return [stamp(queue) === asked.queue_stamp ? list : skip, ...kept];
  }

  // A decision is through as soon as the conversation has it, which takes its time when no worker is there.
  const LONGEST_MILLISECONDS = 60_000;
  let unsure;
  function sending(now) {
    document.getElementById("hf-decide").setAttribute("aria-busy", String(now));
    clearTimeout(unsure);
    if (now) unsure = setTimeout(() => sending(false), LONGEST_MILLISECONDS); // nothing may have come back
  }

  // The box and the case change in one go: look once both are drawn.
  async function draft() {
    await new Promise((drawn) => setTimeout(drawn, 30));
    return openCase()?.dataset.draft || "";
  }

  function attachQueue(element, trigger) {
    element.addEventListener("click", (event) => {
      const card = event.target.closest("[data-case]");
      if (!card) return;
      // Asked for anew it would come without what has been typed.
      if (card.dataset.case === openCase()?.dataset.case) document.body.classList.add("hf-case-open");
      else trigger("select", { case: card.dataset.case });
    });
  }

  // A case that has come up is read from its top, and the button of the one before is not pressed for it.
  function comeUp(element) {
    document.getElementById("hf-work")?.scrollTo(0, 0);
    if (document.activeElement?.closest("#hf-decide")) element.querySelector("h2")?.focus({ preventScroll: true });
  }

  function attachCase(element, trigger, onChange) {
    let last = "";
    const update = () => {
      const told = openCase()?.dataset;
      if (!told) return;
      address("case", told.case || "", false);
      const is = { open: told.case, pending: told.open === "yes", claimed: told.claimed === "yes", handoff: told.kind === "handoff" };
      for (const [name, yes] of Object.entries(is)) document.body.classList.toggle(`hf-case-${name}`, Boolean(yes));
      // Only now: on a small screen the case was not laid out before.
      const history = element.querySelector(".hf-history");
      if (history && told.case !== last) history.scrollTop = history.scrollHeight;
      if (told.case !== last) comeUp(element);
      last = told.case;
      if (told.case && told.open !== "yes") dropTexts(`case ${told.case}`);
    };
    onChange(update);
    update();
    element.addEventListener("click", (event) => {
      const quote = event.target.closest("[data-source]");
      const { source, turn } = quote?.dataset || {};
      if (quote) trigger("select", { case: openCase().dataset.case, turn: turn || "", source: Number(source) });
      if (event.target.closest("[data-back]")) document.body.classList.remove("hf-case-open");
    });
  }

  const BOXES = { answer: "#hf-answer textarea", reason: "#hf-reason textarea", own: "#hf-own textarea" };
  const TABS = { answer: "answer", reason: "reject", own: "respond" };
  const box = (name) => document.querySelector(BOXES[name])?.value || "";

  addEventListener("input", (event) => {
    const field = Object.keys(BOXES).find((name) => event.target.matches?.(BOXES[name]));
    const told = openCase()?.dataset;
    if (!field || !told?.case || told.open !== "yes") return;
    // A box in a tab that was never opened is not on the page: what is kept for it stays.
    const fields = { ...keptTexts(told.me, `case ${told.case}`)?.fields };
    for (const name of Object.keys(BOXES)) if (document.querySelector(BOXES[name])) fields[name] = box(name);
    if ((fields.answer || "").trim() === told.draft.trim()) delete fields.answer;
    keepTexts(told.me, `case ${told.case}`, fields, { digest: told.digest, field });
  });

  // A case has come up: put back what its reviewer had written for it and not sent.
  let restored = "";
  function restore(answer, notice) {
    const skip = { __type__: "update" };
    const told = openCase()?.dataset || {};
    const kept = told.case !== restored && told.open === "yes" && keptTexts(told.me, `case ${told.case}`);
    restored = told.case || "";
    if (!kept) return [skip, skip, skip, skip, skip];
    const { fields } = kept;
    const said = kept.digest === told.digest ? BACK : `${BACK} ${CHANGED}`;
    const note = `${notice || ""}<div class="hf-note hf-info" role="status">${said}</div>`;
    const tab = told.kind === "handoff" ? "respond" : TABS[kept.field];
    return [fields.answer ?? skip, fields.reason ?? skip, fields.own ?? skip, { ...skip, selected: tab }, note];
  }

  function attachNotice(element, onChange) {
    onChange(() => {
      const decided = element.querySelector("[data-decided]")?.dataset.decided;
      if (decided) dropTexts(`case ${decided}`);
    });
  }

  return { shown, take, sending, draft, restore, attachQueue, attachCase, attachNotice };
})());
