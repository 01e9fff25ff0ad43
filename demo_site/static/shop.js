// Whatever the shop does without a new page. Where it does not run, each card leads to its product, and forms do the rest.
(() => {
  "use strict";
  const said = document.querySelector(".said");
  const bag = document.querySelector(".to-cart");
  const say = (words) => {
    said.hidden = false;
    said.firstElementChild.textContent = words;
  };
  const count = (pieces) => {
    let shown = bag.querySelector("b");
    if (!shown) bag.append((shown = document.createElement("b")));
    shown.textContent = pieces;
    bag.setAttribute("aria-label", `Cart, ${pieces} ${pieces === 1 ? "article" : "articles"}`);
  };
  const put = async (product) => {
    const body = new URLSearchParams({ product });
    const answer = await fetch("/cart/quick", { method: "POST", body, headers: { accept: "application/json" } });
    const told = await answer.json();
    say(told.said);
    if (answer.ok) count(told.count);
    document.dispatchEvent(new Event("shop:put"));
  };
  const ready = () => {
    for (const one of document.querySelectorAll(".quick[hidden]")) one.hidden = false;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".quick");
    if (button) put(button.dataset.product).catch(() => say("That did not work. Please try it on the product's own page."));
  });
  document.addEventListener("floorwalker:shown", ready); // a slot that changed may hold cards, too
  ready();
})();
