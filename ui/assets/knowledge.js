// The pages of the knowledge: what was clicked is told to the page's handlers as events.
Object.assign(window.holdfast, (() => {
  const openDocument = () => document.querySelector(".hf-document")?.dataset.document || "";
  const runs = () => document.querySelector(".hf-runs")?.dataset.runs || "";
  // Every two seconds while something is taken in or somebody is busy here, every twenty while nothing goes on.
  const BUSY = 30_000, IDLE = 20_000;
  let asked = 0, touched = Date.now();
  for (const each of ["click", "keydown"]) document.addEventListener(each, () => { touched = Date.now(); }, true);
  function due() {
    const now = Date.now(), running = Boolean(document.querySelector(".hf-runs")?.dataset.running);
    const wanted = running || (!document.hidden && (now - touched < BUSY || now - asked >= IDLE));
    if (wanted) asked = now;
    return wanted;
  }
  const on = (element, selector, tell) => element.addEventListener("click", (event) => {
    const hit = event.target.closest(selector);
    if (hit && element.contains(hit)) tell(hit.dataset, hit);
  });

  function attachSaved(element, trigger) {
    on(element, "[data-search]", (told) => trigger("select", { search: told.search, forget: "" }));
    on(element, "[data-forget]", (told) => trigger("select", { search: "", forget: told.forget }));
  }

  function attachFound(element, trigger) {
    on(element, "[data-hit]", (told, button) => trigger("select", {
      document: told.hit, version: told.version, start: told.start, end: told.end,
      number: [...element.querySelectorAll("[data-hit]")].indexOf(button) + 1,
    }));
    on(element, "[data-instead]", () => trigger("submit"));
    on(element, "[data-facet]", (told) => trigger("click", { facet: told.facet, value: told.value }));
  }

  // On a phone a document that was left for the list comes up again, though nothing of it has changed.
  function open(trigger, name, id) {
    trigger(name, { document: id });
    if (id === openDocument()) document.body.classList.add("hf-document-open");
  }

  function attachDocuments(element, trigger) {
    on(element, "[data-document]", (told) => open(trigger, "select", told.document));
  }

  function attachDocument(element, trigger, onChange) {
    const update = () => document.body.classList.toggle("hf-document-open", Boolean(openDocument()));
    onChange(update);
    update();
    on(element, "[data-restore]", (told) => trigger("select", { document: openDocument(), version: told.restore }));
    attachDates(element, trigger, "submit");
  }

  function attachBack(element) {
    on(element, "[data-back]", () => document.body.classList.remove("hf-document-open"));
  }

  function attachConfirmations(element, trigger) {
    on(element, "[data-confirm]", (told) => trigger("select", {
      document: told.confirm, level: told.level, title: told.title,
    }));
  }

  // Only what was changed is told: a date that stands with its hour keeps it.
  function attachDates(element, trigger, name = "select") {
    const changed = (form, field) => {
      const input = form.querySelector(`[name=${field}]`);
      return input.value === input.defaultValue ? "same" : input.value;
    };
    on(element, "[data-open-document]", (told) => open(trigger, "submit", told.openDocument));
    const tell = (told, change) => trigger(name, { document: told.of, title: told.title, ...change });
    on(element, "[data-save-dates]", (told, button) => {
      const form = button.closest(".hf-dates");
      tell(told, { from: changed(form, "valid_from"), until: changed(form, "valid_until"), remove: "" });
    });
    on(element, "[data-prolong]", (told) => tell(told, { from: "same", until: told.prolong, remove: "" }));
    on(element, "[data-remove]", (told) => {
      if (confirm(told.sure)) tell(told, { from: "same", until: "same", remove: told.of });
    });
  }

  // Gradio names the button of the files by words that nobody sees, and fields of days not at all; it puts up new ones.
  function attachNames() {
    const page = document.getElementById("hf-stock");
    const call = (element, name) => { if (element && name) element.setAttribute("aria-label", name); };
    const name = () => {
      const files = document.querySelector('#hf-files [data-testid="block-label"]')?.textContent.trim();
      call(document.querySelector("#hf-files button[aria-dropeffect]"), files);
      for (const box of page.querySelectorAll("#hf-limits .timebox")) {
        const day = box.parentElement.querySelector('[data-testid="block-info"]')?.textContent.trim();
        call(box.querySelector("input"), day);
        call(box.querySelector("button"), day && `${day}: calendar`);
      }
    };
    new MutationObserver(name).observe(page, { childList: true, subtree: true });
    name();
  }

  const shows = (id) => Boolean(document.getElementById(id)?.offsetParent);
  function attachSources(element, trigger) {
    on(element, "[data-change]", (told) => {
      if (told.change !== "remove" || confirm(told.sure)) {
        trigger("select", { source: told.source, change: told.change, name: told.name });
      }
    });
  }

  return { openDocument, runs, due, shows, attachNames, attachBack, attachSources, attachConfirmations, attachDates, attachSaved, attachFound, attachDocuments, attachDocument };
})());
