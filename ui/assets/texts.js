// Half-written text: kept in the browser for who writes it, until it is sent or somebody else logs in.
Object.assign(window.holdfast, (() => {
  const TEXTS = "holdfast.texts";
  const KEPT_MILLISECONDS = 7 * 86_400_000;

  const read = () => { try { return JSON.parse(localStorage.getItem(TEXTS)) || []; } catch { return []; } };
  // A full or forbidden store takes nothing from the form.
  const write = (kept) => { try { localStorage.setItem(TEXTS, JSON.stringify(kept)); } catch { /* as said */ } };
  const is = (user, place) => (each) => each.user === user && each.place === place;

  function keptTexts(user, place) { return user ? read().find(is(user, place)) : undefined; }

  // ``fields``: the texts by name; those without words in them are not kept.
  function keepTexts(user, place, fields, details) {
    if (!user) return;
    const written = Object.fromEntries(Object.entries(fields).filter(([, text]) => (text || "").trim()));
    const now = Date.now();
    const others = read().filter((each) => !is(user, place)(each) && now - each.at < KEPT_MILLISECONDS);
    write(Object.keys(written).length ? [...others, { user, place, at: now, fields: written, ...details }] : others);
  }

  function dropTexts(place) {
    const known = read();
    if (known.some((each) => each.place === place)) write(known.filter((each) => each.place !== place));
  }

  // The bar says who is here now.
  function attachTop(element, onChange) {
    const update = () => {
      const user = element.querySelector(".hf-bar")?.dataset.user;
      const known = read();
      if (user && known.some((each) => each.user !== user)) write(known.filter((each) => each.user === user));
    };
    onChange(update);
    update();
  }

  addEventListener("submit", (event) => {
    if (!event.target.matches('form[action="/logout"]')) return;
    const question = "You have written something here that is not sent. Log out and drop it?";
    if (read().length && !confirm(question)) event.preventDefault(); else write([]);
  });

  return { keptTexts, keepTexts, dropTexts, attachTop };
})());
