
"use strict";
{
  const cards = [...document.querySelectorAll(".card")];
  const least = document.querySelector("#least");
  const only = document.querySelector("#only");
  const show = () => {
    let shown = 0;
    for (const card of cards) {
      card.hidden = Number(card.dataset.score) < Number(least.value);
      const counts = !card.hidden && (!only?.checked || "verified" in card.dataset);
      shown += counts ? 1 : 0;
    }
    document.querySelector("#least-value").value = Number(least.value).toFixed(2);
    document.querySelector("#shown").textContent = shown;
    document.querySelector(".none-left").hidden = shown > 0;
  };
  if (least) {
    for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
    least.addEventListener("input", show);
    only?.addEventListener("change", show);
    least.form.addEventListener("submit", (event) => event.preventDefault());
    show(); // a reloaded page keeps its controls' state
  }
}
