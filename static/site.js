// The one script. Each page works without it; it adds what only a browser can do.
"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector) => document.querySelectorAll(selector);

  // The theme: system, light or dark, kept in this browser.
  const stored = () => {
    try { return localStorage.getItem("theme") || "system"; } catch { return "system"; }
  };
  const store = (name, value) => {
    try { localStorage.setItem(name, value); } catch { /* Storage is blocked: it lasts as long as the page. */ }
  };
  const theme = document.getElementById("theme");
  const show = (choice) => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
    theme?.querySelectorAll("button").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.value === choice));
    });
  };
  show(stored());
  if (theme) {
    theme.hidden = false;
    theme.addEventListener("click", ({ target }) => {
      if (!target.value) return;
      store("theme", target.value);
      show(target.value);
    });
  }
  addEventListener("storage", ({ key }) => key === "theme" && show(stored()));

  // The account menu closes with Escape, and with a click anywhere else.
  const menu = document.querySelector(".menu");
  if (menu) {
    document.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("click", ({ target }) => {
      if (!menu.contains(target)) menu.open = false;
    });
    menu.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
    });
  }

  // Dates in the reader's time zone, next to UTC: in the page's language, and in the reader's region if it is theirs.
  const language = navigator.languages.find((tag) => tag.split("-")[0] === root.lang.split("-")[0]) ?? root.lang;
  const inZone = new Intl.DateTimeFormat(language || undefined, { dateStyle: "medium", timeStyle: "long" });
  all("time[data-local]").forEach((time) => {
    const at = new Date(time.dateTime);
    if (isNaN(at) || !at.getTimezoneOffset()) return;
    const local = document.createElement("span");
    local.className = "local";
    local.textContent = inZone.format(at);
    time.append(local);
  });

  // The time that is left of the session.
  const left = (seconds, words) => {
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const text = hours ? words.hours : minutes ? words.minutes : words.seconds;
    return text.replace("%h", hours).replace("%m", minutes).replace("%s", Math.floor(seconds) % 60);
  };
  all("[data-countdown]").forEach((countdown) => {
    const ends = new Date(countdown.dataset.countdown);
    const tick = () => {
      const seconds = (ends - Date.now()) / 1000;
      countdown.textContent = seconds > 0 ? left(seconds, countdown.dataset) : countdown.dataset.over;
      if (seconds > 0) setTimeout(tick, 1000);
    };
    store("session-ends", ends.toISOString());
    tick();
  });
  all("[data-session-ended]").forEach((note) => {
    let ends = NaN;
    try { ends = new Date(localStorage.getItem("session-ends")); } catch { /* Unknown. */ }
    if (ends > 0 && ends < Date.now()) note.textContent = note.dataset.sessionEnded.replace("%", inZone.format(ends));
  });

  // Copy buttons, with the words of the page.
  const words = document.querySelector("main").dataset;
  const status = document.createElement("p");
  status.className = "hidden";
  status.setAttribute("role", "status");
  document.querySelector("main").append(status);
  const copy = async (button, text) => {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = button.textContent = words.wordCopied;
    } catch {
      status.textContent = button.textContent = words.wordFailed;
    }
    setTimeout(() => { button.textContent = label; status.textContent = ""; }, 2000);
  };
  if (navigator.clipboard && words.wordCopy) {
    all("[data-copy]").forEach((source) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy-button";
      button.textContent = words.wordCopy;
      // In a table, the row's header names it.
      const name = source.dataset.copy || source.closest("tr").cells[0].textContent;
      button.setAttribute("aria-label", words.wordNamed.replace("%", () => name));
      button.addEventListener("click", () => copy(button, source.textContent));
      source.after(button);
    });
    all("[data-copy-all]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        const rows = document.getElementById(button.dataset.copyAll).querySelectorAll("div");
        copy(button, [...rows].map((row) => [...row.children].map((cell) => cell.textContent).join(": ")).join("\n"));
      });
    });
  }

  // The search in the claims.
  const search = document.getElementById("search");
  if (search) {
    search.hidden = false;
    search.addEventListener("submit", (event) => event.preventDefault());
    search.addEventListener("input", () => {
      const sought = search.querySelector("input").value.toLowerCase().split(/\s+/);
      let found = 0;
      all(".claims").forEach((group) => {
        let shown = 0;
        group.querySelectorAll("tbody tr").forEach((row) => {
          const text = row.textContent.toLowerCase();
          row.hidden = !sought.every((word) => text.includes(word));
          shown += row.hidden ? 0 : 1;
        });
        group.hidden = shown === 0;
        found += shown;
      });
      const count = document.getElementById("found");
      count.textContent = sought.join("") ? count.dataset.found.replace("%", found) : "";
    });
  }
})();
