// What the pages do better with a script. All of them work without.

// The token from the address' fragment becomes a POST at once, and leaves the address and the history.
const entrance = document.getElementById("entrance");
if (entrance && location.hash.length > 1) {
  entrance.elements.token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  entrance.submit();
} else if (entrance) {
  document.getElementById("without-token").hidden = false;
}

// What is to be read first is where the keyboard is.
document.querySelector("[data-focus]")?.focus();

// A second press of the same button does nothing. (The server would make one ticket of both.)
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
// A page that comes out of the browser's memory can be sent again.
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

// The start of the problem, as we will write it down.
const start = document.getElementById("start-utc");
if (start) {
  const [day, time, zone] = ["start-day", "start-time", "start-zone"].map((id) => document.getElementById(id));
  const offset = (at) => {
    const parts = Object.fromEntries(
      new Intl.DateTimeFormat("en-US", {
        timeZone: zone.value, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
      }).formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute) - at;
  };
  const show = () => {
    const local = Date.parse(`${day.value}T${time.value}Z`);
    let utc = local - (Number.isNaN(local) ? 0 : offset(local));
    if (!Number.isNaN(local)) utc = local - offset(utc);
    start.textContent = Number.isNaN(local) ? "" : `= ${new Date(utc).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  };
  for (const each of [day, time, zone]) each.addEventListener("input", show);
  show();
}

// A report that is on its way is looked at again by itself, a few times.
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => again.requestSubmit(), Number(again.dataset.again));

// The panel's page makes the frame as high as this page is.
if (parent !== window) {
  const tell = () => parent.postMessage({ interspaceHeight: document.documentElement.offsetHeight }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
}
