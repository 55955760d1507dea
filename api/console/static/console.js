/* Saves time and adds nothing: every page is whole without it. */
(function () {
  "use strict";

  const PAUSE = 600;
  const KEEP = 30000;
  const SOON = 120;
  const show = (id, is) => {
    const told = document.getElementById(id);
    if (told) told.hidden = !is;
  };
  const tell = (answer) => {
    show("over", answer.redirected);
    show("other", answer.status === 409);
  };
  const written = (form) => new URLSearchParams(new FormData(form)).toString();

  /* Warn before a changed form is left; send one once. */
  function guard(form) {
    const begun = written(form);
    let sending = false;
    form.addEventListener("submit", (event) => {
      if (sending) event.preventDefault();
      sending = true;
    });
    window.addEventListener("pageshow", () => { sending = false; });
    window.addEventListener("beforeunload", (event) => {
      if (sending || (written(form) === begun && form.dataset.form !== "sent")) return;
      event.preventDefault();
      event.returnValue = "";
    });
  }

  /* One more row of a list, empty, as the button asks the service for it otherwise. */
  function add(button) {
    const list = button.value;
    const rows = button.closest("fieldset").querySelectorAll(":scope > [data-row]");
    const last = rows[rows.length - 1];
    const row = last.cloneNode(true);
    const number = rows.length;
    const dashed = list.replace(/\./g, "-");
    const moved = (text) => text
      .split(list + "." + (number - 1)).join(list + "." + number)
      .split(dashed + "-" + (number - 1)).join(dashed + "-" + number);
    row.querySelectorAll("*").forEach((each) => {
      ["name", "id", "for", "aria-describedby"].forEach((name) => {
        if (each.hasAttribute(name)) each.setAttribute(name, moved(each.getAttribute(name)));
      });
      if (each.matches("input[type=radio], input[type=checkbox]")) each.checked = each.value === "";
      else if (each.matches("input, textarea")) each.value = "";
      else if (each.matches("select")) each.selectedIndex = 0;
    });
    row.querySelectorAll(".error, .read-as").forEach((each) => each.remove());
    row.querySelectorAll(".wrong").forEach((each) => each.classList.remove("wrong"));
    row.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
    row.querySelectorAll("legend.small, label.sr").forEach((each) => {
      each.textContent = each.textContent.replace(String(number), String(number + 1));
    });
    last.after(row);
    const first = row.querySelector("input, select, textarea");
    if (first) first.focus();
  }

  /* What recording would change, while the form is filled in; nothing is recorded by it. */
  function rehearse(form) {
    let waiting = 0;
    let asked = 0;
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const turn = ++asked;
        const sent = new URLSearchParams(new FormData(form));
        sent.set("do", "rehearse");
        try {
          const answer = await fetch(form.action, { method: "POST", body: sent });
          tell(answer);
          if (answer.redirected || turn !== asked) return;
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const told = page.querySelector("form[data-form] aside");
          const shown = form.querySelector("aside");
          if (told && shown && turn === asked) shown.replaceWith(told);
        } catch {
          /* Without an answer the panel stays as it is. */
        }
      }, PAUSE);
    });
  }

  /* Keep what changes as a draft, until the service does not take it. */
  function keep(form) {
    let kept = written(form);
    const every = setInterval(async () => {
      const now = written(form);
      if (now === kept) return;
      const sent = new URLSearchParams(now);
      sent.set("do", "auto");
      try {
        const answer = await fetch("/console/drafts", { method: "POST", body: sent });
        tell(answer);
        if (answer.status === 204) kept = now;
        else clearInterval(every);
      } catch {
        /* Without an answer it is tried again. */
      }
    }, KEEP);
  }

  /* The events whose names have what is typed, without asking for them. */
  function narrow(field, list) {
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/);
      list.querySelectorAll("section").forEach((section) => {
        let left = 0;
        section.querySelectorAll("li").forEach((each) => {
          const has = words.every((word) => each.textContent.toLowerCase().includes(word));
          each.hidden = !has;
          left += has ? 1 : 0;
        });
        section.hidden = !left;
      });
    });
  }

  /* Two minutes before a session ends for want of use, more time is offered. */
  function offer(ending) {
    let clock = 0;
    const wait = (left) => {
      clearTimeout(clock);
      ending.hidden = true;
      clock = setTimeout(() => { ending.hidden = false; }, Math.max(left - SOON, 0) * 1000);
    };
    ending.querySelector("button").addEventListener("click", async () => {
      const answer = await fetch("/console/preferences/stay", { method: "POST" });
      if (answer.ok && !answer.redirected) wait(Number(await answer.text()));
    });
    wait(Number(ending.dataset.left));
  }

  const ending = document.getElementById("ending");
  if (ending) offer(ending);
  const form = document.querySelector("form[data-form]");
  if (form) {
    guard(form);
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=more]");
      if (!button) return;
      event.preventDefault();
      add(button);
    });
    if (form.hasAttribute("data-impact")) rehearse(form);
    if (form.querySelector("[data-draft]")) keep(form);
  }
  const field = document.getElementById("filter");
  const list = document.querySelector("[data-events]");
  if (field && list) narrow(field, list);
}());
