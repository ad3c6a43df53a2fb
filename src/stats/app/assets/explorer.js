// What the page does by itself: a choice goes into the address, a picture and a text leave the page.
(function () {
  "use strict";

  const PAUSE = 350; // milliseconds a list may be walked through with the keyboard before its entry counts
  const PATIENCE = 4000; // milliseconds without an answer after which the program is asked whether it is there
  const SCALE = 2; // pixels of a picture for one of the page: sharp in print

  const byId = id => document.getElementById(id);
  let shown = null, typed = 0, waiting = 0, watching = 0, faces = "";

  // The address ------------------------------------------------------------------------------------

  function go() {
    const query = new URLSearchParams();
    document.querySelectorAll("#form select").forEach(list => { if (list.value) query.set(list.name, list.value); });
    query.set("lang", document.documentElement.lang);
    const search = "?" + query;
    if (search === location.search) return;
    watch();
    window.dash_clientside.set_props("address", {search: search});
  }

  // Called by Dash with what an address was answered with.
  function settle(view) {
    if (!view) return window.dash_clientside.no_update;
    clearTimeout(watching);
    const first = shown === null;
    shown = view;
    document.title = view.title;
    document.documentElement.lang = view.lang;
    byId("skip").textContent = view.skip;
    byId("gone").hidden = true;
    byId("form").hidden = !view.open;
    requestAnimationFrame(() => {
      // What a reader picked by hand yields to what the address says (the way back, a refused choice).
      document.querySelectorAll("#form select").forEach(list => { list.value = view.values[list.name]; });
      // A link followed is gone with the page it stood on: whoever reads by ear goes on from the heading.
      if (!first && document.activeElement === document.body) byId("title").focus({preventScroll: true});
      document.documentElement.dataset.settled = view.search;
    });
    return window.dash_clientside.no_update;
  }

  function watch() {
    clearTimeout(watching);
    watching = setTimeout(() => fetch("/alive", {cache: "no-store"}).catch(() => {
      byId("gone").textContent = shown ? shown.gone : "";
      byId("gone").hidden = false;
    }), PATIENCE);
  }

  document.addEventListener("keydown", event => { if (event.target.matches("#form select")) typed = Date.now(); });
  document.addEventListener("change", event => {
    if (!event.target.matches("#form select")) return;
    clearTimeout(waiting);
    // A closed list changes at every press of an arrow key; only where it comes to rest is a choice.
    waiting = setTimeout(go, Date.now() - typed < PAUSE ? PAUSE : 0);
  });
  window.addEventListener("popstate", watch);

  // What leaves the page ---------------------------------------------------------------------------

  // A picture made from an SVG sees no font of the page it is made on, so the fonts go into it.
  async function picture(plot) {
    const {width, height} = plot.layout;
    const address = await window.Plotly.toImage(plot, {format: "svg", width: width, height: height});
    faces = faces || await (await fetch("/fonts.css")).text();
    const svg = decodeURIComponent(address.slice(address.indexOf(",") + 1));
    const lettered = svg.replace(">", "><style>" + faces + "</style>");
    const source = URL.createObjectURL(new Blob([lettered], {type: "image/svg+xml"}));
    try {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(width * SCALE);
      canvas.height = Math.round(height * SCALE);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return await new Promise((done, failed) =>
        canvas.toBlob(blob => blob ? done(blob) : failed(new Error("empty")), "image/png"));
    } finally { URL.revokeObjectURL(source); }
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  async function told(place, button, deed) {
    try {
      await deed();
      byId(place).textContent = button.dataset.done;
    } catch (error) {
      console.error(error);
      byId(place).textContent = button.dataset.failed;
    }
  }

  document.addEventListener("click", event => {
    const button = event.target.closest && event.target.closest("button");
    if (button && button.matches(".picture")) {
      const plot = document.querySelectorAll("#result .js-plotly-plot")[Number(button.dataset.number)];
      told("told", button, async () => save(await picture(plot), button.dataset.name));
    } else if (button && button.id === "copy") {
      told("copied", button, () => navigator.clipboard.writeText(byId("code").textContent));
    }
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {explorer: {settle: settle}});
})();
