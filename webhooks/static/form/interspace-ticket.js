// <interspace-ticket src="https://support.example/form/" token="…" service="SVC-1005" lang="en"></interspace-ticket>
//
// Puts our form into a panel's page: makes an iframe, hands it the token in the address' fragment, which no server and
// no log sees, and keeps it as high as its content. It reads nothing of the page around it and sets no cookie.

class InterspaceTicket extends HTMLElement {
  #frame = null;
  #onMessage = (event) => {
    if (!this.#frame || event.source !== this.#frame.contentWindow) return;
    if (event.origin !== new URL(this.#frame.src).origin) return;
    const height = Number(event.data?.interspaceHeight);
    if (height > 0 && height < 20000) this.#frame.style.height = `${Math.ceil(height)}px`;
  };

  connectedCallback() {
    if (this.#frame) return;
    const address = new URL(this.getAttribute("src"), document.baseURI);
    for (const name of ["service", "lang"]) {
      if (this.hasAttribute(name)) address.searchParams.set(name, this.getAttribute(name));
    }
    address.hash = this.getAttribute("token") ?? "";
    // It is good for once: nothing is won by leaving it in the page.
    this.removeAttribute("token");
    const frame = document.createElement("iframe");
    frame.src = address.href;
    frame.title = this.getAttribute("title") || "Support";
    frame.referrerPolicy = "no-referrer";
    frame.style.cssText = "display:block;width:100%;min-height:30rem;border:0;color-scheme:light dark";
    window.addEventListener("message", this.#onMessage);
    this.append(frame);
    this.#frame = frame;
  }

  disconnectedCallback() {
    window.removeEventListener("message", this.#onMessage);
    this.#frame?.remove();
    this.#frame = null;
  }
}

customElements.define("interspace-ticket", InterspaceTicket);
