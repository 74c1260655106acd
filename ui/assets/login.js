// A session cookie is not sent along when somebody comes from another site: look again from here.
fetch("/v1/me").then((answer) => {
  const left = new URLSearchParams(location.search).has("left");
  const next = document.querySelector("input[name=next]").value;
  if (answer.ok && !left && !document.querySelector(".problem")) location.replace(next || "/");
}).catch(() => {});
document.documentElement.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);
